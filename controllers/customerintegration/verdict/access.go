package verdict

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// Response is the result of one request.
type Response struct {
	// Class is "" for a token or a finding. Otherwise it is the refusal or the fault.
	Class maskinporten.Class
	// Finding is the result of a negotiation. It is nil for an API delegation.
	Finding *systemuser.Finding
	// Held reports whether no request was sent.
	Held bool
	// Witnessed reports whether a refusal is the customer's own: see authority.IsWitnessed.
	Witnessed bool
	// Access is the access after the response.
	Access v1alpha1.Authorization
}

// Fault reports whether the response says nothing about the customer.
func (r Response) Fault() bool { return r.Class.Kind().Inconclusive() }

// AddAccess returns a response with the access that follows from it.
func (f *Facts) AddAccess(name v1alpha1.ServiceName, r Response) Response {
	known := f.startingAccess(f.Service(name))
	if r.Finding != nil && r.Finding.IsConclusive() {
		r.Access = withFinding(known, r.Finding, metav1.NewTime(f.Now))
	} else {
		r.Access = f.withClass(known, r, f.Service(name).Definition.HeldByCustomers())
	}
	if r.Access.LastVerifiedTime != known.LastVerifiedTime {
		r.Access.Access = f.Service(name).Definition.AccessID()
	}
	return r
}

// startingAccess returns the last verified state of an access, or the state of one that was never verified.
func (f *Facts) startingAccess(s *ServiceFacts) v1alpha1.Authorization {
	known := s.Known
	if s.Definition.Kind != "" {
		known.Kind = s.Definition.Kind
	}
	if known.Through = ""; s.Definition.NeedsSystemUser() {
		known.Through = f.Customer.Agent()
	}
	if known.State == "" {
		now := metav1.NewTime(f.Now)
		known.State, known.Reason, known.Since = v1alpha1.AuthorizationUnknown, v1alpha1.ReasonVerificationPending, &now
	}
	return known
}

// accessWithoutRequest returns a service's access if no request is sent for it.
func (f *Facts) accessWithoutRequest(s *ServiceFacts) v1alpha1.Authorization {
	known := f.startingAccess(s)
	switch {
	case f.Block != nil:
	case !services.Offers(f.Supplier, s.Name) && known.LastVerifiedTime != nil &&
		f.AwaitsSupplier(v1alpha1.ReasonServiceRemoved, known.Reason == v1alpha1.ReasonServiceNotOffered):
		known.Reason = v1alpha1.ReasonAwaitingSupplier
	case !entitlement.OffersTo(f.Supplier, f.Customer, s.Name):
		known.Reason = v1alpha1.ReasonServiceNotOffered
	case s.isDuplicate():
		known.Reason = v1alpha1.ReasonDuplicateOrganization
	case s.Definition.LacksSystem(f.Supplier):
		return f.accessAfterFault(known, maskinporten.ClassClientRejected)
	default:
		known.Reason = reasonAfterBlock(known)
	}
	return known
}

// AwaitsSupplier reports whether the Supplier reports a reason of CustomersBlocked for many customers, so that this
// customer waits for it. Until the Supplier's controller has counted, a customer waits too, unless isReported is true:
// its own status reports the reason.
func (f *Facts) AwaitsSupplier(reason string, isReported bool) bool {
	blocks, known := availability.BlocksMany(f.Supplier, reason)
	return blocks || !known && !isReported
}

// withClass returns an access after a response of a class. Only a token grants access, and only NotDelegated ends it.
// (For system users, see withFinding.) mustHold reports whether the customer must hold the scope.
func (f *Facts) withClass(known v1alpha1.Authorization, r Response, mustHold bool) v1alpha1.Authorization {
	class, granted, now := r.Class, known.State == v1alpha1.AuthorizationGranted, metav1.NewTime(f.Now)
	switch {
	case class.Kind().Inconclusive():
		return f.accessAfterFault(known, class)
	case class == "":
		return verifiedAccess(known, v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, now)
	case class == maskinporten.ClassNotDelegated && (granted || known.State == v1alpha1.AuthorizationWithdrawn):
		return verifiedAccess(known, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, now)
	case class == maskinporten.ClassNotDelegated:
		return verifiedAccess(known, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, now)
	case granted:
		return f.refusedAccess(known, r, mustHold)
	case class == maskinporten.ClassScopeNotGranted && known.State == v1alpha1.AuthorizationWithdrawn:
		return verifiedAccess(known, v1alpha1.AuthorizationWithdrawn, reasonWithoutScope(mustHold), now)
	case class == maskinporten.ClassScopeNotGranted:
		return verifiedAccess(known, v1alpha1.AuthorizationNotGranted, reasonWithoutScope(mustHold), now)
	default:
		return verifiedAccess(known, known.State, v1alpha1.ReasonRequestRejected, now)
	}
}

// reasonWithoutScope returns the reason of a scope that is not granted.
func reasonWithoutScope(mustHold bool) string {
	if mustHold {
		return v1alpha1.ReasonScopeNotHeld
	}
	return v1alpha1.ReasonScopeNotGranted
}

