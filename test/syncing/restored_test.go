package syncing

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/fixture"
)

// down lets Maskinporten fail, or mends it.
func (w *world) down(is bool) {
	w.t.Helper()
	faults := simulator.Faults{}
	if is {
		faults.Outage = simwire.OutageServiceUnavailable
	}
	w.must(w.simulator.SetFaults(faults))
}

// bringBack writes a status and a CronJob as they were, as a restore of etcd does. What was requested stays handled.
func (w *world) bringBack(was *v1alpha1.CustomerIntegration) {
	w.t.Helper()
	is := w.tiger()
	status := was.Status.DeepCopy()
	status.LastHandledReconcileAt = is.Status.LastHandledReconcileAt
	is.Status = *status
	w.must(server.Client.Status().Update(context.Background(), is))
	cronJob := w.cronJob()
	before := cronJob.DeepCopy()
	cronJob.Spec.Suspend = new(false)
	w.must(server.Client.Patch(context.Background(), cronJob, client.MergeFrom(before)))
}

// TestStatusComesBack brings the status and the CronJob of a customer who has withdrawn back to what they were, below a
// manager that runs: nothing starts until the access has been verified again, and an outage does not change that.
func TestStatusComesBack(t *testing.T) {
	m := startGranted(t)
	was := m.tiger()
	m.clock.forward(moment)
	m.withdraw(tigerNumber)
	m.ask()
	eventually(t, "a withdrawal that is told", func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
	m.rest()

	m.down(true)
	m.forget()
	m.bringBack(was)
	eventually(t, "a request that fails, and a CronJob that is suspended", func() bool { return m.tokenRequests() > 0 && m.suspended() })
	m.rest()
	if !m.suspended() || len(m.jobs()) != 0 {
		t.Errorf("suspended: %t, with %d Jobs", m.suspended(), len(m.jobs()))
	}
	if got := m.ready(); got != "True Delegated" {
		t.Errorf("an outage is no answer: Ready %s", got)
	}

	m.down(false)
	m.clock.forward(time.Minute)
	m.ask()
	eventually(t, "the withdrawal that was lost", func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
}

// leaseRenewed writes when a manager last led.
func (w *world) leaseRenewed(at time.Time) {
	w.t.Helper()
	var lease coordinationv1.Lease
	w.must(server.Client.Get(context.Background(), client.ObjectKey{Namespace: w.name, Name: "integration-operator.4human.no"}, &lease))
	lease.Spec.RenewTime = &metav1.MicroTime{Time: at}
	w.must(server.Client.Update(context.Background(), &lease))
}

// outdated returns what VerificationOutdated says of the Supplier.
func (w *world) outdated() string {
	return fixture.Says(w.supplier().Status.Conditions, v1alpha1.ConditionVerificationOutdated)
}

// TestLeaderAfterRestore starts a manager's process where another one last led some time ago. After ten minutes it asks
// nobody. After two hours, which a restored snapshot looks like, no run starts before Maskinporten has answered.
func TestLeaderAfterRestore(t *testing.T) {
	w := newWorld(t, &clock{})
	w.delegate(tigerNumber)
	w.addTiger()
	first := w.startProcess("", "--leader-elect")
	first.until("jobs of the customer", w.started)
	first.stop()
	w.leaseRenewed(time.Now().Add(-10 * time.Minute))
	w.simulator.Recorder.Reset()

	second := w.startProcess("", "--leader-elect")
	second.until("a second manager", func() bool { return true })
	pod := w.pod(w.job(w.firstJob()), working())
	token := w.boundToken(pod)
	second.stop()
	if n := w.tokenRequests(); n != 0 || w.suspended() || w.outdated() != "" {
		t.Errorf("ten minutes: asked %d times; suspended: %t; %s", n, w.suspended(), w.outdated())
	}

	w.leaseRenewed(time.Now().Add(-2 * time.Hour))
	w.withdraw(tigerNumber)
	w.down(true)
	third := w.startProcess("", "--leader-elect")
	eventually(t, "a suspended CronJob", func() bool { return w.suspended() && w.outdated() == "True OperatorInterrupted" })
	w.expectPaused(third, pod, token)

	third.stop()

	w.down(false)
	fourth := w.startProcess("", "--leader-elect") // it still knows of the interruption, and has no retry to wait for
	eventually(t, "the withdrawal that was lost", func() bool { return w.ready() == "False DelegationWithdrawn" && len(w.jobs()) == 0 })
	w.ask() // counts are taken when a customer changes, or a minute later
	eventually(t, "a Supplier that says so", func() bool { return w.outdated() == "False VerificationCurrent" })
	fourth.stop()
}

// expectPaused sees that a run goes on, and gets no token and no refusal.
func (w *world) expectPaused(p *process, pod *corev1.Pod, token string) {
	w.t.Helper()
	if got := w.ready(); got != "True Delegated" || len(w.jobs()) != 1 {
		w.t.Errorf("Ready %s, with %d Jobs", got, len(w.jobs()))
	}
	if !w.find(pod.Name, &corev1.Pod{}) {
		w.t.Error("a run was stopped")
	}
	status, body, err := w.askBroker(p, token)
	if err != nil || status != http.StatusServiceUnavailable || !strings.Contains(string(body), v1alpha1.ReasonOperatorInterrupted) {
		w.t.Errorf("the token broker answers %d %s, %v", status, body, err)
	}
}

// TestEtcdRestored restores etcd from before a withdrawal, below a manager's process that runs. Maskinporten is down: the
// process ends, and the next one starts nothing before Maskinporten has answered.
func TestEtcdRestored(t *testing.T) {
	w := newWorld(t, &clock{})
	w.delegate(tigerNumber)
	w.addTiger()
	first := w.startProcess("", "--leader-elect")
	first.until("jobs of the customer", w.started)
	first.stop()
	w.leaseRenewed(time.Now().Add(-20 * time.Minute)) // the snapshot's age
	w.must(server.Snapshot())

	second := w.startProcess("", "--leader-elect")
	second.until("a second manager", func() bool { return true })
	w.withdraw(tigerNumber)
	w.ask()
	eventually(t, "a withdrawal", func() bool { return w.ready() == "False DelegationWithdrawn" && w.suspended() })
	w.down(true)
	w.must(server.Restore())
	if w.ready() != "True Delegated" || w.suspended() {
		t.Fatalf("etcd was not restored: Ready %s", w.ready())
	}
	select {
	case err := <-second.ended:
		if err == nil {
			t.Error("the process ended as if it had been told to")
		}
	case <-time.After(patience):
		t.Fatal("the process goes on with a cache of what is no longer there")
	}

	third := w.startProcess("", "--leader-elect")
	eventually(t, "a suspended CronJob", func() bool { return w.suspended() && w.outdated() == "True OperatorInterrupted" })
	if got := w.ready(); got != "True Delegated" {
		t.Errorf("an outage is no answer: Ready %s", got)
	}
	third.stop()
}
