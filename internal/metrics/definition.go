// Package metrics has the definitions of the operator's metrics, and those that count events. The metrics of the
// cache's contents are collected below controllers. docs/metrics.md describes all metrics.
package metrics

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// Prefix is the prefix of the names of the operator's metrics.
const Prefix = "integration_operator_"

// Labels of metrics. Each has few values. No label names a customer, an organization or an address.
const (
	// LabelSupplier is the name of a Supplier.
	LabelSupplier = "supplier"
	// LabelService is the name of a customer's service, or for outside requests and breakers the server:
	// maskinporten or altinn.
	LabelService = "service"
	// LabelReady is the status of a customer's condition Ready: True, False or Unknown.
	LabelReady = "ready"
	// LabelReason is a reason in docs/reasons.md.
	LabelReason = "reason"
	// LabelState is the state of access, as in status.services[].authorization.state.
	LabelState = "state"
	// LabelOperation is the operation of a request, such as token.
	LabelOperation = "operation"
	// LabelClass is the result of a request: OK, or the class of its failure.
	LabelClass = "class"
	// LabelPriority is the priority of a request, such as job or routine.
	LabelPriority = "priority"
	// LabelTransition is a change of access: granted or withdrawn.
	LabelTransition = "transition"
	// LabelOutcome is the outcome of a run, Succeeded or Failed, or of a plan.
	LabelOutcome = "outcome"
	// LabelType is the type of a Supplier's condition.
	LabelType = "type"
	// LabelStatus is the status of a Supplier's condition: True, False or Unknown.
	LabelStatus = "status"
	// LabelCode is the result of a request to the token broker: OK, or the error in its response.
	LabelCode = "code"
	// LabelCheck is the name of a readiness check.
	LabelCheck = "check"
	// LabelLease is the name of the Lease by which replicas elect a leader: one for each shard.
	LabelLease = "lease"
	// LabelVersion, LabelRevision and LabelGoVersion describe the build of the manager.
	LabelVersion   = "version"
	LabelRevision  = "revision"
	LabelGoVersion = "goversion"
)

// UnknownService is the value of LabelService for a service that is neither built in nor declared by the Supplier.
const UnknownService = "unknown"

// Values of LabelService for outside requests.
const (
	ServiceMaskinporten = "maskinporten"
	ServiceAltinn       = "altinn"
)

// Values of LabelOperation.
const (
	// OperationToken requests a token on behalf of a customer from Maskinporten.
	OperationToken = "token"
	// OperationProof requests a token from Maskinporten to verify the supplier's credentials.
	OperationProof = "proof"
	// OperationOwnToken requests the supplier's own token for Altinn from Maskinporten.
	OperationOwnToken = "own-token"
	// OperationSystem verifies at Altinn that the supplier's system is registered.
	OperationSystem        = "system"
	OperationSystemUser    = "system-user"
	OperationSystemUsers   = "system-users"
	OperationRequests      = "requests"
	OperationDeleteRequest = "delete-request"
	OperationRequest       = "request"
	OperationCreateRequest = "create-request"
	OperationChange        = "change"
	OperationCreateChange  = "create-change"
	// OperationClients lists whom an agent system user acts for.
	OperationClients = "clients"
)

// OK is the value of LabelClass and LabelCode for a successful request, and of LabelReason for a successful run or
// request. Prometheus treats an empty value as a missing label.
const OK = "OK"

// NoReason is the value of LabelReason for a refusal of the token broker that states no reason.
const NoReason = "None"

// Values of LabelTransition.
const (
	TransitionGranted   = "granted"
	TransitionWithdrawn = "withdrawn"
)

// Values of LabelOutcome for plans.
const (
	PlanSent = "sent"
	// PlanRejected is a plan that NAV rejected permanently.
	PlanRejected = "rejected"
	// PlanRefused is a plan that NAV rejected temporarily.
	PlanRefused = "refused"
	// PlanUnknown is a plan that may or may not have reached NAV.
	PlanUnknown = "unknown"
	// PlanGPNotReached is a sent plan for a general practitioner too, whom NAV did not reach. It is also counted as
	// PlanSent.
	PlanGPNotReached = "gp_not_reached"
	// PlanUndecided is a plan that NAV has rejected for so long that a person must decide on it.
	PlanUndecided = "undecided"
)

