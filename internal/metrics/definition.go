// Package metrics has the operator's own metrics: what they are called, and those that are counted as things happen. What is
// told from the cache at the time of a scrape is collected in package controllers. docs/metrics.md is the page for whoever
// reads them.
package metrics

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// Prefix is what the names of all metrics of the operator's own begin with.
const Prefix = "integration_operator_"

// Labels of metrics. The values of each are of a small set: no label ever names a customer, an organization or an address.
const (
	// LabelSupplier is the name of a Supplier.
	LabelSupplier = "supplier"
	// LabelService is a service that customers give access to, such as FollowUpPlans; of outside requests and breakers, who
	// is asked: maskinporten or altinn.
	LabelService = "service"
	// LabelReady is the status of a customer's condition Ready: True, False or Unknown.
	LabelReady = "ready"
	// LabelReason is a reason of docs/reasons.md.
	LabelReason = "reason"
	// LabelState is the state of an access, as in status.services[].authorization.state.
	LabelState = "state"
	// LabelOperation is what was asked for, such as token.
	LabelOperation = "operation"
	// LabelClass is how a request ended: OK, or the class of what it met.
	LabelClass = "class"
	// LabelPriority is whose turn it was, such as broker or routine.
	LabelPriority = "priority"
	// LabelTransition is what was found of an access: granted or withdrawn.
	LabelTransition = "transition"
	// LabelOutcome is how a run ended: Succeeded or Failed; of plans, what became of them.
	LabelOutcome = "outcome"
)

// Who is asked, as values of LabelService.
const (
	// ServiceMaskinporten is Maskinporten.
	ServiceMaskinporten = "maskinporten"
	// ServiceAltinn is Altinn.
	ServiceAltinn = "altinn"
)

// What is asked for, as values of LabelOperation. Each is with the documents that are needed for it.
const (
	// OperationToken is a token on a customer's behalf, of Maskinporten.
	OperationToken = "token"
	// OperationProof is a token that proves the supplier's own credentials, of Maskinporten.
	OperationProof = "proof"
	// OperationOwnToken is a token of the supplier's own for Altinn, of Maskinporten.
	OperationOwnToken = "own-token"
	// OperationSystem is whether our system is registered, of Altinn.
	OperationSystem = "system"
	// OperationSystemUser looks a customer's system user up, at Altinn.
	OperationSystemUser = "system-user"
	// OperationSystemUsers lists the users of our system, at Altinn.
	OperationSystemUsers = "system-users"
	// OperationRequests lists the requests for system users, at Altinn.
	OperationRequests = "requests"
	// OperationDeleteRequest deletes a request for a system user, at Altinn.
	OperationDeleteRequest = "delete-request"
	// OperationRequest looks at a request for a system user, at Altinn.
	OperationRequest = "request"
	// OperationCreateRequest asks a customer for a system user, at Altinn.
	OperationCreateRequest = "create-request"
	// OperationChange looks at a change of a system user's rights, at Altinn.
	OperationChange = "change"
	// OperationCreateChange asks a customer for more rights, at Altinn.
	OperationCreateChange = "create-change"
)

// OK is the value of LabelClass of a request that was answered as it should be, and of LabelReason of a run that ended well:
// to Prometheus, an empty value is a label that is not there.
const OK = "OK"

// Transitions of an access, as values of LabelTransition.
const (
	// TransitionGranted is an access that was found to be given.
	TransitionGranted = "granted"
	// TransitionWithdrawn is one that was found to be taken back.
	TransitionWithdrawn = "withdrawn"
)

// What became of plans, as values of LabelOutcome.
const (
	// PlanSent is a plan that NAV took.
	PlanSent = "sent"
	// PlanRejected is one that NAV refused for good.
	PlanRejected = "rejected"
	// PlanRefused is one that NAV refused for now.
	PlanRefused = "refused"
	// PlanUnknown is one that may or may not have reached NAV.
	PlanUnknown = "unknown"
	// PlanGPNotReached is one that was sent, and was meant for a general practitioner too, whom NAV did not reach. It is
	// counted as PlanSent as well.
	PlanGPNotReached = "gp_not_reached"
)

// Type is a type of metrics, in Prometheus' words.
type Type string

// The types that are in use.
const (
	// Gauge is a value that goes up and down.
	Gauge Type = "gauge"
	// Counter is a number that only grows, until the process ends.
	Counter Type = "counter"
	// Histogram counts values by how large they are.
	Histogram Type = "histogram"
)

// Definition says what a metric is.
type Definition struct {
	// Name of the metric, with Prefix.
	Name string
	// Type of it.
	Type Type
	// Help says in one line what it counts, and in which unit.
	Help string
	// Labels of each of its series, in the order in which values are given.
	Labels []string
}

