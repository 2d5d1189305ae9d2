package plugin

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// eventCount is how many events why prints.
const eventCount = 8

// recentEvents returns the last events of a customer, the latest first. It returns none if they cannot be read: they
// are an extra.
func recentEvents(ctx context.Context, c client.Reader, customer *v1alpha1.CustomerIntegration) []corev1.Event {
	var list corev1.EventList
	err := c.List(ctx, &list, client.InNamespace(customer.Namespace),
		client.MatchingFields{"involvedObject.uid": string(customer.UID)})
	if err != nil {
		return nil
	}
	slices.SortStableFunc(list.Items, func(a, b corev1.Event) int { return lastSeen(&b).Compare(lastSeen(&a)) })
	return list.Items[:min(eventCount, len(list.Items))]
}

// lastSeen returns when an event last occurred. Its time depends on the API by which it was written.
func lastSeen(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil && !e.Series.LastObservedTime.IsZero():
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	default:
		return e.CreationTimestamp.Time
	}
}

// eventLines returns a line for each event.
func (e *explanation) eventLines() []string {
	lines := make([]string, 0, len(e.events))
	for i := range e.events {
		event := &e.events[i]
		lines = append(lines, fmt.Sprintf("%s: %s: %s",
			rollout.Ago(e.now.Sub(lastSeen(event)), e.lang), event.Reason, event.Message))
	}
	return lines
}
