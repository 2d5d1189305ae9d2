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

// offering is a Supplier that offers services.
func offering(names ...v1alpha1.ServiceName) *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	for _, name := range names {
		s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: name})
	}
	return s
}

// TestOf has the facts as NAV's and Altinn's documentation has them.
func TestOf(t *testing.T) {
	cases := map[string]struct {
		reason string
		name   v1alpha1.ServiceName
		want   Service
	}{
		"plans": {
			"a scope that is delegated, by the name that customers find in Altinn", plans,
			Service{v1alpha1.AccessAPIDelegation, "nav:oppfolgingsplan/lps.write", "Innsending av oppfølgingsplaner til NAV via leverandør", ""},
		},
		"sick-notes": {"a system user needs a right to a resource", sickNotes, Service{v1alpha1.AccessSystemUser, "nav:helseytelser/sykepenger", "sykmeldinger", "nav_sykepenger_sykmelding"}},
		"unknown":    {"a service of a later version", "Payroll", Service{}},
		"none":       {"no name, no service", "", Service{}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, Of(c.name)); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
		}
	}
}

// TestEveryServiceIsWhole sees that whoever adds a service says what it needs.
func TestEveryServiceIsWhole(t *testing.T) {
	scopes := map[string]v1alpha1.ServiceName{}
	for name, known := range all {
		if known.Kind == "" || !strings.HasPrefix(known.Scope, "nav:") {
			t.Errorf("%s has the kind %q and the scope %q", name, known.Kind, known.Scope)
		}
		if known.Kind == v1alpha1.AccessAPIDelegation && known.Title == "" {
			t.Errorf("%s has no title, and a customer would not find it in Altinn", name)
		}
		if (known.Kind == v1alpha1.AccessSystemUser) != (known.Resource != "") {
			t.Errorf("%s needs the right to a resource if its access is a system user, and else not: %q", name, known.Resource)
		}
		if other, twice := scopes[known.Scope+known.Resource]; twice {
			t.Errorf("%s and %s have one scope and no right of their own: access to the one would open the other", name, other)
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
		"first":   {"it is listed", offering(plans, sickNotes), plans, true},
		"last":    {"anywhere on the list", offering(plans, sickNotes), sickNotes, true},
		"other":   {"what is known is not what is offered", offering(plans), sickNotes, false},
		"nothing": {"nothing listed, nothing offered", offering(), plans, false},
		"case":    {"only the very word counts", offering("followUpPlans"), plans, false},
		"unnamed": {"no name, no service", offering(plans), "", false},
	}
	for name, c := range cases {
		if got := Offers(c.supplier, c.name); got != c.want {
			t.Errorf("%s: %t, want %t: %s", name, got, c.want, c.reason)
		}
	}
}

func TestProofScopes(t *testing.T) {
	const sickPay = v1alpha1.ServiceSickPayApplications
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		want     []string
	}{
		"one":          {"a scope that is not offered need not be registered", offering(plans), []string{ScopeFollowUpPlans}},
		"both":         {"each may be missing on the client", offering(sickNotes, plans), []string{scopeSickPay, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister, ScopeFollowUpPlans}},
		"one-scope":    {"services that share a scope are proved at once", offering(sickNotes, sickPay), []string{scopeSickPay, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister}},
		"nothing":      {"the supplier proves itself all the same", offering(), []string{ScopeFollowUpPlans}},
		"unknown-name": {"a service of a later version is passed over", offering("Payroll", plans), []string{ScopeFollowUpPlans}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, ProofScopes(c.supplier)); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
		}
	}
}
