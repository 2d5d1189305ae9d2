package server

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/portal/page"
)

// transitionsOf returns the last change of each condition, the latest first.
func transitionsOf(conditions []metav1.Condition) []page.Transition {
	all := make([]page.Transition, 0, len(conditions))
	for _, c := range conditions {
		all = append(all, page.Transition{
			Time: c.LastTransitionTime.Time, Condition: c.Type, Status: string(c.Status), Reason: c.Reason,
			Message: c.Message,
		})
	}
	slices.SortStableFunc(all, func(a, b page.Transition) int { return b.Time.Compare(a.Time) })
	return all
}
