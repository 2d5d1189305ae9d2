package syncing

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestWithdrawalStopsJobs checks the order of a withdrawal: the status, by which the broker refuses, then the
// suspension of the CronJob, then the deletion of active Jobs. A Job that has ended stays.
func TestWithdrawalStopsJobs(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	first := m.firstJob()
	m.run(m.job(first), good)
	m.pod(m.schedule(), working())
	eventually(t, "SyncHealthy with SyncSucceeded", func() bool { return m.healthy() == "True SyncSucceeded" })
	under := m.schedule()
	m.rest()
	m.forget()

	m.clock.forward(moment)
	m.withdraw(tigerNumber)
	m.requestVerification()
	eventually(t, "Ready with DelegationWithdrawn", func() bool { return m.ready() == "False DelegationWithdrawn" })
	m.expect("each object is written once", work{
		Writes: map[string]int{"patch customerintegrations/status": 1, "patch cronjobs": 1, "delete jobs": 2},
		// for the customer and for the supplier
		Events: []string{"DelegationWithdrawn", "RunStopped", "RunStopped"}, Requests: 2,
	})
	written := m.writes.list()
	var order []string
	for _, one := range written {
		order = append(order, one.String())
	}
	want := []string{"patch customerintegrations/status", "patch cronjobs", "delete jobs", "delete jobs"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	for _, one := range written {
		if one.verb == "delete" {
			checkDeletion(t, one)
		}
	}
	if m.find(under.Name, under) {
		t.Error("an active Job exists")
	}
	if jobs := m.jobs(); len(jobs) != 1 || jobs[0].Name != first {
		t.Errorf("%d Jobs, want the one that has ended", len(jobs))
	}
	if !m.suspended() {
		t.Error("the CronJob is not suspended")
	}
	if got := m.healthy(); got != "Unknown NotSyncing" {
		t.Errorf("SyncHealthy %s", got)
	}
	if got := m.sync(); got.ActiveSince != nil || got.LastSuccessTime == nil {
		t.Errorf("sync status %+v; want no activeSince, and the last success", got)
	}
}

// checkDeletion checks that a deletion also deletes dependents: by the API's default a Job's pods would be orphaned.
func checkDeletion(t *testing.T, deletion write) {
	t.Helper()
	var options metav1.DeleteOptions
	if err := json.Unmarshal([]byte(deletion.body), &options); err != nil {
		t.Fatal(err)
	}
	if options.PropagationPolicy == nil || *options.PropagationPolicy != metav1.DeletePropagationBackground {
		t.Errorf("%s %s: %s: no background propagation", deletion, deletion.name, deletion.body)
	}
	if options.Preconditions == nil || options.Preconditions.UID == nil {
		t.Errorf("%s %s: %s: no UID as precondition", deletion, deletion.name, deletion.body)
	}
}

// TestDelegatedAgain checks that renewed access resumes the CronJob and starts another first run.
func TestDelegatedAgain(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	before := m.cronJob()
	first := m.firstJob()
	m.run(m.job(first), failed(runreport.NAVError))
	for range 2 {
		m.clock.forward(moment)
		m.withdraw(tigerNumber)
		m.requestVerification()
		eventually(t, "Ready with DelegationWithdrawn",
			func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
		m.rest()
		m.forget()

		m.clock.forward(moment)
		m.delegate(tigerNumber)
		m.requestVerification()
		eventually(t, "jobs of the customer", m.started)
		m.expect("the CronJob resumes without CronJobRestored, and another first Job starts", work{
			Writes: map[string]int{"patch customerintegrations/status": 2, "patch cronjobs": 1, "create jobs": 1},
			Events: []string{"Delegated"}, Requests: 1,
		})
		if m.firstJob() == first {
			t.Fatalf("the first Job has the name %s again", first)
		}
		first = m.firstJob()
		m.job(first)
		if got := m.healthy(); got != "Unknown NoRunYet" {
			t.Errorf("SyncHealthy %s, although runs before the withdrawal do not count", got)
		}
		if got := m.sync().Failures; got != 0 {
			t.Errorf("%d failures from before the withdrawal", got)
		}
		after := m.cronJob()
		if diff := cmp.Diff(before.Spec, after.Spec); diff != "" || after.UID != before.UID {
			t.Errorf("the CronJob changed (-before +after):\n%s", diff)
		}
	}
}

// TestSuspendAndResume checks that suspending a customer stops its jobs, and that they resume without another first
// Job.
func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	first := m.firstJob()
	m.run(m.job(first), good)
	eventually(t, "SyncHealthy with SyncSucceeded", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.remove(m.job(first)) // as the CronJob controller does with all but the last
	m.schedule()
	m.rest()
	m.forget()

	m.clock.forward(moment)
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = true })
	eventually(t, "a suspended customer", func() bool { return m.ready() == "False Suspended" })
	m.expect("suspended: no verification", work{
		Writes: map[string]int{"patch customerintegrations/status": 1, "patch cronjobs": 1, "delete jobs": 1},
		Events: []string{"Suspended", "RunStopped"},
	})
	if !m.suspended() {
		t.Error("the CronJob is not suspended")
	}

	m.clock.forward(moment)
	m.forget()
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = false })
	eventually(t, "a resumed customer", func() bool { return m.ready() == "True Delegated" })
	m.expect("resumed: no verification and no new Job", work{
		Writes: map[string]int{"patch customerintegrations/status": 2, "patch cronjobs": 1}, Events: []string{"Delegated"},
	})
	if m.suspended() || m.firstJob() != first || len(m.jobs()) != 0 {
		t.Errorf("the CronJob is suspended: %t; the first Job %s, want %s; %d Jobs", m.suspended(), m.firstJob(), first,
			len(m.jobs()))
	}
}

// TestOutageStopsNothing checks that no outage of Maskinporten during a verification stops jobs.
func TestOutageStopsNothing(t *testing.T) {
	t.Parallel()
	for _, outage := range []simwire.Outage{
		simwire.OutageServiceUnavailable, simwire.OutageTooManyRequests, simwire.OutageForbiddenHTML,
		simwire.OutageConnectionReset,
	} {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			m.schedule()
			m.rest()
			m.forget()
			m.must(m.simulator.SetFaults(simulator.Faults{
				Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{Outage: outage}},
			}))
			m.requestVerification()
			eventually(t, "a failed verification", func() bool { return m.tokenRequests() > 0 })
			writes, recorded := m.did().Writes, 0
			if m.tiger().Status.PendingReconcileAt != "" {
				recorded = 1 // the pending request
			}
			for what, n := range writes {
				switch {
				case what == "patch suppliers/status":
				case what == "patch customerintegrations/status" && n <= recorded:
				default:
					t.Errorf("%s: %s, %d times", outage, what, n)
				}
			}
			if m.suspended() || len(m.jobs()) != 2 || m.ready() != "True Delegated" {
				t.Errorf("%s: suspended: %t, %d Jobs, Ready %s", outage, m.suspended(), len(m.jobs()), m.ready())
			}
		})
	}
}
