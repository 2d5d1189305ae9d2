package supplier

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
)

const (
	// rejectionWindow is within which time runs are counted together. Half of the customers have a run in it by the
	// default schedule. What is counted is in the customers' statuses, so neither a restart nor a new leader loses any.
	rejectionWindow = 30 * time.Minute
	// implausibleRejections is how many customers with refused plans can indicate an outage of NAV.
	implausibleRejections = 10
	// rejectionShare is the share of the customers with a run that must also be exceeded: one in 50, 2 %. It is low
	// because most runs carry no plan, whether NAV is well or not. In a usual half-hour far fewer are refused: a refused
	// plan is offered again after an hour, and then ever more seldom.
	rejectionShare = 50
	// rejectionPause is how long after a run with refused plans the Supplier is reconciled. Runs that end meanwhile are
	// counted with it.
	rejectionPause = 2 * time.Second
)

// lastPlanRun returns the last run of a customer's follow-up plans that was counted, nil if none was.
func lastPlanRun(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *v1alpha1.SyncRun {
	for i := range c.Status.Services {
		known := &c.Status.Services[i]
		if sendsPlans(s, known.Name) && known.Sync.LastRun.JobUID != "" {
			return &known.Sync.LastRun
		}
	}
	return nil
}

// rejectionsSince returns from when on runs are counted. Those that ended before the last alarm ended do not count.
func rejectionsSince(s *v1alpha1.Supplier, now time.Time) time.Time {
	since := now.Add(-rejectionWindow)
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
	if c != nil && c.Status == metav1.ConditionFalse {
		return clock.Later(since, c.LastTransitionTime.Time)
	}
	return since
}

// countPlans counts the last run of a customer's follow-up plans if it ended after a time. A plan that lacks an active
// sick note is no sign of an outage.
func (c *census) countPlans(s *v1alpha1.Supplier, customer *v1alpha1.CustomerIntegration, since time.Time) {
	run := lastPlanRun(s, customer)
	if run == nil || !run.FinishedTime.After(since) {
		return
	}
	c.planRuns++
	if run.RefusedByRegisters > 0 {
		c.refused++
	}
}

// hasManyRejections reports whether NAV has refused plans of so many customers that an outage of NAV is likely.
func (c *census) hasManyRejections() bool {
	return c.refused >= implausibleRejections && c.refused*rejectionShare > c.planRuns
}

// rejectionsCondition returns the condition of that name. Only a plan that NAV has accepted since ends it: while no
// plans are offered, none is refused. A number in its message would cause a write per run.
func rejectionsCondition(s *facts) condition.State {
	stopped := meta.FindStatusCondition(s.supplier.Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
	on := stopped != nil && stopped.Status == metav1.ConditionTrue
	if !on && s.census.hasManyRejections() || on && !s.plansAccepted.After(stopped.LastTransitionTime.Time) {
		return condition.True(v1alpha1.ReasonManyRejections,
			"NAV refuses plans of many customers, so plans wait; one run per minute tries. If it lasts, see "+
				"https://status.nav.no.")
	}
	return condition.False(v1alpha1.ReasonFewRejections,
		"NAV has not refused plans of many customers within half an hour, or has accepted a plan since.")
}