// refusedAccess returns a granted access after a refusal that does not end it.
func (f *Facts) refusedAccess(known v1alpha1.Authorization, r Response, mustHold bool) v1alpha1.Authorization {
	known.Reason = reasonAfterBlock(known)
	switch {
	case r.Class == maskinporten.ClassRequestRejected && r.Witnessed:
		return f.rejectedAccess(known, v1alpha1.ReasonRequestRejected)
	case r.Class == maskinporten.ClassScopeNotGranted && mustHold:
		return f.rejectedAccess(known, v1alpha1.ReasonScopeNotHeld)
	default:
		return known
	}
}

// rejectedAccess returns a granted access after Maskinporten rejected a request about this customer alone. The state
// stays, and with it what runs. After the grace period the reason reports the rejection.
func (f *Facts) rejectedAccess(known v1alpha1.Authorization, reason string) v1alpha1.Authorization {
	known.LastRejectedTime = new(metav1.NewTime(f.Now))
	if known.LastVerifiedTime == nil || !f.GraceEnds(known).After(f.Now) {
		known.Reason = reason
	}
	return known
}

// accessAfterFault returns an access after a fault: the last verified state until the grace period ends. After that the
// reason reports, once, that nothing was verified. The state stays, and with it what runs.
func (f *Facts) accessAfterFault(known v1alpha1.Authorization, class maskinporten.Class) v1alpha1.Authorization {
	known.Reason = reasonAfterBlock(known)
	reported := IsUnavailable(known.Reason) ||
		known.State == v1alpha1.AuthorizationGranted && isRejection(known.Reason)
	if known.LastVerifiedTime != nil && (reported || f.GraceEnds(known).After(f.Now)) {
		return known
	}
	known.Reason = v1alpha1.ReasonSupplierNotReady
	if class.Kind() == conclusion.Outage {
		known.Reason = v1alpha1.ReasonAuthorityUnavailable
	}
	return known
}

// isRejection reports whether a reason means that Maskinporten rejects requests about a customer whose access stays.
func isRejection(reason string) bool {
	return reason == v1alpha1.ReasonRequestRejected || reason == v1alpha1.ReasonScopeNotHeld
}

// IsUnavailable reports whether a reason means that an access could not be verified.
func IsUnavailable(reason string) bool {
	return reason == v1alpha1.ReasonAuthorityUnavailable || reason == v1alpha1.ReasonSupplierNotReady
}

// GraceEnds returns when the grace period of an access ends: from then on, the customer reports that it cannot be
// verified.
func (f *Facts) GraceEnds(known v1alpha1.Authorization) time.Time {
	return known.LastVerifiedTime.Add(pacing.Jitter(f.Supplier.OutageGracePeriod(), f.Customer.UID))
}

// systemUserReasons are the reasons of the states that a negotiation leads to.
var systemUserReasons = map[v1alpha1.AuthorizationState]string{
	v1alpha1.AuthorizationGranted:          v1alpha1.ReasonDelegated,
	v1alpha1.AuthorizationNotGranted:       v1alpha1.ReasonAwaitingClient,
	v1alpha1.AuthorizationAwaitingApproval: v1alpha1.ReasonAwaitingApproval,
	v1alpha1.AuthorizationRejected:         v1alpha1.ReasonApprovalRejected,
	v1alpha1.AuthorizationWithdrawn:        v1alpha1.ReasonDelegationWithdrawn,
}

// withFinding returns an access by system user after a negotiation.
func withFinding(known v1alpha1.Authorization, found *systemuser.Finding, now metav1.Time) v1alpha1.Authorization {
	known = verifiedAccess(known, found.State, systemUserReasons[found.State], now)
	known.RequestID, known.RequestKind = found.RequestID, found.RequestKind
	known.ExternalRef, known.ConfirmURL = found.ExternalRef, found.ConfirmURL
	known.Escalated, known.AskedAgainFor = found.Escalated, found.AskedAgainFor
	known.HasAgentSystemUser = found.HasAgent
	return known
}

// verifiedAccess returns an access that has just been verified.
func verifiedAccess(
	known v1alpha1.Authorization, state v1alpha1.AuthorizationState, reason string, now metav1.Time,
) v1alpha1.Authorization {
	if known.State != state {
		known.Since = &now
	}
	known.State, known.Reason, known.LastVerifiedTime, known.LastRejectedTime = state, reason, &now, nil
	return known
}

// reasonAfterBlock returns the reason of an access whose service is offered and no duplicate. If the known reason says
// that it was not offered or a duplicate, it is the reason of the state.
func reasonAfterBlock(known v1alpha1.Authorization) string {
	switch known.Reason {
	case v1alpha1.ReasonServiceNotOffered, v1alpha1.ReasonAwaitingSupplier, v1alpha1.ReasonDuplicateOrganization:
	default:
		return known.Reason
	}
	switch known.State {
	case v1alpha1.AuthorizationGranted:
		return v1alpha1.ReasonDelegated
	case v1alpha1.AuthorizationWithdrawn:
		return v1alpha1.ReasonDelegationWithdrawn
	case v1alpha1.AuthorizationNotGranted:
		if known.Kind == v1alpha1.AccessSystemUser {
			return v1alpha1.ReasonAwaitingClient
		}
		return v1alpha1.ReasonNotDelegated
	case v1alpha1.AuthorizationAwaitingApproval:
		return v1alpha1.ReasonAwaitingApproval
	case v1alpha1.AuthorizationRejected:
		return v1alpha1.ReasonApprovalRejected
	default:
		return v1alpha1.ReasonVerificationPending
	}
}
