package api

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/services"
)

const (
	customerUnits = "    units:\n    - \"315587336\"\n    - \"315339138\"\n"
	customerStart = "    startDate: \"2026-06-15\"\n"

	notFetched = " is not allowed for FollowUpPlans, which fetches nothing"
)

// startDate is a customer with a wrong start date.
func startDate(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   customerFull,
		edits:  []edit{{was: customerStart, is: "    startDate: \"" + written + "\"\n"}},
		want: []string{`spec.services[1].startDate: Invalid value: "` + written +
			`": startDate must be a date in quotes, such as "2026-06-15"`},
	}
}

// units is a customer with wrong units.
func units(reason, written string, want ...string) mistake {
	return mistake{
		reason: reason, file: customerFull,
		edits: []edit{{was: customerUnits, is: "    units: " + written + "\n"}}, want: want,
	}
}

// serviceMistakes are wrong services of a customer.
func serviceMistakes() map[string]mistake {
	many := make([]string, 65)
	for i := range many {
		many[i] = fmt.Sprintf("%q", fmt.Sprintf("%09d", i))
	}
	return map[string]mistake{
		"start, as in Norway":   startDate("dates are ISO 8601", "15.06.2026"),
		"start, no such day":    startDate("June has 30", "2026-06-31"),
		"start, no leap year":   startDate("February has 28", "2026-02-29"),
		"start, no such month":  startDate("a year has 12", "2026-13-01"),
		"start, with time":      startDate("a date has no time", "2026-06-15T00:00:00Z"),
		"start, one digit":      startDate("a month has two digits", "2026-6-15"),
		"start, space in front": startDate("copied with a space", " 2026-06-15"),
		"start, other digits":   startDate("only ASCII digits count", "٢٠٢٦-06-15"),
		"start, word":           startDate("dates are not relative", "yesterday"),
		"start of plans": {
			reason: "plans are not fetched",
			file:   customerMinimal, edits: []edit{{
				was: customerServices,
				is:  "  services: [{name: FollowUpPlans, startDate: \"2026-06-15\"}]\n",
			}},
			want: []string{`spec.services[0].startDate: Invalid value: startDate` + notFetched},
		},
		"no units, through an agent": {
			reason: "the HRM system could name the units of another client", file: customerFull,
			edits: []edit{{was: customerUnits}},
			want: []string{`spec.services: Invalid value: an agent's token opens the data of all its clients; with ` +
				`access.through, write units for each service except FollowUpPlans, such as ` +
				`{name: SickNotes, units: ["315587336"]}`},
		},
		"units of plans": {
			reason: "plans are not fetched",
			file:   customerMinimal, edits: []edit{{
				was: customerServices,
				is:  "  services: [{name: FollowUpPlans, units: [\"315587336\"]}]\n",
			}},
			want: []string{`spec.services[0].units: Invalid value: units` + notFetched},
		},
		"unit, check digit": units("the rules of organization numbers apply", `["315587337"]`,
			`spec.services[1].units[0]: Invalid value: "315587337": the check digit is wrong: `+
				`a digit is mistyped or two are swapped; look the number up at https://www.brreg.no`),
		"unit, spaces": units("web pages group digits", `["315 587 336"]`,
			`spec.services[1].units[0]: Invalid value: "315 587 336": write the number without spaces: nine digits in quotes, such as "310330701"`),
		"unit, unquoted": units("YAML reads nine digits as a number", `[315587336]`, notChecked,
			`spec.services[1].units[0]: Invalid value: "integer": spec.services[1].units[0] in body must be of type string: "integer"`),
		"unit twice": units("units are unique", `["315587336", "315587336"]`,
			`spec.services[1].units[1]: Duplicate value: "315587336"`),
		"no units": units("an empty list is not the default", `[]`,
			`spec.services[1].units: Invalid value: 0: spec.services[1].units in body should have at least 1 items`),
		"65 units": units("lists are bounded", "["+strings.Join(many, ", ")+"]", notChecked,
			`spec.services[1].units: Too many: 65: must have at most 64 items`),
	}
}

func TestServiceMistakes(t *testing.T) {
	for name, m := range serviceMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}

// TestFetchedServicesMayBeLimited verifies that the CRD's rules accept startDate and units for exactly the services
// that fetch, and for custom ones: the rules do not use the list in internal/services.
func TestFetchedServicesMayBeLimited(t *testing.T) {
	for _, name := range append(services.Names(), "NetRegistration") {
		for _, field := range []string{`startDate: "2026-06-15"`, `units: ["315587336"]`} {
			u := object(t, manifest(t, customerMinimal,
				edit{was: customerServices, is: fmt.Sprintf("  services: [{name: %s, %s}]\n", name, field)}))
			err := strict().Create(t.Context(), u, client.DryRunAll)
			service, _ := services.Of(nil, name)
			want := !service.SendsPlans
			if (err == nil) != want {
				t.Errorf("%s with %s: %v, want accepted: %t", name, field, err, want)
			}
		}
	}
}
