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

// TestRequestMakesARun asks for a verification: it is answered, and makes one run at once, once for each request.
func TestRequestMakesARun(t *testing.T) {
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	for i, value := range []string{"1", "2"} {
		m.clock.forward(time.Minute) // the pace of runs that are asked for
		m.rest()
		m.forget()
		name := naming.RequestedJob(tiger, plans, value)
		m.ask()
		eventually(t, "a requested run", func() bool { return m.sync().RequestedJobName == name })
		m.expect("the answer, and the Job, each once", work{
			Writes: map[string]int{"patch customerintegrations/status": 2, "create jobs": 1}, Asked: 1,
		})
		if n := len(m.jobs()); n != 2+i {
			t.Errorf("%d Jobs, want %d", n, 2+i)
		}
		m.run(m.job(name), good)
		eventually(t, "a run that is counted", func() bool { return m.sync().LastRun.JobUID == string(m.job(name).UID) })
	}

	m.remove(m.job(naming.RequestedJob(tiger, plans, "2")))
	m.rest()
	m.forget()
	m.rest()
	m.end(t)
	m = m.startManager()
	m.expect("a request is over, though its Job is gone", work{})
}

// TestRequestWaitsForAnAnswer asks while Maskinporten does not answer for the customer: the run comes with the answer.
func TestRequestWaitsForAnAnswer(t *testing.T) {
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	m.must(m.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
		{Consumers: []string{tigerNumber}, AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageConnectionReset}},
	}}}))
	m.ask()
	eventually(t, "a question that fails", func() bool { return m.tokenRequests() > 0 })
	m.rest()
	if n := len(m.jobs()); n != 1 {
		t.Errorf("%d Jobs, want the first one alone", n)
	}
	m.must(m.simulator.SetFaults(simulator.Faults{}))
	m.ask()
	eventually(t, "a requested run", func() bool { return m.sync().RequestedJobName == naming.RequestedJob(tiger, plans, "2") })
	m.rest()
	if n := len(m.jobs()); n != 2 {
		t.Errorf("%d Jobs, want one for the request that was answered", n)
	}
}

// TestRequestsOfWaitingCustomersMakeNoRun asks while there is no access, and while data may not flow: when it flows there
// is the first run and no other.
func TestRequestsOfWaitingCustomersMakeNoRun(t *testing.T) {
	m := newWorld(t, standing()).startManager()
	m.addTiger()
	eventually(t, "a customer who is waited for", func() bool { return m.ready() == "False AwaitingDelegation" })
	m.ask()
	eventually(t, "an answer", func() bool { return m.tiger().Status.LastHandledReconcileAt == "1" })
	m.clock.forward(moment)
	m.delegate(tigerNumber)
	m.ask()
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	checkFirstJob(t, m.world)

	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncDisabled })
	eventually(t, "stopped jobs", func() bool { return m.suspended() && len(m.jobs()) == 0 })
	m.ask()
	eventually(t, "an answer", func() bool { return m.tiger().Status.LastHandledReconcileAt == "3" })
	m.clock.forward(moment)
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncEnabled })
	eventually(t, "a CronJob that goes on", func() bool { return m.ready() == "True Delegated" && !m.suspended() })
	m.rest()
	if jobs := m.jobs(); len(jobs) != 0 {
		t.Errorf("Jobs for a request that is over: %v", names(jobs))
	}
}

// TestRequestStorm asks four times a second while a run is under way: no Job is made beside it, a few afterwards, one after the
// other, and the last value is the one that is honoured.
func TestRequestStorm(t *testing.T) {
	m := startGranted(t)
	m.simulator.Recorder.Reset()
	const values = 20
	for range values {
		m.clock.forward(250 * time.Millisecond)
		m.ask()
		m.rest()
	}
	if jobs := m.jobs(); len(jobs) != 1 {
		t.Errorf("Jobs beside the one that runs: %v", names(jobs))
	}
	if n := m.tokenRequests(); n > 5 {
		t.Errorf("%d requests in five seconds", n)
	}
	m.clock.forward(time.Minute)
	m.ask() // what is due by a clock that stands needs something that wakes the customer
	last := strconv.Itoa(values + 1)
	eventually(t, "the last value acknowledged", func() bool { return m.tiger().Status.LastHandledReconcileAt == last })
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