// Values of LabelOutcome for items of custom services.
const (
	// ItemSent is an item that the service's API accepted.
	ItemSent = "sent"
	// ItemReceived is an item that a run received from the API and stored.
	ItemReceived = "received"
)

// Type is a Prometheus metric type.
type Type string

// Types in use.
const (
	Gauge     Type = "gauge"
	Counter   Type = "counter"
	Histogram Type = "histogram"
)

// Definition defines a metric.
type Definition struct {
	// Name with Prefix.
	Name string
	Type Type
	// Help says in one line what the metric counts, in which unit.
	Help string
	// Labels of each series, in the order of their values.
	Labels []string
}

// Desc returns the definition as a prometheus.Desc.
func (d Definition) Desc() *prometheus.Desc {
	return prometheus.NewDesc(d.Name, d.Help, d.Labels, nil)
}

// Value returns the metric of a gauge with the values of its labels.
func (d Definition) Value(value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d.Desc(), prometheus.GaugeValue, value, labels...)
}

// Metrics of the cache's contents at the time of a scrape.
var (
	Customers = Definition{
		Name: Prefix + "customers", Type: Gauge,
		Help:   "Customers by status and reason of their condition Ready.",
		Labels: []string{LabelSupplier, LabelReady, LabelReason},
	}
	CustomerServices = Definition{
		Name: Prefix + "customer_services", Type: Gauge,
		Help:   "Services that customers list, by the state of access.",
		Labels: []string{LabelSupplier, LabelService, LabelState},
	}
	OldestOverdueCheck = Definition{
		Name: Prefix + "oldest_overdue_check_seconds", Type: Gauge,
		Help:   "How long the most overdue verification has been due, in seconds. 0 if none is overdue.",
		Labels: []string{LabelSupplier},
	}
	OldestOverdueRun = Definition{
		Name: Prefix + "oldest_overdue_run_seconds", Type: Gauge,
		Help:   "How long the most overdue run has been due by its schedule, in seconds. 0 if none is overdue.",
		Labels: []string{LabelSupplier},
	}
	OverdueRuns = Definition{
		Name: Prefix + "overdue_runs", Type: Gauge,
		Help:   "Customers whose run has been due for more than 15 minutes, by service.",
		Labels: []string{LabelSupplier, LabelService},
	}
	LastSuccessfulRun = Definition{
		Name: Prefix + "last_successful_run_timestamp_seconds", Type: Gauge,
		Help:   "When the last successful run of any customer ended, in Unix seconds.",
		Labels: []string{LabelSupplier, LabelService},
	}
	UnsettledPlans = Definition{
		Name: Prefix + "unsettled_plans", Type: Gauge,
		Help:   "Follow-up plans of all customers that a person must settle in the HRM system, by outcome.",
		Labels: []string{LabelSupplier, LabelOutcome},
	}
	SupplierConditions = Definition{
		Name: Prefix + "supplier_condition", Type: Gauge,
		Help:   "Conditions of Suppliers, with their current status and reason. Always 1.",
		Labels: []string{LabelSupplier, LabelType, LabelStatus, LabelReason},
	}
	SupplierKeyExpiry = Definition{
		Name: Prefix + "supplier_key_expiry_timestamp_seconds", Type: Gauge,
		Help:   "When the supplier's key at Maskinporten or its enterprise certificate expires, in Unix seconds.",
		Labels: []string{LabelSupplier},
	}
	BreakerStates = Definition{
		Name: Prefix + "breaker_state", Type: Gauge,
		Help:   "Circuit breaker after failures: 0 closed, 1 half open, 2 open.",
		Labels: []string{LabelSupplier, LabelService},
	}
)

