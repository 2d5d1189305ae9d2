package supplier

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
)

// notesRun returns a customer whose last run of sick notes ended at a time, for a reason if it failed.
func notesRun(uid string, at time.Time, reason runreport.Reason) v1alpha1.CustomerIntegration {
	c := makeStates(metav1.ConditionTrue, fixture.Noon.Add(-24*time.Hour), v1alpha1.AuthorizationGranted)
	c.Status.Services[0].Name = v1alpha1.ServiceSickNotes
	c.Status.Services[0].Sync.LastRun = v1alpha1.SyncRun{
		Outcome: v1alpha1.SyncSucceeded, Reason: string(reason), FinishedTime: metav1.NewTime(at), JobUID: uid,
	}
	return c
}

// TestOutageOfNAV verifies the bounds from which failed runs are an outage.
func TestOutageOfNAV(t *testing.T) {
	cases := map[string]struct {
		failed, ended int32
		want          bool
	}{
		"none":           {failed: 0, ended: 0, want: false},
		"two-of-two":     {failed: 2, ended: 2, want: false},
		"three-of-three": {failed: 3, ended: 3, want: true},
		"half":           {failed: 3, ended: 6, want: false},
		"more-than-half": {failed: 4, ended: 7, want: true},
		"nine-of-many":   {failed: 9, ended: 400, want: false},
		"ten-of-few":     {failed: 10, ended: 499, want: true},
		"two-percent":    {failed: 10, ended: 500, want: false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := (runCount{ended: c.ended, failed: c.failed}).isOutage(); got != c.want {
				t.Errorf("%t, want %t", got, c.want)
			}
		})
	}
}

// TestOutsideFailure verifies which updates of a customer the predicate passes.
func TestOutsideFailure(t *testing.T) {
	cases := map[string]struct {
		before, after v1alpha1.CustomerIntegration
		want          bool
	}{
		"another-run": {
			before: notesRun("1", fixture.Noon, ""), after: notesRun("2", fixture.Noon, runreport.NAVError), want: true,
		},
		"same-run": {
			before: notesRun("1", fixture.Noon, runreport.NAVError), after: notesRun("1", fixture.Noon, runreport.NAVError),
			want: false,
		},
		"succeeded": {
			before: notesRun("1", fixture.Noon, runreport.NAVError), after: notesRun("2", fixture.Noon, ""), want: false,
		},
		"hrm-failed": {
			before: notesRun("1", fixture.Noon, ""), after: notesRun("2", fixture.Noon, runreport.HRMUnreachable),
			want: false,
		},
		"no-token": {
			before: notesRun("1", fixture.Noon, ""), after: notesRun("2", fixture.Noon, runreport.BrokerUnavailable),
			want: true,
		},
		"first": {
			before: makeStates("", fixture.Noon), after: notesRun("1", fixture.Noon, runreport.RightMissing), want: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := outsideFailure().Update(event.UpdateEvent{ObjectOld: &c.before, ObjectNew: &c.after}); got != c.want {
				t.Errorf("%t, want %t", got, c.want)
			}
		})
	}
}

// TestNAVReachable takes five customers through an outage of NAV: it is reported once, on the Supplier, and ends with
// the runs that succeed. What failed before does not begin it again.
func TestNAVReachable(t *testing.T) {
	c := makeCounting(t)
	says := func() string {
		return fixture.StatusOf(c.supplier(t).Status.Conditions, v1alpha1.ConditionNAVReachable)
	}
	expect := func(when, want string, ok bool) {
		t.Helper()
		c.pass(t)
		got, _ := availability.Of(c.supplier(t), v1alpha1.ServiceSickNotes)
		if says() != want || got != ok {
			t.Errorf("%s: NAVReachable %q, want %q; sick notes are available: %t", when, says(), want, got)
		}
		if plans, _ := availability.Of(c.supplier(t), v1alpha1.ServiceFollowUpPlans); !plans {
			t.Errorf("%s: follow-up plans are not available", when)
		}
	}
	run := func(i int, reason runreport.Reason) {
		c.now = c.now.Add(2 * time.Minute)
		c.customers[i] = notesRun(fmt.Sprint(i, c.now), c.now, reason)
	}
	c.customers = make([]v1alpha1.CustomerIntegration, 5)
	for i := range 20 { // whose runs ended before
		c.customers = append(c.customers, notesRun(fmt.Sprint("early", i), c.now.Add(-time.Hour), ""))
	}
	expect("before any run", "True Reachable", true)
	for i := range 5 {
		run(i, "")
	}
	expect("all is well", "True Reachable", true)
	c.now = c.now.Add(runWindow)
	run(0, runreport.NAVError)
	run(1, runreport.NAVUnreachable)
	expect("two customers fail", "True Reachable", true)
	run(2, runreport.RightMissing)
	expect("most customers fail", "False CustomerRunsFailing", false)
	c.now = c.now.Add(time.Hour)
	expect("no run tells more for an hour", "False CustomerRunsFailing", false)
	run(0, "")
	run(1, "")
	run(4, "")
	expect("runs succeed", "True Reachable", true)
	run(3, runreport.NAVError)
	expect("one run fails", "True Reachable", true)
	if got := c.eventList(); got != "Normal CredentialsProved|Warning CustomerRunsFailing|Normal Reachable" {
		t.Errorf("told: %s", got)
	}
}

