package worker

import "github.com/4human/integration-operator/internal/runreport"

// Reason is why a run failed. The set is closed: the operator reads a report with another reason as no report at all.
// docs/reasons.md has what the operator tells people about each.
type Reason string

// The reasons of workers of custom services.
const (
	// ServiceUnreachable means that the service's API sent no complete response.
	ServiceUnreachable = Reason(runreport.ServiceUnreachable)
	// ServiceError means that the API returned an error of its own (5xx), or something unreadable.
	ServiceError = Reason(runreport.ServiceError)
	// ServiceTokenRejected means that the API does not accept the access token (401, 403). The operator verifies access
	// again.
	ServiceTokenRejected = Reason(runreport.ServiceTokenRejected)
	// ServiceRefused means that the API refused data (4xx) that another attempt does not change.
	ServiceRefused = Reason(runreport.ServiceRefused)

	// HRMCredentialsMissing means that the Secret has no usable token for the HRM system.
	HRMCredentialsMissing = Reason(runreport.HRMCredentialsMissing)
	// HRMUnreachable means that the HRM system sent no complete response.
	HRMUnreachable = Reason(runreport.HRMUnreachable)
	// HRMUnauthorized means that the HRM system does not accept the token.
	HRMUnauthorized = Reason(runreport.HRMUnauthorized)
	// HRMBadResponse means that the HRM system returned an error of its own, or something unreadable.
	HRMBadResponse = Reason(runreport.HRMBadResponse)
	// HRMOrganizationMismatch means that the HRM system belongs to another organization.
	HRMOrganizationMismatch = Reason(runreport.HRMOrganizationMismatch)
	// HRMAddressNotAllowed means that the HRM system's host resolves to an address that is not allowed.
	HRMAddressNotAllowed = Reason(runreport.HRMAddressNotAllowed)

	// AccessRefused means that the token broker refused a token.
	AccessRefused = Reason(runreport.AccessRefused)
	// BrokerUnavailable means that the token broker returned neither a token nor a refusal in time.
	BrokerUnavailable = Reason(runreport.BrokerUnavailable)
	// ConfigurationInvalid means that the environment or a file is not what the worker needs.
	ConfigurationInvalid = Reason(runreport.ConfigurationInvalid)
	// Interrupted means that the run ended because of SIGTERM.
	Interrupted = Reason(runreport.Interrupted)
	// TimedOut means that the run did not end within its time.
	TimedOut = Reason(runreport.TimedOut)
	// InternalError means that the worker failed because of a fault of its own.
	InternalError = Reason(runreport.InternalError)
)

// Errorf returns an error with a reason and the text of fmt.Errorf, which is logged: it must not contain a token,
// personal data or a body.
func Errorf(reason Reason, format string, args ...any) error {
	return runreport.Errorf(runreport.Reason(reason), format, args...)
}

// ReasonOf returns the reason of an error of this package: "" for nil, and InternalError for any other error.
func ReasonOf(err error) Reason { return Reason(runreport.ReasonOf(err)) }

// Report is the result of a run. Its counts are published only as totals over all customers, because small numbers of
// one customer are personal data. They count also in a run that failed.
type Report struct {
	// Reason is why the run failed, "" if it succeeded.
	Reason Reason
	// ItemsSent counts what the service's API accepted, in the vendor's own units.
	ItemsSent int64
	// ItemsReceived counts what the run received from the API and stored.
	ItemsReceived int64
	// SetAside counts the items that the run did not deliver, and that a person must look into.
	SetAside int32
}

// Write writes the report to a file, usually FileReport. It returns an error if the reason is none of the set or a
// count is negative.
func (r Report) Write(path string) error {
	report := runreport.Report{
		Outcome: runreport.Succeeded, Reason: runreport.Reason(r.Reason), SetAside: r.SetAside,
		Volumes: runreport.Volumes{ItemsSent: r.ItemsSent, ItemsReceived: r.ItemsReceived},
	}
	if r.Reason != "" {
		report.Outcome = runreport.Failed
	}
	return report.Write(path)
}
