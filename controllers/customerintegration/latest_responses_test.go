package customerintegration

import (
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// verifiedAt returns the customer as it was verified at a time.
func verifiedAt(at time.Time) *v1alpha1.CustomerIntegration {
	return makeCustomer().granted(fixture.Noon.Sub(at)).s.customer
}

// TestLatestAnswers reads a customer whose status was read, or written, before.
func TestLatestAnswers(t *testing.T) {
	hourAgo := fixture.Noon.Add(-time.Hour)
	another := verifiedAt(hourAgo)
	another.UID = "another"
	cases := map[string]struct {
		reason  string
		read    []*v1alpha1.CustomerIntegration // before
		written *v1alpha1.CustomerIntegration   // after that
		is      *v1alpha1.CustomerIntegration
		want    time.Time
	}{
		"first": {reason: "nothing is remembered of it", is: verifiedAt(hourAgo)},
		"same": {
			reason: "nothing has changed", read: []*v1alpha1.CustomerIntegration{verifiedAt(fixture.Noon)},
			is: verifiedAt(fixture.Noon),
		},
		"newer": {
			reason: "it has been verified since", read: []*v1alpha1.CustomerIntegration{verifiedAt(hourAgo)},
			is: verifiedAt(fixture.Noon),
		},
		"older": {
			reason: "a later answer is lost", read: []*v1alpha1.CustomerIntegration{verifiedAt(fixture.Noon)},
			is: verifiedAt(hourAgo), want: fixture.Noon,
		},
		"still": {
			reason: "for as long as it is",
			read: []*v1alpha1.CustomerIntegration{
				verifiedAt(fixture.Noon),
				verifiedAt(hourAgo),
			}, is: verifiedAt(hourAgo), want: fixture.Noon,
		},
		"written": {
			reason: "what was written may have been lost", written: verifiedAt(fixture.Noon),
			is: verifiedAt(hourAgo), want: fixture.Noon,
		},
		"on-purpose": {
			reason: "our own write made it older: another authority",
			read:   []*v1alpha1.CustomerIntegration{verifiedAt(fixture.Noon)}, written: verifiedAt(hourAgo), is: verifiedAt(
				hourAgo),
		},
		"clock-back": {
			reason: "it was noted while the clock was wrong", written: verifiedAt(fixture.Noon.Add(time.Hour)),
			is: verifiedAt(hourAgo),
		},
		"another": {
			reason: "another one of the same name",
			read:   []*v1alpha1.CustomerIntegration{verifiedAt(fixture.Noon)}, is: another,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var l latestResponses
			for _, before := range c.read {
				l.lostSince(before, fixture.Noon)
			}
			if c.written != nil {
				l.note(c.written)
			}
			if got := l.lostSince(c.is, fixture.Noon); !got.Equal(c.want) {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
			l.forget(client.ObjectKeyFromObject(c.is))
			if got := l.lostSince(c.is, fixture.Noon); !got.IsZero() {
				t.Errorf("%s: forgotten, and it says %s", c.reason, got)
			}
		})
	}
}

// TestStatusGoesBack verifies that the predicate passes a customer whose status became older.
func TestStatusGoesBack(t *testing.T) {
	cases := map[string]struct {
		reason        string
		before, after *v1alpha1.CustomerIntegration
		want          bool
	}{
		"verified": {
			reason: "our own write",
			before: verifiedAt(fixture.Noon.Add(-time.Hour)), after: verifiedAt(fixture.Noon), want: false,
		},
		"same": {
			reason: "the status did not change",
			before: verifiedAt(fixture.Noon), after: verifiedAt(fixture.Noon), want: false,
		},
		"restored": {
			reason: "an older status came back",
			before: verifiedAt(fixture.Noon), after: verifiedAt(fixture.Noon.Add(-time.Hour)), want: true,
		},
		"emptied": {reason: "no status came back", before: verifiedAt(fixture.Noon), after: fixture.Customer(), want: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := statusGoesBack().Update(event.UpdateEvent{ObjectOld: c.before, ObjectNew: c.after}); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// interrupted records on the Supplier that the operator was interrupted some time ago.
func (b customerBuilder) interrupted(ago time.Duration) customerBuilder {
	return b.with(func(s *scope) { s.supplier.Status.InterruptedTime = &metav1.Time{Time: fixture.Noon.Add(-ago)} })
}

// TestInterrupted reconciles a customer with access after an interruption, with a run under way.
func TestInterrupted(t *testing.T) {
	working := func(b customerBuilder) customerBuilder {
		c := b.s.children.Of(fixture.FollowUpPlans)
		job := fixture.Job(c.CronJob, types.UID("under-way"), false)
		job.Status.Conditions = nil
		c.Jobs = append(c.Jobs, job)
		return b
	}
	granted := func() customerBuilder { return makeCustomer().granted(time.Hour).inPlace().synced(anHourAgo()) }
	cases := map[string]struct {
		reason  string
		made    customerBuilder
		due     bool
		actions []string
	}{
		"before": {reason: "no interruption: the answer counts", made: working(granted()), due: false},
		"outdated": {
			reason: "nothing starts, and what runs goes on",
			made:   working(granted().interrupted(time.Minute)), due: true, actions: []string{"suspend CronJob"},
		},
		"outage": {
			reason: "a question that met an outage changes nothing of that",
			made:   working(granted().interrupted(time.Minute).answered(maskinporten.ClassServerError)), due: true,
			actions: []string{"suspend CronJob"},
		},
		"proved": {reason: "it has been verified", made: working(granted().interrupted(time.Minute).answered("")), due: true},
		"withdrawn": {
			reason: "the withdrawal that was lost is found",
			made:   working(granted().interrupted(time.Minute).answered(maskinporten.ClassNotDelegated)), due: true,
			actions: []string{"suspend CronJob", "delete Job"},
		},
		"since": {
			reason: "it was verified after the interruption",
			made:   working(granted().interrupted(2 * time.Hour)), due: false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := c.made.s
			if got := slices.Contains(dueOf(s), fixture.FollowUpPlans); got != c.due {
				t.Errorf("%s: due: %t, want %t", c.reason, got, c.due)
			}
			before := s.customer.Status.Services[0]
			status := statusOf(s.verdict())
			if name == "outdated" || name == "outage" {
				after := status.Services[0]
				if after.Authorization.State != before.Authorization.State ||
					!after.Sync.ActiveSince.Equal(before.Sync.ActiveSince) ||
					fixture.StatusOf(status.Conditions, v1alpha1.ConditionReady) != "True Delegated" {
					t.Errorf("%s: the status changed: %+v, Ready %s", c.reason, after,
						fixture.StatusOf(status.Conditions, v1alpha1.ConditionReady))
				}
			}
			s.customer.Status = status
			planned, err := planOf(s.verdict())
			if err != nil {
				t.Fatal(err)
			}
			if len(planned) != len(c.actions) {
				t.Fatalf("%s: planned %v, want %v", c.reason, planned, c.actions)
			}
			for i, want := range c.actions {
				if got := planned[i].String(); len(got) < len(want) || got[:len(want)] != want {
					t.Errorf("%s: planned %s, want %s", c.reason, got, want)
				}
			}
		})
	}
}

// TestSuspendedWhileOutdated reconciles once more after the CronJob was suspended: Ready stays, and nothing is planned.
func TestSuspendedWhileOutdated(t *testing.T) {
	s := makeCustomer().granted(time.Hour).inPlace().synced(anHourAgo()).interrupted(time.Minute).s
	s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Suspend = new(true)
	s.customer.Status = statusOf(s.verdict())
	if got := fixture.StatusOf(s.customer.Status.Conditions, v1alpha1.ConditionReady); got != "True Delegated" {
		t.Errorf("Ready %s", got)
	}
	if planned, err := planOf(s.verdict()); err != nil || len(planned) > 0 {
		t.Errorf("planned %v, %v", planned, err)
	}
}

// TestLostAnswerOfOneService gets an older status of two services, of which only one can be verified: the response of
// the other is still lost, although the status has become newer.
func TestLostAnswerOfOneService(t *testing.T) {
	verified := func(first, second time.Time) *v1alpha1.CustomerIntegration {
		c := verifiedAt(first)
		c.Status.Services = append(c.Status.Services, *c.Status.Services[0].DeepCopy())
		c.Status.Services[1].Name, c.Status.Services[1].Authorization.LastVerifiedTime = fixture.SickNotes, &metav1.Time{
			Time: second,
		}
		return c
	}
	at := func(minutes int) time.Time { return fixture.Noon.Add(time.Duration(minutes) * time.Minute) }
	var l latestResponses
	steps := []struct {
		reason string
		is     *v1alpha1.CustomerIntegration
		now    time.Time
		want   time.Time
	}{
		{reason: "both are verified", is: verified(at(0), at(0)), now: at(0), want: time.Time{}},
		{reason: "an older status came back", is: verified(at(-60), at(-60)), now: at(5), want: at(0)},
		{reason: "one has been verified since", is: verified(at(5), at(-60)), now: at(6), want: at(5)},
		{reason: "and the other one still has not", is: verified(at(5), at(-60)), now: at(7), want: at(5)},
		{reason: "both have", is: verified(at(5), at(8)), now: at(8), want: time.Time{}},
		{reason: "so nothing is lost any more", is: verified(at(5), at(8)), now: at(9), want: time.Time{}},
	}
	for _, step := range steps {
		if got := l.lostSince(step.is, step.now); !got.Equal(step.want) {
			t.Errorf("%s: %s, want %s", step.reason, got, step.want)
		}
		l.note(step.is)
	}
}
