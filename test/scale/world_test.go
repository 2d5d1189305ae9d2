// Package scale tests the controllers with realistic numbers of customers and with outages, over simulated hours and
// with exact counts.
//
// The reconcilers, the Guard with limiter and breaker, and the client of Maskinporten are real, and so is the simulator
// unless a test says otherwise, over HTTP connections in memory. The API server is controller-runtime's fake client,
// whose reads are never stale. The queue orders as controller-runtime's does, but a reconcile takes no time unless it
// waits for a response. All clocks are testing/synctest's.
package scale

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/controllers/supplier"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/test/sample"
)

const (
	namespace    = "customers"
	supplierName = "default"
	interval     = 6 * time.Hour
)

// world is the environment of one test.
type world struct {
	t          testing.TB
	api        *api
	queue      *queue
	events     *eventRecorder
	requests   *requestRecorder
	connect    authority.Connect
	simulator  *simulator.World // nil if the test answers requests itself
	customers  reconcile.Reconciler
	suppliers  reconcile.Reconciler
	keys       []client.ObjectKey
	reconciles map[client.ObjectKey]int
}

// newWorld returns a world with a Supplier, with changes of its spec, and a simulator.
func newWorld(t testing.TB, changes ...func(*v1alpha1.Supplier)) *world {
	t.Helper()
	w := &world{t: t, requests: &requestRecorder{}}
	w.startSimulator()
	w.start(changes...)
	return w
}

// newWorldAsking returns a world in which a function answers token requests.
func newWorldAsking(t testing.TB, answer authority.TokenSourceFunc, changes ...func(*v1alpha1.Supplier)) *world {
	t.Helper()
	w := &world{t: t, requests: &requestRecorder{}}
	w.connect = w.requests.connect(answer)
	w.start(changes...)
	return w
}

func (w *world) start(changes ...func(*v1alpha1.Supplier)) {
	w.t.Helper()
	w.queue, w.events, w.reconciles = newQueue(), &eventRecorder{}, map[client.ObjectKey]int{}
	w.api = newAPI(func(key client.ObjectKey) { w.queue.add(key, 0, 0) })
	jwk, err := json.Marshal(sample.SigningKey())
	w.must(err)
	w.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: "system"},
		Data:       map[string][]byte{"key.jwk": jwk},
	})
	s := sample.Supplier(supplierName, sample.Issuer, namespace)
	s.UID, s.Generation = "5f3c7c1e-9a3a-4f0b-8d11-2d1a35d1f001", 1
	s.Spec.Services = []v1alpha1.OfferedService{{Name: v1alpha1.ServiceFollowUpPlans, Schedule: "0 3 * * *"}}
	s.Spec.HRM.AllowedHosts = []string{"hrm.4human.example"}
	s.Spec.Verification.Interval = &metav1.Duration{Duration: interval}
	for _, change := range changes {
		change(s)
	}
	w.create(s)
	w.restart()
}

// restart drops the state in memory and enqueues every object, as a new leader does.
func (w *world) restart() {
	pool := &authority.Pool{Secrets: w.api.client, Namespace: "system", Now: time.Now, Connect: w.connect}
	w.suppliers = &supplier.Reconciler{
		Client: w.api.client, Pool: pool, Customers: fixture.FindCustomers(w.api.client), Events: w.events,
		Now: time.Now,
	}
	w.customers = &customerintegration.Reconciler{
		Client: w.api.client, Live: w.api.client, Children: w.api.children, SameOrganization: w.api.sameOrganization,
		Customers: fixture.FindCustomers(w.api.client), Pool: pool,
		Image: "registry.example/sync:1", Zone: time.UTC, Events: w.events, Now: time.Now,
		Broker: func(context.Context) (syncjob.Broker, error) {
			key, err := podseal.NewKey([]byte("test"))
			return syncjob.Broker{URL: "https://token-broker.system.svc/token", Seal: key}, err
		},
		Suspect: func(name string) { w.queue.add(client.ObjectKey{Name: name}, 0, 0) },
	}
	w.queue.clear()
	w.queue.add(client.ObjectKey{Name: supplierName}, 0, 0)
	for _, key := range w.keys {
		w.queue.add(key, fromTheStart, 0)
	}
}

// addCustomers creates customers with organization numbers and enqueues them.
func (w *world) addCustomers(sync v1alpha1.SyncMode, numbers ...string) []client.ObjectKey {
	w.t.Helper()
	added := make([]client.ObjectKey, 0, len(numbers))
	for _, number := range numbers {
		c := sample.Customer(namespace, supplierName, number)
		c.UID, c.Generation = types.UID("uid-"+number), 1
		c.CreationTimestamp = metav1.Now()
		c.Spec.Sync = sync
		c.Spec.HRM = v1alpha1.HRMConnection{
			Endpoint:             "https://hrm.4human.example/" + number,
			CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "hrm"},
		}
		w.create(c)
		w.api.note(c)
		added = append(added, client.ObjectKeyFromObject(c))
		w.queue.add(client.ObjectKeyFromObject(c), 0, 0)
	}
	w.keys = append(w.keys, added...)
	return added
}

// addGranted creates customers that have granted access.
func (w *world) addGranted(sync v1alpha1.SyncMode, numbers ...string) []client.ObjectKey {
	w.t.Helper()
	for _, number := range numbers {
		w.delegate(number)
	}
	return w.addCustomers(sync, numbers...)
}

func (w *world) delegate(number string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Delegate(number, sample.SupplierNumber, sample.Scope))
}

func (w *world) withdraw(number string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Withdraw(number, sample.SupplierNumber, sample.Scope))
}

// setFaults sets or clears the simulator's faults.
func (w *world) setFaults(faults simulator.Faults) {
	w.t.Helper()
	w.must(w.simulator.SetFaults(faults))
}

func (w *world) customer(key client.ObjectKey) *v1alpha1.CustomerIntegration {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.api.Get(context.Background(), key, &c))
	return &c
}

func (w *world) current() *v1alpha1.Supplier {
	w.t.Helper()
	var s v1alpha1.Supplier
	w.must(w.api.Get(context.Background(), client.ObjectKey{Name: supplierName}, &s))
	return &s
}

// countCondition counts customers by a condition's status and reason.
func (w *world) countCondition(conditionType string, keys ...client.ObjectKey) map[string]int {
	w.t.Helper()
	counts := map[string]int{}
	for _, key := range keys {
		counts[sample.StatusOf(w.customer(key).Status.Conditions, conditionType)]++
	}
	return counts
}

// expectAll verifies that all customers have a condition's status and reason.
func (w *world) expectAll(when, conditionType, want string, keys ...client.ObjectKey) {
	w.t.Helper()
	if got := w.countCondition(conditionType, keys...); len(got) != 1 || got[want] != len(keys) {
		w.t.Errorf("%s: %s is %v, want %s for all %d", when, conditionType, got, want, len(keys))
	}
}

func (w *world) create(o client.Object) {
	w.t.Helper()
	w.must(w.api.Create(context.Background(), o))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// total returns the sum of counts.
func total[K comparable](counts map[K]int) int {
	n := 0
	for _, count := range counts {
		n += count
	}
	return n
}

// verdict returns the part of a Supplier's or a customer's conditions that others depend on.
func verdict(conditions []metav1.Condition) string {
	c := meta.FindStatusCondition(conditions, v1alpha1.ConditionDelegationVerified)
	if c == nil {
		return ""
	}
	return fmt.Sprint(c.Status, c.Reason)
}
