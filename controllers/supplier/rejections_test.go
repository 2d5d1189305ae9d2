package supplier

import (
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/syncjob"
)

// planRun returns a customer whose last run of follow-up plans ended at a time.
func planRun(uid string, at time.Time, refused int32) v1alpha1.CustomerIntegration {
	c := makeStates(metav1.ConditionTrue, fixture.Noon.Add(-24*time.Hour), v1alpha1.AuthorizationGranted)
	c.Status.Services[0].Sync.LastRun = v1alpha1.SyncRun{
		Outcome: v1alpha1.SyncSucceeded, FinishedTime: metav1.NewTime(
			at), JobUID: uid, Refused: refused, RefusedByRegisters: refused,
	}
	return c
}

// TestRefusedByAnOutage verifies both bounds from which refused plans are an outage.
func TestRefusedByAnOutage(t *testing.T) {
	cases := map[string]struct {
		reason        string
		refused, runs int32
		want          bool
	}{
		"none":           {reason: "no runs", refused: 0, runs: 0, want: false},
		"nine-of-nine":   {reason: "too few to tell", refused: 9, runs: 9, want: false},
		"ten-of-ten":     {reason: "all are refused", refused: 10, runs: 10, want: true},
		"at-the-share":   {reason: "2 % is not more than 2 %", refused: 10, runs: 500, want: false},
		"over-the-share": {reason: "a little more than 2 %", refused: 10, runs: 499, want: true},
		"large-few":      {reason: "a usual half-hour of ten thousand customers", refused: 60, runs: 5000, want: false},
		"large-outage": {
			reason:  "one of thirty runs had a plan, and each was refused",
			refused: 166, runs: 5000, want: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := (&census{refused: c.refused, planRuns: c.runs}).hasManyRejections(); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// TestCountPlans verifies which runs of a customer are counted.
func TestCountPlans(t *testing.T) {
	since := fixture.Noon.Add(-rejectionWindow)
	notes := makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationGranted)
	notes.Status.Services[1].Sync.LastRun = v1alpha1.SyncRun{
		JobUID: "1", FinishedTime: metav1.NewTime(fixture.Noon),
		Refused: 1,
	}
	noNote := planRun("1", fixture.Noon, 1)
	noNote.Status.Services[0].Sync.LastRun.RefusedByRegisters = 0
	cases := map[string]struct {
		reason   string
		customer v1alpha1.CustomerIntegration
		want     string // runs, refused
	}{
		"refused": {reason: "NAV refused a plan", customer: planRun("1", fixture.Noon, 1), want: "1 1"},
		"no-note": {reason: "the person has no active sick note", customer: noNote, want: "1 0"},
		"well":    {reason: "nothing was refused", customer: planRun("1", fixture.Noon, 0), want: "1 0"},
		"old":     {reason: "it ended before the window", customer: planRun("1", since, 3), want: "0 0"},
		"no-run": {
			reason:   "there was none",
			customer: makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted), want: "0 0",
		},
		"sick-notes": {reason: "another service has no plans", customer: notes, want: "0 0"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got census
			got.countPlans(fixture.Supplier(), &c.customer, since)
			if s := fmt.Sprint(got.planRuns, got.refused); s != c.want {
				t.Errorf("%s: %s, want %s", c.reason, s, c.want)
			}
		})
	}
}

