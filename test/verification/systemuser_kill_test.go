package verification

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/failpoint"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

// TestKilledWhileAsking kills the manager's process after Altinn has accepted a request, before and after the status
// has it: the next manager finds that request, and the customer receives one.
func TestKilledWhileAsking(t *testing.T) {
	for place, written := range map[string]bool{failpoint.CustomerAnswered: false, failpoint.CustomerWritten: true} {
		t.Run(place, func(t *testing.T) {
			w := newSystemUserWorld(t, server.Client, time.Now)
			key := w.addCustomer(tiger)
			w.wants(key, notes)
			w.start(place).AwaitKill()
			asked := w.simulator.Altinn.SystemUserRequests()
			if len(asked) != 1 {
				t.Fatalf("%d requests at the time of the kill, want 1", len(asked))
			}
			if got := len(w.customer(key).Status.Conditions) > 0; got != written {
				t.Errorf("status written before the kill: %t, want %t", got, written)
			}
			w.runUntilAwaiting(key)
			if diff := cmp.Diff(asked, w.simulator.Altinn.SystemUserRequests()); diff != "" {
				t.Errorf("requests at Altinn (-before +after the second manager):\n%s", diff)
			}
			a := w.access(key, notes)
			if a.RequestID != asked[0].ID || a.ConfirmURL != asked[0].ConfirmURL {
				t.Errorf("waits for %s at %s, want %s at %s", a.RequestID, a.ConfirmURL, asked[0].ID, asked[0].ConfirmURL)
			}
			if n := len(w.openRequests(simaltinn.RequestCreation)); n != 1 {
				t.Errorf("%d open requests", n)
			}
		})
	}
}

// runUntilAwaiting runs the manager until the customer's status is AwaitingApproval.
func (w *world) runUntilAwaiting(key client.ObjectKey) {
	w.t.Helper()
	m := w.start("")
	eventually(w.t, "a customer that waits", func() bool {
		return m.Log.Has("Reconciled") && w.access(key, notes).ConfirmURL != ""
	})
	m.Stop()
}