// TestOutageOfNAVIsForgotten verifies that an outage ends if no run has ended for long, such as after all customers
// were deleted.
func TestOutageOfNAVIsForgotten(t *testing.T) {
	c := makeCounting(t)
	for i := range 3 {
		c.customers = append(c.customers, notesRun(fmt.Sprint(i), c.now, runreport.NAVError))
	}
	c.pass(t)
	c.customers, c.now = nil, c.now.Add(runMemory+time.Minute)
	c.pass(t)
	if got := fixture.StatusOf(c.supplier(t).Status.Conditions, v1alpha1.ConditionNAVReachable); got != "True Reachable" {
		t.Errorf("NAVReachable %s", got)
	}
	if ok, _ := availability.Of(c.supplier(t), v1alpha1.ServiceSickNotes); !ok {
		t.Error("sick notes are not available")
	}
}

// TestTokenBrokerReachable takes five customers through an outage of the token broker for their pods: it is reported
// once, on the Supplier, and ends with the runs that get tokens. An outage of Maskinporten is not one.
func TestTokenBrokerReachable(t *testing.T) {
	c := makeCounting(t)
	expect := func(when, want, alarms string) {
		t.Helper()
		c.pass(t)
		s := c.supplier(t)
		got := fixture.StatusOf(s.Status.Conditions, v1alpha1.ConditionTokenBrokerReachable)
		if got != want || s.Status.Alarms != alarms || availability.LacksTokens(s) != (alarms != "") {
			t.Errorf("%s: TokenBrokerReachable %q, alarms %q; want %q, %q", when, got, s.Status.Alarms, want, alarms)
		}
		if ok, _ := availability.Of(s, v1alpha1.ServiceSickNotes); !ok {
			t.Errorf("%s: sick notes are not available", when)
		}
	}
	run := func(i int, reason runreport.Reason) {
		c.now = c.now.Add(2 * time.Minute)
		c.customers[i] = notesRun(fmt.Sprint(i, c.now), c.now, reason)
	}
	c.customers = make([]v1alpha1.CustomerIntegration, 5)
	expect("before any run", "True Reachable", "")
	run(0, runreport.BrokerUnavailable)
	run(1, runreport.BrokerUnavailable)
	expect("two customers fail", "True Reachable", "")
	run(2, runreport.BrokerUnavailable)
	expect("all customers fail", "False RunsWithoutToken", "TokenBrokerReachable=RunsWithoutToken")
	run(3, "")
	run(4, "")
	expect("most customers fail", "False RunsWithoutToken", "TokenBrokerReachable=RunsWithoutToken")
	run(0, "")
	expect("most runs succeed", "True Reachable", "")
	if got := c.eventList(); got != "Normal CredentialsProved|Warning RunsWithoutToken|Normal Reachable" {
		t.Errorf("the events are %s", got)
	}

	s := c.supplier(t)
	for i := range s.Status.Services {
		s.Status.Services[i].Available = new(false)
	}
	for i := range c.customers {
		run(i, runreport.BrokerUnavailable)
	}
	if got := censusOf(s, nil, c.customers, c.now).broker; got.ended != 0 {
		t.Errorf("%+v runs count although the service is not available", got)
	}
}
