package syncing

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
)

var good = runreport.Report{Outcome: runreport.Succeeded}

func failed(reason runreport.Reason) runreport.Report {
	return runreport.Report{Outcome: runreport.Failed, Reason: reason}
}

// plansOpen is the report of a run that found so many plans whose fate is unknown.
func plansOpen(n int32) runreport.Report {
	return runreport.Report{Outcome: runreport.Succeeded, OpenUnknown: &n}
}

// TestRunIsCountedOnce lets a run end well, and then everything be seen again: by watch events, and by another manager.
func TestRunIsCountedOnce(t *testing.T) {
	m := startGranted(t)
	job := m.job(m.firstJob())
	m.forget()
	m.run(job, good)
	eventually(t, "a healthy customer", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.expect("one write tells all of a run", work{
		Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncSucceeded"},
	})
	now := metav1.NewTime(m.clock.Now())
	before := m.sync()
	want := v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: now, JobUID: string(job.UID)}
	if diff := cmp.Diff(want, before.LastRun); diff != "" {
		t.Errorf("the last run (-want +got):\n%s", diff)
	}
	if !before.LastSuccessTime.Equal(&now) || !m.tiger().Status.LastSyncTime.Equal(&now) {
		t.Errorf("last success %s, lastSyncTime %s, want %s", before.LastSuccessTime, m.tiger().Status.LastSyncTime, now)
	}
	if got := m.ready(); got != "True Delegated" {
		t.Errorf("Ready %s", got)
	}

	m.clock.forward(moment)
	m.forget()
	m.annotate(m.job(job.Name))
	m.must(server.Client.Delete(context.Background(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: m.name, Name: job.Name + "-x7k2p"}}))
	m.expect("a run that is seen again is no other run", work{})
	m.end(t)
	m = m.startManager()
	m.expect("nor is it for another manager", work{})
	if diff := cmp.Diff(before, m.sync()); diff != "" {
		t.Errorf("what is known of the jobs has changed (-before +after):\n%s", diff)
	}
}

// TestRunsOfAManagerThatWasAway lets runs end while no manager is there: each is counted by the next one.
func TestRunsOfAManagerThatWasAway(t *testing.T) {
	m := startGranted(t)
	m.end(t)
	m.run(m.job(m.firstJob()), failed(runreport.NAVError))
	m.run(m.schedule(), failed(runreport.NAVError))
	m.run(m.schedule(), failed(runreport.HRMUnreachable))
	m = m.startManager()
	eventually(t, "a customer whose jobs fail", func() bool { return m.healthy() == "False SyncFailing" })
	m.rest()
	if got := m.sync(); got.Failures != 3 || got.LastRun.Reason != string(runreport.HRMUnreachable) {
		t.Errorf("%d failures, the last one with %s: want 3, HRMUnreachable", got.Failures, got.LastRun.Reason)
	}
}

// TestHealth lets runs end one after the other.
func TestHealth(t *testing.T) {
	type step struct {
		report   runreport.Report
		healthy  string
		ready    string
		failures int32
		events   []string
		silent   bool // nothing is written of it
	}
	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"failing": {reason: "the third failure in a row is told, and a success heals", steps: []step{
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"SyncSucceeded"}},
			{report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1, events: []string{"SyncRetrying"}},
			{report: failed(runreport.HRMUnreachable), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 2},
			{report: failed(runreport.HRMUnauthorized), healthy: "False SyncFailing", ready: "False SyncFailing", failures: 3, events: []string{"SyncFailing"}},
			{report: failed(runreport.HRMUnauthorized), healthy: "False SyncFailing", ready: "False SyncFailing", failures: 4},
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"Delegated", "SyncSucceeded"}},
		}},
		"now-and-then": {reason: "a success between failures starts the count anew", steps: []step{
			{report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1, events: []string{"SyncRetrying"}},
			{report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 2},
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"SyncSucceeded"}},
			{report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1, events: []string{"SyncRetrying"}},
		}},
		"no-token": {reason: "that we have no token to give is told on the Supplier, not on each of its customers", steps: []step{
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"SyncSucceeded"}},
			{report: failed(runreport.BrokerUnavailable), healthy: "True SyncSucceeded", ready: "True Delegated", silent: true},
			{report: failed(runreport.BrokerUnavailable), healthy: "True SyncSucceeded", ready: "True Delegated", silent: true},
			{report: failed(runreport.BrokerUnavailable), healthy: "True SyncSucceeded", ready: "True Delegated", silent: true},
		}},
		"unsettled": {reason: "what a person must settle is told until a run counts none, also by runs that did not ask", steps: []step{
			{report: plansOpen(2), healthy: "False PlansUnsettled", ready: "False PlansUnsettled", events: []string{"PlansUnsettled"}},
			{report: failed(runreport.NAVError), healthy: "False PlansUnsettled", ready: "False PlansUnsettled", failures: 1},
			{report: plansOpen(1), healthy: "False PlansUnsettled", ready: "False PlansUnsettled"},
			{report: plansOpen(0), healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"Delegated", "SyncSucceeded"}},
		}},
		"mismatch": {reason: "somebody else's HRM solution is told at the first run, and healed by the next that is well", steps: []step{
			{report: failed(runreport.HRMOrganizationMismatch), healthy: "False HRMOrganizationMismatch", ready: "False HRMOrganizationMismatch", failures: 1, events: []string{"HRMOrganizationMismatch"}},
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"Delegated", "SyncSucceeded"}},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			job := m.job(m.firstJob())
			for i, s := range c.steps {
				m.forget()
				m.run(job, s.report)
				want := work{Events: s.events}
				if !s.silent {
					want.Writes = map[string]int{"patch customerintegrations/status": 1}
				}
				m.expect(c.reason, want)
				if healthy, ready := m.healthy(), m.ready(); healthy != s.healthy || ready != s.ready {
					t.Errorf("%s: run %d: SyncHealthy %s, Ready %s; want %s, %s", c.reason, i+1, healthy, ready, s.healthy, s.ready)
				}
				got := m.sync()
				if counted := got.LastRun.JobUID == string(job.UID); counted == s.silent {
					t.Errorf("%s: run %d: counted: %t", c.reason, i+1, counted)
				}
				if got.Failures != s.failures || (!s.silent && got.LastRun.Reason != string(s.report.Reason)) {
					t.Errorf("%s: run %d: %d failures, reason %q; want %d, %q",
						c.reason, i+1, got.Failures, got.LastRun.Reason, s.failures, s.report.Reason)
				}
				if m.suspended() {
					t.Errorf("%s: run %d: a failure stopped the jobs", c.reason, i+1)
				}
				job = m.schedule()
			}
		})
	}
}

