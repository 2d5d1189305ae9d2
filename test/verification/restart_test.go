package verification

import (
	"context"
	"testing"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestRestartAsksNobody has a second manager take the lead where the first has verified 500 customers, and starts a
// third without a leader: each reconciles every object, requests no token and writes nothing.
func TestRestartAsksNobody(t *testing.T) {
	const customers = 500
	clock := &fastClock{}
	w := newWorld(t, server.Client, clock.Now, 6*time.Hour)
	w.hurry()
	for _, number := range numbers(customers) {
		w.delegate(number)
		w.addCustomer(number)
	}
	other := w.addCustomer(numbers(customers + 1)[customers]) // has not delegated
	first := w.startManagerAt(clock.Now, w.elected)
	eventually(t, "verified customers", func() bool { return w.verified("True Delegated") == customers })
	eventually(t, "a proved Supplier", func() bool {
		return says(w.current().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved"
	})
	eventually(t, "another customer's refusal", func() bool { return w.verified("False NotDelegated") == 1 })
	w.countWithout(clock, other)
	eventually(t, "a Supplier that has counted", func() bool { return w.counted() == "500 500 0 0 0" })
	if n := len(w.simulator.Recorder.Report().Recent); n != customers+2 {
		t.Errorf("the first manager asked %d times for %d customers and itself", n, customers+1)
	}
	before := w.versions()
	w.simulator.Recorder.Reset()

	second := w.startManagerAt(clock.Now, w.elected)
	first.end(t)
	w.expectQuiet("another leader", second, customers, before)
	w.expectQuiet("a restart", w.startManagerAt(clock.Now, w.elected), customers, before)
}

// expectQuiet lets a manager reconcile every object, and checks that it has sent and written nothing.
func (w *world) expectQuiet(what string, m *running, customers int, before map[string]string) {
	w.t.Helper()
	eventually(w.t, what+": a pass over every object", func() bool {
		return m.objects("customerintegration") == customers && m.objects("supplier") == 1
	})
	m.end(w.t) // passes under way are ended first
	requests, writes := len(w.simulator.Recorder.Report().Recent), m.writes.Load()
	w.t.Logf("%s, %d customers: %d passes, %d token requests, %d writes", what, customers, m.passes.Load(), requests,
		writes)
	if requests != 0 || writes != 0 {
		w.t.Errorf("%s: asked %d times, wrote %d times", what, requests, writes)
	}
	for name, version := range w.versions() {
		if before[name] != version {
			w.t.Errorf("%s: %s was written to", what, name)
		}
	}
}

// hurry lets customers be verified as fast as possible.
func (w *world) hurry() {
	w.t.Helper()
	s := w.current()
	s.Spec.Verification.RequestsPerSecond = 1000
	w.must(w.client.Update(context.Background(), s))
}

// elected makes a manager work only while it leads. The election's own writes are not counted.
func (w *world) elected(o *ctrl.Options) {
	o.LeaderElection, o.LeaderElectionID, o.LeaderElectionNamespace = true, "manager", w.name
	o.LeaderElectionReleaseOnCancel, o.LeaderElectionConfig = true, server.Config
	o.RetryPeriod = new(200 * time.Millisecond)
}

// versions returns the resource versions of all objects of the world.
func (w *world) versions() map[string]string {
	w.t.Helper()
	var list v1alpha1.CustomerIntegrationList
	w.must(w.client.List(context.Background(), &list, client.InNamespace(w.name)))
	versions := map[string]string{"supplier": w.current().ResourceVersion}
	for i := range list.Items {
		versions[list.Items[i].Name] = list.Items[i].ResourceVersion
	}
	return versions
}
