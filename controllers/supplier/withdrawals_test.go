package supplier

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestImplausible is at both bounds.
func TestImplausible(t *testing.T) {
	cases := map[string]struct {
		reason      string
		lost, total int32
		want        bool
	}{
		"none":           {"no customers", 0, 0, false},
		"all-of-few":     {"ten customers may all leave", 10, 10, false},
		"eleven-of-all":  {"eleven of eleven", 11, 11, true},
		"at-the-share":   {"5 % is not more than 5 %", 11, 220, false},
		"over-the-share": {"a little more than 5 %", 11, 219, true},
		"large-at":       {"5 % of ten thousand", 500, 10000, false},
		"large-over":     {"one more", 501, 10000, true},
		"large-few":      {"eleven of ten thousand are an ordinary hour", 11, 10000, false},
	}
	for name, c := range cases {
		if got := (&census{lost: c.lost, total: c.total}).hasManyWithdrawals(); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
}

func TestLostSince(t *testing.T) {
	const no = metav1.ConditionFalse
	const (
		granted    = v1alpha1.AuthorizationGranted
		notGranted = v1alpha1.AuthorizationNotGranted
		withdrawn  = v1alpha1.AuthorizationWithdrawn
	)
	undated := makeStates(no, fixture.Noon, withdrawn)
	undated.Status.Services[0].Authorization.Since = nil
	cases := map[string]struct {
		reason   string
		customer v1alpha1.CustomerIntegration
		want     bool
	}{
		"now": {"just taken back", makeStates(no, fixture.Noon, withdrawn), true},
		"within": {
			"a second less than an hour ago",
			makeStates(no, fixture.Noon.Add(time.Second-withdrawalWindow), withdrawn), true,
		},
		"hour":        {"an hour ago", makeStates(no, fixture.Noon.Add(-withdrawalWindow), withdrawn), false},
		"second":      {"one of two", makeStates(no, fixture.Noon, granted, withdrawn), true},
		"granted":     {"it has been given", makeStates(no, fixture.Noon, granted), false},
		"not-given":   {"it was never given", makeStates(no, fixture.Noon, notGranted), false},
		"undated":     {"the day is unknown", undated, false},
		"never-asked": {"nothing is known", makeStates("", fixture.Noon), false},
	}
	for name, c := range cases {
		if got := lostSince(&c.customer, fixture.Noon.Add(-withdrawalWindow)); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
}

// TestAlarmOfWithdrawals lets twelve of forty customers lose access, restarts, and waits for the hour to be over: the
// alarm begins and ends by itself, is reported at both times, and its message never changes.
func TestAlarmOfWithdrawals(t *testing.T) {
	c := makeCounting(t)
	for range 40 {
		c.customers = append(c.customers, makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted))
	}
	c.pass(t)
	alarm := func() string {
		return fixture.StatusOf(c.supplier(t).Status.Conditions, v1alpha1.ConditionWithdrawalsImplausible)
	}
	if got := alarm(); got != "False FewWithdrawals" {
		t.Fatalf("all is well, and it says %s", got)
	}
	lost := fixture.Noon.Add(2 * countPause)
	var message string
	for i := range 12 {
		c.now = lost.Add(time.Duration(i) * countPause)
		c.customers[i] = makeStates(metav1.ConditionFalse, lost, v1alpha1.AuthorizationWithdrawn)
		next := c.pass(t)
		want := "False FewWithdrawals"
		if i >= 10 {
			want = "True ManyWithdrawals"
			if next != alarmPause {
				t.Errorf("during the alarm, the next look is after %s", next)
			}
			said := meta.FindStatusCondition(c.supplier(t).Status.Conditions, v1alpha1.ConditionWithdrawalsImplausible).Message
			if message != "" && said != message {
				t.Errorf("the message changed from %q to %q", message, said)
			}
			message = said
		}
		if got := alarm(); got != want {
			t.Errorf("%d have lost access: %s, want %s", i+1, got, want)
		}
	}
	fixture.IsWellFormed(t, "ManyWithdrawals", message)

	c.Reconciler.counted = countWrites{} // as after a restart
	c.now = lost.Add(withdrawalWindow - time.Second)
	c.pass(t)
	if got := alarm(); got != "True ManyWithdrawals" {
		t.Errorf("after a restart: %s", got)
	}
	c.now = lost.Add(withdrawalWindow)
	c.pass(t)
	if got := alarm(); got != "False FewWithdrawals" {
		t.Errorf("the hour is over: %s", got)
	}
	if got := c.counted(t); got != "40 28 0 12 0" {
		t.Errorf("the verdicts stand: %s", got)
	}
	if got := c.eventList(); got != "Normal CredentialsProved|Warning ManyWithdrawals|Normal FewWithdrawals" {
		t.Errorf("told: %s", got)
	}
}

// eventList returns the events so far, each as its type and reason.
func (c *counting) eventList() string {
	close(c.recorder.Events)
	var all []string
	for e := range c.recorder.Events {
		all = append(all, strings.Join(strings.SplitN(e, " ", 3)[:2], " "))
	}
	return strings.Join(all, "|")
}
