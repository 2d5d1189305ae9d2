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

// plansOpen returns the report of a run with n unknown plans.
func plansOpen(n int32) runreport.Report {
	return runreport.Report{Outcome: runreport.Succeeded, OpenUnknown: &n}
}

// TestRunIsCountedOnce checks that a run is counted once, although watch events and another manager see it again.
func TestRunIsCountedOnce(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	job := m.job(m.firstJob())
	m.forget()
	m.run(job, good)
	eventually(t, "SyncHealthy with SyncSucceeded", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.expect("one write per run", work{
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
	m.must(server.Client.Delete(context.Background(),
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: m.name, Name: job.Name + "-x7k2p"}}))
	m.expect("a watch event repeats the run", work{})
	m.end(t)
	m = m.startManager()
	m.expect("another manager sees the run", work{})
	if diff := cmp.Diff(before, m.sync()); diff != "" {
		t.Errorf("sync status (-before +after):\n%s", diff)
	}
}

// TestRunsOfAManagerThatWasAway checks that the next manager counts the runs that ended without one.
func TestRunsOfAManagerThatWasAway(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.end(t)
	m.run(m.job(m.firstJob()), failed(runreport.NAVError))
	m.run(m.schedule(), failed(runreport.NAVError))
	m.run(m.schedule(), failed(runreport.HRMUnreachable))
	m = m.startManager()
	eventually(t, "SyncHealthy with SyncFailing", func() bool { return m.healthy() == "False SyncFailing" })
	m.rest()
	if got := m.sync(); got.Failures != 3 || got.LastRun.Reason != string(runreport.HRMUnreachable) {
		t.Errorf("%d failures, the last one with %s: want 3, HRMUnreachable", got.Failures, got.LastRun.Reason)
	}
}

// TestHealth checks the health of a customer after each of several runs.
func TestHealth(t *testing.T) {
	t.Parallel()
	type step struct {
		report   runreport.Report
		healthy  string
		ready    string
		failures int32
		events   []string
	}
	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"failing": {reason: "the third failure in a row is reported, and a success heals", steps: []step{
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"SyncSucceeded"}},
			{
				report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1,
				events: []string{"SyncRetrying"},
			},
			{report: failed(runreport.HRMUnreachable), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 2},
			{
				report: failed(runreport.HRMUnreachable), healthy: "False SyncFailing", ready: "False SyncFailing", failures: 3,
				events: []string{"SyncFailing"},
			},
			{report: failed(runreport.HRMUnreachable), healthy: "False SyncFailing", ready: "False SyncFailing", failures: 4},
			{
				report: good, healthy: "True SyncSucceeded", ready: "True Delegated",
				events: []string{"Delegated", "SyncSucceeded"},
			},
		}},
		"now-and-then": {reason: "a success resets the count", steps: []step{
			{
				report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1,
				events: []string{"SyncRetrying"},
			},
			{report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 2},
			{report: good, healthy: "True SyncSucceeded", ready: "True Delegated", events: []string{"SyncSucceeded"}},
			{
				report: failed(runreport.NAVError), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1,
				events: []string{"SyncRetrying"},
			},
		}},
		"no-token": {reason: "pods that do not reach the token broker are reported at the third run", steps: []step{
			{
				report: failed(runreport.BrokerUnavailable), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 1,
				events: []string{"SyncRetrying"},
			},
			{report: failed(runreport.BrokerUnavailable), healthy: "Unknown SyncRetrying", ready: "True Delegated", failures: 2},
			{
				report: failed(runreport.BrokerUnavailable), healthy: "False SyncFailing", ready: "False SyncFailing", failures: 3,
				events: []string{"SyncFailing"},
			},
		}},
		"interrupted": {reason: "runs that were interrupted from outside count as no failures", steps: []step{
			{
				report: failed(runreport.Interrupted), healthy: "Unknown SyncRetrying", ready: "True Delegated",
				events: []string{"SyncRetrying"},
			},
			{report: failed(runreport.Interrupted), healthy: "Unknown SyncRetrying", ready: "True Delegated"},
			{report: failed(runreport.Interrupted), healthy: "Unknown SyncRetrying", ready: "True Delegated"},
			{report: failed(runreport.Interrupted), healthy: "Unknown SyncRetrying", ready: "True Delegated"},
		}},
		"setup": {reason: "a fault of the setup is reported at the first run", steps: []step{
			{
				report: failed(runreport.HRMCredentialsMissing), healthy: "False HRMCredentialsMissing",
				ready: "False HRMCredentialsMissing", failures: 1, events: []string{"HRMCredentialsMissing"},
			},
			{
				report: failed(runreport.HRMUnauthorized), healthy: "False HRMUnauthorized", ready: "False HRMUnauthorized",
				failures: 2, events: []string{"HRMUnauthorized"},
			},
			{
				report: good, healthy: "True SyncSucceeded", ready: "True Delegated",
				events: []string{"Delegated", "SyncSucceeded"},
			},
		}},
		"unsettled": {reason: "unknown plans are reported until a run counts none", steps: []step{
			{
				report: plansOpen(2), healthy: "False PlansUnsettled", ready: "False PlansUnsettled",
				events: []string{"PlansUnsettled"},
			},
			{report: failed(runreport.NAVError), healthy: "False PlansUnsettled", ready: "False PlansUnsettled", failures: 1},
			{report: plansOpen(1), healthy: "False PlansUnsettled", ready: "False PlansUnsettled"},
			{
				report: plansOpen(0), healthy: "True SyncSucceeded", ready: "True Delegated",
				events: []string{"Delegated", "SyncSucceeded"},
			},
		}},
		"mismatch": {reason: "another organization's HRM system is reported at the first run", steps: []step{
			{
				report: failed(runreport.HRMOrganizationMismatch), healthy: "False HRMOrganizationMismatch",
				ready: "False HRMOrganizationMismatch", failures: 1, events: []string{"HRMOrganizationMismatch"},
			},
			{
				report: good, healthy: "True SyncSucceeded", ready: "True Delegated",
				events: []string{"Delegated", "SyncSucceeded"},
			},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			job := m.job(m.firstJob())
			for i, s := range c.steps {
				m.forget()
				m.run(job, s.report)
				m.expect(c.reason, work{
					Events: s.events, Writes: map[string]int{"patch customerintegrations/status": 1},
				})
				if healthy, ready := m.healthy(), m.ready(); healthy != s.healthy || ready != s.ready {
					t.Errorf("%s: run %d: SyncHealthy %s, Ready %s; want %s, %s", c.reason, i+1, healthy, ready, s.healthy, s.ready)
				}
				got := m.sync()
				if got.LastRun.JobUID != string(job.UID) {
					t.Errorf("%s: run %d is not counted", c.reason, i+1)
				}
				if got.Failures != s.failures || got.LastRun.Reason != string(s.report.Reason) {
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

// TestPodsThatCannotStart checks that a pod that cannot start is reported, until it starts.
func TestPodsThatCannotStart(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		hinder string
	}{
		"config": {reason: "a Secret or ConfigMap is missing", hinder: "CreateContainerConfigError"},
		"never":  {reason: "the image is missing on the node", hinder: "ErrImageNeverPull"},
		"pull":   {reason: "the image cannot be pulled", hinder: "ImagePullBackOff"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			m.forget()
			pod := m.pod(m.job(m.firstJob()), waiting(c.hinder))
			eventually(t, "a customer whose pod does not start", func() bool { return m.ready() == "False SyncPodNotStarting" })
			m.expect(c.reason, work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncPodNotStarting"},
			})
			if got := message(m.world, v1alpha1.ConditionReady); !strings.Contains(got, c.hinder) {
				t.Errorf("%s: the message lacks %s: %s", c.reason, c.hinder, got)
			}
			m.setPod(pod, working())
			eventually(t, "a customer whose pod runs", func() bool { return m.ready() == "True Delegated" })
			if got := m.healthy(); got != "Unknown NoRunYet" {
				t.Errorf("%s: the pod runs: SyncHealthy %s", c.reason, got)
			}
		})
	}
}

// TestRunsWithoutReport checks that the reason of a run without valid report comes from the pod, and that no free text
// reaches the status.
func TestRunsWithoutReport(t *testing.T) {
	t.Parallel()
	const secret = "a certain person is ill"
	cases := map[string]struct {
		reason  string
		status  *corev1.PodStatus // nil: the pod is gone
		job     bool              // whether the Job succeeded
		outcome v1alpha1.SyncOutcome
		want    string
	}{
		"oom": {
			reason: "the kernel killed the worker",
			status: new(ended(false, corev1.ContainerStateTerminated{Reason: "OOMKilled"})), want: "OOMKilled",
		},
		"free-text": {
			reason: "the message is no report",
			status: new(ended(false, corev1.ContainerStateTerminated{Message: secret})), want: "NoReport",
		},
		"free-reason": {
			reason: "the reason is unknown", want: "NoReport",
			status: new(ended(false, corev1.ContainerStateTerminated{Message: `{"outcome":"Failed","reason":"` + secret +
				`"}`})),
		},
		"evicted": {
			reason: "the node was full", want: "Evicted",
			status: &corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: secret},
		},
		"never-ran": {
			reason: "the pod never started", want: "NeverStarted",
			status: &corev1.PodStatus{Phase: corev1.PodFailed, Reason: "DeadlineExceeded", Message: secret},
		},
		"contradiction": {
			reason: "the report contradicts the exit code", want: "NoReport",
			status: new(ended(false, corev1.ContainerStateTerminated{
				Message: `{"outcome":"Succeeded","rejected":0,"unknown":0}`,
			})),
		},
		"gone":      {reason: "the pod was deleted", want: "PodGone"},
		"gone-well": {reason: "the Job succeeded without pod", job: true, outcome: v1alpha1.SyncSucceeded},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			job := m.job(m.firstJob())
			if c.status != nil {
				m.pod(job, *c.status)
			}
			m.finish(job, c.job)
			eventually(t, "a counted run", func() bool { return m.sync().LastRun.JobUID == string(job.UID) })
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

// TestJobOnItsWayOutIsNoRun checks that a deleted Job does not count as a failure.
func TestJobOnItsWayOutIsNoRun(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	job := m.job(m.firstJob())
	job.Finalizers = []string{"other.example/slow"}
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

// message returns the message of a condition of the customer.
func message(w *world, conditionType string) string {
	for _, c := range w.tiger().Status.Conditions {
		if c.Type == conditionType {
			return c.Message
		}
	}
	return ""
}

// TestTimeTells checks the health of a customer after some time without a success.
func TestTimeTells(t *testing.T) {
	t.Parallel()
	unschedulable := corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable},
	}}
	cases := map[string]struct {
		reason  string
		happens func(*world, *batchv1.Job)
		after   time.Duration
		healthy string
	}{
		"no-node": {
			reason: "no node has room for the pod",
			happens: func(w *world, j *batchv1.Job) {
				w.pod(j,
					unschedulable)
			}, after: 11 * time.Minute, healthy: "False SyncPodNotStarting",
		},
		"hopeful": {
			reason: "a node may become free", happens: func(w *world, j *batchv1.Job) { w.pod(j, unschedulable) },
			after: 9 * time.Minute, healthy: "Unknown NoRunYet",
		},
		"stuck": {
			reason: "a volume is not attached",
			happens: func(w *world, j *batchv1.Job) {
				w.pod(j,
					waiting("ContainerCreating"))
			}, after: 3 * time.Minute, healthy: "False SyncPodNotStarting",
		},
		"no-run": {
			reason: "the CronJob controller does nothing", happens: func(*world, *batchv1.Job) {},
			after: 4 * time.Hour, healthy: "False SyncStale",
		},
		"not-late": {
			reason: "three periods have not passed", happens: func(*world, *batchv1.Job) {}, after: 2 * time.Hour,
			healthy: "Unknown NoRunYet",
		},
		"one-good": {
			reason: "the last success is old", happens: func(w *world, j *batchv1.Job) { w.run(j, good) },
			after: 4 * time.Hour, healthy: "False SyncStale",
		},
		"failures": {
			reason: "failed runs are no success",
			happens: func(w *world, j *batchv1.Job) {
				w.run(j,
					failed(runreport.NAVError))
			}, after: 4 * time.Hour, healthy: "False SyncStale",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			c.happens(m.world, m.job(m.firstJob()))
			m.rest()
			m.forget()
			m.clock.catchUp()
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
			if diff := cmp.Diff(writes, m.did().Writes); diff != "" {
				t.Errorf("%s (-want +did):\n%s", c.reason, diff)
			}
		})
	}
}

// TestNotStaleAfterAnAbsence checks that customers are not stale after hours without a manager, which the next leader
// records before its controllers start.
func TestNotStaleAfterAnAbsence(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	eventually(t, "SyncHealthy with SyncSucceeded", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.end(t)
	m.clock.forward(5 * time.Hour)
	m.interrupt()
	m.clock.forward(moment)
	m = m.startManager()
	m.rest()
	if got := m.healthy(); got != "True SyncSucceeded" {
		t.Errorf("SyncHealthy %s after an absence", got)
	}
	m.clock.forward(4 * time.Hour)
	m.rest()
	if got := m.healthy(); got != "False SyncStale" {
		t.Errorf("SyncHealthy %s after four hours more", got)
	}
}
