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

// TestImplausible verifies both bounds from which withdrawals are implausible.
func TestImplausible(t *testing.T) {
	cases := map[string]struct {
		reason      string
		lost, total int32
		want        bool
	}{
		"none":           {reason: "no customers", lost: 0, total: 0, want: false},
		"all-of-few":     {reason: "ten customers may all leave", lost: 10, total: 10, want: false},
		"eleven-of-all":  {reason: "eleven of eleven", lost: 11, total: 11, want: true},
		"at-the-share":   {reason: "5 % is not more than 5 %", lost: 11, total: 220, want: false},
		"over-the-share": {reason: "a little more than 5 %", lost: 11, total: 219, want: true},
		"large-at":       {reason: "5 % of ten thousand", lost: 500, total: 10000, want: false},
		"large-over":     {reason: "one more", lost: 501, total: 10000, want: true},
		"large-few":      {reason: "eleven of ten thousand are an ordinary hour", lost: 11, total: 10000, want: false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := (&census{lost: c.lost, total: c.total}).hasManyWithdrawals(); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
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
		"now": {reason: "just taken back", customer: makeStates(no, fixture.Noon, withdrawn), want: true},
		"within": {
			reason:   "a second less than an hour ago",
			customer: makeStates(no, fixture.Noon.Add(time.Second-withdrawalWindow), withdrawn), want: true,
		},
		"hour": {
			reason:   "an hour ago",
			customer: makeStates(no, fixture.Noon.Add(-withdrawalWindow), withdrawn), want: false,
		},
		"second":      {reason: "one of two", customer: makeStates(no, fixture.Noon, granted, withdrawn), want: true},
		"granted":     {reason: "it has been given", customer: makeStates(no, fixture.Noon, granted), want: false},
		"not-given":   {reason: "it was never given", customer: makeStates(no, fixture.Noon, notGranted), want: false},
		"undated":     {reason: "the day is unknown", customer: undated, want: false},
		"never-asked": {reason: "nothing is known", customer: makeStates("", fixture.Noon), want: false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := hasLostSince(&c.customer, fixture.Noon.Add(-withdrawalWindow)); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
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
