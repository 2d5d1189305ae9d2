package syncing

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// requests counts the requests of a manager by verb and resource, with events and without watches.
type requests struct {
	mu  sync.Mutex
	all map[string]int
}

// count returns a configuration that counts requests.
func (q *requests) count(c *rest.Config) *rest.Config {
	c = rest.CopyConfig(c)
	c.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if !r.URL.Query().Has("watch") && r.URL.Path != "/api" && r.URL.Path != "/apis" {
				q.add(r)
			}
			return next.RoundTrip(r)
		})
	})
	return c
}

func (q *requests) add(r *http.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.all == nil {
		q.all = map[string]int{}
	}
	resource, _ := target(r.URL.Path)
	q.all[verb(r)+" "+resource]++
}

// take returns the counts since the last take, without those of the Supplier.
func (q *requests) take() map[string]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.all
	delete(taken, "patch suppliers/status")
	q.all = nil
	return taken
}

// TestRequestsOfRollOut pins the requests for a new customer with access: its status with the access, the objects that
// run its jobs, its status with these, and one event. Nothing is read. The costs of ten thousand customers follow from
// these counts, so a change of them is a decision: see docs/performance.md.
func TestRequestsOfRollOut(t *testing.T) {
	const customers = 5
	w := newWorld(t, fixedClock())
	counted := &requests{}
	m := w.startManagerWith(counted.count(server.Config))
	counted.take()
	for i, number := range sample.Numbers(customers) {
		w.delegate(number)
		w.create(w.makeCustomer(fmt.Sprintf("customer-%d", i), number))
	}
	eventually(t, "customers with jobs", func() bool {
		return w.countReady() == customers && m.reconciles("customerintegration") == customers && m.idle()
	})
	m.awaitEvents()
	want := map[string]int{
		"patch customerintegrations/status": 2 * customers,
		"create serviceaccounts":            customers,
		"create cronjobs":                   customers,
		"create jobs":                       customers,
		"create events":                     customers,
	}
	if diff := cmp.Diff(want, counted.take()); diff != "" {
		t.Errorf("requests of %d customers (-want +got):\n%s", customers, diff)
	}
	for i := range customers {
		if n := m.reconcilesOf(fmt.Sprintf("customer-%d", i)); n != 1 {
			t.Errorf("customer-%d was reconciled %d times, want once", i, n)
		}
	}
}

// countReady counts the customers that are Ready and whose first run was started.
func (w *world) countReady() int {
	w.t.Helper()
	var all v1alpha1.CustomerIntegrationList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	n := 0
	for i := range all.Items {
		status := &all.Items[i].Status
		if sample.StatusOf(status.Conditions, v1alpha1.ConditionReady) == "True Delegated" &&
			status.Services[0].Sync.FirstJobName != "" {
			n++
		}
	}
	return n
}
