package customerintegration

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestTakenPlans notes the end of one run.
func TestTakenPlans(t *testing.T) {
	sent := func(refused int32) runreport.Report {
		return runreport.Report{Outcome: runreport.Succeeded, Refused: refused, RefusedByRegisters: refused, Volumes: runreport.Volumes{PlansSent: 2}}
	}
	withoutNote := sent(0)
	withoutNote.Refused = 1
	cases := map[string]struct {
		reason string
		report runreport.Report
		want   bool
	}{
		"taken":   {"NAV took plans", sent(0), true},
		"partly":  {"NAV refused one later", sent(1), false},
		"no-note": {"a person had no active sick note", withoutNote, true},
		"nothing": {"there was no plan", runreport.Report{Outcome: runreport.Succeeded}, false},
		"refused": {"NAV took none", runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVRefusing, Refused: 3}, false},
	}
	for name, c := range cases {
		b := makeCustomer().granted(0).inPlace().ran("1", c.report)
		jobs := b.s.children.Of(fixture.FollowUpPlans).Jobs
		jobs[0].CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Minute))
		var p syncjob.TakenPlans
		noteTaken(&p, b.s)
		if got := p.Of("default", fixture.Noon).Equal(fixture.Noon.Add(-time.Minute)); got != c.want || (!c.want && !p.Of("default", fixture.Noon).IsZero()) {
			t.Errorf("%s: %s: %s", name, c.reason, p.Of("default", fixture.Noon))
		}
	}
}

// TestNotStaleWhileStopped lets half a day pass in which no plans are offered: that is told on the Supplier, not on each of
// its customers.
func TestNotStaleWhileStopped(t *testing.T) {
	cases := map[string]struct {
		reason string
		status metav1.ConditionStatus
		want   string
	}{
		"stopped":   {"no plans have been offered since a moment after the last success", metav1.ConditionTrue, "Unknown NoRunYet"},
		"went-well": {"nothing stood in the way", metav1.ConditionFalse, "False SyncStale"},
	}
	for name, c := range cases {
		s := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}).s
		began := metav1.NewTime(fixture.Noon.Add(-23*time.Hour - 59*time.Minute))
		for _, conditionType := range availability.OrderConditions() {
			s.supplier.Status.Conditions = append(s.supplier.Status.Conditions, metav1.Condition{
				Type: conditionType, Status: metav1.ConditionTrue, LastTransitionTime: metav1.NewTime(fixture.Noon.Add(-48 * time.Hour)),
			})
		}
		s.supplier.Status.Conditions = append(s.supplier.Status.Conditions, metav1.Condition{
			Type: v1alpha1.ConditionRejectionsImplausible, Status: c.status, LastTransitionTime: began,
		})
		if got := fixture.Saying(customerStatus(s).Conditions, v1alpha1.ConditionSyncHealthy); got != c.want {
			t.Errorf("%s: %s: %s, want %s", name, c.reason, got, c.want)
		}
	}
}