// TestPodsThatCannotStart lets the pod of a run wait for what does not come by itself, and then start after all.
func TestPodsThatCannotStart(t *testing.T) {
	cases := map[string]struct {
		reason string
		hinder string
	}{
		"config": {reason: "something that it mounts or names is not there", hinder: "CreateContainerConfigError"},
		"never":  {reason: "the image is not on the node, and may not be pulled", hinder: "ErrImageNeverPull"},
		"pull":   {reason: "the image cannot be pulled", hinder: "ImagePullBackOff"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			m.forget()
			pod := m.pod(m.job(m.firstJob()), waiting(c.hinder))
			eventually(t, "a customer whose pod does not start", func() bool { return m.ready() == "False SyncPodNotStarting" })
			m.expect(c.reason, work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncPodNotStarting"},
			})
			if got := message(m.world, v1alpha1.ConditionSyncHealthy); !strings.Contains(got, c.hinder) {
				t.Errorf("%s: the message does not say %s: %s", c.reason, c.hinder, got)
			}
			m.setPod(pod, working())
			eventually(t, "a customer whose pod runs", func() bool { return m.ready() == "True Delegated" })
			if got := m.healthy(); got != "Unknown NoRunYet" {
				t.Errorf("%s: it runs: SyncHealthy %s", c.reason, got)
			}
		})
	}
}

// TestRunsWithoutReport lets runs end that say nothing, or nothing that is believed: a reason comes from the pod, and
// free text from nowhere.
func TestRunsWithoutReport(t *testing.T) {
	const secret = "a certain person is ill"
	cases := map[string]struct {
		reason  string
		status  *corev1.PodStatus // nil: there is no pod any more
		job     bool              // whether the Job succeeded
		outcome v1alpha1.SyncOutcome
		want    string
	}{
		"oom":       {reason: "the kernel killed it", status: new(ended(false, corev1.ContainerStateTerminated{Reason: "OOMKilled"})), want: "OOMKilled"},
		"free-text": {reason: "a message of its own is not a report", status: new(ended(false, corev1.ContainerStateTerminated{Message: secret})), want: "NoReport"},
		"free-reason": {
			reason: "nor is a reason of its own", want: "NoReport",
			status: new(ended(false, corev1.ContainerStateTerminated{Message: `{"outcome":"Failed","reason":"` + secret + `"}`})),
		},
		"evicted": {
			reason: "the node was full", want: "Evicted",
			status: &corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: secret},
		},
		"never-ran": {
			reason: "its image never came", want: "NeverStarted",
			status: &corev1.PodStatus{Phase: corev1.PodFailed, Reason: "DeadlineExceeded", Message: secret},
		},
		"contradiction": {
			reason: "it says that it did well, and its exit says otherwise", want: "NoReport",
			status: new(ended(false, corev1.ContainerStateTerminated{Message: `{"outcome":"Succeeded","rejected":0,"unknown":0}`})),
		},
		"gone":      {reason: "somebody deleted the pod", want: "PodGone"},
		"gone-well": {reason: "the pod of a Job that succeeded need not be there", job: true, outcome: v1alpha1.SyncSucceeded},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			job := m.job(m.firstJob())
			if c.status != nil {
				m.pod(job, *c.status)
			}
			m.finish(job, c.job)
			eventually(t, "a run that is counted", func() bool { return m.sync().LastRun.JobUID == string(job.UID) })
			if c.outcome == "" {
				c.outcome = v1alpha1.SyncFailed
			}
			if got := m.sync().LastRun; got.Outcome != c.outcome || got.Reason != c.want {
				t.Errorf("%s: %s %q, want %s %q", c.reason, got.Outcome, got.Reason, c.outcome, c.want)
			}
			status, err := yaml.Marshal(m.tiger().Status)
			m.must(err)
			if strings.Contains(string(status), secret) {
				t.Errorf("%s: a pod's text is in the status:\n%s", c.reason, status)
			}
		})
	}
}

