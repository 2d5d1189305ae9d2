package controllers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
)

// tomorrow is a time that a wrong clock wrote.
var tomorrow = metav1.NewTime(noon.Add(24 * time.Hour))

// mended returns what a reconcile makes of times in the future: of those of children and of the status.
func (b customerBuilder) mended() customerBuilder {
	b.s.before = b.s.customer.DeepCopy()
	mendSupplierClock(b.s.supplier, b.s.now)
	for _, c := range b.s.children.services {
		mendChildrenClock(c, b.s.now, b.s.watched)
	}
	mendClock(b.s)
	b.s.before = b.s.customer.DeepCopy()
	return b
}

// TestTimesInTheFuture walks all times that are read from objects. Each is in the future, as if it were written while a clock
// was wrong, and must hide nothing that happens now.
func TestTimesInTheFuture(t *testing.T) {
	access := func(change func(*v1alpha1.Authorization)) func(s *customerScope) {
		return func(s *customerScope) { change(&s.customer.Status.Services[0].Authorization) }
	}
	health := func(s *customerScope) string {
		status := customerStatus(s)
		c := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionSyncHealthy)
		return c.Reason
	}
	pendingTomorrow := makePending(0)
	pendingTomorrow.CreationTimestamp = tomorrow
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		get    func(s *customerScope) any
		want   any
	}{
		"verified": {
			"an access that was verified tomorrow is verified now", makeCustomer().granted(-24 * time.Hour),
			func(s *customerScope) any { return due(s) },
			[]v1alpha1.ServiceName{followUpPlans},
		},
		"verified-waiting": {
			"so is one that is waited for", makeCustomer().known(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, -24*time.Hour),
			func(s *customerScope) any { return due(s) },
			[]v1alpha1.ServiceName{followUpPlans},
		},
		"verified-in-outage": {
			"and within the grace period it stays known", makeCustomer().granted(-24 * time.Hour).answered("Unreachable"),
			func(s *customerScope) any { return told(customerStatus(s).Services[0].Authorization) }, "Granted Delegated",
		},
		"verified-a-moment-ahead": {
			"clocks differ by a little", makeCustomer().granted(-clockSkew),
			func(s *customerScope) any { return len(due(s)) }, 0,
		},
		"since": {
			"the access changed no later than now",
			makeCustomer().granted(time.Hour).with(access(func(a *v1alpha1.Authorization) { a.Since = &tomorrow })),
			func(s *customerScope) any { return s.customer.Status.Services[0].Authorization.Since.Time }, noon,
		},
		"since-of-first-run": {
			"and its first run is not made again",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{
				FirstJobName: naming.FirstJob("dynamisk-altetende-tiger", followUpPlans, tomorrow.Time),
			}).with(access(func(a *v1alpha1.Authorization) { a.Since = &tomorrow })),
			func(s *customerScope) any {
				return planFirstJob(s, followUpPlans, s.children.of(followUpPlans), s.children.of(followUpPlans).cronJob) == nil
			}, true,
		},
		"withdrawn-since": {
			"an alarm over withdrawals ends",
			makeCustomer().known(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, time.Hour).with(access(func(a *v1alpha1.Authorization) { a.Since = &tomorrow })),
			func(s *customerScope) any { return s.customer.Status.Services[0].Authorization.Since.After(noon) }, false,
		},
		"active-since": {
			"data is stale by what is known now",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{ActiveSince: &tomorrow}),
			func(s *customerScope) any { return s.customer.Status.Services[0].Sync.ActiveSince.Time }, noon,
		},
		"last-success": {
			"LAST SYNC is no time to come",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{LastSuccessTime: &tomorrow}),
			func(s *customerScope) any { return customerStatus(s).LastSyncTime.Time }, noon,
		},
		"last-success-of-last-run": {
			"it is the last run's, whose Job is still there",
			makeCustomer().granted(time.Hour).inPlace().ran("1", reportedWell).synced(v1alpha1.ServiceSync{
				LastSuccessTime: &tomorrow, LastRun: v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: tomorrow, JobUID: "1"},
			}).with(func(s *customerScope) {
				j := &s.children.of(followUpPlans).jobs[0]
				j.Status.Conditions[0].LastTransitionTime = tomorrow
				j.Status.StartTime = new(metav1.NewTime(noon.Add(-time.Hour)))
			}),
			func(s *customerScope) any { return customerStatus(s).LastSyncTime.Time }, noon.Add(-time.Hour),
		},
		"last-run": {
			"runs that end after it are counted",
			makeCustomer().granted(time.Hour).inPlace().ran("2", reportedNAV).synced(v1alpha1.ServiceSync{
				LastRun: v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: tomorrow, JobUID: "1"},
			}).with(func(s *customerScope) { s.now = noon.Add(-time.Minute) }).mended().with(func(s *customerScope) { s.now = noon }),
			func(s *customerScope) any {
				return knownSync(&v1alpha1.CustomerIntegration{Status: customerStatus(s)}, followUpPlans).LastRun.JobUID
			}, "2",
		},
		"right-missing": {
			"runs that lack a right are counted again in five minutes",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{RightMissingTime: &tomorrow}),
			func(s *customerScope) any { return s.customer.Status.Services[0].Sync.RightMissingTime.Time }, noon,
		},
		"condition": {
			"a condition changed no later than now",
			makeCustomer().granted(time.Hour).with(func(s *customerScope) {
				s.customer.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "True", LastTransitionTime: tomorrow}}
			}),
			func(s *customerScope) any { return s.customer.Status.Conditions[0].LastTransitionTime.Time }, noon,
		},
		"supplier-in-order-since": {
			"a Supplier that is well since tomorrow does not keep data from being stale",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}).with(func(s *customerScope) {
				for _, kind := range orderConditions() {
					s.supplier.Status.Conditions = append(s.supplier.Status.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionTrue, LastTransitionTime: tomorrow})
				}
			}),
			func(s *customerScope) any { return inOrderSince(s.supplier, followUpPlans).After(noon) }, false,
		},
		"supplier-proof": {
			"credentials that were proved tomorrow are proved now",
			makeCustomer().with(func(s *customerScope) { s.supplier.Status.Credentials.LastVerifiedTime = &tomorrow }),
			func(s *customerScope) any {
				return s.supplier.Status.Credentials.LastVerifiedTime.Add(jitter(s.supplier.VerificationInterval(), s.supplier.UID)).Before(noon)
			}, true,
		},
		"job-finished": {
			"a Job that ended tomorrow outranks no later one",
			makeCustomer().granted(time.Hour).inPlace().ran("1", reportedWell).ran("2", reportedNAV).synced(v1alpha1.ServiceSync{}).with(func(s *customerScope) {
				j := &s.children.of(followUpPlans).jobs[0]
				j.Status.Conditions[0].LastTransitionTime, j.CreationTimestamp = tomorrow, metav1.NewTime(noon.Add(-time.Hour))
			}),
			func(s *customerScope) any { return health(s) }, v1alpha1.ReasonSyncRetrying,
		},
		"job-all-times": {
			"nor does one of which all times are in the future",
			makeCustomer().granted(time.Hour).inPlace().ran("1", reportedWell).ran("2", reportedNAV).synced(v1alpha1.ServiceSync{}).with(func(s *customerScope) {
				j, p := &s.children.of(followUpPlans).jobs[0], &s.children.of(followUpPlans).pods[0]
				j.Status.Conditions[0].LastTransitionTime, j.CreationTimestamp, j.Status.StartTime = tomorrow, tomorrow, &tomorrow
				p.CreationTimestamp, endOf(p).FinishedAt = tomorrow, tomorrow
				s.watched = noon.Add(-time.Hour)
			}),
			func(s *customerScope) any { return health(s) }, v1alpha1.ReasonSyncRetrying,
		},
		"pod-created": {
			"a pod that does not start is seen although it was created tomorrow",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}).with(func(s *customerScope) {
				s.children.of(followUpPlans).pods, s.watched = []corev1.Pod{pendingTomorrow}, noon.Add(-time.Hour)
			}),
			func(s *customerScope) any { return health(s) }, v1alpha1.ReasonSyncPodNotStarting,
		},
		"customer-created": {
			"it is the younger one for good: creation never changes, so the order does not either",
			makeCustomer().with(func(s *customerScope) { s.customer.CreationTimestamp = tomorrow }),
			func(s *customerScope) any { return s.customer.CreationTimestamp.Time }, tomorrow.Time,
		},
		"annotation": {
			"its value is no time: whatever it says is handled now",
			makeCustomer().granted(0).requested(tomorrow.Format(time.RFC3339)),
			func(s *customerScope) any { return len(due(s)) }, 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.get(c.pass.mended().s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestLastPodIsNotTheOneOfTomorrow looks for the pod that tells how a Job ended.
func TestLastPodIsNotTheOneOfTomorrow(t *testing.T) {
	c := makeRun(reportedWell)
	wrong := makePod(&c.jobs[0], runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVError})
	wrong.UID, wrong.CreationTimestamp = "wrong", tomorrow
	c.pods = append(c.pods, wrong)
	mendChildrenClock(c, noon, noon.Add(-time.Hour))
	if got := lastPod(c.pods, &c.jobs[0]).UID; got == "wrong" {
		t.Error("the pod that was created tomorrow tells how the Job ended")
	}
}

// TestFailuresAfterAWrongClock lets a node's clock be wrong for one run, and the next runs fail: they are told.
func TestFailuresAfterAWrongClock(t *testing.T) {
	b := makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{})
	c := b.s.children.of(followUpPlans)
	add := func(uid string, report runreport.Report, finished time.Time) {
		job := makeJob(c, types.UID(uid), report.Outcome == runreport.Succeeded)
		job.CreationTimestamp = metav1.NewTime(b.s.now)
		job.Status.Conditions[0].LastTransitionTime = metav1.NewTime(finished)
		c.jobs, c.pods = append(c.jobs, job), append(c.pods, makePod(&job, report))
	}
	reconciled := func() string {
		b.mended()
		b.s.customer.Status = customerStatus(b.s)
		return meta.FindStatusCondition(b.s.customer.Status.Conditions, v1alpha1.ConditionSyncHealthy).Reason
	}
	add("good", reportedWell, tomorrow.Time)
	if got := reconciled(); got != v1alpha1.ReasonSyncSucceeded {
		t.Fatalf("SyncHealthy %s after a run that ended well", got)
	}
	var got string
	for i := range 3 {
		b.s.now = b.s.now.Add(time.Hour)
		if i > 0 { // a CronJob keeps one failed Job
			c.jobs, c.pods = c.jobs[:1], c.pods[:1]
		}
		add(string(rune('a'+i)), reportedNAV, b.s.now)
		got = reconciled()
	}
	if got != v1alpha1.ReasonSyncFailing {
		t.Errorf("SyncHealthy %s after three runs that failed", got)
	}
	if last := b.s.customer.Status.LastSyncTime; last == nil || last.After(noon) {
		t.Errorf("the last sync was at %v", last)
	}
	if n := b.s.customer.Status.Services[0].Sync.Failures; n != 3 {
		t.Errorf("%d failures are counted, want 3", n)
	}
}
