package entitlement

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
)

// AuthorityOf returns the Maskinporten and the supplier by which a Supplier's customers are verified.
func AuthorityOf(s *v1alpha1.Supplier) v1alpha1.Authority {
	issuer, _ := authority.Issuer(s)
	return v1alpha1.Authority{
		Issuer: issuer, SupplierOrganizationNumber: string(s.Spec.OrganizationNumber),
	}
}

// Authorization returns the last verified state of a customer's access to a service. It returns the zero value if there
// is none, if it was verified by another Authority, because a Supplier that was created again under an old name inherits
// nothing, or if a system user was verified through another agent than that of the spec, or through none.
func Authorization(
	now v1alpha1.Authority, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName,
) v1alpha1.Authorization {
	if c.Status.Authority != now {
		return v1alpha1.Authorization{}
	}
	for _, known := range c.Status.Services {
		if known.Name == name && !isThroughAnother(c, known.Authorization) {
			return known.Authorization
		}
	}
	return v1alpha1.Authorization{}
}

// isThroughAnother reports whether a system user was verified through another agent than that of the spec.
func isThroughAnother(c *v1alpha1.CustomerIntegration, known v1alpha1.Authorization) bool {
	return known.Kind == v1alpha1.AccessSystemUser && known.Through != c.Agent()
}
