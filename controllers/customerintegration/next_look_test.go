package customerintegration

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestNextLook verifies when a customer is reconciled without an event: when data becomes stale, and when a pod has
// been starting for too long.
func TestNextLook(t *testing.T) {
	const never = time.Duration(0)
	active := func() customerBuilder { return makeCustomer().granted(time.Hour).inPlace().synced(justNow()) }
	starting := func(ago time.Duration) func(*scope) {
		return func(s *scope) {
			c := s.children.Of(fixture.FollowUpPlans)
			c.Pods = append(c.Pods, fixture.Pending(ago))
		}
	}
	started := func(s *scope) {
		starting(0)(s)
		s.children.Of(fixture.FollowUpPlans).Pods[0].Status.Phase = corev1.PodRunning
	}
	verified := pacing.Jitter(fixture.Usual, uid) - time.Hour // when access is verified again
	const scheduled = 55*time.Minute + 30*time.Second         // when the next run by schedule has its Job
	cases := map[string]struct {
		reason     string
		pass       customerBuilder
		look, next time.Duration // after noon; never: not at all
	}{
		"idle": {
			reason: "nothing flows",
			pass: makeCustomer().granted(time.Hour).
				with(func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }),
			look: never, next: verified,
		},
		"active": {reason: "the next run may have no Job", pass: active(), look: scheduled, next: scheduled},
		"stale": {
			reason: "there may be a reason why there are no runs",
			pass:   makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}), look: scheduled, next: scheduled,
		},
		"suspended": {
			reason: "no run is due, and data becomes stale",
			pass: active().with(func(s *scope) {
				s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Suspend = new(true)
			}),
			look: 3 * time.Hour, next: 3 * time.Hour,
		},
		"running": {
			reason: "the next run is due when this one has ended",
			pass: active().ran("1", fixture.ReportedWell).with(func(s *scope) {
				c := s.children.Of(fixture.FollowUpPlans)
				c.Jobs[0].Status, c.Pods[0].Status.Phase = batchv1.JobStatus{}, corev1.PodRunning
			}),
			look: 3 * time.Hour, next: 3 * time.Hour,
		},
		"rarely": {
			reason: "access is verified before",
			pass: active().with(func(s *scope) {
				s.customer.Spec.Services[0].Schedule = "20 6 * * *"
				s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Schedule = "20 6 * * *"
			}),
			look: 17*time.Hour + 20*time.Minute + 30*time.Second, next: verified,
		},
		"starting": {
			reason: "a pod may start",
			pass:   active().with(starting(time.Minute)), look: time.Minute, next: time.Minute,
		},
		"starting-both": {
			reason: "the first of two",
			pass:   active().with(starting(time.Second)).with(starting(time.Minute)), look: time.Minute, next: time.Minute,
		},
		"starting-long": {
			reason: "it is said already that it does not",
			pass:   active().with(starting(syncjob.StartLimit)), look: scheduled, next: scheduled,
		},
		"started": {reason: "an event will report it", pass: active().with(started), look: scheduled, next: scheduled},
		"stale-starting": {
			reason: "the pod is the only news there may be",
			pass:   makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}).with(starting(0)),
			look:   syncjob.StartLimit, next: syncjob.StartLimit,
		},
		"almost-now": {
			reason: "never more often than once a second",
			pass:   active().with(starting(syncjob.StartLimit - time.Millisecond)), look: time.Millisecond, next: time.Second,
		},
		"in-the-way": {
			reason: "no event reports that another owner's object goes",
			pass:   active().with(func(s *scope) { s.children.Of(fixture.FollowUpPlans).Conflict.Kind = "CronJob" }),
			look:   pacing.Jitter(conflictRetry, uid), next: pacing.Jitter(conflictRetry, uid),
		},
		"withdrawn": {
			reason: "its time counts no longer",
			pass:   active().with(withdrawn).with(starting(0)), look: never,
			next: pacing.Jitter(fixture.WaitingUsual, uid) - time.Hour,
		},
		"spoilt": {
			reason: "the CronJob keeps its schedule",
			pass:   active().with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "often" }), look: scheduled,
			next: scheduled,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			want := fixture.Noon.Add(c.look)
			if c.look == never {
				want = time.Time{}
			}
			if got := nextChange(c.pass.s.verdict(), c.pass.s.verdict().Service(fixture.FollowUpPlans)); !got.Equal(want) {
				t.Errorf("%s: %s, want %s", c.reason, got, want)
			}
			next := c.next
			if next < 0 { // it is due, and the pass had no answer
				next = pacing.Jitter(fixture.WaitingUsual, uid)
			}
			if got := nextReconcile(c.pass.s.verdict()).Truncate(time.Second); got != next.Truncate(time.Second) {
				t.Errorf("%s: the next reconcile is made in %s, want %s", c.reason, got, next)
			}
		})
	}
}

// TestNextLookOfAll verifies that the earlier time of two services counts.
func TestNextLookOfAll(t *testing.T) {
	s := makeCustomer().services(fixture.SickNotes, fixture.FollowUpPlans).noSystem().granted(time.Hour).s
	all := func() []v1alpha1.CustomerServiceStatus {
		return []v1alpha1.CustomerServiceStatus{
			{Name: fixture.SickNotes, Sync: v1alpha1.ServiceSync{ActiveSince: at(0)}},
			{Name: fixture.FollowUpPlans, Sync: v1alpha1.ServiceSync{ActiveSince: at(0)}},
		}
	}
	if got := nextReconcile(s.withJobs(all()...)); got != 3*time.Hour {
		t.Errorf("in %s, want three hours, when the plans are stale", got)
	}
	pod := fixture.Pending(time.Minute)
	s.children.Services[fixture.SickNotes] = &syncjob.Child{Pods: []corev1.Pod{pod}}
	if got := nextReconcile(s.withJobs(all()...)); got != time.Minute {
		t.Errorf("in %s, want a minute, when the pod of the sick notes has been starting for too long", got)
	}
}
