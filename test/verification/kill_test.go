package verification

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/test/apiserver"
)

// TestKilled kills the manager's process after Maskinporten's response, before and after the status is written. Another
// manager then brings the customer to the same state as an undisturbed one.
func TestKilled(t *testing.T) {
	undisturbed := func() v1alpha1.CustomerIntegrationStatus {
		w := newWorld(t, server.Client, time.Now, 6*time.Hour)
		key := w.addCustomer(tiger)
		w.delegate(tiger)
		w.runUntilVerified()
		return w.statusOf(key)
	}()
	cases := map[string]struct {
		reason  string
		written bool // before the kill
		asked   int  // by the second manager
	}{
		failpoint.CustomerAnswered: {reason: "the answer is lost and asked for again", written: false, asked: 1},
		failpoint.CustomerWritten:  {reason: "the answer was kept and no request is sent again", written: true, asked: 0},
	}
	for place, c := range cases {
		t.Run(place, func(t *testing.T) {
			w := newWorld(t, server.Client, time.Now, 6*time.Hour)
			key := w.addCustomer(tiger)
			w.delegate(tiger)
			w.start(place).AwaitKill()
			if n := w.tokenRequests(tiger); n != 1 {
				t.Errorf("asked %d times before the kill, want 1", n)
			}
			if written := len(w.customer(key).Status.Conditions) > 0; written != c.written {
				t.Errorf("%s: status written before the kill: %t, want %t", c.reason, written, c.written)
			}
			w.simulator.Recorder.Reset()
			w.runUntilVerified()
			if n := w.tokenRequests(tiger); n != c.asked {
				t.Errorf("%s: asked %d times after the kill, want %d", c.reason, n, c.asked)
			}
			if diff := cmp.Diff(undisturbed, w.statusOf(key), withoutTimes); diff != "" {
				t.Errorf("%s: another end state (-undisturbed +killed):\n%s", c.reason, diff)
			}
		})
	}
}

// statusOf returns the customer's status without the simulator's address, which differs between worlds.
func (w *world) statusOf(key client.ObjectKey) v1alpha1.CustomerIntegrationStatus {
	status := w.customer(key).Status
	status.Authority.Issuer = ""
	return status
}

// withoutTimes compares statuses but for their times.
var withoutTimes = cmpopts.IgnoreTypes(metav1.Time{}, &metav1.Time{})

// start starts the manager for the world's namespace. It kills itself at the failpoint place, unless that is "".
func (w *world) start(place string) *apiserver.Manager {
	w.t.Helper()
	return server.StartManager(w.t, w.name, place, "--sync-image=none")
}

// runUntilVerified runs the manager until it has reconciled the customer, and the customer and the Supplier are
// verified.
func (w *world) runUntilVerified() {
	w.t.Helper()
	m := w.start("")
	eventually(w.t, "a verified customer and Supplier", func() bool {
		return m.Log.Has("Reconciled") && w.verified("True Delegated") == 1 &&
			says(w.current().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved"
	})
	m.Stop()
}