// TestJobOnItsWayOutIsNoRun stops a Job on purpose: that is no failure.
func TestJobOnItsWayOutIsNoRun(t *testing.T) {
	m := startGranted(t)
	job := m.job(m.firstJob())
	job.Finalizers = []string{"somebody.example/slow"}
	m.must(server.Client.Update(context.Background(), job))
	m.must(server.Client.Delete(context.Background(), job))
	m.pod(job, ended(false, corev1.ContainerStateTerminated{Message: `{"outcome":"Failed","reason":"Interrupted"}`}))
	m.finish(m.job(job.Name), false)
	m.rest()
	if got := m.sync(); got.Failures != 0 || got.LastRun.JobUID != "" {
		t.Errorf("a Job that was deleted is counted: %+v", got.LastRun)
	}
	job = m.job(job.Name)
	job.Finalizers = nil
	m.must(server.Client.Update(context.Background(), job))
}

// message gives the message of a condition of the customer.
func message(w *world, conditionType string) string {
	for _, c := range w.tiger().Status.Conditions {
		if c.Type == conditionType {
			return c.Message
		}
	}
	return ""
}

// TestTimeTells lets time pass in which nothing ends well.
func TestTimeTells(t *testing.T) {
	unschedulable := corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable},
	}}
	cases := map[string]struct {
		reason  string
		happens func(*world, *batchv1.Job)
		after   time.Duration
		healthy string
	}{
		"no-node":  {reason: "no node has room for the pod", happens: func(w *world, j *batchv1.Job) { w.pod(j, unschedulable) }, after: 11 * time.Minute, healthy: "False SyncPodNotStarting"},
		"hopeful":  {reason: "a node may come", happens: func(w *world, j *batchv1.Job) { w.pod(j, unschedulable) }, after: 9 * time.Minute, healthy: "Unknown NoRunYet"},
		"stuck":    {reason: "a volume does not come", happens: func(w *world, j *batchv1.Job) { w.pod(j, waiting("ContainerCreating")) }, after: 3 * time.Minute, healthy: "False SyncPodNotStarting"},
		"no-run":   {reason: "the CronJob controller does nothing", happens: func(*world, *batchv1.Job) {}, after: 4 * time.Hour, healthy: "False SyncStale"},
		"not-late": {reason: "three periods of an hour are not over", happens: func(*world, *batchv1.Job) {}, after: 2 * time.Hour, healthy: "Unknown NoRunYet"},
		"one-good": {reason: "what was well once is old now", happens: func(w *world, j *batchv1.Job) { w.run(j, good) }, after: 4 * time.Hour, healthy: "False SyncStale"},
		"failures": {reason: "runs that fail are no success", happens: func(w *world, j *batchv1.Job) { w.run(j, failed(runreport.NAVError)) }, after: 4 * time.Hour, healthy: "False SyncStale"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			c.happens(m.world, m.job(m.firstJob()))
			m.rest()
			m.forget()
			m.clock.forward(c.after)
			m.rest()
			if got := m.healthy(); got != c.healthy {
				t.Errorf("%s: SyncHealthy %s, want %s", c.reason, got, c.healthy)
			}
			writes := map[string]int{}
			if strings.HasPrefix(c.healthy, "False") {
				writes["patch customerintegrations/status"] = 1
				if ready := m.ready(); ready != c.healthy {
					t.Errorf("%s: Ready %s", c.reason, ready)
				}
			}
			got := m.did()
			delete(got.Writes, "create events")
			if diff := cmp.Diff(writes, got.Writes); diff != "" {
				t.Errorf("%s (-want +did):\n%s", c.reason, diff)
			}
		})
	}
}

// TestNobodyIsStaleAfterAnAbsence starts a manager where none was for hours, in which nobody gave tokens: its customers
// get their time again.
func TestNobodyIsStaleAfterAnAbsence(t *testing.T) {
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	eventually(t, "a healthy customer", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.end(t)
	m.clock.forward(5 * time.Hour)
	m = m.startManager()
	m.rest()
	if got := m.healthy(); got != "True SyncSucceeded" {
		t.Errorf("SyncHealthy %s of a customer whom nobody could give a token", got)
	}
	m.clock.forward(4 * time.Hour)
	m.rest()
	if got := m.healthy(); got != "False SyncStale" {
		t.Errorf("SyncHealthy %s after four hours more", got)
	}
}
