package alert

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/internal/keylife"
	"github.com/4human/integration-operator/internal/metrics"
)

// warningDays is how many days before the end of a key the alert begins, as KeyExpiring does.
const warningDays = int(keylife.Warning / (24 * time.Hour))

// fleetAlerts are about the verifications and runs of all customers together.
func fleetAlerts() []Alert {
	return []Alert{
		{
			Name: Prefix + "NoRuns", Severity: Critical, For: 15 * time.Minute,
			Summary:     "No run of Supplier/{{ $labels.supplier }} has succeeded for two days",
			Description: "No customer's data flows. See: kubectl cint status -A --failing; kubectl get jobs -A",
			Expr: fmt.Sprintf(`time() - max by (supplier) (%s) > 2 * 86400
and on (supplier) (
  max by (supplier) (%s) > 3600
  or sum by (supplier) (max by (supplier, reason) (%s{ready="False"%s})) > 0
)`, metrics.LastSuccessfulRun.Name, metrics.OldestOverdueRun.Name, metrics.Customers.Name, among(jobReasons())),
		},
		{
			Name: Prefix + "ChecksLate", Severity: Warning, For: 15 * time.Minute,
			Summary: "A verification of Supplier/{{ $labels.supplier }} has been due for " +
				"{{ $value | humanizeDuration }}",
			Description: "Withdrawals are detected late. See the Supplier, docs/tuning.md and the manager's log.",
			Expr:        fmt.Sprintf("max by (supplier) (%s) > 1800", metrics.OldestOverdueCheck.Name),
		},
		{
			Name: Prefix + "RunsLate", Severity: Warning, For: time.Hour,
			Summary: "{{ $labels.service }} of Supplier/{{ $labels.supplier }}: runs of {{ $value }} customers are overdue",
			Description: "More than 5 % of the runs do not happen. See: kubectl get cronjobs,jobs,pods -A -l " +
				"app.kubernetes.io/managed-by=integration-operator",
			Expr: fmt.Sprintf(`max by (supplier, service) (%s)
> 0.05 * max by (supplier, service) (%s{state="Granted"})`, metrics.OverdueRuns.Name, metrics.CustomerServices.Name),
		},
		{
			Name: Prefix + "ManyRunsFail", Severity: Warning, For: time.Hour,
			Summary:     "More than a fifth of the runs of {{ $labels.service }} fail",
			Description: "The reasons are in sync_runs_total and in: kubectl cint status -A --failing",
			Expr: fmt.Sprintf(`sum by (service) (rate(%[1]s{outcome="Failed"}[2h]))
> 0.2 * sum by (service) (rate(%[1]s[2h]))`, metrics.SyncRuns.Name),
		},
	}
}
