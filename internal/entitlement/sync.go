package entitlement

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/services"
)

// MaySync reports whether one service of a customer may sync now. If not, it returns a reason of the API. It decides
// both whether the service's CronJob is suspended and whether the token broker returns a token. If it returns false,
// running Jobs are stopped, unless IsPaused is true of the reason. The arguments are those of BlockOf.
func MaySync(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, stop *Block, name v1alpha1.ServiceName,
) (may bool, reason string) {
	if !c.DeletionTimestamp.IsZero() || !c.Syncs() || !lists(c, name) {
		return false, v1alpha1.ReasonNotSyncing
	}
	if b := BlockOf(s, c, stop); b != nil {
		return false, b.Reason
	}
	service, _ := services.Of(s, name)
	if !OffersTo(s, c, name) {
		return false, v1alpha1.ReasonServiceNotOffered
	}
	if isDuplicate(c, name) {
		return false, v1alpha1.ReasonDuplicateOrganization
	}
	if service.UsesHRM() && !HRMAllowed(s, c.Spec.HRM.Endpoint) {
		return false, v1alpha1.ReasonHRMEndpointNotAllowed
	}
	known := Authorization(AuthorityOf(s), c, service)
	switch {
	case known.State == v1alpha1.AuthorizationGranted && IsOutdated(s, known):
		return false, v1alpha1.ReasonOperatorInterrupted
	case known.State == v1alpha1.AuthorizationGranted:
		return true, ""
	case known.Reason == "":
		return false, v1alpha1.ReasonVerificationPending
	default:
		return false, known.Reason
	}
}

// IsOutdated reports whether an access was last verified before the Supplier's status.interruptedTime, so that a later
// result may have been lost. Both times are whole seconds, so a verification in the second of the interruption may have
// come before it. An access that was never verified is not outdated.
func IsOutdated(s *v1alpha1.Supplier, known v1alpha1.Authorization) bool {
	return s.Status.InterruptedTime != nil && known.LastVerifiedTime != nil &&
		!known.LastVerifiedTime.After(s.Status.InterruptedTime.Time)
}

// CurrentFrom returns the earliest time of a verification that is not outdated: a second after the interruption.
func CurrentFrom(s *v1alpha1.Supplier) time.Time { return s.Status.InterruptedTime.Add(time.Second) }

// WasRejectedSince reports whether Maskinporten has rejected a request about a customer since the interruption. Such an
// access stays outdated, although its verification is not late.
func WasRejectedSince(s *v1alpha1.Supplier, known v1alpha1.Authorization) bool {
	return known.LastRejectedTime != nil && !known.LastRejectedTime.Time.Before(CurrentFrom(s))
}

// IsPaused reports whether a reason of MaySync means that the customer has access by its last verified state, and that
// runs wait for another verification: none starts, and one that has started is not stopped.
func IsPaused(reason string) bool { return reason == v1alpha1.ReasonOperatorInterrupted }

func lists(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) bool {
	return slices.ContainsFunc(c.Spec.Services, func(s v1alpha1.CustomerService) bool { return s.Name == name })
}

// AuthorityOf returns the Maskinporten and the supplier by which a Supplier's customers are verified.
func AuthorityOf(s *v1alpha1.Supplier) v1alpha1.Authority {
	issuer, _ := authority.Issuer(s)
	return v1alpha1.Authority{
		Issuer: issuer, SupplierOrganizationNumber: string(s.Spec.OrganizationNumber),
	}
}

// Authorization returns the last verified state of a customer's access to a service. It returns the zero value if there
// is none, or if it was verified by another Authority: a Supplier that was created again under an old name inherits
// nothing. Nor does a verification count if the access of a custom service has changed since, or if it was through
// another agent than the spec's.
func Authorization(
	now v1alpha1.Authority, c *v1alpha1.CustomerIntegration, service services.Service,
) v1alpha1.Authorization {
	known := c.Status.Service(service.Name).Authorization
	if c.Status.Authority != now || isThroughAnother(c, known) {
		return v1alpha1.Authorization{}
	}
	return unlessChanged(known, service)
}

// isThroughAnother reports whether a system user was verified through another agent than that of the spec.
func isThroughAnother(c *v1alpha1.CustomerIntegration, known v1alpha1.Authorization) bool {
	return known.Kind == v1alpha1.AccessSystemUser && known.Through != c.Agent()
}

// unlessChanged returns an access as it is known. If the service needs another access now, it drops the state, but not
// the customer's system user. Nor does it drop a customer's refusal of a system user, which applies to other rights as
// well: the operator requests one again only if a person annotates the object.
func unlessChanged(known v1alpha1.Authorization, service services.Service) v1alpha1.Authorization {
	if !IsSuperseded(known, service) {
		return known
	}
	other := v1alpha1.Authorization{Access: known.Access}
	if known.Kind == service.Kind {
		other.ExternalRef, other.HasAgentSystemUser = known.ExternalRef, known.HasAgentSystemUser
		other.AskedAgainFor = known.AskedAgainFor
	}
	return other
}

// IsSuperseded reports whether the state of an access no longer counts, because the service needs another access now.
func IsSuperseded(known v1alpha1.Authorization, service services.Service) bool {
	isSame := known.Access == "" || service.Kind == "" || known.Access == service.AccessID()
	isReset := known.State == v1alpha1.AuthorizationUnknown && known.LastVerifiedTime == nil
	return !isSame && !isReset && (!service.NeedsSystemUser() || !isRefused(known))
}

// isRefused reports whether the customer has rejected the request for a system user, or deleted the system user.
func isRefused(known v1alpha1.Authorization) bool {
	return known.Kind == v1alpha1.AccessSystemUser &&
		(known.State == v1alpha1.AuthorizationRejected || known.State == v1alpha1.AuthorizationWithdrawn)
}

// OffersTo reports whether a Supplier offers a service to a customer: it lists the service, and lets agents grant
// access to it if the customer has one.
func OffersTo(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) bool {
	if !services.Offers(s, name) {
		return false
	}
	service, _ := services.Of(s, name)
	return c.Agent() == "" || !service.LacksAgents(s)
}
