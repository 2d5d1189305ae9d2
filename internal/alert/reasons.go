package alert

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

// matcher selects rows of the table of reasons.
type matcher func(r *condition.Row) bool

// actNow, actToday and actEventually match by when a person has to act.
func actNow(r *condition.Row) bool        { return r.Urgency == condition.Now }
func actToday(r *condition.Row) bool      { return r.Urgency == condition.Today }
func actEventually(r *condition.Row) bool { return r.Urgency == condition.Eventually }

// ofActor matches the reasons on which one of some actors acts.
func ofActor(actors ...condition.Actor) matcher {
	return func(r *condition.Row) bool { return slices.Contains(actors, r.Actor) }
}

// except matches all reasons but some.
func except(others ...string) matcher {
	return func(r *condition.Row) bool { return !slices.Contains(others, r.Reason) }
}

// reasons lists the reasons of Ready that is not True and that all matchers match.
func reasons(kind string, matchers ...matcher) []string {
	var all []string
	for _, row := range condition.Rows() {
		status, ok := row.At(kind, v1alpha1.ConditionReady)
		others := slices.ContainsFunc(matchers, func(matches matcher) bool { return !matches(&row) })
		if ok && status != metav1.ConditionTrue && !others {
			all = append(all, row.Reason)
		}
	}
	return all
}

// jobReasons lists the reasons of a customer's Ready that come from its runs.
func jobReasons() []string {
	return reasons(condition.Customer, func(r *condition.Row) bool {
		_, ofJobs := r.At(condition.Customer, v1alpha1.ConditionSyncHealthy)
		return ofJobs
	})
}

// reasonIn returns the matcher of PromQL for one of some reasons, after a comma.
func reasonIn(all []string) string { return `, reason=~"` + strings.Join(all, "|") + `"` }
