package controllers

import (
	"time"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// customerScope is all that one pass over a CustomerIntegration knows. Verdict, status and schedule read nothing else.
type customerScope struct {
	customer *integrationsv1alpha1.CustomerIntegration
	// supplier is nil if it does not exist.
	supplier *integrationsv1alpha1.Supplier
	// guard is nil if no client can be made of the supplier's spec and key.
	guard *authority.Guard
	// now is the time of the pass, in whole seconds, as the API keeps it.
	now time.Time
	// answers are what was asked in this pass.
	answers map[integrationsv1alpha1.ServiceName]answer
}

// answer is what one question met.
type answer struct {
	// class is "" for a token, and else what refused it or stood in the way.
	class maskinporten.Class
}

// requested gives the value of the annotation that asks for a verification now, "" if it has been handled.
func (s *customerScope) requested() string {
	return requestOf(s.customer, s.customer.Status.LastHandledReconcileAt)
}

// authority gives whom the customer is asked of now. Without a Supplier it is whom it was asked of.
func (s *customerScope) authority() integrationsv1alpha1.Authority {
	if s.supplier == nil {
		return s.customer.Status.Authority
	}
	issuer, _ := authority.Issuer(s.supplier)
	return integrationsv1alpha1.Authority{
		Issuer: issuer, SupplierOrganizationNumber: string(s.supplier.Spec.OrganizationNumber),
	}
}

// authorization gives what is known of a service so far; its zero value if nothing is, or if it was asked of somebody
// else: a Supplier that was made anew under an old name inherits nothing.
func (s *customerScope) authorization(name integrationsv1alpha1.ServiceName) integrationsv1alpha1.Authorization {
	if s.customer.Status.Authority != s.authority() {
		return integrationsv1alpha1.Authorization{}
	}
	for _, known := range s.customer.Status.Services {
		if known.Name == name {
			return known.Authorization
		}
	}
	return integrationsv1alpha1.Authorization{}
}
