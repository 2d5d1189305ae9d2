package entitlement

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
)

// AuthorityOf gives whom a Supplier's customers are asked of now.
func AuthorityOf(s *v1alpha1.Supplier) v1alpha1.Authority {
	issuer, _ := authority.Issuer(s)
	return v1alpha1.Authority{
		Issuer: issuer, SupplierOrganizationNumber: string(s.Spec.OrganizationNumber),
	}
}

// Authorization gives what is known of a customer's access to a service; its zero value if nothing is, or if it was
// asked of somebody else: a Supplier that was made anew under an old name inherits nothing.
func Authorization(
	now v1alpha1.Authority, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName,
) v1alpha1.Authorization {
	if c.Status.Authority != now {
		return v1alpha1.Authorization{}
	}
	for _, known := range c.Status.Services {
		if known.Name == name {
			return known.Authorization
		}
	}
	return v1alpha1.Authorization{}
}
