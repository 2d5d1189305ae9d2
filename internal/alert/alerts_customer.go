package alert

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/metrics"
)

// customersAre returns the expression that is true while customers have one of some reasons.
func customersAre(all []string) string {
	return fmt.Sprintf(`max by (supplier, reason) (%s{ready=~"False|Unknown"%s}) > 0`, metrics.Customers.Name,
		reasonIn(all))
}

var (
	// notStarting are the reasons of pods that do not start: the image, a quota or a policy.
	notStarting = []string{
		v1alpha1.ReasonSyncJobRefused, v1alpha1.ReasonSyncPodRefused, v1alpha1.ReasonSyncPodNotStarting,
	}
	// hrmTokens are the reasons of a customer's Secret for the HRM system.
	hrmTokens = []string{v1alpha1.ReasonHRMCredentialsMissing, v1alpha1.ReasonHRMUnauthorized}
)

// customerAlerts are about single customers. Their labels hold the reason, and never the customer.
func customerAlerts() []Alert {
	const list = " See: kubectl cint status -A -o wide"
	platform := func(when matcher) []string {
		return reasons(condition.Customer, ofActor(condition.PlatformTeam), when,
			except(append(notStarting, hrmTokens...)...))
	}
	return []Alert{
		{
			Name: Prefix + "PodsNotStarting", Severity: Warning, For: time.Hour,
			Summary:     "Pods of {{ $value }} customers do not start: {{ $labels.reason }}",
			Description: "A quota, a policy or the image keeps runs from starting." + list,
			Expr:        customersAre(notStarting),
		},
		{
			Name: Prefix + "HRMTokenRefused", Severity: Warning, For: time.Hour,
			Summary:     "The HRM systems of {{ $value }} customers accept no token: {{ $labels.reason }}",
			Description: "Put a token that the HRM system accepts into the customer's Secret." + list,
			Expr:        customersAre(hrmTokens),
		},
		{
			Name: Prefix + "PlansUnsettled", Severity: Warning, For: time.Hour,
			Summary:     "{{ $value }} follow-up plans wait for a person: {{ $labels.outcome }}",
			Description: "Ask NAV's support, and settle them in the HRM system." + list,
			Expr:        fmt.Sprintf("max by (supplier, outcome) (%s) > 0", metrics.UnsettledPlans.Name),
		},
		{
			Name: Prefix + "CustomersBlocked", Severity: Warning, For: 6 * time.Hour,
			Summary:     "{{ $value }} customers wait for the platform team: {{ $labels.reason }}",
			Description: "Their data does not flow. The condition says what to do." + list,
			Expr:        customersAre(platform(actToday)),
		},
		{
			Name: Prefix + "CustomersBlocked", Severity: Info, For: 24 * time.Hour,
			Summary:     "{{ $value }} customers wait for the platform team: {{ $labels.reason }}",
			Description: "Their manifests or numbers are wrong. The condition says what to do." + list,
			Expr:        customersAre(platform(actEventually)),
		},
	}
}
