package entitlement

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/services"
)

// AuthorityOf returns the Maskinporten and the supplier by which a Supplier's customers are verified.
func AuthorityOf(s *v1alpha1.Supplier) v1alpha1.Authority {
	issuer, _ := authority.Issuer(s)
	return v1alpha1.Authority{
		Issuer: issuer, SupplierOrganizationNumber: string(s.Spec.OrganizationNumber),
	}
}

// Authorization returns the last verified state of a customer's access to a service. It returns the zero value if there
// is none, or if it was verified by another Authority: a Supplier that was created again under an old name inherits
// nothing. Of a custom service whose access has changed since, nothing is verified, nor through another agent than the
// spec's.
func Authorization(
	now v1alpha1.Authority, c *v1alpha1.CustomerIntegration, service services.Service,
) v1alpha1.Authorization {
	if c.Status.Authority != now {
		return v1alpha1.Authorization{}
	}
	for _, known := range c.Status.Services {
		if known.Name == service.Name && !isThroughAnother(c, known.Authorization) {
			return unlessChanged(known.Authorization, service)
		}
	}
	return v1alpha1.Authorization{}
}

// isThroughAnother reports whether a system user was verified through another agent than that of the spec.
func isThroughAnother(c *v1alpha1.CustomerIntegration, known v1alpha1.Authorization) bool {
	return known.Kind == v1alpha1.AccessSystemUser && known.Through != c.Agent()
}

// unlessChanged returns an access, without a state if it is not the one that the service needs now. A system user is
// still the customer's. If the customer has said no to one, that applies to other rights as well: only a person has the
// customer asked again.
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

// IsSuperseded reports whether the state of an access counts no more, because the service needs another access now.
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
