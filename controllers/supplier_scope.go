package controllers

import (
	"time"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// supplierScope is all that one pass over a Supplier knows.
type supplierScope struct {
	supplier *integrationsv1alpha1.Supplier
	// guard is nil if config is not.
	guard *authority.Guard
	// config says why no client can be made of the spec and the Secret.
	config *authority.ConfigurationError
	// now is the time of the pass, in whole seconds, as the API keeps it.
	now time.Time
	// proof is what the supplier's own question met in this pass, nil if none was asked.
	proof *proof
	// complaint is an answer for some customer that cannot be true, "" if there is none.
	complaint maskinporten.Class
}

// proof is what the supplier's own question met.
type proof struct {
	// class is "" for a token.
	class maskinporten.Class
	// detail is what Maskinporten said, without what changes from call to call.
	detail string
}

// requested gives the value of the annotation that asks for a proof now, "" if it has been handled.
func (s *supplierScope) requested() string {
	v := s.supplier.Annotations[integrationsv1alpha1.AnnotationReconcileRequestedAt]
	if v == s.supplier.Status.LastHandledReconcileAt {
		return ""
	}
	return v
}
