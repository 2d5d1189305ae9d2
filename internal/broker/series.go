package broker

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

// addResponses adds the series of all responses, so that the first of each is an increase.
func addResponses(m *metrics.Metrics) {
	m.AddTokenRequests(metrics.OK, metrics.OK)
	for _, code := range []string{
		codeInvalidRequest, codeInvalidToken, codeNotFound, codeMethodNotAllowed, codeTooLarge, codeTooManyRequests,
	} {
		m.AddTokenRequests(code, "")
	}
	m.AddTokenRequests(codeAccessDenied, denialReasons()...)
	m.AddTokenRequests(codeUnavailable, outageReasons()...)
}

// denialReasons returns the reasons of access_denied: why sync is not allowed, that a pod was made for another access,
// and why Maskinporten refuses a customer.
func denialReasons() []string {
	all := []string{"", v1alpha1.ReasonNotSyncing, reasonAccessChanged}
	for _, row := range condition.Rows() {
		for _, p := range row.Places {
			denies := p.Type == v1alpha1.ConditionDelegationVerified || p.Type == v1alpha1.ConditionReady
			_, ofJobs := row.At(condition.Customer, v1alpha1.ConditionSyncHealthy)
			if p.Kind == condition.Customer && denies && !ofJobs && p.Status != metav1.ConditionTrue {
				all = append(all, row.Reason)
			}
		}
	}
	return distinct(append(all, classesOf(conclusion.Answer, conclusion.CustomerFault)...))
}

// outageReasons returns the reasons of temporarily_unavailable: outages, faults of the supplier, and pauses.
func outageReasons() []string {
	all := []string{
		"", reasonAPIServer, reasonNotRunning, reasonUnsealed, reasonBusy,
		v1alpha1.ReasonOperatorInterrupted, v1alpha1.ReasonManyRejections,
	}
	for _, row := range condition.Rows() {
		if status, ok := row.At(condition.Supplier, v1alpha1.ConditionReady); ok && status != metav1.ConditionTrue {
			all = append(all, row.Reason)
		}
	}
	return distinct(append(all, classesOf(conclusion.OwnFault, conclusion.Outage, conclusion.Violation)...))
}

// classesOf returns the classes of Maskinporten's responses of some kinds.
func classesOf(kinds ...conclusion.Kind) []string {
	var all []string
	for _, class := range maskinporten.Classes() {
		if slices.Contains(kinds, class.Kind()) {
			all = append(all, string(class))
		}
	}
	return all
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
