package rollout

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// State is the state of one service of a customer, or of the customer, for people.
type State string

// States, from the one that needs attention first. A customer's state is the first of those of its services.
const (
	// Blocked means that the platform team or the supplier must change something first.
	Blocked State = "Blocked"
	// Withdrawn means that the customer withdrew its access.
	Withdrawn State = "Withdrawn"
	// Rejected means that the customer rejected the request for a system user.
	Rejected State = "Rejected"
	// Failing means that access is granted, and that runs fail.
	Failing State = "Failing"
	// Waiting means that access has not been given yet: by the customer, or by NAV if it is NAV's turn.
	Waiting State = "Waiting"
	// Unverified means that there has been no response about the customer yet.
	Unverified State = "Unverified"
	// Suspended means that the customer, or its Supplier, is suspended, or that the emergency stop applies.
	Suspended State = "Suspended"
	// Granted means that access is granted and that runs do not fail.
	Granted State = "Granted"
)

// States lists the states, from the one that needs attention first.
func States() []State {
	return []State{Blocked, Withdrawn, Rejected, Failing, Waiting, Unverified, Suspended, Granted}
}

var order = States()

// rank returns a state's position in States. An unknown state comes last.
func (s State) rank() int {
	if i := slices.Index(order, s); i >= 0 {
		return i
	}
	return len(order)
}

// extent is which services of a customer have the state of a reason.
type extent string

const (
	// allServices have it.
	allServices extent = "all"
	// notRunning has the services without jobs. The others have the state of their own reasons.
	notRunning extent = "not running"
	// withoutAccess has the services without access. The others are as their own reasons say.
	withoutAccess extent = "without access"
	// ownReason has the services that have the reason themselves.
	ownReason extent = "own reason"
	// whileUnknown has the services that have the reason themselves, unless their access is known from before.
	whileUnknown extent = "while unknown"
	// failingRuns has the services with access whose runs fail.
	failingRuns extent = "failing runs"
)

// meaning is what a reason of Ready, or of the access to a service, means for people.
type meaning struct {
	state  State
	extent extent
}

// meanings has each reason of a customer's Ready and DelegationVerified.
var meanings = map[string]meaning{
	// What must change before there is a customer to wait for.
	v1alpha1.ReasonSupplierNotFound:       {Blocked, allServices},
	v1alpha1.ReasonSupplierNotAllowed:     {Blocked, allServices},
	v1alpha1.ReasonOrganizationIsSupplier: {Blocked, allServices},
	v1alpha1.ReasonHRMEndpointNotAllowed:  {Blocked, notRunning},
	v1alpha1.ReasonInvalidSchedule:        {Blocked, allServices},
	v1alpha1.ReasonNameConflict:           {Blocked, allServices},
	v1alpha1.ReasonAwaitingSupplier:       {Blocked, notRunning},
	v1alpha1.ReasonSuspended:              {Suspended, allServices},
	v1alpha1.ReasonEmergencyStop:          {Suspended, allServices},
	v1alpha1.ReasonOrganizationIsSubUnit:  {Blocked, withoutAccess},
	v1alpha1.ReasonOrganizationNotFound:   {Blocked, withoutAccess},
	v1alpha1.ReasonOrganizationDeleted:    {Blocked, withoutAccess},
	v1alpha1.ReasonDuplicateOrganization:  {Blocked, ownReason},
	v1alpha1.ReasonServiceNotOffered:      {Blocked, ownReason},
	v1alpha1.ReasonRequestRejected:        {Blocked, ownReason},

	// The customer's access.
	v1alpha1.ReasonDelegationWithdrawn:  {Withdrawn, ownReason},
	v1alpha1.ReasonApprovalRejected:     {Rejected, ownReason},
	v1alpha1.ReasonNotDelegated:         {Waiting, ownReason},
	v1alpha1.ReasonAwaitingDelegation:   {Waiting, ownReason},
	v1alpha1.ReasonPartiallyDelegated:   {Waiting, ownReason},
	v1alpha1.ReasonAwaitingApproval:     {Waiting, ownReason},
	v1alpha1.ReasonAwaitingClient:       {Waiting, ownReason},
	v1alpha1.ReasonScopeNotGranted:      {Waiting, whileUnknown}, // a withdrawal before it is still one
	v1alpha1.ReasonScopeNotHeld:         {Waiting, whileUnknown}, // as above
	v1alpha1.ReasonVerificationPending:  {Unverified, whileUnknown},
	v1alpha1.ReasonAuthorityUnavailable: {Unverified, whileUnknown},
	v1alpha1.ReasonSupplierNotReady:     {Blocked, whileUnknown},
	v1alpha1.ReasonSyncPending:          {Granted, ownReason},
	v1alpha1.ReasonDelegated:            {Granted, ownReason},

	// Its jobs.
	v1alpha1.ReasonHRMOrganizationMismatch: {Failing, failingRuns},
	v1alpha1.ReasonHRMCredentialsMissing:   {Failing, failingRuns},
	v1alpha1.ReasonHRMUnauthorized:         {Failing, failingRuns},
	v1alpha1.ReasonHRMAddressNotAllowed:    {Failing, failingRuns},
	v1alpha1.ReasonWorkerMismatch:          {Failing, failingRuns},
	v1alpha1.ReasonCAConfigMapUnreadable:   {Failing, failingRuns},
	v1alpha1.ReasonSyncJobRefused:          {Failing, failingRuns},
	v1alpha1.ReasonSyncPodRefused:          {Failing, failingRuns},
	v1alpha1.ReasonSyncPodNotStarting:      {Failing, failingRuns},
	v1alpha1.ReasonRightMissing:            {Failing, failingRuns},
	v1alpha1.ReasonSyncFailing:             {Failing, failingRuns},
	v1alpha1.ReasonSyncStale:               {Failing, failingRuns},
	v1alpha1.ReasonPlansUnsettled:          {Failing, failingRuns},
}

// ofAccess maps the last verified state of an access to a State.
var ofAccess = map[v1alpha1.AuthorizationState]State{
	v1alpha1.AuthorizationGranted:          Granted,
	v1alpha1.AuthorizationNotGranted:       Waiting,
	v1alpha1.AuthorizationAwaitingApproval: Waiting,
	v1alpha1.AuthorizationRejected:         Rejected,
	v1alpha1.AuthorizationWithdrawn:        Withdrawn,
}