// TestPlansRefusedWakes verifies that a new run with refused plans passes the predicate.
func TestPlansRefusedWakes(t *testing.T) {
	noNote := planRun("2", fixture.Noon, 1)
	noNote.Status.Services[0].Sync.LastRun.RefusedByRegisters = 0
	cases := map[string]struct {
		reason        string
		before, after v1alpha1.CustomerIntegration
		want          bool
	}{
		"refused": {
			reason: "another run",
			before: planRun("1", fixture.Noon, 1), after: planRun("2", fixture.Noon, 1), want: true,
		},
		"no-note": {
			reason: "the persons have no active sick note",
			before: planRun("1", fixture.Noon, 0), after: noNote, want: false,
		},
		"same": {
			reason: "the run was counted before",
			before: planRun("1", fixture.Noon, 1), after: planRun("1", fixture.Noon, 1), want: false,
		},
		"well": {
			reason: "NAV refused nothing",
			before: planRun("1", fixture.Noon, 1), after: planRun("2", fixture.Noon, 0), want: false,
		},
		"first": {
			reason: "the first run",
			before: makeStates("", fixture.Noon), after: planRun("1", fixture.Noon, 2), want: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := outsideFailure().Update(event.UpdateEvent{ObjectOld: &c.before, ObjectNew: &c.after}); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// TestAlarmOfRejections has NAV refuse plans of twelve of forty customers, restarts, and advances the clock: only a
// plan that NAV accepts ends the alarm, and earlier refusals do not start it again.
func TestAlarmOfRejections(t *testing.T) {
	c := makeCounting(t)
	taken := &syncjob.AcceptedPlans{}
	c.AcceptedPlans = taken
	for i := range 40 {
		c.customers = append(c.customers, planRun(fmt.Sprint(i), fixture.Noon, 0))
	}
	c.pass(t)
	alarm := func() string {
		return fixture.StatusOf(c.supplier(t).Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
	}
	for i := range 12 {
		c.now = fixture.Noon.Add(time.Duration(i+1) * time.Minute)
		c.customers[i] = planRun("refused", c.now, 3)
		next := c.pass(t)
		want := "False FewRejections"
		if i >= 9 {
			want = "True ManyRejections"
			if next != alarmPause {
				t.Errorf("during the alarm, the next look is after %s", next)
			}
		}
		if got := alarm(); got != want {
			t.Errorf("plans of %d were refused: %s, want %s", i+1, got, want)
		}
	}
	conditions := c.supplier(t).Status.Conditions
	fixture.IsWellFormed(t, "ManyRejections",
		meta.FindStatusCondition(conditions, v1alpha1.ConditionRejectionsImplausible).Message)
	if got := fixture.StatusOf(conditions, v1alpha1.ConditionReady); got != "True CredentialsProved" {
		t.Errorf("Ready %s", got)
	}

	c.AcceptedPlans = &syncjob.AcceptedPlans{} // as after a restart
	c.now = c.now.Add(3 * rejectionWindow)
	c.pass(t)
	if got := alarm(); got != "True ManyRejections" {
		t.Errorf("no plans were offered, so none was refused: %s", got)
	}
	c.AcceptedPlans.NoteStart("default", fixture.Noon, fixture.Noon) // it was at work before the alarm
	c.pass(t)
	if got := alarm(); got != "True ManyRejections" {
		t.Errorf("a plan that NAV took before the alarm: %s", got)
	}
	for i := range 12 {
		c.customers[i] = planRun("trial", c.now.Add(-time.Minute), 1)
	}
	c.AcceptedPlans.NoteStart("default", c.now, c.now)
	c.pass(t)
	if got := alarm(); got != "False FewRejections" {
		t.Errorf("NAV takes plans again: %s", got)
	}
	c.now = c.now.Add(time.Minute)
	c.pass(t)
	if got := alarm(); got != "False FewRejections" {
		t.Errorf("refusals from before: %s", got)
	}
	if got := c.eventList(); got != "Normal CredentialsProved|Warning ManyRejections|Normal FewRejections" {
		t.Errorf("told: %s", got)
	}
}

// TestAcceptedInTheFuture verifies that a run that began tomorrow, by a wrong clock, does not end an alarm of today,
// and hides no later run.
func TestAcceptedInTheFuture(t *testing.T) {
	p := &syncjob.AcceptedPlans{}
	p.NoteStart("default", fixture.Tomorrow.Time, fixture.Noon)
	if got := p.Of("default", fixture.Noon); !got.IsZero() {
		t.Errorf("a run of tomorrow took plans at %s", got)
	}
	p.NoteStart("default", fixture.Tomorrow.Time, fixture.Tomorrow.Time) // the manager's own clock is set back after this
	if got := p.Of("default", fixture.Noon); !got.IsZero() {
		t.Errorf("a run of tomorrow took plans at %s", got)
	}
	p.NoteStart("default", fixture.Noon, fixture.Noon)
	if got := p.Of("default", fixture.Noon); !got.Equal(fixture.Noon) {
		t.Errorf("plans were last taken at %s, want %s", got, fixture.Noon)
	}
}
