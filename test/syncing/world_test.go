package syncing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strconv"
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

	// tiger is the customer of nearly every test.
	tiger       = "dynamisk-altetende-tiger"
	tigerNumber = "310330701"

	// syncImage is the manager's own setting.
	syncImage = "registry.example/sync:1"

	plans = v1alpha1.ServiceFollowUpPlans

	// worldLabel is the label of the Suppliers of a world. Suppliers are cluster-scoped: a manager in a test sees only its
	// world's, and a test with the manager's process, which sees all, has no t.Parallel.
	worldLabel = "test/world"
)

// clock is a clock that only forward and catchUp move. The zero clock is the real one.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// fixedClock returns a clock that shows the present, because the API server stamps objects by the real clock.
func fixedClock() *clock { return &clock{now: time.Now().Truncate(time.Second)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.IsZero() {
		return time.Now()
	}
	return c.now
}

// forward moves the clock forward. The real clock stops first.
func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.IsZero() {
		c.now = time.Now().Truncate(time.Second)
	}
	c.now = c.now.Add(d)
}

// catchUp moves the clock to the present if it is behind, because what the API server has created since is stamped by
// the real clock.
func (c *clock) catchUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now().Truncate(time.Second); now.After(c.now) {
		c.now = now
	}
}

// world is a test's own namespace, Supplier with key, and simulated Maskinporten.
type world struct {
	t         testing.TB
	name      string   // of the namespace, the Supplier and the key's Secret
	image     string   // of the worker
	others    []string // further namespaces of customers
	clock     *clock
	simulator *simulator.World
	url       string
	reader    client.Reader // the manager's cache, nil if none runs
	requests  int           // counts requested verifications
	runs      int           // counts the CronJob's Jobs
}

// worlds counts worlds.
var worlds atomic.Int64

// newWorld creates a world with a clock.
func newWorld(t testing.TB, c *clock) *world {
	t.Helper()
	w := newEmptyWorld(t, fmt.Sprintf("world-%d", worlds.Add(1)), c)
	w.create(w.makeSupplier())
	return w
}

// newEmptyWorld creates a world without its Supplier.
func newEmptyWorld(t testing.TB, name string, c *clock) *world {
	t.Helper()
	w := &world{t: t, name: name, image: syncImage, clock: c}
	w.startSimulator()
	private := sample.SigningKey()
	w.must(w.simulator.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: sample.ClientID, OrganizationNumber: sample.SupplierNumber, Scopes: []string{sample.Scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{private.Public()}},
	}))
	jwk, err := json.Marshal(private)
	w.must(err)
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.name}})
	w.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: w.name}, Data: map[string][]byte{"key.jwk": jwk},
	})
	t.Cleanup(func() { // the managers' processes of other tests would find it
		w.must(client.IgnoreNotFound(server.Client.Delete(context.Background(), w.makeSupplier())))
	})
	return w
}

func (w *world) startSimulator() {
	w.t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	w.url = "http://" + listener.Listener.Addr().String() + "/"
	var err error
	w.simulator, err = simulator.New(simulator.Options{
		Issuer: w.url, Now: w.clock.Now,
		SigningKey: sample.MaskinportenKey(),
	})
	w.must(err)
	listener.Config.Handler = w.simulator.Maskinporten.Handler()
	listener.Start()
	w.t.Cleanup(listener.Close)
}

func (w *world) makeSupplier() *v1alpha1.Supplier {
	s := sample.Supplier(w.name, w.url, w.name)
	s.Labels = map[string]string{worldLabel: w.name}
	s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
	return s
}

// makeCustomer returns a customer with the service FollowUpPlans.
func (w *world) makeCustomer(name, number string) *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: w.name},
		Spec: v1alpha1.CustomerIntegrationSpec{
			SupplierRef:        v1alpha1.SupplierReference{Name: w.name},
			OrganizationNumber: v1alpha1.OrganizationNumber(number),
			Services:           []v1alpha1.CustomerService{{Name: plans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://tiger.hrm.4human.example/integration",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
			},
		},
	}
}

// addTiger creates the customer tiger.
func (w *world) addTiger() {
	w.t.Helper()
	w.create(w.makeCustomer(tiger, tigerNumber))
}

func (w *world) delegate(number string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Delegate(number, sample.SupplierNumber, sample.Scope))
}

func (w *world) withdraw(number string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Withdraw(number, sample.SupplierNumber, sample.Scope))
}

// requestVerification requests a verification of the customer.
func (w *world) requestVerification() {
	w.t.Helper()
	w.requests++
	w.changeTiger(func(c *v1alpha1.CustomerIntegration) {
		metav1.SetMetaDataAnnotation(&c.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, strconv.Itoa(w.requests))
	})
}

// changeTiger changes the customer's metadata and spec.
func (w *world) changeTiger(change func(*v1alpha1.CustomerIntegration)) {
	w.t.Helper()
	before := w.tiger()
	after := before.DeepCopy()
	change(after)
	w.must(server.Client.Patch(context.Background(), after, client.MergeFrom(before)))
}

// changeSupplier changes the Supplier's metadata and spec.
func (w *world) changeSupplier(change func(*v1alpha1.Supplier)) {
	w.t.Helper()
	before := w.supplier()
	after := before.DeepCopy()
	change(after)
	w.must(server.Client.Patch(context.Background(), after, client.MergeFrom(before)))
}

func (w *world) tiger() *v1alpha1.CustomerIntegration {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(server.Client.Get(context.Background(), client.ObjectKey{Namespace: w.name, Name: tiger}, &c))
	return &c
}

func (w *world) supplier() *v1alpha1.Supplier {
	w.t.Helper()
	var s v1alpha1.Supplier
	w.must(server.Client.Get(context.Background(), client.ObjectKey{Name: w.name}, &s))
	return &s
}

// ready returns the status and the reason of the customer's Ready.
func (w *world) ready() string {
	return sample.StatusOf(w.tiger().Status.Conditions, v1alpha1.ConditionReady)
}

// supplierReady returns the status and the reason of the Supplier's Ready.
func (w *world) supplierReady() string {
	w.t.Helper()
	return sample.StatusOf(w.supplier().Status.Conditions, v1alpha1.ConditionReady)
}

// healthy returns the status and the reason of the customer's SyncHealthy.
func (w *world) healthy() string {
	return sample.StatusOf(w.tiger().Status.Conditions, v1alpha1.ConditionSyncHealthy)
}

// sync returns the sync status of the customer's only service.
func (w *world) sync() v1alpha1.ServiceSync {
	w.t.Helper()
	all := w.tiger().Status.Services
	if len(all) == 0 {
		return v1alpha1.ServiceSync{}
	}
	return all[0].Sync
}

// tokenRequests counts the requests to Maskinporten since the simulator's last reset, for customers and for the
// supplier.
func (w *world) tokenRequests() int { return len(w.simulator.Recorder.Report().Recent) }

func (w *world) create(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Create(context.Background(), o))
}

// find reads an object of the world's namespace and reports whether it exists.
func (w *world) find(name string, o client.Object) bool {
	w.t.Helper()
	err := server.Client.Get(context.Background(), client.ObjectKey{Namespace: w.name, Name: name}, o)
	w.must(client.IgnoreNotFound(err))
	return err == nil
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// patience bounds the wait for a condition.
const patience = 5 * time.Minute

// eventually waits for a condition.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("timed out waiting for %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
