package alert

import (
	"time"

	"github.com/4human/integration-operator/internal/metrics"
)

// managerAlerts are about the manager's process, its leader and its token broker.
func managerAlerts() []Alert {
	return []Alert{
		{
			Name: Prefix + "Absent", Severity: Critical, For: 10 * time.Minute,
			Summary: "No manager of the integration-operator is scraped",
			Description: "No access is verified and no pod gets a token, or the scrape fails. See: " +
				"kubectl get pods -A -l app.kubernetes.io/name=integration-operator",
			Expr: "absent(" + metrics.BuildInfo.Name + ")",
		},
		{
			Name: Prefix + "NoLeader", Severity: Critical, For: 10 * time.Minute,
			Summary:     "No replica of the integration-operator leads",
			Description: "No withdrawal is detected. See the managers' logs and the Lease integration-operator.4human.no.",
			Expr:        "max by (namespace) (" + metrics.Leader.Name + ") == 0",
		},
		{
			Name: Prefix + "NotReady", Severity: Critical, For: 10 * time.Minute,
			Summary:     "No replica of the integration-operator passes the readiness check {{ $labels.check }}",
			Description: "No pod gets a token. The managers' logs say what to do: search them for \"Not ready\".",
			Expr:        "max by (namespace, check) (" + metrics.ReadinessChecks.Name + `{check!="token-broker"}) == 0`,
		},
		{
			Name: Prefix + "BrokerCertificateInvalid", Severity: Critical, For: 10 * time.Minute,
			Summary: "The token broker has no certificate in any replica",
			Description: "No pod gets a token. Delete Secret token-broker-ca in the operator's namespace; the manager " +
				"creates another.",
			Expr: "max by (namespace) (" + metrics.ReadinessChecks.Name + `{check="token-broker"}) == 0`,
		},
		{
			Name: Prefix + "BrokerCAExpires", Severity: Warning, For: time.Hour,
			Summary: "The token broker's certificate authority expires within 30 days",
			Description: "Afterwards no pod gets a token. Delete Secret token-broker-ca in the operator's namespace; the " +
				"manager creates another.",
			Expr: "min by (namespace) (" + metrics.TokenBrokerCAExpiry.Name + ") - time() < 30 * 86400",
		},
	}
}
