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
	// navWindow is within which time runs are counted together.
	navWindow = 30 * time.Minute
	// navMemory is how long a run counts while NAVReachable is False: a small Supplier has few runs in a window.
	navMemory = 6 * time.Hour
	// navFew is how many customers with a run that NAV did not serve are an outage, if they are more than half of those
	// with a run.
	navFew = 3
	// navMany is how many are an outage if they are more than one in navShare. The share is small because most runs have
	// no plan to send, and so do not depend on NAV.
	navMany, navShare = 10, 50
)

// navRuns counts the last runs of a service that ended in the window.
type navRuns struct {
	ended, failed int32
}

// outage reports whether NAV fails for so many customers that the cause is NAV's.
func (n navRuns) outage() bool {
	return n.failed >= navFew && 2*n.failed > n.ended || n.failed >= navMany && n.failed*navShare > n.ended
}

// navSince returns from when on runs are counted: in an outage all since it began, else those of the window since the
// last one.
func navSince(s *v1alpha1.Supplier, now time.Time) time.Time {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionNAVReachable)
	switch {
	case c == nil:
		return now.Add(-navWindow)
	case c.Status == metav1.ConditionFalse:
		return clock.Later(now.Add(-navMemory), c.LastTransitionTime.Add(-navWindow))
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
		if runreport.Reason(run.Reason).BlamesNAV() {
			n.failed++
		}
		c.nav[known.Name] = n
	}
}

// navReachable returns the condition of that name. A number in its message would cause a write per run.
func (c *census) navReachable() condition.State {
	var failing []string
	for name, n := range c.nav {
		if n.outage() {
			failing = append(failing, string(name))
		}
	}
	if len(failing) == 0 {
		return condition.True(v1alpha1.ReasonReachable, "No outage of NAV is known from the customers' runs.")
	}
	slices.Sort(failing)
	return condition.False(v1alpha1.ReasonCustomerRunsFailing, fmt.Sprintf(
		"NAV does not serve the runs of many customers for %s. Runs continue by schedule. If it lasts, see https://status.nav.no.",
		strings.Join(failing, ", ")))
}

// navFails reports whether NAV does not serve the runs of a service: as counted in this reconcile, or else as the
// status has it.
func navFails(s *facts, name v1alpha1.ServiceName) bool {
	if s.census == nil {
		return serviceStatusOf(s.supplier, name).Reason == v1alpha1.ReasonCustomerRunsFailing
	}
	return s.census.nav[name].outage()
}
