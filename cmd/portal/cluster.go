package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-logr/logr"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/namespacecache"
)

const (
	// clientQPS and clientBurst bound requests to the API server, which has its own limits. A page of a person who has not
	// been here for a minute takes one request per namespace.
	clientQPS   = 100
	clientBurst = 200
)

// cluster is what the portal has of Kubernetes.
type cluster struct {
	// cache has the CustomerIntegrations of the customers' namespaces, and the Suppliers.
	cache *namespacecache.Cache
	// client writes, and creates reviews.
	client client.Client
}

// newCluster returns a cluster, and reads nothing yet.
func newCluster(config *rest.Config, namespaces []string, ending <-chan struct{}, log logr.Logger) (*cluster, error) {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = clientQPS, clientBurst
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), authorizationv1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("registering kinds: %w", err)
	}
	spaces := namespacecache.Options{
		Namespaces: namespaces, Kinds: []client.Object{&v1alpha1.CustomerIntegration{}}, Ending: ending,
		Log: log.WithName("cache"), Rights: "config/portal/customer-namespace",
	}
	reading, err := spaces.New(config, cache.Options{Scheme: scheme, DefaultTransform: strip})
	if err != nil {
		return nil, err
	}
	writing, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("creating a client: %w", err)
	}
	cached, ok := reading.(*namespacecache.Cache)
	if !ok {
		return nil, fmt.Errorf("%T is another cache", reading)
	}
	return &cluster{cache: cached, client: writing}, nil
}

// strip leaves out of the memory what no page shows: managed fields, and what kubectl applied last.
func strip(o any) (any, error) {
	if object, ok := o.(client.Object); ok {
		object.SetManagedFields(nil)
		annotations := object.GetAnnotations()
		delete(annotations, corev1.LastAppliedConfigAnnotation)
	}
	return o, nil
}

// kinds are the kinds that the cache has.
func kinds() []client.Object {
	return []client.Object{&v1alpha1.CustomerIntegration{}, &v1alpha1.Supplier{}}
}

// fill waits until the cache has read the kinds.
func (c *cluster) fill(ctx context.Context) error {
	for _, kind := range kinds() {
		if _, err := c.cache.GetInformer(ctx, kind); err != nil && ctx.Err() == nil {
			return fmt.Errorf("filling the cache of %T: %w", kind, err)
		}
	}
	if !c.cache.WaitForCacheSync(ctx) && ctx.Err() == nil {
		return errors.New("filling the cache: it does not end")
	}
	return nil
}

// ready is a readiness check: the cache is filled, and a namespace can be read.
func (c *cluster) ready(filled func() bool) func(*http.Request) error {
	return func(*http.Request) error {
		if !filled() {
			return errors.New("the cache is not filled yet; if this lasts, verify that the API server is reachable and that the " +
				"portal's rights exist")
		}
		if c.cache.AllInaccessible() {
			return errors.New("the portal has no rights in any namespace of --namespaces: apply config/portal/customer-namespace " +
				"there")
		}
		return nil
	}
}
