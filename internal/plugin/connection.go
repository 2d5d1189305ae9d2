package plugin

import (
	"cmp"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/version"
)

const (
	// defaultTimeout limits each request if --request-timeout does not.
	defaultTimeout = 30 * time.Second
	// requestsPerSecond and requestBurst are the client's own limits. The API server has its own fairness.
	requestsPerSecond, requestBurst = 50, 100
)

// client returns the client of the cluster.
func (p *Program) client() (client.WithWatch, error) {
	if p.connect != nil {
		return p.connect()
	}
	config, err := p.Flags.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	return p.clientOf(config)
}

// clientOf returns a client of the kinds that the plugin knows. It needs no discovery. Watches end with the time-out
// too, and are started again.
func (p *Program) clientOf(config *rest.Config) (client.WithWatch, error) {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = requestsPerSecond, requestBurst
	config.UserAgent = "kubectl-cint/" + version.Number()
	config.Timeout = cmp.Or(config.Timeout, defaultTimeout)
	config.WarningHandler = rest.NewWarningWriter(p.ErrOut, rest.WarningWriterOptions{Deduplicate: true})
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	c, err := client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: newMapper()})
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster: %w", err)
	}
	return c, nil
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, clientgoscheme.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("registering kinds: %w", err)
		}
	}
	return scheme, nil
}

// newMapper returns the resources of the kinds that the plugin reads.
func newMapper() meta.RESTMapper {
	mapper := meta.NewDefaultRESTMapper(nil)
	add := func(group schema.GroupVersion, kind string, scope meta.RESTScope) {
		mapper.Add(group.WithKind(kind), scope)
	}
	add(v1alpha1.GroupVersion, "CustomerIntegration", meta.RESTScopeNamespace)
	add(v1alpha1.GroupVersion, "Supplier", meta.RESTScopeRoot)
	add(corev1.SchemeGroupVersion, "Secret", meta.RESTScopeNamespace)
	add(corev1.SchemeGroupVersion, "ConfigMap", meta.RESTScopeNamespace)
	add(corev1.SchemeGroupVersion, "Event", meta.RESTScopeNamespace)
	add(batchv1.SchemeGroupVersion, "Job", meta.RESTScopeNamespace)
	return mapper
}

// namespace returns the namespace of --namespace or of the context.
func (p *Program) namespace() (string, error) {
	namespace, _, err := p.Flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", fmt.Errorf("reading the kubeconfig: %w", err)
	}
	return namespace, nil
}
