package syncing

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// TestRestartWritesNothing checks that a second manager reconciles every object without a request to Maskinporten and
// without a write.
func TestRestartWritesNothing(t *testing.T) {
	t.Parallel()
	const customers = 200
	w := newWorld(t, &clock{})
	for _, number := range sample.Numbers(customers) {
		w.delegate(number)
		w.create(w.makeCustomer("c"+number, number))
	}
	first := w.startManager()
	eventually(t, "200 customers with jobs", func() bool { return w.flowing() == customers })
	eventually(t, "up-to-date caches", first.upToDate)
	first.end(t)
	if n := w.tokenRequests(); n != customers+1 {
		t.Errorf("%d requests to Maskinporten for %d customers and the supplier", n, customers)
	}
	others := first.writes.list()
	made := map[string]int{}
	for _, one := range others {
		made[one.String()]++
	}
	// A customer that has to wait first has one write more.
	const statuses = "patch customerintegrations/status"
	if n := made[statuses]; n < 2*customers || n > 3*customers {
		t.Errorf("the first manager wrote %d statuses of %d customers", n, customers)
	}
	delete(made, statuses)
	want := map[string]int{
		"create serviceaccounts": customers,
		"create cronjobs":        customers,
		"create jobs":            customers,
		"patch suppliers/status": 1,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("writes of the first manager (-want +made):\n%s", diff)
	}

	w.simulator.Recorder.Reset()
	second := w.startManager()
	eventually(t, "a reconcile of every object", func() bool {
		return second.reconciles("customerintegration") == customers && second.reconciles("supplier") == 1
	})
	second.end(t) // waits for running reconciles
	if n := w.tokenRequests(); n != 0 {
		t.Errorf("%d requests to Maskinporten by the second manager", n)
	}
	if events, others := second.writes.events(), second.writes.list(); len(events)+len(others) > 0 {
		t.Errorf("the second manager wrote: %v %v", events, others)
	}
}

// flowing counts the customers with access whose first Job exists and is in the status.
func (w *world) flowing() int {
	w.t.Helper()
	var list v1alpha1.CustomerIntegrationList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name)))
	var jobs batchv1.JobList
	w.must(server.Client.List(context.Background(), &jobs, client.InNamespace(w.name)))
	there := map[string]bool{}
	for i := range jobs.Items {
		there[jobs.Items[i].Name] = true
	}
	n := 0
	for i := range list.Items {
		status := list.Items[i].Status
		if sample.StatusOf(status.Conditions, v1alpha1.ConditionReady) == "True Delegated" &&
			there[status.Services[0].Sync.FirstJobName] {
			n++
		}
	}
	return n
}
