package syncing

import (
	"strconv"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestRequestMakesARun checks that each requested verification starts one run.
func TestRequestMakesARun(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	for i, value := range []string{"1", "2"} {
		m.clock.forward(time.Minute) // the pace of requested runs
		m.rest()
		m.forget()
		name := naming.RequestedJob(tiger, plans, value)
		m.requestVerification()
		eventually(t, "a requested run", func() bool { return m.sync().RequestedJobName == name })
		m.expect("the verification and the Job, once each", work{
			Writes: map[string]int{"patch customerintegrations/status": 2, "create jobs": 1}, Requests: 1,
		})
		if n := len(m.jobs()); n != 2+i {
			t.Errorf("%d Jobs, want %d", n, 2+i)
		}
		m.run(m.job(name), good)
		eventually(t, "a counted run", func() bool { return m.sync().LastRun.JobUID == string(m.job(name).UID) })
	}

	m.remove(m.job(naming.RequestedJob(tiger, plans, "2")))
	m.rest()
	m.forget()
	m.rest()
	m.end(t)
	m = m.startManager()
	m.expect("a handled request starts no other run", work{})
}

// TestRequestWaitsForAnAnswer checks that a requested run waits until Maskinporten responds.
func TestRequestWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	m.must(m.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
		{Consumers: []string{tigerNumber}, AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageConnectionReset}},
	}}}))
	m.requestVerification()
	eventually(t, "a failed verification", func() bool { return m.tokenRequests() > 0 })
	m.rest()
	if n := len(m.jobs()); n != 1 {
		t.Errorf("%d Jobs, want the first one alone", n)
	}
	m.must(m.simulator.SetFaults(simulator.Faults{}))
	m.requestVerification()
	eventually(t, "a requested run",
		func() bool { return m.sync().RequestedJobName == naming.RequestedJob(tiger, plans, "2") })
	m.rest()
	if n := len(m.jobs()); n != 2 {
		t.Errorf("%d Jobs, want one for the verified request", n)
	}
}

// TestRequestsOfWaitingCustomersMakeNoRun checks that requests without access, or while sync is not allowed, start no
// run in addition to the first one.
func TestRequestsOfWaitingCustomersMakeNoRun(t *testing.T) {
	t.Parallel()
	m := newWorld(t, fixedClock()).startManager()
	m.addTiger()
	eventually(t, "Ready with AwaitingDelegation", func() bool { return m.ready() == "False AwaitingDelegation" })
	m.requestVerification()
	eventually(t, "a handled request", func() bool { return m.tiger().Status.LastHandledReconcileAt == "1" })
	m.clock.forward(moment)
	m.delegate(tigerNumber)
	m.requestVerification()
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	checkFirstJob(t, m.world)

	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncDisabled })
	eventually(t, "stopped jobs", func() bool { return m.suspended() && len(m.jobs()) == 0 })
	m.requestVerification()
	eventually(t, "a handled request", func() bool { return m.tiger().Status.LastHandledReconcileAt == "3" })
	m.clock.forward(moment)
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncEnabled })
	eventually(t, "a resumed CronJob", func() bool { return m.ready() == "True Delegated" && !m.suspended() })
	m.rest()
	if jobs := m.jobs(); len(jobs) != 0 {
		t.Errorf("Jobs for a handled request: %v", names(jobs))
	}
}

// TestRequestStorm requests four verifications a second while a run is active. No other Job starts beside it, and the
// last request gets its run.
func TestRequestStorm(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.simulator.Recorder.Reset()
	const values = 20
	for range values {
		m.clock.forward(250 * time.Millisecond)
		m.requestVerification()
		m.rest()
	}
	if jobs := m.jobs(); len(jobs) != 1 {
		t.Errorf("Jobs beside the active one: %v", names(jobs))
	}
	if n := m.tokenRequests(); n > 5 {
		t.Errorf("%d requests in five seconds", n)
	}
	m.clock.forward(time.Minute)
	m.requestVerification() // wakes the customer: the fixed clock fires no timer
	last := strconv.Itoa(values + 1)
	eventually(t, "the last request to be handled", func() bool { return m.tiger().Status.LastHandledReconcileAt == last })
	m.run(m.job(m.firstJob()), good)
	want := naming.RequestedJob(tiger, plans, last)
	eventually(t, "a run for the last value", func() bool { return m.sync().RequestedJobName == want })
	m.rest()
	if jobs := m.jobs(); len(jobs) != 2 {
		t.Errorf("Jobs of a storm: %v, want the first one and one for the last value", names(jobs))
	}
}

func names(jobs []batchv1.Job) []string {
	var all []string
	for i := range jobs {
		all = append(all, jobs[i].Name)
	}
	return all
}
