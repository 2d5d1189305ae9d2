package syncjob

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/fixture"
)

// hourly returns a service whose CronJob was created in the night and creates a Job at every full hour, the last one at
// eleven.
func hourly() *Child {
	c := makeRun(fixture.ReportedWell)
	c.CronJob = &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: "tiger", UID: "cronjob", CreationTimestamp: metav1.NewTime(fixture.Noon.Add(-9 * time.Hour))},
		Spec:       batchv1.CronJobSpec{Schedule: "0 * * * *"},
	}
	c.Jobs[0].CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Hour))
	return c
}

// TestLacksJob verifies when a run of the schedule lacks its Job, and when to look for it.
func TestLacksJob(t *testing.T) {
	cases := map[string]struct {
		reason string
		now    time.Duration // after noon, when a run is due
		since  time.Duration // after noon
		change func(*Child)
		want   bool
		next   time.Duration // after noon; 0: never
	}{
		"not due": {
			reason: "the Job of eleven was created", now: -time.Second, since: -9 * time.Hour, next: RefusalLimit,
		},
		"just due": {
			reason: "the CronJob controller tries again", now: 29 * time.Second, since: -9 * time.Hour, next: RefusalLimit,
		},
		"overdue": {
			reason: "something refuses it", now: RefusalLimit, since: -9 * time.Hour, want: true,
			next: time.Hour + RefusalLimit,
		},
		"overdue for long": {
			reason: "and looks again at each run", now: 3*time.Hour + time.Minute, since: -9 * time.Hour, want: true,
			next: 4*time.Hour + RefusalLimit,
		},
		"allowed since": {
			reason: "no run was due since sync was allowed", now: time.Minute, since: 10 * time.Second,
			next: time.Hour + RefusalLimit,
		},
		"created since": {
			reason: "no run was due since the CronJob exists", now: time.Minute, since: -9 * time.Hour,
			change: func(c *Child) {
				c.Jobs, c.CronJob.CreationTimestamp = nil, metav1.NewTime(fixture.Noon.Add(time.Second))
			}, next: time.Hour + RefusalLimit,
		},
		"running": {
			reason: "no other Job is created beside it", now: time.Minute, since: -9 * time.Hour,
			change: func(c *Child) { c.Jobs[0].Status.Conditions = nil },
		},
		"suspended": {
			reason: "a suspended CronJob creates none", now: time.Minute, since: -9 * time.Hour,
			change: func(c *Child) { c.CronJob.Spec.Suspend = new(true) },
		},
		"no CronJob": {
			reason: "nothing creates one", now: time.Minute, since: -9 * time.Hour,
			change: func(c *Child) { c.CronJob = nil },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := hourly()
			if tc.change != nil {
				tc.change(c)
			}
			now := fixture.Noon.Add(tc.now)
			if got := LacksJob(c, fixture.Noon.Add(tc.since), now, time.UTC); got != tc.want {
				t.Errorf("%s: %t", tc.reason, got)
			}
			var want time.Time
			if tc.next > 0 {
				want = fixture.Noon.Add(tc.next)
			}
			if got := NextJobLook(c, now, time.UTC); !got.Equal(want) {
				t.Errorf("%s: looks at %s, want %s", tc.reason, got, want)
			}
		})
	}
}

// TestJobRefusedSince keeps a refusal until a newer Job is created.
func TestJobRefusedSince(t *testing.T) {
	refuse := func(ago time.Duration) func(*Child) {
		return func(c *Child) {
			c.Refusals = Refusals{types.UID("cronjob"): {Name: "tiger", At: fixture.Noon.Add(-ago)}}
		}
	}
	before := func(ago time.Duration) *metav1.Time { return new(metav1.NewTime(fixture.Noon.Add(-ago))) }
	cases := map[string]struct {
		reason string
		known  *metav1.Time
		change func(*Child)
		want   *metav1.Time
	}{
		"none":     {reason: "all is well", change: func(*Child) {}},
		"refused":  {reason: "an event reports it", change: refuse(time.Minute), want: before(time.Minute)},
		"former":   {reason: "a Job was created since", change: refuse(time.Hour)},
		"expired":  {reason: "events last an hour", known: before(50 * time.Minute), change: func(*Child) {}, want: before(50 * time.Minute)},
		"again":    {reason: "the status changes once", known: before(50 * time.Minute), change: refuse(time.Minute), want: before(50 * time.Minute)},
		"created":  {reason: "a Job was created since", known: before(time.Hour), change: func(*Child) {}},
		"tomorrow": {reason: "another clock is wrong", change: refuse(-24 * time.Hour), want: before(0)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := hourly()
			tc.change(c)
			if got := JobRefusedSince(c, tc.known, fixture.Noon); !got.Equal(tc.want) {
				t.Errorf("%s: %v, want %v", tc.reason, got, tc.want)
			}
		})
	}
}
