package customerintegration

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestDowntimeMakesNobodyStale starts the manager after hours without tokens: no customer's data is called stale for
// that, and who was stale before stays so, however often it is started.
func TestDowntimeMakesNobodyStale(t *testing.T) {
	long, short := fixture.Noon.Add(-24*time.Hour), fixture.Noon.Add(-time.Minute)
	cases := map[string]struct {
		reason  string
		watched time.Time
		said    string // by SyncHealthy, before
		want    string
	}{
		"watched": {
			"a run should have ended well in the hours that the manager looked", long,
			v1alpha1.ReasonSyncSucceeded, v1alpha1.ReasonSyncStale,
		},
		"just-started":  {"it has not looked for long", short, v1alpha1.ReasonSyncSucceeded, v1alpha1.ReasonSyncSucceeded},
		"stale-already": {"nothing has ended that", short, v1alpha1.ReasonSyncStale, v1alpha1.ReasonSyncStale},
	}
	for name, c := range cases {
		hoursAgo := metav1.NewTime(fixture.Noon.Add(-5 * time.Hour))
		b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{
			LastSuccessTime: &hoursAgo,
			LastRun:         v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: hoursAgo, JobUID: "1"},
		})
		b.s.watched = c.watched
		b.s.customer.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionSyncHealthy, Reason: c.said}}
		status := statusOf(b.s.verdict())
		if got := healthOfJobs(b.s.verdict(), status.Services).reason; got != c.want {
			t.Errorf("%s: %s: %s, want %s", name, c.reason, got, c.want)
		}
	}
}

// TestComplaintStopsNoClock verifies that the data of other customers becomes stale while the Supplier reports a
// response about one customer.
func TestComplaintStopsNoClock(t *testing.T) {
	cases := map[string]struct {
		reason string
		fault  string // why the service has not been available since yesterday
		want   bool
	}{
		"complaint": {"tokens are returned all the same", "", true},
		"our-key":   {"no token is returned", v1alpha1.ReasonSupplierNotReady, false},
	}
	for name, c := range cases {
		b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{})
		available(b.s, c.fault, 24*time.Hour)
		if got := b.s.verdict().Of(fixture.FollowUpPlans).Stale; got != c.want {
			t.Errorf("%s: %s: stale %t, want %t", name, c.reason, got, c.want)
		}
	}
}

// TestNeverStartedIsSaidUntilOneStarts keeps the reason between runs whose pods do not start, or it would come and go
// with each run.
func TestNeverStartedIsSaidUntilOneStarts(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().synced(anHourAgo())
	c := b.s.children.Of(v1alpha1.ServiceFollowUpPlans)
	job := fixture.Job(c.CronJob, "1", false)
	job.Status.Conditions[0].Reason = batchv1.JobReasonDeadlineExceeded // which takes the pod away
	c.Jobs = append(c.Jobs, job)
	b.s.customer.Status = statusOf(b.s.verdict())
	if last := b.s.customer.Status.Services[0].Sync.LastRun; last.Reason != string(runreport.NeverStarted) {
		t.Errorf("a Job that passed its deadline without a pod: %s", last.Reason)
	}
	isNotStarting(t, b, "between two runs")

	next := fixture.Job(c.CronJob, "2", false)
	next.Status = batchv1.JobStatus{}
	pod := fixture.Pod(&next, runreport.Report{Outcome: runreport.Succeeded})
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending}
	c.Jobs, c.Pods = append(c.Jobs, next), append(c.Pods, pod)
	isNotStarting(t, b, "while the next pod is new")

	c.Jobs, c.Pods = c.Jobs[:1], nil
	b.s.now = fixture.Noon.Add(time.Hour)
	b.ran("3", runreport.Report{Outcome: runreport.Succeeded})
	c.Jobs[1].Status.Conditions[0].LastTransitionTime = metav1.NewTime(b.s.now)
	if got := healthOfJobs(b.s.verdict(), statusOf(b.s.verdict()).Services).reason; got != v1alpha1.ReasonSyncSucceeded {
		t.Errorf("one has started, and SyncHealthy says %s", got)
	}
}

func isNotStarting(t *testing.T, b customerBuilder, when string) {
	t.Helper()
	status := statusOf(b.s.verdict())
	if got := healthOfJobs(b.s.verdict(), status.Services).reason; got != v1alpha1.ReasonSyncPodNotStarting {
		t.Errorf("%s: SyncHealthy says %s", when, got)
	}
}

// TestStaleForWantOfTokens sends people to the token broker, where runs end for want of a token though the Supplier is
// well.
func TestStaleForWantOfTokens(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}).
		ran("1", runreport.Report{Outcome: runreport.Failed, Reason: runreport.BrokerUnavailable})
	b.s.watched = fixture.Noon.Add(-24 * time.Hour)
	status := statusOf(b.s.verdict())
	if status.Services[0].Sync.LastRun.JobUID != "" || status.Services[0].Sync.Failures != 0 {
		t.Errorf("the run is counted: %+v", status.Services[0].Sync)
	}
	jobs := healthOfJobs(b.s.verdict(), status.Services)
	fixture.IsWellFormed(t, jobs.reason, jobs.action)
	if jobs.reason != v1alpha1.ReasonSyncStale || !strings.Contains(jobs.action, "Service token-broker") {
		t.Errorf("%+v", jobs)
	}
}