// Desc gives the definition as Prometheus' library wants it.
func (d Definition) Desc() *prometheus.Desc {
	return prometheus.NewDesc(d.Name, d.Help, d.Labels, nil)
}

// What the cache says at the time of a scrape.
var (
	// Customers counts customers by what their condition Ready says.
	Customers = Definition{
		Name: Prefix + "customers", Type: Gauge,
		Help:   "Customers by status and reason of their condition Ready.",
		Labels: []string{LabelSupplier, LabelReady, LabelReason},
	}
	// CustomerServices counts listed services by the state of their access.
	CustomerServices = Definition{
		Name: Prefix + "customer_services", Type: Gauge,
		Help:   "Services that customers list, by the state of their access.",
		Labels: []string{LabelSupplier, LabelService, LabelState},
	}
	// OldestOverdueCheck tells how far verification is behind.
	OldestOverdueCheck = Definition{
		Name: Prefix + "oldest_overdue_check_seconds", Type: Gauge,
		Help:   "How long the check that is most overdue has been due, in seconds. 0: none is.",
		Labels: []string{LabelSupplier},
	}
	// BreakerStates tells whether requests are held back.
	BreakerStates = Definition{
		Name: Prefix + "breaker_state", Type: Gauge,
		Help:   "Whether requests are held back after failures: 0 they are not, 1 one may try, 2 they are.",
		Labels: []string{LabelSupplier, LabelService},
	}
)

// What is counted as it happens.
var (
	// OutsideRequests counts requests to the authorities.
	OutsideRequests = Definition{
		Name: Prefix + "outside_requests_total", Type: Counter,
		Help:   "Requests to Maskinporten and Altinn, by what came of them.",
		Labels: []string{LabelService, LabelOperation, LabelClass},
	}
	// OutsideRequestDuration tells how long they take.
	OutsideRequestDuration = Definition{
		Name: Prefix + "outside_request_duration_seconds", Type: Histogram,
		Help:   "How long requests to Maskinporten and Altinn take, in seconds.",
		Labels: []string{LabelService, LabelOperation},
	}
	// LimiterRefusals counts questions that were put off.
	LimiterRefusals = Definition{
		Name: Prefix + "limiter_refusals_total", Type: Counter,
		Help:   "Questions that were put off because spec.verification.requestsPerSecond was used up.",
		Labels: []string{LabelSupplier, LabelPriority},
	}
	// AccessWithdrawals counts accesses that were found to be taken back.
	AccessWithdrawals = Definition{
		Name: Prefix + "access_withdrawals_total", Type: Counter,
		Help:   "Accesses that were found to be taken back.",
		Labels: []string{LabelSupplier, LabelService},
	}
	// DetectionDelay tells how late a change of access is found at the most.
	DetectionDelay = Definition{
		Name: Prefix + "detection_delay_seconds", Type: Histogram,
		Help:   "How long before a change of access was found the last answer had said otherwise, in seconds.",
		Labels: []string{LabelSupplier, LabelTransition},
	}
	// SyncRuns counts runs that have ended.
	SyncRuns = Definition{
		Name: Prefix + "sync_runs_total", Type: Counter,
		Help:   "Runs of customers' jobs that have ended.",
		Labels: []string{LabelService, LabelOutcome, LabelReason},
	}
	// Plans counts what became of follow-up plans.
	Plans = Definition{
		Name: Prefix + "plans_total", Type: Counter,
		Help:   "Follow-up plans that runs carried to NAV, by what became of them.",
		Labels: []string{LabelOutcome},
	}
	// Documents counts sick notes and applications for sick pay that reached customers.
	Documents = Definition{
		Name: Prefix + "documents_stored_total", Type: Counter,
		Help:   "Sick notes and applications for sick pay that HRM solutions have taken.",
		Labels: []string{LabelService},
	}
	// PDFs counts their PDFs.
	PDFs = Definition{
		Name: Prefix + "pdfs_stored_total", Type: Counter,
		Help:   "PDFs of sick notes and applications for sick pay that HRM solutions have taken.",
		Labels: []string{LabelService},
	}
)

// Definitions lists all metrics of the operator's own, by name.
func Definitions() []Definition {
	all := []Definition{
		Customers, CustomerServices, OldestOverdueCheck, BreakerStates,
		OutsideRequests, OutsideRequestDuration, LimiterRefusals, AccessWithdrawals, DetectionDelay, SyncRuns,
		Plans, Documents, PDFs,
	}
	slices.SortFunc(all, func(a, b Definition) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
