// Package services has what is known of each service by its name: what access it needs, and where it is asked for.
package services

import (
	"maps"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// ScopeFollowUpPlans is the Maskinporten scope of NAV's API for follow-up plans (github.com/navikt/lps-oppfolgingsplan-mottak,
// README). It is open to all organizations: whoever asks without consumer_org gets a token, for himself.
const ScopeFollowUpPlans = "nav:oppfolgingsplan/lps.write"

// scopeSickPay is the scope of NAV's API for sick notes and applications for sick pay
// (github.com/navikt/sykepenger-im-lps-api).
const scopeSickPay = "nav:helseytelser/sykepenger"

// Service is what is known of a service.
type Service struct {
	// Kind of access that it needs.
	Kind v1alpha1.AccessKind
	// Scope at Maskinporten.
	Scope string
	// Title is the name under which the customer finds it in Altinn; for a system user what it is asked for, in its
	// language.
	Title string
	// Resource is the id of the resource in Altinn that a system user needs the right to (github.com/navikt/lps-klient,
	// AltinnService). "" for an API delegation.
	Resource string
}

var all = map[v1alpha1.ServiceName]Service{
	v1alpha1.ServiceFollowUpPlans: {
		Kind:  v1alpha1.AccessAPIDelegation,
		Scope: ScopeFollowUpPlans,
		Title: "Innsending av oppfølgingsplaner til NAV via leverandør",
	},
	v1alpha1.ServiceSickNotes: {
		Kind:     v1alpha1.AccessSystemUser,
		Scope:    scopeSickPay,
		Title:    "sykmeldinger",
		Resource: "nav_sykepenger_sykmelding",
	},
	v1alpha1.ServiceSickPayApplications: {
		Kind:     v1alpha1.AccessSystemUser,
		Scope:    scopeSickPay,
		Title:    "sykepengesøknader",
		Resource: "nav_sykepenger_soeknad",
	},
}

// Of gives what is known of a service, its zero value if there is none of that name.
func Of(name v1alpha1.ServiceName) Service { return all[name] }

// Names lists the services that are known, sorted.
func Names() []v1alpha1.ServiceName { return slices.Sorted(maps.Keys(all)) }

// Offers reports whether the Supplier offers a service.
func Offers(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	for _, o := range s.Spec.Services {
		if o.Name == name {
			return true
		}
	}
	return false
}

// ProofScopes gives the scopes that the supplier proves its own credentials with: those that it needs for what it offers,
// each once. NAV's are open to all organizations and Altinn's are given to vendors, so that a refusal is about us.
func ProofScopes(s *v1alpha1.Supplier) []string {
	var scopes []string
	for _, o := range s.Spec.Services {
		for _, scope := range Scopes(o.Name) {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	if len(scopes) == 0 { // services of a later version, or none
		return []string{ScopeFollowUpPlans}
	}
	return scopes
}

// Scopes gives the scopes that a service needs: its own, and Altinn's to negotiate a system user.
func Scopes(name v1alpha1.ServiceName) []string {
	switch s := Of(name); s.Kind {
	case v1alpha1.AccessAPIDelegation:
		return []string{s.Scope}
	case v1alpha1.AccessSystemUser:
		return []string{s.Scope, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister}
	default:
		return nil
	}
}
