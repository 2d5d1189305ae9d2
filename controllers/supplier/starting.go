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

// startCount counts services whose run ended in the window or does not start, and the causes of those that do not
// start.
type startCount struct {
	runCount

	causes map[string]int
}

// countStarts counts the services of a customer whose run does not start, and those whose run ended after a time.
func (c *census) countStarts(customer *v1alpha1.CustomerIntegration, since time.Time) {
	for i := range customer.Status.Services {
		sync := &customer.Status.Services[i].Sync
		switch {
		case sync.StartFailure != "":
			c.starts.runCount = c.starts.add(true)
			c.starts.causes[sync.StartFailure]++
		case sync.LastRun.JobUID != "" && sync.LastRun.FinishedTime.After(since):
			c.starts.runCount = c.starts.add(false)
		}
	}
}

// cause returns the cause that most services have.
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
	if !s.census.starts.outage() {
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
		return "Correct the worker's image (spec.sync.image, or else the manager's) or spec.sync.imagePullSecrets."
	case syncjob.BlamesNodes(cause):
		return "Add nodes, or correct nodeSelector, tolerations and resources of spec.sync."
	default:
		return fmt.Sprintf("See: kubectl describe pods -A -l %s=%s", v1alpha1.LabelManagedBy, v1alpha1.ManagedBy)
	}
}
