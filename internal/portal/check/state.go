// Package check requests verifications of customers' access: the button "check now".
package check

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// Interval is the least time between two requests for one customer, from all replicas.
	Interval = time.Minute
	// slowAfter is how long a verification usually takes at most.
	slowAfter = 45 * time.Second
	// forgottenAfter is how long a request that the operator has not handled is shown.
	forgottenAfter = 15 * time.Minute
	// skew is how far a time may be ahead, because another machine's clock is.
	skew = time.Minute
)

// State is the state of the verifications requested for a customer. It derives from the object alone, so that all
// replicas agree.
type State struct {
	// Running reports that the operator has not handled a request yet. It was made at Since.
	Running bool
	Since   time.Time
	// Slow reports that it takes longer than usual.
	Slow bool
	// Allowed reports whether a verification may be requested now.
	Allowed bool
}

// StateOf returns the state of a customer. It ignores requests by hand whose value is not a time.
func StateOf(c *v1alpha1.CustomerIntegration, now time.Time) State {
	annotated := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]
	state := State{Allowed: true}
	for _, value := range []string{annotated, c.Status.PendingReconcileAt, c.Status.LastHandledReconcileAt} {
		at, err := time.Parse(time.RFC3339, value)
		if err != nil || at.After(now.Add(skew)) {
			continue
		}
		if now.Sub(at) < Interval {
			state.Allowed = false
		}
		if value != c.Status.LastHandledReconcileAt && now.Sub(at) < forgottenAfter && at.After(state.Since) {
			state.Running, state.Since = true, at
		}
	}
	state.Slow = state.Running && now.Sub(state.Since) > slowAfter
	return state
}