// Metrics of the process.
var (
	BuildInfo = Definition{
		Name: Prefix + "build_info", Type: Gauge,
		Help:   "The build of the manager. Always 1.",
		Labels: []string{LabelVersion, LabelRevision, LabelGoVersion},
	}
	Leader = Definition{
		Name: Prefix + "leader", Type: Gauge,
		Help:   "Whether this replica is the leader: 1 yes, 0 no.",
		Labels: []string{LabelLease},
	}
	ReadinessChecks = Definition{
		Name: Prefix + "readiness_check", Type: Gauge,
		Help:   "Whether a readiness check passed when it was last probed: 1 yes, 0 no.",
		Labels: []string{LabelCheck},
	}
	TokenBrokerCAExpiry = Definition{
		Name: Prefix + "token_broker_ca_expiry_timestamp_seconds", Type: Gauge,
		Help: "When the token broker's certificate authority expires, in Unix seconds.",
	}
)

// Metrics that count events.
var (
	TokenRequests = Definition{
		Name: Prefix + "token_requests_total", Type: Counter,
		Help:   "Requests of pods to the token broker, by its response.",
		Labels: []string{LabelCode, LabelReason},
	}
	OutsideRequests = Definition{
		Name: Prefix + "outside_requests_total", Type: Counter,
		Help:   "Requests to Maskinporten and Altinn, by result.",
		Labels: []string{LabelService, LabelOperation, LabelClass},
	}
	OutsideRequestDuration = Definition{
		Name: Prefix + "outside_request_duration_seconds", Type: Histogram,
		Help:   "Duration of requests to Maskinporten and Altinn, in seconds.",
		Labels: []string{LabelService, LabelOperation},
	}
	LimiterRefusals = Definition{
		Name: Prefix + "limiter_refusals_total", Type: Counter,
		Help:   "Requests that were deferred because of spec.verification.requestsPerSecond.",
		Labels: []string{LabelSupplier, LabelPriority},
	}
	AccessWithdrawals = Definition{
		Name: Prefix + "access_withdrawals_total", Type: Counter,
		Help:   "Detected withdrawals of access.",
		Labels: []string{LabelSupplier, LabelService},
	}
	// DetectionDelay is the longest time that a change of access can have been undetected.
	DetectionDelay = Definition{
		Name: Prefix + "detection_delay_seconds", Type: Histogram,
		Help:   "Time between the detection of a change of access and the verification before, in seconds.",
		Labels: []string{LabelSupplier, LabelTransition},
	}
	SyncRuns = Definition{
		Name: Prefix + "sync_runs_total", Type: Counter,
		Help:   "Completed runs of sync jobs.",
		Labels: []string{LabelSupplier, LabelService, LabelOutcome, LabelReason},
	}
	RunStartDelay = Definition{
		Name: Prefix + "run_start_delay_seconds", Type: Histogram,
		Help:   "Time from when a run was due by its schedule until Kubernetes created its pod, in seconds.",
		Labels: []string{LabelService},
	}
	Plans = Definition{
		Name: Prefix + "plans_total", Type: Counter,
		Help:   "Follow-up plans of completed runs, by outcome.",
		Labels: []string{LabelOutcome},
	}
	Documents = Definition{
		Name: Prefix + "documents_stored_total", Type: Counter,
		Help:   "Documents from NAV, such as sick notes and letters, that HRM systems have accepted.",
		Labels: []string{LabelService},
	}
	PDFs = Definition{
		Name: Prefix + "pdfs_stored_total", Type: Counter,
		Help:   "PDFs of these, and CSV files of settlement reports, that HRM systems have accepted.",
		Labels: []string{LabelService},
	}
	// Items are counted by the workers of custom services.
	Items = Definition{
		Name: Prefix + "items_total", Type: Counter,
		Help:   "Items that runs of custom services have sent or received, by outcome.",
		Labels: []string{LabelSupplier, LabelService, LabelOutcome},
	}
)

// Definitions returns the operator's metrics, by name.
func Definitions() []Definition {
	all := []Definition{
		Customers, CustomerServices, OldestOverdueCheck, BreakerStates,
		OutsideRequests, OutsideRequestDuration, LimiterRefusals, AccessWithdrawals, DetectionDelay, SyncRuns,
		RunStartDelay,
		Plans, Documents, PDFs, Items, TokenRequests, OldestOverdueRun, OverdueRuns, LastSuccessfulRun, UnsettledPlans,
		SupplierConditions, SupplierKeyExpiry, BuildInfo, Leader, ReadinessChecks, TokenBrokerCAExpiry,
	}
	slices.SortFunc(all, func(a, b Definition) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
