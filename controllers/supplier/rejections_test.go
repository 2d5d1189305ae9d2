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

// TestRefusedByAnOutage is at both bounds.
func TestRefusedByAnOutage(t *testing.T) {
	cases := map[string]struct {
		reason        string
		refused, runs int32
		want          bool
	}{
		"none":           {"no runs", 0, 0, false},
		"nine-of-nine":   {"too few to tell", 9, 9, false},
		"ten-of-ten":     {"all are refused", 10, 10, true},
		"at-the-share":   {"2 % is not more than 2 %", 10, 500, false},
		"over-the-share": {"a little more than 2 %", 10, 499, true},
		"large-few":      {"a usual half-hour of ten thousand customers", 60, 5000, false},
		"large-outage":   {"one of thirty runs had a plan, and each was refused", 166, 5000, true},
	}
	for name, c := range cases {
		if got := (&census{refused: c.refused, planRuns: c.runs}).hasManyRejections(); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
}

// TestCountPlans counts one customer.
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
		"refused": {"NAV refused a plan", planRun("1", fixture.Noon, 1), "1 1"},
		"no-note": {"the person has no active sick note", noNote, "1 0"},
		"well":    {"nothing was refused", planRun("1", fixture.Noon, 0), "1 0"},
		"old":     {"it ended before the window", planRun("1", since, 3), "0 0"},
		"no-run": {
			"there was none", makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted),
			"0 0",
		},
		"sick-notes": {"another service has no plans", notes, "0 0"},
	}
	for name, c := range cases {
		var got census
		got.countPlans(&c.customer, since)
		if s := fmt.Sprint(got.planRuns, got.refused); s != c.want {
			t.Errorf("%s: %s: %s, want %s", name, c.reason, s, c.want)
		}
	}
}

// TestPlansRefusedWakes shows the predicate two versions of a customer.
func TestPlansRefusedWakes(t *testing.T) {
	noNote := planRun("2", fixture.Noon, 1)
	noNote.Status.Services[0].Sync.LastRun.RefusedByRegisters = 0
	cases := map[string]struct {
		reason        string
		before, after v1alpha1.CustomerIntegration
		want          bool
	}{
		"refused": {"another run", planRun("1", fixture.Noon, 1), planRun("2", fixture.Noon, 1), true},
		"no-note": {"the persons have no active sick note", planRun("1", fixture.Noon, 0), noNote, false},
		"same":    {"the run was counted before", planRun("1", fixture.Noon, 1), planRun("1", fixture.Noon, 1), false},
		"well":    {"NAV refused nothing", planRun("1", fixture.Noon, 1), planRun("2", fixture.Noon, 0), false},
		"first":   {"the first run", makeStates("", fixture.Noon), planRun("1", fixture.Noon, 2), true},
	}
	for name, c := range cases {
		if got := outsideFailure().Update(event.UpdateEvent{ObjectOld: &c.before, ObjectNew: &c.after}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
}

// TestAlarmOfRejections has NAV refuse plans of twelve of forty customers, restarts, and advances the clock: only a
// plan that NAV accepts ends the alarm, and earlier refusals do not start it again.
func TestAlarmOfRejections(t *testing.T) {
	c := makeCounting(t)
	taken := &syncjob.TakenPlans{}
	c.Taken = taken
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

	c.Taken = &syncjob.TakenPlans{} // as after a restart
	c.now = c.now.Add(3 * rejectionWindow)
	c.pass(t)
	if got := alarm(); got != "True ManyRejections" {
		t.Errorf("no plans were offered, so none was refused: %s", got)
	}
	c.Taken.Began("default", fixture.Noon, fixture.Noon) // it was at work before the alarm
	c.pass(t)
	if got := alarm(); got != "True ManyRejections" {
		t.Errorf("a plan that NAV took before the alarm: %s", got)
	}
	for i := range 12 {
		c.customers[i] = planRun("trial", c.now.Add(-time.Minute), 1)
	}
	c.Taken.Began("default", c.now, c.now)
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

// TestTakenInTheFuture has a run that began tomorrow, by a clock that was wrong: it does not end an alarm of today, and
// hides no run that begins after it.
func TestTakenInTheFuture(t *testing.T) {
	p := &syncjob.TakenPlans{}
	p.Began("default", fixture.Tomorrow.Time, fixture.Noon)
	if got := p.Of("default", fixture.Noon); !got.IsZero() {
		t.Errorf("a run of tomorrow took plans at %s", got)
	}
	p.Began("default", fixture.Tomorrow.Time, fixture.Tomorrow.Time) // the manager's own clock is set back after this
	if got := p.Of("default", fixture.Noon); !got.IsZero() {
		t.Errorf("a run of tomorrow took plans at %s", got)
	}
	p.Began("default", fixture.Noon, fixture.Noon)
	if got := p.Of("default", fixture.Noon); !got.Equal(fixture.Noon) {
		t.Errorf("plans were last taken at %s, want %s", got, fixture.Noon)
	}
}
