package customerintegration

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestAcceptedPlans verifies which runs are remembered as accepted by NAV.
func TestAcceptedPlans(t *testing.T) {
	sent := func(refused int32) runreport.Report {
		return runreport.Report{
			Outcome: runreport.Succeeded, Refused: refused, RefusedByRegisters: refused,
			Volumes: runreport.Volumes{PlansSent: 2},
		}
	}
	withoutNote := sent(0)
	withoutNote.Refused = 1
	cases := map[string]struct {
		reason string
		report runreport.Report
		want   bool
	}{
		"taken":   {reason: "NAV took plans", report: sent(0), want: true},
		"partly":  {reason: "NAV refused one later", report: sent(1), want: false},
		"no-note": {reason: "a person had no active sick note", report: withoutNote, want: true},
		"nothing": {reason: "there was no plan", report: runreport.Report{Outcome: runreport.Succeeded}, want: false},
		"refused": {
			reason: "NAV took none",
			report: runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVRefusing, Refused: 3}, want: false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(0).inPlace().ran("1", c.report)
			jobs := b.s.children.Of(fixture.FollowUpPlans).Jobs
			jobs[0].CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Minute))
			var p syncjob.AcceptedPlans
			v := b.s.verdict()
			noteAcceptedPlans(&p, v, endedRuns(v))
			if got := p.Of("default", fixture.Noon).Equal(fixture.Noon.Add(-time.Minute)); got != c.want ||
				(!c.want && !p.Of("default", fixture.Noon).IsZero()) {
				t.Errorf("%s: %s", c.reason, p.Of("default", fixture.Noon))
			}
		})
	}
}

// TestNotStaleWhileStopped verifies that half a day in which no plans are offered is reported on the Supplier, not on
// each of its customers.
func TestNotStaleWhileStopped(t *testing.T) {
	cases := map[string]struct {
		reason string
		fault  string
		want   string
	}{
		"stopped": {
			reason: "no plans have been offered since a moment after the last success",
			fault:  v1alpha1.ReasonManyRejections, want: "Unknown NoRunYet",
		},
		"nav-down": {
			reason: "nor does NAV serve others",
			fault:  v1alpha1.ReasonCustomerRunsFailing, want: "Unknown NoRunYet",
		},
		"went-well": {reason: "nothing stood in the way", want: "False SyncStale"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}).s
			available(s, c.fault, 23*time.Hour+59*time.Minute)
			if got := fixture.StatusOf(statusOf(s.verdict()).Conditions, v1alpha1.ConditionSyncHealthy); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}
