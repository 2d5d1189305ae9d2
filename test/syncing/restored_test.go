package syncing

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/interruption"
	"github.com/4human/integration-operator/internal/simulator"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/sample"
)

// setOutage starts or ends an outage of Maskinporten.
func (w *world) setOutage(is bool) {
	w.t.Helper()
	faults := simulator.Faults{}
	if is {
		faults.Outage = simwire.OutageServiceUnavailable
	}
	w.must(w.simulator.SetFaults(faults))
}

// bringBack restores an old status and CronJob, as a restore of etcd does. Handled requests stay handled.
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

// TestStatusComesBack restores the status and the CronJob from before a withdrawal while a manager runs. No run starts
// before the access is verified again, not in an outage either.
func TestStatusComesBack(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	was := m.tiger()
	m.clock.forward(moment)
	m.withdraw(tigerNumber)
	m.requestVerification()
	eventually(t, "Ready with DelegationWithdrawn",
		func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
	m.rest()

	m.setOutage(true)
	m.forget()
	m.bringBack(was)
	eventually(t, "a failed verification and a suspended CronJob",
		func() bool { return m.tokenRequests() > 0 && m.suspended() })
	m.rest()
	if !m.suspended() || len(m.jobs()) != 0 {
		t.Errorf("suspended: %t, with %d Jobs", m.suspended(), len(m.jobs()))
	}
	if got := m.ready(); got != "True Delegated" {
		t.Errorf("an outage is no answer: Ready %s", got)
	}

	m.setOutage(false)
	m.clock.forward(time.Minute)
	m.requestVerification()
	eventually(t, "the lost withdrawal", func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
}

// leaseRenewed sets the time at which a manager last renewed the Lease.
func (w *world) leaseRenewed(at time.Time) {
	w.t.Helper()
	var lease coordinationv1.Lease
	w.must(server.Client.Get(context.Background(),
		client.ObjectKey{Namespace: w.name, Name: "integration-operator.4human.no"}, &lease))
	lease.Spec.RenewTime = &metav1.MicroTime{Time: at}
	w.must(server.Client.Update(context.Background(), &lease))
}

// interrupt records that no manager led for long, as the election does before the next one leads.
func (w *world) interrupt() {
	w.t.Helper()
	r := &interruption.Recorder{
		Live: ownSuppliers{server.Client, w.name}, Client: server.Client, Now: w.clock.Now, Log: logr.Discard(),
	}
	w.must(r.Record(context.Background()))
}

// ownSuppliers lists the Suppliers of one world.
type ownSuppliers struct {
	client.Reader
	world string
}

func (o ownSuppliers) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	return o.Reader.List(ctx, list, append(options, client.MatchingLabels{worldLabel: o.world})...)
}

// outdated returns the status and the reason of the Supplier's VerificationOutdated.
func (w *world) outdated() string {
	return sample.StatusOf(w.supplier().Status.Conditions, v1alpha1.ConditionVerificationOutdated)
}

// TestLeaderAfterRestore starts a manager some time after the last one led. After ten minutes it sends no request.
// After two hours, as after a restore, no run starts before Maskinporten has responded.
func TestLeaderAfterRestore(t *testing.T) {
	w := newWorld(t, &clock{})
	w.delegate(tigerNumber)
	w.addTiger()
	first := w.startProcess("", "--leader-elect")
	first.until("jobs of the customer", w.started)
	first.Stop()
	w.leaseRenewed(time.Now().Add(-10 * time.Minute))
	w.simulator.Recorder.Reset()

	second := w.startProcess("", "--leader-elect")
	second.until("a second manager", func() bool { return true })
	pod := w.pod(w.job(w.firstJob()), working())
	token := w.boundToken(pod)
	second.Stop()
	if n := w.tokenRequests(); n != 0 || w.suspended() || w.outdated() != "" {
		t.Errorf("ten minutes: %d requests; suspended: %t; %s", n, w.suspended(), w.outdated())
	}

	w.leaseRenewed(time.Now().Add(-2 * time.Hour))
	w.withdraw(tigerNumber)
	w.setOutage(true)
	third := w.startProcess("", "--leader-elect")
	eventually(t, "a suspended CronJob",
		func() bool { return w.suspended() && w.outdated() == "True OperatorInterrupted" })
	w.expectPaused(third, pod, token)

	third.Stop()

	w.setOutage(false)
	fourth := w.startProcess("", "--leader-elect") // it still knows the interruption, and has no back-off
	eventually(t, "the lost withdrawal",
		func() bool { return w.ready() == "False DelegationWithdrawn" && len(w.jobs()) == 0 })
	w.requestVerification() // the Supplier counts when a customer changes, or a minute later
	eventually(t, "VerificationCurrent", func() bool { return w.outdated() == "False VerificationCurrent" })
	fourth.Stop()
}

// expectPaused checks that a run continues, and that the broker neither returns a token nor refuses access.
func (w *world) expectPaused(p *process, pod *corev1.Pod, token string) {
	w.t.Helper()
	if got := w.ready(); got != "True Delegated" || len(w.jobs()) != 1 {
		w.t.Errorf("Ready %s, with %d Jobs", got, len(w.jobs()))
	}
	if !w.find(pod.Name, &corev1.Pod{}) {
		w.t.Error("a run was stopped")
	}
	status, body, err := w.requestToken(p, token)
	if err != nil || status != http.StatusServiceUnavailable ||
		!strings.Contains(string(body), v1alpha1.ReasonOperatorInterrupted) {
		w.t.Errorf("the broker responds with %d %s, %v", status, body, err)
	}
}

// TestEtcdRestored restores etcd from before a withdrawal while a manager runs and Maskinporten is down. The manager
// ends, and the next one starts no run before Maskinporten has responded.
func TestEtcdRestored(t *testing.T) {
	w := newWorld(t, &clock{})
	w.delegate(tigerNumber)
	w.addTiger()
	first := w.startProcess("", "--leader-elect")
	first.until("jobs of the customer", w.started)
	first.Stop()
	w.leaseRenewed(time.Now().Add(-20 * time.Minute)) // the snapshot's age
	w.must(server.Snapshot())

	second := w.startProcess("", "--leader-elect")
	second.until("a second manager", func() bool { return true })
	w.withdraw(tigerNumber)
	w.requestVerification()
	eventually(t, "a withdrawal", func() bool { return w.ready() == "False DelegationWithdrawn" && w.suspended() })
	w.setOutage(true)
	w.must(server.Restore())
	if w.ready() != "True Delegated" || w.suspended() {
		t.Fatalf("etcd was not restored: Ready %s", w.ready())
	}
	select {
	case err := <-second.Ended:
		if err == nil {
			t.Error("the process ended without error")
		}
	case <-time.After(patience):
		t.Fatal("the process continues with an outdated cache")
	}

	third := w.startProcess("", "--leader-elect")
	eventually(t, "a suspended CronJob",
		func() bool { return w.suspended() && w.outdated() == "True OperatorInterrupted" })
	if got := w.ready(); got != "True Delegated" {
		t.Errorf("an outage is no answer: Ready %s", got)
	}
	third.Stop()
}
