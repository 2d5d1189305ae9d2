package alert

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/internal/metrics"
)

// restWindow is the range over which the alerts of the manager look for a replica that leads or is ready. It is longer
// than the pause of five minutes between the restarts of a container that crashes, so that the pauses hide no alert.
const restWindow = "10m"

// maxOver returns the highest value of a series of the manager's process within restWindow, by the given labels.
func maxOver(labels, series string) string {
	return fmt.Sprintf("max by (%s) (max_over_time(%s[%s]))", labels, series, restWindow)
}

// restarting is true while every replica that was scraped lately has started more than three times within an hour.
var restarting = fmt.Sprintf(`count by (namespace) (
  changes(process_start_time_seconds[1h]) > 3 and on (job, instance) last_over_time(%[1]s[%[2]s])
)
>= count by (namespace) (last_over_time(%[1]s[%[2]s]))`, metrics.BuildInfo.Name, restWindow)

// replicaDown is true of a replica that has started more than three times within an hour, or could not be scraped for
// half of it. Only a replica that was scraped once within a day counts: a job may scrape other programs too.
var replicaDown = fmt.Sprintf(`(
  changes(process_start_time_seconds[1h]) > 3 and on (job, instance) last_over_time(%[1]s[%[2]s])
  or avg_over_time(up[1h]) < 0.5 and on (job, instance) up and on (job, instance) last_over_time(%[1]s[1d])
)
unless on (namespace) (
%[3]s
)`, metrics.BuildInfo.Name, restWindow, restarting)

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
			Name: Prefix + "Restarting", Severity: Critical, For: 5 * time.Minute,
			Summary: "Every replica of the integration-operator has restarted more than three times within an hour",
			Description: "Withdrawals are detected late, and pods get no token meanwhile. The cause: " +
				"kubectl logs -n {{ $labels.namespace }} deployment/integration-operator --previous",
			Expr: restarting,
		},
		{
			Name: Prefix + "ReplicaDown", Severity: Warning, For: 15 * time.Minute,
			Summary: "The replica {{ $labels.instance }} of the integration-operator restarts again and again, or is away",
			Description: "If the other replica fails too, no pod gets a token. See: kubectl get pods -A -o wide -l " +
				"app.kubernetes.io/name=integration-operator",
			Expr: replicaDown,
		},
		{
			Name: Prefix + "NoLeader", Severity: Critical, For: 5 * time.Minute,
			Summary:     "No replica of the integration-operator leads",
			Description: "No withdrawal is detected. See the managers' logs, and Lease {{ $labels.lease }}.",
			Expr:        maxOver("namespace, lease", metrics.Leader.Name) + " == 0",
		},
		{
			Name: Prefix + "NotReady", Severity: Critical, For: 5 * time.Minute,
			Summary:     "No replica of the integration-operator passes the readiness check {{ $labels.check }}",
			Description: "No pod gets a token. The managers' logs say what to do: search for \"Not ready\".",
			Expr:        maxOver("namespace, check", metrics.ReadinessChecks.Name+`{check!="token-broker"}`) + " == 0",
		},
		{
			Name: Prefix + "BrokerCertificateInvalid", Severity: Critical, For: 5 * time.Minute,
			Summary: "The token broker has no certificate in any replica",
			Description: "No pod gets a token. See the managers' logs for \"Not ready\". Delete Secret token-broker-ca only " +
				"if they have \"no usable certificate authority\".",
			Expr: maxOver("namespace", metrics.ReadinessChecks.Name+`{check="token-broker"}`) + " == 0\n" +
				"unless on (namespace) (" + maxOver("namespace", metrics.ReadinessChecks.Name+`{check="caches"}`) + " == 0)",
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
