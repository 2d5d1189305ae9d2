package supplier

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/syncjob"
)

// startCount counts customers with a run that ended in the window or does not start, and the causes of those that do
// not start.
type startCount struct {
	runCount

	causes map[string]int
}

// countStarts counts a customer as failed if a run of it does not start, else as ended if one ended after a time.
// Unlike runsSince, that time does not depend on the alarm, because a run that does not start counts for as long as
// that lasts.
func (c *census) countStarts(customer *v1alpha1.CustomerIntegration, since time.Time) {
	if cause := startFailure(customer); cause != "" {
		c.starts.runCount = c.starts.add(true)
		c.starts.causes[cause]++
		return
	}
	if slices.ContainsFunc(customer.Status.Services, func(known v1alpha1.CustomerServiceStatus) bool {
		return known.Sync.LastRun.JobUID != "" && known.Sync.LastRun.FinishedTime.After(since)
	}) {
		c.starts.runCount = c.starts.add(false)
	}
}

// startFailure returns why a customer's run does not start, of its first service with such a run. It is "" if there is
// none.
func startFailure(customer *v1alpha1.CustomerIntegration) string {
	for i := range customer.Status.Services {
		if cause := customer.Status.Services[i].Sync.StartFailure; cause != "" {
			return cause
		}
	}
	return ""
}

// outage reports whether the runs of so many customers do not start that the cause is not the customers'.
func (n startCount) isOutage() bool { return n.failed >= runFew && 2*n.failed > n.ended }

// cause returns the cause that most customers have.
func (n startCount) cause() string {
	most := ""
	for _, cause := range slices.Sorted(maps.Keys(n.causes)) {
		if n.causes[cause] > n.causes[most] {
			most = cause
		}
	}
	return most
}

// startsCondition returns the condition RunsNotStarting, nil if it never was True. A number in its message would cause
// a write per run.
func startsCondition(s *facts) *condition.State {
	if !s.census.starts.isOutage() {
		return ended(s, v1alpha1.ConditionRunsNotStarting, v1alpha1.ReasonPodsStart, "The pods of most runs start.")
	}
	cause := s.census.starts.cause()
	return new(condition.True(v1alpha1.ReasonPodsNotStarting,
		fmt.Sprintf("The pods of many customers' runs do not start (%s). %s", cause, startAdvice(cause))))
}

// startAdvice returns what a person does about pods that do not start.
func startAdvice(cause string) string {
	switch {
	case syncjob.BlamesImage(cause):
		return "Correct the worker's image (spec.sync.image or custom.job.image, or else the manager's) or " +
			"spec.sync.imagePullSecrets."
	case syncjob.BlamesNodes(cause):
		return "Add nodes, or correct nodeSelector, tolerations and resources of spec.sync."
	default:
		return fmt.Sprintf("See: kubectl describe pods -A -l %s=%s", v1alpha1.LabelManagedBy, v1alpha1.ManagedBy)
	}
}
