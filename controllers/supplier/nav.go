package supplier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// navWindow is within which time runs are counted together, and navMemory while NAVReachable is False: a small Supplier has
	// few runs in a window.
	navWindow, navMemory = 30 * time.Minute, 2 * time.Hour
	// navFew is how many customers whose runs NAV does not serve are an outage, if they are more than half of those with a run.
	navFew = 3
	// navMany is how many are an outage if they are more than one in navShare: most runs have no plan to send, and so do
	// not depend on NAV.
	navMany, navShare = 10, 50
)

// navRuns counts the last runs of a service that ended in the window.
type navRuns struct {
	ended, failed int32
}

// outage reports whether NAV fails for so many customers that it is not about them.
func (n navRuns) outage() bool {
	return n.failed >= navFew && 2*n.failed > n.ended || n.failed >= navMany && n.failed*navShare > n.ended
}

// navSince returns from when on runs are counted. Those that ended before NAV was last reachable again are history.
func navSince(s *v1alpha1.Supplier, now time.Time) time.Time {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionNAVReachable)
	switch {
	case c == nil:
		return now.Add(-navWindow)
	case c.Status == metav1.ConditionFalse:
		return now.Add(-navMemory)
	default:
		return clock.Later(now.Add(-navWindow), c.LastTransitionTime.Time)
	}
}

// countNAV counts the last runs of a customer that ended after a time.
func (c *census) countNAV(customer *v1alpha1.CustomerIntegration, since time.Time) {
	for i := range customer.Status.Services {
		known := &customer.Status.Services[i]
		run := &known.Sync.LastRun
		if run.JobUID == "" || !run.FinishedTime.After(since) {
			continue
		}
		n := c.nav[known.Name]
		n.ended++
		if runreport.Reason(run.Reason).FailedByNAV() {
			n.failed++
		}
		c.nav[known.Name] = n
	}
}

// writeNAVReachable writes the condition of that name, if runs have ended. An outage is forgotten if none has for long.
func writeNAVReachable(w condition.Writer, s *scope) {
	switch {
	case s.census == nil:
	case len(s.census.nav) > 0:
		w.Set(v1alpha1.ConditionNAVReachable, s.census.navReachable())
	case meta.IsStatusConditionFalse(s.supplier.Status.Conditions, v1alpha1.ConditionNAVReachable):
		w.Remove(v1alpha1.ConditionNAVReachable)
	}
}

// navReachable returns the condition of that name. Its message holds no number, which would be a write per run.
func (c *census) navReachable() condition.State {
	var failing []string
	for name, n := range c.nav {
		if n.outage() {
			failing = append(failing, string(name))
		}
	}
	if len(failing) == 0 {
		return condition.True(v1alpha1.ReasonReachable, "NAV serves the customers' runs.")
	}
	slices.Sort(failing)
	return condition.False(v1alpha1.ReasonCustomerRunsFailing, fmt.Sprintf(
		"NAV does not serve the runs of many customers for %s. Runs continue by schedule. If it lasts, see https://status.nav.no.",
		strings.Join(failing, ", ")))
}

// navFails reports whether NAV does not serve the runs of a service: as counted in this reconcile, or else as the status has it.
func navFails(s *scope, name v1alpha1.ServiceName) bool {
	if s.census == nil {
		return statusOf(s.supplier, name).Reason == v1alpha1.ReasonCustomerRunsFailing
	}
	return s.census.nav[name].outage()
}
