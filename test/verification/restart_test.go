package verification

import (
	"context"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// TestRestartAsksNobody starts a second manager where a first has verified everybody: it looks at every object, asks for
// no token and writes nothing.
func TestRestartAsksNobody(t *testing.T) {
	const customers = 200
	clock := &fastClock{}
	w := newWorld(t, clock.Now, 6*time.Hour)
	for _, number := range numbers(customers) {
		w.delegate(number)
		w.addCustomer(number)
	}
	other := w.addCustomer(numbers(customers + 1)[customers]) // has not delegated
	first := w.startManagerAt(clock.Now)
	eventually(t, "200 verified customers", func() bool { return w.verified("True Delegated") == customers })
	eventually(t, "a proved Supplier", func() bool {
		return says(w.current().Status.Conditions, integrationsv1alpha1.ConditionReady) == "True CredentialsProved"
	})
	eventually(t, "another customer's refusal", func() bool { return w.verified("False NotDelegated") == 1 })
	w.countWithout(clock, other)
	eventually(t, "a Supplier that has counted", func() bool { return w.counted() == "200 200 0 0 0" })
	first.end(t)
	if n := len(w.simulator.Requests().Recent); n != customers+2 {
		t.Errorf("the first manager asked %d times for %d customers and itself", n, customers+1)
	}
	before := w.versions()

	w.simulator.ResetRequests()
	second := w.startManagerAt(clock.Now)
	eventually(t, "a pass over every object", func() bool {
		return second.objects("customerintegration") == customers && second.objects("supplier") == 1
	})
	second.end(t) // passes under way are ended first
	if n := len(w.simulator.Requests().Recent); n != 0 {
		t.Errorf("the second manager asked %d times", n)
	}
	if n := second.writes.Load(); n != 0 {
		t.Errorf("the second manager wrote %d times", n)
	}
	for name, version := range w.versions() {
		if before[name] != version {
			t.Errorf("%s was written to", name)
		}
	}
	t.Logf("%d customers: %d passes, 0 token requests, 0 writes", customers, second.passes.Load())
}

// versions gives the resource versions of all objects of the world.
func (w *world) versions() map[string]string {
	w.t.Helper()
	var list integrationsv1alpha1.CustomerIntegrationList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name)))
	versions := map[string]string{"supplier": w.current().ResourceVersion}
	for i := range list.Items {
		versions[list.Items[i].Name] = list.Items[i].ResourceVersion
	}
	return versions
}
