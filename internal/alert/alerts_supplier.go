package alert

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/metrics"
)

// supplierIs returns the expression that is true while a condition of a Supplier has a status. The further matchers
// begin with a comma. The result has no label reason: a reason that changes would start the alert's For again.
func supplierIs(conditionType, status, matchers string) string {
	return fmt.Sprintf(`max by (supplier) (%s{type=%q, status=%q%s}) == 1`,
		metrics.SupplierConditions.Name, conditionType, status, matchers)
}

// describe is the command that shows the Supplier of an alert.
const describe = "See: kubectl describe supplier {{ $labels.supplier }}"

// accessAlerts are about a Supplier's own access.
func accessAlerts() []Alert {
	own := v1alpha1.ReasonKeyExpired // has an alert of its own
	return []Alert{
		{
			Name: Prefix + "KeyExpired", Severity: Critical, For: 5 * time.Minute,
			Summary:     "The key of Supplier/{{ $labels.supplier }} has expired at Maskinporten",
			Description: "No pod gets a token. Register a new key at Digdir, and put it into the Secret. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionReady, "False", fmt.Sprintf(`, reason=%q`, own)),
		},
		{
			Name: Prefix + "SupplierNotReady", Severity: Critical, For: 15 * time.Minute,
			Summary:     "Supplier/{{ $labels.supplier }} is not ready",
			Description: "No pod of its customers gets a token. Its Ready says what to do. " + describe,
			Expr: supplierIs(v1alpha1.ConditionReady, "False",
				reasonIn(reasons(condition.Supplier, actNow, except(own)))),
		},
		{
			Name: Prefix + "SupplierNotReady", Severity: Warning, For: time.Hour,
			Summary:     "Supplier/{{ $labels.supplier }} is not ready",
			Description: "Some of its customers cannot be served. Its Ready says what to do. " + describe,
			Expr: supplierIs(v1alpha1.ConditionReady, "False",
				reasonIn(reasons(condition.Supplier, actToday))),
		},
		{
			Name: Prefix + "ManyWithdrawals", Severity: Critical, For: time.Minute,
			Summary:     "Many customers of Supplier/{{ $labels.supplier }} lost access within an hour",
			Description: "Write to no customer yet: find out what changed at the supplier, Digdir or NAV. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionWithdrawalsImplausible, "True", ""),
		},
		{
			Name: Prefix + "TokensUnavailable", Severity: Critical, For: 15 * time.Minute,
			Summary:     "The runs of many customers of Supplier/{{ $labels.supplier }} get no token",
			Description: "Let the customers' pods reach the Service token-broker: see NetworkPolicies. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionTokenBrokerReachable, "False", ""),
		},
		{
			Name: Prefix + "KeyExpiresSoon", Severity: Warning, For: time.Hour,
			Summary: "The key or certificate of Supplier/{{ $labels.supplier }} expires in " +
				"{{ $value | humanizeDuration }}",
			Description: "Register a new key at Digdir and put it into the Secret, or renew the certificate. " + describe,
			// A replica that does not lead may have read an earlier certificate.
			Expr: fmt.Sprintf("0 < max by (supplier) (%s) - time() < %d * 86400",
				metrics.SupplierKeyExpiry.Name, warningDays),
		},
	}
}

// alarmAlerts are about the alarms of a Supplier.
func alarmAlerts() []Alert {
	return []Alert{
		{
			Name: Prefix + "MaskinportenDown", Severity: Warning, For: 30 * time.Minute,
			Summary:     "Maskinporten does not serve Supplier/{{ $labels.supplier }}",
			Description: "Wait if the fault is Digdir's; fix your egress otherwise. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionMaskinportenReachable, "False", ""),
		},
		{
			Name: Prefix + "AltinnDown", Severity: Warning, For: time.Hour,
			Summary:     "Altinn does not serve Supplier/{{ $labels.supplier }}",
			Description: "Wait if the fault is Digdir's; fix your egress otherwise. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionAltinnReachable, "False", ""),
		},
		{
			Name: Prefix + "NAVDown", Severity: Warning, For: 3 * time.Hour,
			Summary:     "NAV has not served the runs of Supplier/{{ $labels.supplier }} for three hours",
			Description: "Data is late and none is lost. See https://status.nav.no. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionNAVReachable, "False", ""),
		},
		{
			Name: Prefix + "ManyRejections", Severity: Warning, For: time.Hour,
			Summary:     "NAV refuses the follow-up plans of many customers of Supplier/{{ $labels.supplier }}",
			Description: "The operator holds plans back. See https://status.nav.no. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionRejectionsImplausible, "True", ""),
		},
		{
			Name: Prefix + "Interrupted", Severity: Warning, For: 2 * time.Hour,
			Summary: "Customers of Supplier/{{ $labels.supplier }} are unverified since a restore or an absence of the " +
				"manager",
			Description: "Their runs wait for a verification, which does not come. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionVerificationOutdated, "True", ""),
		},
		{
			Name: Prefix + "NamespacesInaccessible", Severity: Warning, For: 10 * time.Minute,
			Summary:     "The manager lacks rights in namespaces of Supplier/{{ $labels.supplier }}",
			Description: "Customers there are neither verified nor served. Apply config/customer-namespace. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionNamespacesInaccessible, "True", ""),
		},
		{
			Name: Prefix + "PodsNotStarting", Severity: Critical, For: 15 * time.Minute,
			Summary:     "The pods of many customers of Supplier/{{ $labels.supplier }} do not start",
			Description: "Its condition RunsNotStarting has the cause, such as the worker's image. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionRunsNotStarting, "True", ""),
		},
		{
			Name: Prefix + "CustomersBlocked", Severity: Warning, For: time.Hour,
			Summary:     "The spec of Supplier/{{ $labels.supplier }} keeps jobs from running",
			Description: "Its condition CustomersBlocked names the field. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionCustomersBlocked, "True", ""),
		},
		{
			Name: Prefix + "EmergencyStop", Severity: Warning, For: 4 * time.Hour,
			Summary:     "The emergency stop has held Supplier/{{ $labels.supplier }} for four hours",
			Description: "No access is verified and no data flows. End it if its reason is gone. " + describe,
			Expr:        supplierIs(v1alpha1.ConditionReady, "False", `, reason="`+v1alpha1.ReasonEmergencyStop+`"`),
		},
	}
}
