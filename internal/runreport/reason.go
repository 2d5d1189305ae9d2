package runreport

import "slices"

// Reason is why a run failed. The set is closed: see Reasons. Statuses use it as a reason and metrics as a label.
type Reason string

// Reasons that concern the customer's HRM system.
const (
	// HRMCredentialsMissing means that the customer's Secret has no token for the HRM system, or one that cannot be sent.
	HRMCredentialsMissing Reason = "HRMCredentialsMissing"
	// HRMUnreachable means that the HRM system sent no complete response: DNS, TLS, reset, time-out.
	HRMUnreachable Reason = "HRMUnreachable"
	// HRMUnauthorized means that the HRM system does not accept the token: 401 or 403.
	HRMUnauthorized Reason = "HRMUnauthorized"
	// HRMBadResponse means that the HRM system's response breaks the contract: an error of its own, a redirect, an
	// unreadable body.
	HRMBadResponse Reason = "HRMBadResponse"
	// HRMOrganizationMismatch means that the HRM system belongs to another organization. The run requested no token and
	// carried no data.
	HRMOrganizationMismatch Reason = "HRMOrganizationMismatch"
	// HRMAddressNotAllowed means that the HRM system's host resolves to an address in the cluster, the node or a private
	// network that the Supplier does not allow. The run sent nothing there.
	HRMAddressNotAllowed Reason = "HRMAddressNotAllowed"
	// DocumentRefused means that the HRM system refused a document and stored others. The run set the document aside.
	DocumentRefused Reason = "DocumentRefused"
	// CursorMoved means that the cursor at the HRM system has moved since this run read it: two runs worked at once.
	CursorMoved Reason = "CursorMoved"
)

// Reasons that concern the access token.
const (
	// AccessRefused means that the broker refused a token: the customer may not sync now, or the broker does not recognize
	// the pod as one of the customer's.
	AccessRefused Reason = "AccessRefused"
	// BrokerUnavailable means that the broker returned neither a token nor a refusal in time.
	BrokerUnavailable Reason = "BrokerUnavailable"
)

// Reasons that concern NAV.
const (
	// NAVUnreachable means that NAV sent no complete response: DNS, TLS, reset, time-out.
	NAVUnreachable Reason = "NAVUnreachable"
	// NAVError means that NAV responded with an error of its own (5xx), or with something unreadable: a redirect, a
	// proxy's page.
	NAVError Reason = "NAVError"
	// NAVTokenRejected means that NAV does not accept the access token: its own 401.
	NAVTokenRejected Reason = "NAVTokenRejected"
	// NAVRefusing means that NAV refused several plans in a row for now, as it refuses all plans while one of its
	// registers is down. The run sent no further plans. They stay offered.
	NAVRefusing Reason = "NAVRefusing"
	// DocumentUnreadable means that a document of NAV's has an unreadable field. The run set the document aside and
	// carried the others.
	DocumentUnreadable Reason = "DocumentUnreadable"
	// DocumentsHidden means that NAV's pages were empty although later documents exist, and that the run ended before it
	// reached those. The next run continues from there.
	DocumentsHidden Reason = "DocumentsHidden"
	// RightMissing means that NAV reports that the customer's system user lacks the right to the resource. NAV reports the
	// same while its own access service is down, so one such response proves nothing.
	RightMissing Reason = "RightMissing"
)

// Reasons that concern the API of a custom service. Only workers of vendors report them.
const (
	// ServiceUnreachable means that the API sent no complete response: DNS, TLS, reset, time-out.
	ServiceUnreachable Reason = "ServiceUnreachable"
	// ServiceError means that the API responded with an error of its own (5xx), or with something unreadable.
	ServiceError Reason = "ServiceError"
	// ServiceTokenRejected means that the API does not accept the access token.
	ServiceTokenRejected Reason = "ServiceTokenRejected"
	// ServiceRefused means that the API refused data, and would refuse it again.
	ServiceRefused Reason = "ServiceRefused"
)

// Reasons that concern the run itself.
const (
	// ConfigurationInvalid means that the worker's environment, flags or files are invalid.
	ConfigurationInvalid Reason = "ConfigurationInvalid"
	// Interrupted means that the run received SIGTERM: access was withdrawn, the customer was suspended, or the node is
	// being drained.
	Interrupted Reason = "Interrupted"
	// TimedOut means that the run did not end within its time.
	TimedOut Reason = "TimedOut"
	// InternalError means that the worker failed because of a fault of its own.
	InternalError Reason = "InternalError"
)

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
	ServiceError,
	ServiceRefused,
	ServiceTokenRejected,
	ServiceUnreachable,
	TimedOut,
}

// Reasons returns all reasons, sorted.
func Reasons() []Reason {
	return slices.Clone(reasons)
}

// vendorReasons are the reasons of docs/worker-contract.md, sorted.
var vendorReasons = []Reason{
	AccessRefused,
	BrokerUnavailable,
	ConfigurationInvalid,
	HRMAddressNotAllowed,
	HRMBadResponse,
	HRMCredentialsMissing,
	HRMOrganizationMismatch,
	HRMUnauthorized,
	HRMUnreachable,
	InternalError,
	Interrupted,
	ServiceError,
	ServiceRefused,
	ServiceTokenRejected,
	ServiceUnreachable,
	TimedOut,
}

// BlamesHRM reports whether the customer's HRM system, or the connection to it, kept a run of a vendor from succeeding.
func (r Reason) BlamesHRM() bool {
	switch r {
	case HRMAddressNotAllowed, HRMBadResponse, HRMCredentialsMissing, HRMOrganizationMismatch, HRMUnauthorized,
		HRMUnreachable:
		return true
	default:
		return false
	}
}

// BlamesNAV reports whether NAV kept a run from succeeding, and neither the customer nor the operator.
func (r Reason) BlamesNAV() bool {
	switch r {
	case NAVError, NAVUnreachable, NAVTokenRejected, NAVRefusing, RightMissing:
		return true
	default:
		return false
	}
}
