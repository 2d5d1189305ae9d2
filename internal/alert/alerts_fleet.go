package alert

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/keylife"
	"github.com/4human/integration-operator/internal/metrics"
)

// warningDays is how many days before the end of a key the alert begins, as KeyExpiring does.
const warningDays = int(keylife.Warning / (24 * time.Hour))

// failingCustomers counts the customers whose Ready has a reason of their runs, by Supplier.
var failingCustomers = fmt.Sprintf(`sum by (supplier) (max by (supplier, reason) (%s{ready="False"%s}))`,
	metrics.Customers.Name, reasonIn(jobReasons()))

// noRuns is true if no run has succeeded for two days although a run is due or has failed within a day. Without a
// failure, customers with failed runs may wait for Monday. A Supplier without any success has to have a run that has
// been due for two days.
var noRuns = fmt.Sprintf(`(
  time() - max by (supplier) (%[1]s) > 2 * 86400
  and on (supplier) (
    max by (supplier) (%[2]s) > 3600
    or %[3]s > 0 and on (supplier) sum by (supplier) (increase(%[4]s{outcome="Failed"}[1d])) > 0
  )
)
or max by (supplier) (%[2]s) > 2 * 86400 unless on (supplier) max by (supplier) (%[1]s)`,
	metrics.LastSuccessfulRun.Name, metrics.OldestOverdueRun.Name, failingCustomers, metrics.SyncRuns.Name)

// manyRunsFail is true if more than a fifth of the runs of a Supplier's service fail and at least three of its
// customers do: in a small fleet one customer may be a fifth. If NAV does not serve the runs, no customer is blamed.
// Its condition counts instead.
var manyRunsFail = fmt.Sprintf(`sum by (supplier, service) (rate(%[1]s{outcome="Failed"}[2h]))
> 0.2 * sum by (supplier, service) (rate(%[1]s[2h]))
and on (supplier) (
  %[2]s >= 3
  or max by (supplier) (%[3]s{type=%[4]q, status="False"}) > 0
)`, metrics.SyncRuns.Name, failingCustomers, metrics.SupplierConditions.Name, v1alpha1.ConditionNAVReachable)

// startLimit is the start delay, in seconds, above which a tenth of the runs is reported. From two minutes on CronJobs
// leave runs out.
const startLimit = 60

// runsStartLate is true if a tenth of the runs of a service start late. A single run says nothing.
var runsStartLate = fmt.Sprintf(`histogram_quantile(0.9, sum by (service, le) (rate(%[1]s_bucket[1h]))) > %[2]d
and on (service) sum by (service) (increase(%[1]s_count[1h])) >= 20`, metrics.RunStartDelay.Name, startLimit)

// fleetAlerts are about the verifications and runs of all customers together.
func fleetAlerts() []Alert {
	return []Alert{
		{
			Name: Prefix + "NoRuns", Severity: Critical, For: 15 * time.Minute,
			Summary:     "No run of Supplier/{{ $labels.supplier }} has succeeded for two days",
			Description: "No customer's data flows. See: kubectl cint status -A --failing",
			Expr:        noRuns,
		},
		{
			Name: Prefix + "ChecksLate", Severity: Warning, For: 15 * time.Minute,
			Summary: "A verification of Supplier/{{ $labels.supplier }} has been due for " +
				"{{ $value | humanizeDuration }}",
			Description: "Withdrawals are detected late. " + describe,
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
			Name: Prefix + "RunsStartLate", Severity: Warning, For: 30 * time.Minute,
			Summary: "One in ten runs of {{ $labels.service }} starts more than {{ $value | humanizeDuration }} late",
			Description: "Kubernetes' own controllers do not keep up, and leave out runs that are two minutes late. " +
				"See docs/tuning.md.",
			Expr: runsStartLate,
		},
		{
			Name: Prefix + "ManyRunsFail", Severity: Warning, For: time.Hour,
			Summary:     "{{ $labels.service }} of Supplier/{{ $labels.supplier }}: more than a fifth of the runs fail",
			Description: "The reasons are in integration_operator_sync_runs_total, and in: kubectl cint status -A --failing",
			Expr:        manyRunsFail,
		},
	}
}
