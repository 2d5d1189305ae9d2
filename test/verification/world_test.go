package verification

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

const (
	supplierNumber = sample.SupplierNumber
	tiger          = "310330701"
	scope          = sample.Scope
	clientID       = sample.ClientID
	keyID          = sample.KeyID
)

// numbers and says are the fixture's.
var (
	numbers = sample.Numbers
	says    = sample.StatusOf
)

// clock is a clock that stops until it is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// world is a test's own namespace, Supplier with its key, and simulated Maskinporten and Altinn.
type world struct {
	t         testing.TB
	client    client.Client
	name      string // of the namespace, the Supplier and the key's Secret
	simulator *simulator.World
	url       string // of Maskinporten
	altinn    string // URL
	offer     offer  // of the services
}

// worlds counts the worlds made so far.
var worlds atomic.Int64

// newWorld creates a world on an API, with now as its clock. The verification interval is the same for customers with
// and without access.
func newWorld(t testing.TB, api client.Client, now func() time.Time, interval time.Duration) *world {
	t.Helper()
	w := &world{t: t, client: api, name: fmt.Sprintf("world-%d", worlds.Add(1))}
	w.startSimulator(now)
	private := sample.SigningKey()
	w.must(w.simulator.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: clientID, OrganizationNumber: supplierNumber, Scopes: []string{scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{private.Public()}},
	}))
	jwk, err := json.Marshal(private)
	w.must(err)
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.name}})
	w.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: w.name}, Data: map[string][]byte{"key.jwk": jwk},
	})
	supplier := w.supplier(interval)
	w.create(supplier)
	t.Cleanup(func() { // Suppliers are the whole cluster's: another test's manager would find it
		w.must(w.client.Delete(context.Background(), &v1alpha1.Supplier{ObjectMeta: metav1.ObjectMeta{Name: w.name}}))
	})
	return w
}

func (w *world) startSimulator(now func() time.Time) {
	w.t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	w.url = "http://" + listener.Listener.Addr().String() + "/"
	var err error
	w.simulator, err = simulator.New(simulator.Options{Issuer: w.url, Now: now, SigningKey: sample.MaskinportenKey()})
	w.must(err)
	listener.Config.Handler = w.simulator.Maskinporten.Handler()
	listener.Start()
	w.t.Cleanup(listener.Close)
	altinn := httptest.NewServer(w.simulator.Altinn.Handler())
	w.altinn = altinn.URL
	w.t.Cleanup(altinn.Close)
}

func (w *world) supplier(interval time.Duration) *v1alpha1.Supplier {
	s := sample.Supplier(w.name, w.url, w.name)
	s.Spec.Verification.Interval = &metav1.Duration{Duration: interval}
	s.Spec.Verification.WaitingInterval = &metav1.Duration{Duration: interval}
	return s
}

// addCustomer creates a customer named by its number and returns its key.
func (w *world) addCustomer(number string) client.ObjectKey {
	w.t.Helper()
	w.create(sample.Customer(w.name, w.name, number)) // test/syncing lets data flow
	return client.ObjectKey{Namespace: w.name, Name: "c" + number}
}

func (w *world) delegate(number string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Delegate(number, supplierNumber, scope))
}

func (w *world) withdraw(number string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Withdraw(number, supplierNumber, scope))
}

func (w *world) customer(key client.ObjectKey) *v1alpha1.CustomerIntegration {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.client.Get(context.Background(), key, &c))
	return &c
}

func (w *world) current() *v1alpha1.Supplier {
	w.t.Helper()
	var s v1alpha1.Supplier
	w.must(w.client.Get(context.Background(), client.ObjectKey{Name: w.name}, &s))
	return &s
}

// tokenRequests counts the simulator's token requests for a consumer since its last reset; those for the supplier's own
// number are its proofs.
func (w *world) tokenRequests(consumer string) int {
	n := 0
	for _, r := range w.simulator.Recorder.Report().Recent {
		if r.Consumer == consumer {
			n++
		}
	}
	return n
}

// firstRefusal returns when the simulator first refused a consumer because it has not delegated.
func (w *world) firstRefusal(consumer string) time.Time {
	for _, r := range w.simulator.Recorder.Report().Recent {
		if r.Consumer == consumer && r.Code == "MP-251" {
			return r.Time
		}
	}
	return time.Time{}
}

func (w *world) create(o client.Object) {
	w.t.Helper()
	w.must(w.client.Create(context.Background(), o))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
