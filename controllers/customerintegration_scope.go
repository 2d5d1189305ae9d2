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
	v := s.customer.Annotations[integrationsv1alpha1.AnnotationReconcileRequestedAt]
	if v == s.customer.Status.LastHandledReconcileAt {
		return ""
	}
	return v
}

// authorization gives what is known of a service so far; its zero value if nothing is.
func (s *customerScope) authorization(name integrationsv1alpha1.ServiceName) integrationsv1alpha1.Authorization {
	for _, known := range s.customer.Status.Services {
		if known.Name == name {
			return known.Authorization
		}
	}
	return integrationsv1alpha1.Authorization{}
}
