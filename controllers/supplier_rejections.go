package controllers

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
)

const (
	// rejectionWindow is within which time runs are counted together. Half of the customers have a run in it by the default
	// schedule. What is counted is in the customers' statuses, so neither a restart nor a new leader loses any.
	rejectionWindow = 30 * time.Minute
	// implausibleRejections is from how many customers with refused plans on it can be an outage of NAV's.
	implausibleRejections = 10
	// rejectionShare is the share of all customers with a run that must be exceeded besides: one in so many, 2 %. It is low
	// because most runs carry no plan, whether NAV is well or not. In a usual half-hour far fewer are refused: a refused plan
	// is offered again after an hour, and then ever more seldom.
	rejectionShare = 50
	// rejectionPause is how long after a run with refused plans the Supplier is looked at. Those that end meanwhile are
	// counted with it.
	rejectionPause = 2 * time.Second
)

// lastPlanRun returns the last run of a customer's follow-up plans that was counted, nil if none was.
func lastPlanRun(c *v1alpha1.CustomerIntegration) *v1alpha1.SyncRun {
	for i := range c.Status.Services {
		known := &c.Status.Services[i]
		if known.Name == v1alpha1.ServiceFollowUpPlans && known.Sync.LastRun.JobUID != "" {
			return &known.Sync.LastRun
		}
	}
	return nil
}

// rejectionsSince returns from when on runs are counted: those that ended before the last alarm did are history.
func rejectionsSince(s *v1alpha1.Supplier, now time.Time) time.Time {
	since := now.Add(-rejectionWindow)
	c := entitlement.Offering(s, v1alpha1.ServiceFollowUpPlans)
	if c != nil && c.Status == metav1.ConditionFalse {
		return later(since, c.LastTransitionTime.Time)
	}
	return since
}

// countPlans counts the last run of a customer's follow-up plans if it ended after a time.
func (c *census) countPlans(customer *v1alpha1.CustomerIntegration, since time.Time) {
	run := lastPlanRun(customer)
	if run == nil || !run.FinishedTime.After(since) {
		return
	}
	c.planRuns++
	if run.Refused > 0 {
		c.refused++
	}
}

// refusedByAnOutage reports whether NAV has refused plans of so many customers that it is more likely an outage of NAV's.
func (c *census) refusedByAnOutage() bool {
	return c.refused >= implausibleRejections && c.refused*rejectionShare > c.planRuns
}

// rejectionsImplausible returns the condition of that name. Only a plan that NAV has taken since ends it: while no plans are
// offered, none is refused. Its message holds no number, which would be a write per run.
func rejectionsImplausible(s *supplierScope) finding {
	stopped := entitlement.OfferingStopped(s.supplier, v1alpha1.ServiceFollowUpPlans)
	if stopped == nil && s.census.refusedByAnOutage() || stopped != nil && !s.taken.After(stopped.LastTransitionTime.Time) {
		return finding{
			metav1.ConditionTrue, v1alpha1.ReasonManyRejections,
			"NAV has refused plans of many customers within half an hour, as it does while its registers are down. No plans are sent, but for one " +
				"run a minute that shows whether NAV takes plans again. If this lasts, see https://status.nav.no and ask NAV.",
		}
	}
	return finding{
		metav1.ConditionFalse, v1alpha1.ReasonFewRejections,
		"NAV has not refused plans of many customers within half an hour, or has taken a plan since.",
	}
}

// TakenPlans remembers, for each Supplier, when the last run began in which NAV took plans and refused none. After a restart
// it knows of none until another run has ended. The zero value is ready to use; nil remembers nothing.
type TakenPlans struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// noteTaken remembers the runs of a reconcile's customer whose end was written.
func noteTaken(p *TakenPlans, s *customerScope) {
	if p == nil {
		return
	}
	for _, e := range endedRuns(s) {
		if e.service == v1alpha1.ServiceFollowUpPlans && e.run.report.Volumes.PlansSent > 0 && e.run.report.Refused == 0 {
			p.began(s.customer.SupplierName(), e.run.created, s.now)
		}
	}
}

// began remembers when a run began. What lies in the future counts for nothing: a clock was wrong.
func (p *TakenPlans) began(supplier string, at, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[string]time.Time{}
	}
	p.last[supplier] = later(believable(now, p.last[supplier]), believable(now, at))
}

// of returns when the last such run began, the zero time if none is known.
func (p *TakenPlans) of(supplier string, now time.Time) time.Time {
	if p == nil {
		return time.Time{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return believable(now, p.last[supplier])
}

// plansRefused passes a customer of whom another run with refused plans was counted.
func plansRefused() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		DeleteFunc: func(event.DeleteEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok1 := e.ObjectOld.(*v1alpha1.CustomerIntegration)
			after, ok2 := e.ObjectNew.(*v1alpha1.CustomerIntegration)
			if !ok1 || !ok2 {
				return false
			}
			was, is := lastPlanRun(before), lastPlanRun(after)
			return is != nil && is.Refused > 0 && (was == nil || was.JobUID != is.JobUID)
		},
	}
}

// supplierSoon wakes the Supplier of a customer after rejectionPause. Customers that change meanwhile share one reconcile.
func supplierSoon() handler.EventHandler {
	return handler.Funcs{
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			if customer, ok := e.ObjectNew.(*v1alpha1.CustomerIntegration); ok {
				q.AddAfter(reconcile.Request{NamespacedName: types.NamespacedName{Name: customer.SupplierName()}}, rejectionPause)
			}
		},
	}
}
