package services

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

const (
	plans     = v1alpha1.ServiceFollowUpPlans
	sickNotes = v1alpha1.ServiceSickNotes
)

// offering returns a Supplier that offers services.
func offering(names ...v1alpha1.ServiceName) *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	for _, name := range names {
		s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: name})
	}
	return s
}

// TestOf verifies the properties against NAV's and Altinn's documentation.
func TestOf(t *testing.T) {
	cases := map[string]struct {
		reason string
		name   v1alpha1.ServiceName
		want   Service
	}{
		"plans": {
			reason: "a scope that is delegated, by the name that customers find in Altinn",
			name:   plans,
			want: Service{
				Kind: v1alpha1.AccessAPIDelegation, Scope: "nav:oppfolgingsplan/lps.write",
				Title: "Innsending av oppfølgingsplaner til NAV via leverandør",
			},
		},
		"sick-notes": {
			reason: "a system user needs a right to a resource", name: sickNotes,
			want: Service{
				Kind: v1alpha1.AccessSystemUser, Scope: "nav:helseytelser/sykepenger", Title: "sykmeldinger",
				Resource: "nav_sykepenger_sykmelding",
			},
		},
		"unknown": {reason: "a service of a later version", name: "Payroll"},
		"none":    {reason: "no name, no service"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Of(c.name)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
			}
		})
	}
}

// TestEveryServiceIsComplete verifies that each service has all properties that it needs.
func TestEveryServiceIsComplete(t *testing.T) {
	scopes := map[string]v1alpha1.ServiceName{}
	for name, known := range all {
		if known.Kind == "" || !strings.HasPrefix(known.Scope, "nav:") {
			t.Errorf("%s has the kind %q and the scope %q", name, known.Kind, known.Scope)
		}
		if known.Kind == v1alpha1.AccessAPIDelegation && known.Title == "" {
			t.Errorf("%s has no title", name)
		}
		if (known.Kind == v1alpha1.AccessSystemUser) != (known.Resource != "") {
			t.Errorf("%s: want a resource for a system user only: %q", name, known.Resource)
		}
		if other, twice := scopes[known.Scope+known.Resource]; twice {
			t.Errorf("%s and %s have the same scope and resource", name, other)
		}
		scopes[known.Scope+known.Resource] = name
	}
}

func TestOffers(t *testing.T) {
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		name     v1alpha1.ServiceName
		want     bool
	}{
		"first": {reason: "the service is listed", supplier: offering(plans, sickNotes), name: plans, want: true},
		"last": {
			reason: "the position does not matter", supplier: offering(plans, sickNotes), name: sickNotes,
			want: true,
		},
		"other":   {reason: "a known service need not be offered", supplier: offering(plans), name: sickNotes},
		"nothing": {reason: "no service is offered", supplier: offering(), name: plans},
		"case":    {reason: "names are case-sensitive", supplier: offering("followUpPlans"), name: plans},
		"unnamed": {reason: "no name, no service", supplier: offering(plans)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Offers(c.supplier, c.name); got != c.want {
				t.Errorf("%s: %t, want %t: %s", name, got, c.want, c.reason)
			}
		})
	}
}

func TestProofScopes(t *testing.T) {
	const sickPay = v1alpha1.ServiceSickPayApplications
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		want     []string
	}{
		"one": {
			reason: "scopes of other services are not needed", supplier: offering(plans),
			want: []string{ScopeFollowUpPlans},
		},
		"both": {
			reason: "each scope may be missing on the client", supplier: offering(sickNotes, plans),
			want: []string{scopeSickPay, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister, ScopeFollowUpPlans},
		},
		"one-scope": {
			reason: "shared scopes are listed once", supplier: offering(sickNotes, sickPay),
			want: []string{scopeSickPay, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister},
		},
		"nothing": {
			reason: "credentials are verified without services too", supplier: offering(),
			want: []string{ScopeFollowUpPlans},
		},
		"unknown-name": {
			reason: "services of later versions are skipped", supplier: offering("Payroll", plans),
			want: []string{ScopeFollowUpPlans},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ProofScopes(c.supplier)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
			}
		})
	}
}
