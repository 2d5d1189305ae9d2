//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/apiserver"
	"github.com/4human/integration-operator/test/bench/figures"
	"github.com/4human/integration-operator/test/sample"
)

const (
	system    = "integration-operator-system"
	customers = "customers"
	operator  = "integration-operator" // its account

	// creators is how many customers are created at a time.
	creators = 16
)

// setup is what one repetition of a scenario begins with.
type setup struct {
	program   string
	scenario  string
	customers int
}

// key returns the key of a figure of the scenario.
func (s *setup) key(name, unit string) figures.Key {
	return figures.Key{Scenario: s.scenario, Customers: s.customers, Name: name, Unit: unit}
}

// kind is what the customers of a scenario list.
type kind struct {
	services []v1alpha1.ServiceName
	sync     v1alpha1.SyncMode
}

// jobs returns how many services of a customer have a ServiceAccount, a CronJob and a first Job.
func (k kind) jobs() int {
	if k.sync == v1alpha1.SyncDisabled {
		return 0
	}
	return len(k.services)
}

func (k kind) systemUsers() bool { return len(k.services) > 1 }

// world is an API server with the operator's rights, a Supplier and customers.
type world struct {
	*setup
	t           *testing.T
	kind        kind
	numbers     []string
	authorities *authorities
	server      *apiserver.Server
	config      *rest.Config  // an administrator's, without limits
	admin       client.Client // the same
	apiServer   proc
	etcd        proc
	kubeconfig  string // of the operator's account
}

// newWorld starts an API server and creates customers that have given access.
func (s *setup) newWorld(t *testing.T, k kind) *world {
	t.Helper()
	w := s.newServer(t)
	w.kind, w.numbers, w.authorities = k, sample.Numbers(s.customers), startAuthorities(t)
	w.kubeconfig = w.writeKubeconfig()
	w.authorities.delegate(t, w.numbers, k.systemUsers())
	w.addSupplier()
	w.addCustomers(w.numbers)
	return w
}

// newServer starts an API server that has the operator's rights and namespaces, and nothing else.
func (s *setup) newServer(t *testing.T) *world {
	t.Helper()
	server, err := apiserver.Start()
	must(t, err)
	t.Cleanup(func() { must(t, server.Stop()) })
	w := &world{
		setup: s, t: t, server: server, apiServer: child(t, "kube-apiserver"), etcd: child(t, "etcd"),
		config: rest.CopyConfig(server.Config),
	}
	w.config.QPS = -1
	w.admin, err = client.New(w.config, client.Options{Scheme: server.Client.Scheme()})
	must(t, err)
	for _, folder := range []string{"kept", "rbac", "customer-namespace"} {
		_, problems, err := server.Kubectl(t.Context(), "", "apply", "-k", filepath.Join("..", "..", "config", folder))
		if err != nil {
			t.Fatalf("applying config/%s: %v\n%s", folder, err, problems)
		}
	}
	return w
}

func (w *world) addSupplier() {
	w.t.Helper()
	jwk, err := json.Marshal(sample.SigningKey())
	must(w.t, err)
	must(w.t, w.admin.Create(w.t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: system}, Data: map[string][]byte{"key.jwk": jwk},
	}))
	s := sample.Supplier(v1alpha1.DefaultSupplierName, w.authorities.issuer, customers)
	s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
	s.Spec.Verification.RequestsPerSecond = 1000
	s.Spec.Services = nil
	for _, name := range w.kind.services {
		s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: name})
	}
	if w.kind.systemUsers() {
		s.Spec.Endpoints.Altinn, s.Spec.SystemUser.SystemID = w.authorities.altinn, systemID
	}
	must(w.t, w.admin.Create(w.t.Context(), s))
}

func (w *world) addCustomers(numbers []string) {
	w.t.Helper()
	group, ctx := errgroup.WithContext(w.t.Context())
	group.SetLimit(creators)
	for _, number := range numbers {
		group.Go(func() error { return w.admin.Create(ctx, w.customer(number)) })
	}
	must(w.t, group.Wait())
}

// customer returns a customer of the world's kind.
func (w *world) customer(number string) *v1alpha1.CustomerIntegration {
	c := sample.Customer(customers, v1alpha1.DefaultSupplierName, number)
	c.Spec.Sync, c.Spec.Services = w.kind.sync, nil
	for _, name := range w.kind.services {
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: name})
	}
	if w.kind.sync != v1alpha1.SyncDisabled {
		c.Spec.HRM = v1alpha1.HRMConnection{
			Endpoint:             "https://tiger.hrm.4human.example/integration",
			CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
		}
	}
	return c
}

// changeSupplier changes the Supplier's spec.
func (w *world) changeSupplier(change func(*v1alpha1.SupplierSpec)) {
	w.t.Helper()
	var s v1alpha1.Supplier
	must(w.t, w.admin.Get(w.t.Context(), client.ObjectKey{Name: v1alpha1.DefaultSupplierName}, &s))
	before := s.DeepCopy()
	change(&s.Spec)
	must(w.t, w.admin.Patch(w.t.Context(), &s, client.MergeFrom(before)))
}

// writeKubeconfig writes a kubeconfig of the operator's account, whose rights are those of config/.
func (w *world) writeKubeconfig() string {
	w.t.Helper()
	day := int64((24 * time.Hour).Seconds())
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &day}}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: operator}}
	must(w.t, w.admin.SubResource("token").Create(w.t.Context(), account, request))
	const name = "bench"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{
		Server: w.config.Host, CertificateAuthorityData: w.config.CAData,
	}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: request.Status.Token}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	path := filepath.Join(w.t.TempDir(), "kubeconfig")
	must(w.t, clientcmd.WriteToFile(*config, path))
	return path
}

// pause lets a time pass in which only the operator acts.
func pause(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-t.Context().Done():
	case <-time.After(d):
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	if !waitFor(t, patience, holds) {
		t.Fatalf("waited %s in vain: %s", patience, what)
	}
}

// waitFor waits for a condition and reports whether it held in time.
func waitFor(t *testing.T, patience time.Duration, holds func() bool) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}
