package supplier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// runWindow is within which time runs are counted together.
	runWindow = 30 * time.Minute
	// runMemory is how long a run counts during an outage: a small Supplier has few runs in a window.
	runMemory = 6 * time.Hour
	// runFew is how many failed runs are an outage, if they are more than half of all.
	runFew = 3
	// runMany is how many are an outage if they are more than one in runShare. The share is small because most runs have
	// nothing to send, and so depend on no service outside.
	runMany, runShare = 10, 50
)

// runCount counts last runs that ended in the window, and those of them that a service outside the customer failed.
type runCount struct {
	ended, failed int32
}

// outage reports whether so many runs failed that the cause is not the customers'.
func (n runCount) isOutage() bool {
	return n.failed >= runFew && 2*n.failed > n.ended || n.failed >= runMany && n.failed*runShare > n.ended
}

// add counts a run.
func (n runCount) add(failed bool) runCount {
	n.ended++
	if failed {
		n.failed++
	}
	return n
}

// runsSince returns from when on runs count for a condition: in an outage all since it began, else those of the window
// since the last one.
func runsSince(s *v1alpha1.Supplier, conditionType string, now time.Time) time.Time {
	c := meta.FindStatusCondition(s.Status.Conditions, conditionType)
	switch {
	case c == nil:
		return now.Add(-runWindow)
	case len(condition.Alarms([]metav1.Condition{*c})) > 0:
		return clock.Later(now.Add(-runMemory), c.LastTransitionTime.Add(-runWindow))
	default:
		return clock.Later(now.Add(-runWindow), c.LastTransitionTime.Time)
	}
}

// countRuns counts the last runs of a customer that ended after a time: for NAV, and for the token broker. While a
// service is not available, its runs say nothing about the broker.
func (c *census) countRuns(
	s *v1alpha1.Supplier, customer *v1alpha1.CustomerIntegration, forNAV, forBroker time.Time,
) {
	for i := range customer.Status.Services {
		known := &customer.Status.Services[i]
		run, reason := &known.Sync.LastRun, runreport.Reason(known.Sync.LastRun.Reason)
		if run.JobUID == "" {
			continue
		}
		if run.FinishedTime.After(forNAV) {
			c.nav[known.Name] = c.nav[known.Name].add(reason.BlamesNAV())
		}
		if ok, since := availability.Of(s, known.Name); ok && run.FinishedTime.After(clock.Later(forBroker, since)) {
			c.broker = c.broker.add(reason == runreport.BrokerUnavailable)
		}
	}
}

// brokerCondition returns the condition TokenBrokerReachable. A number in its message would cause a write per run.
func (c *census) brokerCondition() condition.State {
	if !c.broker.isOutage() {
		return condition.True(v1alpha1.ReasonReachable, "The customers' runs get tokens.")
	}
	return condition.False(v1alpha1.ReasonRunsWithoutToken, "The runs of many customers get no token. Let their pods reach "+
		"the Service token-broker in the manager's namespace: check NetworkPolicies and the manager's log.")
}

// navCondition returns the condition of that name. A number in its message would cause a write per run.
func (c *census) navCondition() condition.State {
	var failing []string
	for name, n := range c.nav {
		if n.isOutage() {
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
		return s.supplier.Status.Service(name).Reason == v1alpha1.ReasonCustomerRunsFailing
	}
	return s.census.nav[name].isOutage()
}
