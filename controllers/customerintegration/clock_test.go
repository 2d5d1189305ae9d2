package customerintegration

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// mendClocks replaces the times in the future of children and status, as a reconcile does.
func (b customerBuilder) mendClocks() customerBuilder {
	pacing.MendSupplierClock(b.s.supplier, b.s.now)
	for _, c := range b.s.children.Services {
		syncjob.MendChildrenClock(c, b.s.now, b.s.watched)
	}
	o := b.s.observed()
	mendClock(&o)
	return b
}

// TestTimesInTheFuture sets each time that is read from objects to the future, as a wrong clock would. It must hide
// nothing that happens now.
func TestTimesInTheFuture(t *testing.T) {
	access := func(change func(*v1alpha1.Authorization)) func(s *scope) {
		return func(s *scope) { change(&s.customer.Status.Services[0].Authorization) }
	}
	health := func(s *scope) string {
		status := statusOf(s.verdict())
		c := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionSyncHealthy)
		return c.Reason
	}
	pendingTomorrow := fixture.Pending(0)
	pendingTomorrow.CreationTimestamp = fixture.Tomorrow
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		get    func(s *scope) any
		want   any
	}{
		"verified": {
			reason: "an access that was verified tomorrow is verified now",
			pass:   makeCustomer().granted(-24 * time.Hour), get: func(s *scope) any { return dueOf(s) },
			want: []v1alpha1.ServiceName{fixture.FollowUpPlans},
		},
		"rejected": {
			reason: "an access whose request was rejected tomorrow is verified now",
			pass: makeCustomer().granted(0).with(access(func(a *v1alpha1.Authorization) {
				a.LastRejectedTime = new(metav1.NewTime(fixture.Noon.Add(24 * time.Hour)))
			})),
			get: func(s *scope) any { return dueOf(s) }, want: []v1alpha1.ServiceName{fixture.FollowUpPlans},
		},
		"verified-waiting": {
			reason: "so is one that is waited for",
			pass:   makeCustomer().known(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, -24*time.Hour),
			get:    func(s *scope) any { return dueOf(s) }, want: []v1alpha1.ServiceName{fixture.FollowUpPlans},
		},
		"verified-in-outage": {
			reason: "and within the grace period it stays known",
			pass:   makeCustomer().granted(-24 * time.Hour).answered("Unreachable"),
			get:    func(s *scope) any { return describe(statusOf(s.verdict()).Services[0].Authorization) },
			want:   "Granted Delegated",
		},
		"verified-a-moment-ahead": {
			reason: "clocks differ by a little",
			pass:   makeCustomer().granted(-clock.ClockSkew), get: func(s *scope) any { return len(dueOf(s)) }, want: 0,
		},
		"since": {
			reason: "the access changed no later than now",
			pass: makeCustomer().granted(time.Hour).
				with(access(func(a *v1alpha1.Authorization) { a.Since = &fixture.Tomorrow })),
			get: func(s *scope) any { return s.customer.Status.Services[0].Authorization.Since.Time }, want: fixture.Noon,
		},
		"since-of-first-run": {
			reason: "and its first run is not made again",
			pass: makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{
				FirstJobName: naming.FirstJob("dynamisk-altetende-tiger", fixture.FollowUpPlans, fixture.Tomorrow.Time),
			}).with(access(func(a *v1alpha1.Authorization) { a.Since = &fixture.Tomorrow })),
			get: func(s *scope) any {
				return firstJob(s.verdict().Service(fixture.FollowUpPlans))
			},
			want: "",
		},
		"withdrawn-since": {
			reason: "an alarm over withdrawals ends",
			pass: makeCustomer().known(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, time.Hour).
				with(access(func(a *v1alpha1.Authorization) { a.Since = &fixture.Tomorrow })),
			get:  func(s *scope) any { return s.customer.Status.Services[0].Authorization.Since.After(fixture.Noon) },
			want: false,
		},
		"active-since": {
			reason: "data is stale by what is known now",
			pass:   makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{ActiveSince: &fixture.Tomorrow}),
			get:    func(s *scope) any { return s.customer.Status.Services[0].Sync.ActiveSince.Time }, want: fixture.Noon,
		},
		"last-success": {
			reason: "LAST SYNC is no time to come",
			pass:   makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{LastSuccessTime: &fixture.Tomorrow}),
			get:    func(s *scope) any { return statusOf(s.verdict()).LastSyncTime.Time }, want: fixture.Noon,
		},
		"last-success-of-last-run": {
			reason: "it is the last run's, whose Job is still there",
			pass: makeCustomer().granted(time.Hour).inPlace().ran("1", fixture.ReportedWell).synced(v1alpha1.ServiceSync{
				LastSuccessTime: &fixture.Tomorrow, LastRun: v1alpha1.SyncRun{
					Outcome:      v1alpha1.SyncSucceeded,
					FinishedTime: fixture.Tomorrow, JobUID: "1",
				},
			}).with(func(s *scope) {
				j := &s.children.Of(fixture.FollowUpPlans).Jobs[0]
				j.Status.Conditions[0].LastTransitionTime = fixture.Tomorrow
				j.Status.StartTime = new(metav1.NewTime(fixture.Noon.Add(-time.Hour)))
			}),
			get: func(s *scope) any { return statusOf(s.verdict()).LastSyncTime.Time }, want: fixture.Noon.Add(-time.Hour),
		},
		"last-run": {
			reason: "runs that end after it are counted",
			pass: makeCustomer().granted(time.Hour).inPlace().ran("2", fixture.ReportedNAV).synced(v1alpha1.ServiceSync{
				LastRun: v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: fixture.Tomorrow, JobUID: "1"},
			}).with(func(s *scope) { s.now = fixture.Noon.Add(-time.Minute) }).mendClocks().with(func(s *scope) {
				s.now = fixture.Noon
			}),
			get: func(s *scope) any {
				return statusOf(s.verdict()).Services[0].Sync.LastRun.JobUID
			},
			want: "2",
		},
		"right-missing": {
			reason: "runs that lack a right are counted again in five minutes",
			pass: makeCustomer().granted(time.Hour).inPlace().
				synced(v1alpha1.ServiceSync{RightMissingTime: &fixture.Tomorrow}),
			get: func(s *scope) any { return s.customer.Status.Services[0].Sync.RightMissingTime.Time }, want: fixture.Noon,
		},
		"condition": {
			reason: "a condition changed no later than now",
			pass: makeCustomer().granted(time.Hour).with(func(s *scope) {
				s.customer.Status.Conditions = []metav1.Condition{
					{Type: "Ready", Status: "True", LastTransitionTime: fixture.Tomorrow},
				}
			}),
			get: func(s *scope) any { return s.customer.Status.Conditions[0].LastTransitionTime.Time }, want: fixture.Noon,
		},
		"supplier-in-order-since": {
			reason: "a Supplier that is well since tomorrow does not keep data from being stale",
			pass: makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}).with(func(s *scope) {
				available(s, "", fixture.Noon.Sub(fixture.Tomorrow.Time))
			}),
			get: func(s *scope) any {
				_, since := availability.Of(s.supplier, fixture.FollowUpPlans)
				return since.After(fixture.Noon)
			},
			want: false,
		},
		"supplier-proof": {
			reason: "credentials that were proved tomorrow are proved now",
			pass:   makeCustomer().with(func(s *scope) { s.supplier.Status.Credentials.LastVerifiedTime = &fixture.Tomorrow }),
			get: func(s *scope) any {
				return s.supplier.Status.Credentials.LastVerifiedTime.Add(
					pacing.Jitter(s.supplier.VerificationInterval(), s.supplier.UID)).Before(fixture.Noon)
			},
			want: true,
		},
		"job-finished": {
			reason: "a Job that ended tomorrow outranks no later one",
			pass: makeCustomer().granted(time.Hour).inPlace().ran("1", fixture.ReportedWell).ran("2", fixture.ReportedNAV).
				synced(v1alpha1.ServiceSync{}).with(func(s *scope) {
				j := &s.children.Of(fixture.FollowUpPlans).Jobs[0]
				j.Status.Conditions[0].LastTransitionTime, j.CreationTimestamp = fixture.Tomorrow, metav1.NewTime(
					fixture.Noon.Add(-time.Hour))
			}),
			get: func(s *scope) any { return health(s) }, want: v1alpha1.ReasonSyncRetrying,
		},
		"job-all-times": {
			reason: "nor does one of which all times are in the future",
			pass: makeCustomer().granted(time.Hour).inPlace().ran("1", fixture.ReportedWell).ran("2", fixture.ReportedNAV).
				synced(v1alpha1.ServiceSync{}).with(func(s *scope) {
				j, p := &s.children.Of(fixture.FollowUpPlans).Jobs[0], &s.children.Of(fixture.FollowUpPlans).Pods[0]
				j.Status.Conditions[0].LastTransitionTime, j.CreationTimestamp, j.Status.StartTime = fixture.Tomorrow,
					fixture.Tomorrow, &fixture.Tomorrow
				p.CreationTimestamp, p.Status.ContainerStatuses[0].State.Terminated.FinishedAt = fixture.Tomorrow, fixture.Tomorrow
				s.watched = fixture.Noon.Add(-time.Hour)
			}),
			get: func(s *scope) any { return health(s) }, want: v1alpha1.ReasonSyncRetrying,
		},
		"pod-created": {
			reason: "a pod that does not start is seen although it was created tomorrow",
			pass: makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}).with(func(s *scope) {
				s.children.Of(fixture.FollowUpPlans).Pods, s.watched = []corev1.Pod{pendingTomorrow}, fixture.Noon.Add(-time.Hour)
			}),
			get: func(s *scope) any { return health(s) }, want: v1alpha1.ReasonSyncPodNotStarting,
		},
		"customer-created": {
			reason: "it is the younger one for good: creation never changes, so the order does not either",
			pass:   makeCustomer().with(func(s *scope) { s.customer.CreationTimestamp = fixture.Tomorrow }),
			get:    func(s *scope) any { return s.customer.CreationTimestamp.Time }, want: fixture.Tomorrow.Time,
		},
		"annotation": {
			reason: "its value is no time: whatever it says is handled now",
			pass:   makeCustomer().granted(0).requested(fixture.Tomorrow.Format(time.RFC3339)),
			get:    func(s *scope) any { return len(dueOf(s)) }, want: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.get(c.pass.mendClocks().s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestFailuresAfterAWrongClock verifies that failed runs are reported after a run on a node with a wrong clock.
func TestFailuresAfterAWrongClock(t *testing.T) {
	b := makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{})
	c := b.s.children.Of(fixture.FollowUpPlans)
	add := func(uid string, report runreport.Report, finished time.Time) {
		job := fixture.Job(c.CronJob, types.UID(uid), report.Outcome == runreport.Succeeded)
		job.CreationTimestamp = metav1.NewTime(b.s.now)
		job.Status.Conditions[0].LastTransitionTime = metav1.NewTime(finished)
		c.Jobs, c.Pods = append(c.Jobs, job), append(c.Pods, fixture.Pod(&job, report))
	}
	reconciled := func() string {
		b.mendClocks()
		b.s.customer.Status = statusOf(b.s.verdict())
		return meta.FindStatusCondition(b.s.customer.Status.Conditions, v1alpha1.ConditionSyncHealthy).Reason
	}
	add("good", fixture.ReportedWell, fixture.Tomorrow.Time)
	if got := reconciled(); got != v1alpha1.ReasonSyncSucceeded {
		t.Fatalf("SyncHealthy %s after a run that ended well", got)
	}
	var got string
	for i := range 3 {
		b.s.now = b.s.now.Add(time.Hour)
		if i > 0 { // a CronJob keeps one failed Job
			c.Jobs, c.Pods = c.Jobs[:1], c.Pods[:1]
		}
		add(string(rune('a'+i)), fixture.ReportedNAV, b.s.now)
		got = reconciled()
	}
	if got != v1alpha1.ReasonSyncFailing {
		t.Errorf("SyncHealthy %s after three runs that failed", got)
	}
	if last := b.s.customer.Status.LastSyncTime; last == nil || last.After(fixture.Noon) {
		t.Errorf("the last sync was at %v", last)
	}
	if n := b.s.customer.Status.Services[0].Sync.Failures; n != 3 {
		t.Errorf("%d failures are counted, want 3", n)
	}
}
