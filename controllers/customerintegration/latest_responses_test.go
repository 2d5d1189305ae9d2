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

// TestAnswersLostWakes shows the predicate two versions of a customer.
func TestAnswersLostWakes(t *testing.T) {
	cases := map[string]struct {
		reason        string
		before, after *v1alpha1.CustomerIntegration
		want          bool
	}{
		"verified": {"our own write", verifiedAt(fixture.Noon.Add(-time.Hour)), verifiedAt(fixture.Noon), false},
		"same":     {"the status did not change", verifiedAt(fixture.Noon), verifiedAt(fixture.Noon), false},
		"restored": {"an older status came back", verifiedAt(fixture.Noon), verifiedAt(fixture.Noon.Add(-time.Hour)), true},
		"emptied":  {"no status came back", verifiedAt(fixture.Noon), fixture.Customer(), true},
	}
	for name, c := range cases {
		if got := statusGoesBack().Update(event.UpdateEvent{ObjectOld: c.before, ObjectNew: c.after}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
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
		"before": {"no interruption: the answer counts", working(granted()), false, nil},
		"outdated": {
			"nothing starts, and what runs goes on", working(granted().interrupted(time.Minute)), true,
			[]string{"suspend CronJob"},
		},
		"outage": {
			"a question that met an outage changes nothing of that",
			working(granted().interrupted(time.Minute).answered(maskinporten.ClassServerError)), true,
			[]string{
				"suspend CronJob",
			},
		},
		"proved": {"it has been verified", working(granted().interrupted(time.Minute).answered("")), true, nil},
		"withdrawn": {
			"the withdrawal that was lost is found", working(
				granted().interrupted(time.Minute).answered(maskinporten.ClassNotDelegated)),
			true,
			[]string{"suspend CronJob", "delete Job"},
		},
		"since": {"it was verified after the interruption", working(granted().interrupted(2 * time.Hour)), false, nil},
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
		{"both are verified", verified(at(0), at(0)), at(0), time.Time{}},
		{"an older status came back", verified(at(-60), at(-60)), at(5), at(0)},
		{"one has been verified since", verified(at(5), at(-60)), at(6), at(5)},
		{"and the other one still has not", verified(at(5), at(-60)), at(7), at(5)},
		{"both have", verified(at(5), at(8)), at(8), time.Time{}},
		{"so nothing is lost any more", verified(at(5), at(8)), at(9), time.Time{}},
	}
	for _, step := range steps {
		if got := l.lostSince(step.is, step.now); !got.Equal(step.want) {
			t.Errorf("%s: %s, want %s", step.reason, got, step.want)
		}
		l.note(step.is)
	}
}
