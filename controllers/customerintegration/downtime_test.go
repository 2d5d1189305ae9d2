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

// TestDowntimeMakesNoCustomerStale starts the manager after hours without tokens: no customer's data becomes stale, and
// data that was stale before stays so, however often the manager starts.
func TestDowntimeMakesNoCustomerStale(t *testing.T) {
	long, short := fixture.Noon.Add(-24*time.Hour), fixture.Noon.Add(-time.Minute)
	cases := map[string]struct {
		reason      string
		interrupted time.Time // when a manager last led again after a while without one
		said        string    // by SyncHealthy, before
		want        string
	}{
		"led": {
			reason:      "a run should have ended well in the hours since",
			interrupted: long, said: v1alpha1.ReasonSyncSucceeded, want: v1alpha1.ReasonSyncStale,
		},
		"restarted": {
			reason:      "a restart is no interruption",
			interrupted: time.Time{}, said: v1alpha1.ReasonNoRunYet, want: v1alpha1.ReasonSyncStale,
		},
		"interrupted": {
			reason:      "no run could get a token",
			interrupted: short, said: v1alpha1.ReasonSyncSucceeded, want: v1alpha1.ReasonSyncSucceeded,
		},
		"stale-already": {
			reason:      "nothing has ended that",
			interrupted: short, said: v1alpha1.ReasonSyncStale, want: v1alpha1.ReasonSyncStale,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			hoursAgo := metav1.NewTime(fixture.Noon.Add(-5 * time.Hour))
			b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{
				LastSuccessTime: &hoursAgo,
				LastRun:         v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: hoursAgo, JobUID: "1"},
			})
			b.s.watched = short
			if !c.interrupted.IsZero() {
				b.s.supplier.Status.InterruptedTime = new(metav1.NewTime(c.interrupted))
			}
			b.s.customer.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionSyncHealthy, Reason: c.said}}
			status := statusOf(b.s.verdict())
			if got := healthOfJobs(b.s.verdict(), status.Services).reason; got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
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
		"complaint": {reason: "tokens are returned all the same", want: true},
		"our-key":   {reason: "no token is returned", fault: v1alpha1.ReasonSupplierNotReady, want: false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{})
			available(b.s, c.fault, 24*time.Hour)
			if got := b.s.verdict().Service(fixture.FollowUpPlans).Stale; got != c.want {
				t.Errorf("%s: stale %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// TestNeverStartedUntilAPodStarts verifies that the reason stays between runs whose pods do not start.
func TestNeverStartedUntilAPodStarts(t *testing.T) {
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

// TestStartFailureKeepsItsCause verifies that the cause stays between runs whose pods do not start.
func TestStartFailureKeepsItsCause(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().synced(lastRan(0, "", 0)).with(podWaits("ImagePullBackOff"))
	c := b.s.children.Of(v1alpha1.ServiceFollowUpPlans)
	cause := func() string {
		b.s.customer.Status = statusOf(b.s.verdict())
		return b.s.customer.Status.Services[0].Sync.StartFailure
	}
	if got := cause(); got != "ImagePullBackOff" {
		t.Errorf("the pod waits: cause %q", got)
	}
	job := fixture.Job(c.CronJob, "never", false)
	job.Status.Conditions[0].Reason = batchv1.JobReasonDeadlineExceeded
	c.Jobs, c.Pods = []batchv1.Job{job}, nil
	for range 2 {
		if got := cause(); got != "ImagePullBackOff" {
			t.Errorf("the run has ended: cause %q", got)
		}
	}
	if got := b.s.customer.Status.Services[0].Sync.LastRun.Reason; got != string(runreport.NeverStarted) {
		t.Errorf("the run ended with %q", got)
	}
}

func isNotStarting(t *testing.T, b customerBuilder, when string) {
	t.Helper()
	status := statusOf(b.s.verdict())
	if got := healthOfJobs(b.s.verdict(), status.Services).reason; got != v1alpha1.ReasonSyncPodNotStarting {
		t.Errorf("%s: SyncHealthy says %s", when, got)
	}
}

// TestRunsWithoutToken verifies what a customer reports whose runs get no token: at the third run, unless the Supplier
// reports it for many customers.
func TestRunsWithoutToken(t *testing.T) {
	noToken := runreport.Report{Outcome: runreport.Failed, Reason: runreport.BrokerUnavailable}
	cases := map[string]struct {
		reason string
		world  func(s *scope)
		want   string
		advice string
		count  int32
	}{
		"alone": {
			reason: "this customer's pods do not reach the broker",
			world:  func(*scope) {}, want: v1alpha1.ReasonSyncFailing, advice: "Service token-broker", count: 3,
		},
		"many": {
			reason: "the Supplier has what to do",
			world: func(s *scope) {
				s.supplier.Status.Conditions = append(s.supplier.Status.Conditions, metav1.Condition{
					Type: v1alpha1.ConditionTokenBrokerReachable, Status: metav1.ConditionFalse,
				})
			},
			want: v1alpha1.ReasonSyncRetrying, advice: "See Supplier/default.", count: 3,
		},
		"outage": {
			reason: "the Supplier's key has expired",
			world: func(s *scope) {
				available(s, v1alpha1.ReasonSupplierNotReady, time.Hour)
			},
			want: v1alpha1.ReasonNoRunYet, count: 2,
		},
		"no-manager": {
			reason: "no manager led",
			world: func(s *scope) {
				s.supplier.Status.InterruptedTime = new(metav1.NewTime(fixture.Noon.Add(time.Second)))
			},
			want: v1alpha1.ReasonNoRunYet, count: 2,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{Failures: 2}).with(c.world).ran("1", noToken)
			b.s.customer.Status.Services[0].Sync.ActiveSince = ago(time.Hour)
			status := statusOf(b.s.verdict())
			jobs := healthOfJobs(b.s.verdict(), status.Services)
			if jobs.reason != c.want || !strings.Contains(jobs.action, c.advice) || status.Services[0].Sync.Failures != c.count {
				t.Errorf("%s: %+v, %d failures; want %s, %d", c.reason, jobs, status.Services[0].Sync.Failures, c.want, c.count)
			}
		})
	}
}
