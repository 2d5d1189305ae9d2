package controllers

import (
	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// scopeFollowUpPlans is the Maskinporten scope of NAV's API for follow-up plans (github.com/navikt/lps-oppfolgingsplan-mottak,
// README). It is open to all organizations: whoever asks without consumer_org gets a token, for himself.
const scopeFollowUpPlans = "nav:oppfolgingsplan/lps.write"

// scopeSickNotes is the scope of NAV's API for sick notes (github.com/navikt/sykepenger-im-lps-api).
const scopeSickNotes = "nav:helseytelser/sykepenger"

// service is what the controllers know of a service by its name.
type service struct {
	// kind of access that it needs.
	kind integrationsv1alpha1.AccessKind
	// scope at Maskinporten.
	scope string
	// title is the name under which the customer finds it in Altinn.
	title string
}

var services = map[integrationsv1alpha1.ServiceName]service{
	integrationsv1alpha1.ServiceFollowUpPlans: {
		kind:  integrationsv1alpha1.AccessAPIDelegation,
		scope: scopeFollowUpPlans,
		title: "Innsending av oppfølgingsplaner til NAV via leverandør",
	},
	integrationsv1alpha1.ServiceSickNotes: {
		kind:  integrationsv1alpha1.AccessSystemUser,
		scope: scopeSickNotes,
	},
}

// verifiable reports whether this version can ask about a kind of access.
func verifiable(k integrationsv1alpha1.AccessKind) bool {
	return k == integrationsv1alpha1.AccessAPIDelegation
}

// offers reports whether the Supplier offers a service.
func offers(s *integrationsv1alpha1.Supplier, name integrationsv1alpha1.ServiceName) bool {
	for _, o := range s.Spec.Services {
		if o.Name == name {
			return true
		}
	}
	return false
}

// proofScope gives the scope that the supplier proves its own credentials with: the first that it offers by API
// delegation, for such a scope is open to all.
func proofScope(s *integrationsv1alpha1.Supplier) string {
	for _, o := range s.Spec.Services {
		if known := services[o.Name]; known.kind == integrationsv1alpha1.AccessAPIDelegation {
			return known.scope
		}
	}
	return scopeFollowUpPlans
}
