package runreport

import "slices"

// Reason is why a run failed. The set is closed (Reasons) and made for a status'
// reasons and metrics' labels.
type Reason string

// What the customer's HRM solution, or what we know of it, stood in the way with.
const (
	// HRMCredentialsMissing means that the customer's Secret has no token for the HRM
	// solution, or one that cannot be sent.
	HRMCredentialsMissing Reason = "HRMCredentialsMissing"
	// HRMUnreachable means that the HRM solution gave no complete answer: DNS, TLS,
	// reset, time-out.
	HRMUnreachable Reason = "HRMUnreachable"
	// HRMUnauthorized means that the HRM solution does not accept the token: 401 or 403.
	HRMUnauthorized Reason = "HRMUnauthorized"
	// HRMBadResponse means that the HRM solution answered something else than it
	// should: an error of its own, a redirect, a body that cannot be understood.
	HRMBadResponse Reason = "HRMBadResponse"
	// HRMOrganizationMismatch means that the HRM solution says it is another
	// organization's. No token was asked for, and no data flowed.
	HRMOrganizationMismatch Reason = "HRMOrganizationMismatch"
	// HRMAddressNotAllowed means that the HRM solution's host resolves to an address
	// within the cluster, the node or a private network that the Supplier does not
	// allow. Nothing was sent there.
	HRMAddressNotAllowed Reason = "HRMAddressNotAllowed"
	// DocumentRefused means that the HRM solution refused a document, and took others. The document was set aside.
	DocumentRefused Reason = "DocumentRefused"
	// CursorMoved means that somebody else has moved the cursor at the HRM solution
	// since this run read it: two runs were at work at once.
	CursorMoved Reason = "CursorMoved"
)

// What stood in the way of a token.
const (
	// AccessRefused means that the token broker says no: this customer may not sync
	// now, or the broker does not take the pod for one of the customer's.
	AccessRefused Reason = "AccessRefused"
	// BrokerUnavailable means that the token broker gave no token within the time
	// that a run waits for one, and did not say no either.
	BrokerUnavailable Reason = "BrokerUnavailable"
)

// What stood in the way at NAV.
const (
	// NAVUnreachable means that NAV gave no complete answer: DNS, TLS, reset, time-out.
	NAVUnreachable Reason = "NAVUnreachable"
	// NAVError means that NAV answered with an error of its own (5xx), or something
	// that cannot be understood: a redirect, a proxy's page.
	NAVError Reason = "NAVError"
	// NAVTokenRejected is NAV's own 401: it does not accept the access token.
	NAVTokenRejected Reason = "NAVTokenRejected"
	// NAVRefusing means that NAV refused several plans in a row for now, in the way in which it refuses all plans while
	// one of its registers is down. The run sent no further plans; they stay offered.
	NAVRefusing Reason = "NAVRefusing"
	// DocumentUnreadable means that a field of a document of NAV's could not be read. The document was set aside, and the
	// others were carried.
	DocumentUnreadable Reason = "DocumentUnreadable"
	// DocumentsHidden means that NAV's lists were empty although later documents exist, and that the run ended before it had
	// looked at all numbers up to those. The next run goes on from there.
	DocumentsHidden Reason = "DocumentsHidden"
	// RightMissing means that NAV says that the customer's system user lacks the right
	// to the resource. NAV says the same while its own access service is down, so that
	// one answer of it proves nothing.
	RightMissing Reason = "RightMissing"
)

// What stood in the way of the run itself.
const (
	// ConfigurationInvalid means that the worker's flags or files, which the operator
	// makes, are wrong.
	ConfigurationInvalid Reason = "ConfigurationInvalid"
	// Interrupted means that the run was told to end (SIGTERM): access was taken back,
	// the customer was suspended, or the node is being drained.
	Interrupted Reason = "Interrupted"
	// TimedOut means that the run did not end within its time.
	TimedOut Reason = "TimedOut"
	// InternalError means that the worker broke off because of a fault of its own.
	InternalError Reason = "InternalError"
)

// reasons has all of them.
var reasons = []Reason{
	AccessRefused,
	BrokerUnavailable,
	ConfigurationInvalid,
	CursorMoved,
	DocumentRefused,
	DocumentUnreadable,
	DocumentsHidden,
	HRMAddressNotAllowed,
	HRMBadResponse,
	HRMCredentialsMissing,
	HRMOrganizationMismatch,
	HRMUnauthorized,
	HRMUnreachable,
	InternalError,
	Interrupted,
	NAVError,
	NAVRefusing,
	NAVTokenRejected,
	NAVUnreachable,
	RightMissing,
	TimedOut,
}

// Reasons lists all reasons, sorted.
func Reasons() []Reason {
	return slices.Clone(reasons)
}

func (r Reason) known() bool {
	return slices.Contains(reasons, r)
}

// FailedByNAV reports whether NAV kept a run from succeeding, and neither the customer nor the operator.
func (r Reason) FailedByNAV() bool {
	switch r {
	case NAVError, NAVUnreachable, NAVTokenRejected, NAVRefusing, RightMissing:
		return true
	default:
		return false
	}
}
