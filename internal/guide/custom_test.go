package guide_test

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

// TestCustomServices renders the guides to services that the Supplier declares: with their titles, and without NAV,
// which has no part in them unless the customer lists NAV's services alone.
func TestCustomServices(t *testing.T) {
	customs := []v1alpha1.OfferedService{fixture.NetRegistration(), fixture.Settlements()}
	cases := map[string]struct {
		reason string
		listed v1alpha1.ServiceName
		with   []v1alpha1.ServiceName
		lang   language.Language
		has    []string
	}{
		"delegation, nb": {
			reason: "to search for and to find in Altinn", listed: "NetRegistration", lang: language.Norwegian,
			has: []string{"bruke Innrapportering til NRL", "Søk etter API"},
		},
		"delegation, en": {
			reason: "the English title, and Altinn's own", listed: "NetRegistration", lang: language.English,
			has: []string{"use Reporting to NRL", "Innrapportering til NRL"},
		},
		"system user, nb": {
			reason: "the data", listed: "Settlements", lang: language.Norwegian,
			has: []string{"hente oppgjørsrapporter for", "tilgangspakke"},
		},
		"mixed, en": {
			reason: "one system user is for all", listed: "Settlements", lang: language.English,
			with: []v1alpha1.ServiceName{fixture.SickNotes}, has: []string{"settlement reports and sick notes"},
		},
	}
	guides, err := guide.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, customer := fixture.Supplier(), fixture.Customer()
			s.Spec.Services = append(s.Spec.Services, customs...)
			customer.Spec.Services = nil
			for _, listed := range append([]v1alpha1.ServiceName{c.listed}, c.with...) {
				customer.Spec.Services = append(customer.Spec.Services, v1alpha1.CustomerService{Name: listed})
			}
			customer.Status.Services = []v1alpha1.CustomerServiceStatus{{
				Name: c.listed, Authorization: v1alpha1.Authorization{
					State: v1alpha1.AuthorizationAwaitingApproval, ConfirmURL: "https://am.ui.altinn.no/request",
				},
			}}
			subjects := guide.SubjectsOf(customer, s, c.lang)
			if len(subjects) != 1 {
				t.Fatalf("%d guides, want 1", len(subjects))
			}
			rendered, err := guides.Render(subjects[0])
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(strings.Fields(rendered.Text()), " ")
			for _, part := range c.has {
				if !strings.Contains(text, part) {
					t.Errorf("%s: no %q in:\n%s", c.reason, part, text)
				}
			}
			if strings.Contains(text, "NAV") {
				t.Errorf("the guide names NAV:\n%s", text)
			}
		})
	}
}
