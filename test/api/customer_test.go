package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	customerOrg      = `organizationNumber: "310330701"`
	customerServices = "  services:\n  - name: FollowUpPlans\n"
	customerName     = "  name: minimal\n"
	customerSupplier = "  supplierRef:\n    name: default\n"

	labelMessage = "<nil>: Invalid value: metadata.name must be a DNS label: at most 63 lower-case letters, digits and hyphens, no dot"
)

// number is a customer with a wrong organization number.
func number(reason, written, value, message string) mistake {
	return mistake{
		reason: reason,
		file:   customerMinimal,
		edits:  []edit{{was: customerOrg, is: "organizationNumber: " + written}},
		want:   []string{"spec.organizationNumber: Invalid value: " + value + ": " + message},
	}
}

// agentMistakes are wrong agents.
func agentMistakes() map[string]mistake {
	agent := func(reason, written, message string) mistake {
		return mistake{
			reason: reason, file: customerFull, edits: []edit{{was: `through: "313876144"`, is: "through: " + written}},
			want: []string{"spec.access.through: Invalid value: " + message},
		}
	}
	return map[string]mistake{
		"agent, itself": agent("a customer is no agent of its own", `"310330701"`,
			"through is the organization number of an agent, such as an accountant; remove spec.access if the customer grants access itself"),
		"agent, check digit": agent("the number is mistyped", `"313876145"`, `"313876145": the check digit is wrong: a digit is mistyped or two `+
			`are swapped; look the number up at https://www.brreg.no`),
		"agent, unquoted": agent("YAML reads nine digits as a number", "313876144",
			`313876144: write the number in quotes: through: "313876144"`),
	}
}

// numberMistakes are wrong organization numbers, each with a message of its own.
func numberMistakes() map[string]mistake {
	const (
		spaces = `write the number without spaces: nine digits in quotes, such as "310330701"`
		digits = `write digits only: nine digits in quotes, such as "310330701"`
		fewer  = `an organization number has 9 digits; this one has fewer`
		more   = `an organization number has 9 digits; this one has more`
		check  = `the check digit is wrong: a digit is mistyped or two ` +
			`are swapped; look the number up at https://www.brreg.no`
	)
	return map[string]mistake{
		"spaces":         number("web pages group digits", `"310 330 701"`, `"310 330 701"`, spaces),
		"space in front": number("copied with a space", `" 310330701"`, `" 310330701"`, spaces),
		"line break":     number("copied with a line break", `"310330701\n"`, `"310330701\n"`, spaces),
		"no-break spaces": number("web pages have no-break spaces", `"310\u00a0330\u00a0701"`, `"310\u00a0330\u00a0701"`,
			spaces),
		"VAT number":       number("invoices have this form", `NO310330701MVA`, `"NO310330701MVA"`, digits),
		"letter O":         number("a letter that looks like a digit", `"31O330701"`, `"31O330701"`, digits),
		"other digits":     number("only ASCII digits count", `"٣١٠٣٣٠٧٠١"`, `"٣١٠٣٣٠٧٠١"`, digits),
		"hyphens":          number("other countries have hyphens", `"310-330-701"`, `"310-330-701"`, digits),
		"eight digits":     number("a digit is missing", `"31033070"`, `"31033070"`, fewer),
		"ten digits":       number("a digit too many", `"3103307011"`, `"3103307011"`, more),
		"last digit":       number("the check digit is mistyped", `"310330702"`, `"310330702"`, check),
		"swapped digits":   number("two digits are swapped", `"310330710"`, `"310330710"`, check),
		"123456789":        number("a made-up number", `"123456789"`, `"123456789"`, check),
		"987654321":        number("a made-up number", `"987654321"`, `"987654321"`, check),
		"check value 10/0": number("eight digits whose check value is 10 have no ninth", `"123456050"`, `"123456050"`, check),
		"check value 10/1": number("eight digits whose check value is 10 have no ninth", `"123456051"`, `"123456051"`, check),
		"unquoted": number("YAML reads nine digits as a number", "310330701", "310330701",
			`write the number in quotes: organizationNumber: "310330701"`),
		"empty": {
			reason: "the schema and the rule reject an empty string",
			file:   customerMinimal,
			edits:  []edit{{was: customerOrg, is: `organizationNumber: ""`}},
			want: []string{
				`spec.organizationNumber: Invalid value: "": ` + fewer,
				`spec.organizationNumber: Invalid value: "": spec.organizationNumber in body should be at least 1 chars long`,
			},
		},
		"no value": {
			reason: "YAML reads no value as null",
			file:   customerMinimal,
			edits:  []edit{{was: customerOrg, is: `organizationNumber:`}},
			want:   []string{notChecked, "spec.organizationNumber: Required value"},
		},
		"missing": {
			reason: "the number is required",
			file:   customerMinimal,
			edits:  []edit{{was: "  " + customerOrg + "\n"}},
			want:   []string{notChecked, "spec.organizationNumber: Required value"},
		},
		"far too long": {
			reason: "strings are bounded, which bounds the cost of rules",
			file:   customerMinimal,
			edits:  []edit{{was: customerOrg, is: `organizationNumber: "` + strings.Repeat("1", 65) + `"`}},
			want:   []string{notChecked, "spec.organizationNumber: Too long: may not be more than 64 bytes"},
		},
	}
}

// customerMistakes are other mistakes in a CustomerIntegration.
func customerMistakes() map[string]mistake {
	services := func(is string) []edit { return []edit{{was: customerServices, is: is}} }
	named := func(name string) []edit { return []edit{{was: customerName, is: "  name: " + name + "\n"}} }
	return map[string]mistake{
		"services missing": {
			reason: "services are required",
			file:   customerMinimal, edits: services(""),
			want: []string{notChecked, "spec.services: Required value"},
		},
		"services empty": {
			reason: "services are required",
			file:   customerMinimal, edits: services("  services: []\n"),
			want: []string{"spec.services: Invalid value: at least one service is required, such as {name: FollowUpPlans}"},
		},
		"service, small letter": {
			reason: "the message has the name as it must be",
			file:   customerMinimal, edits: services("  services: [{name: followUpPlans}]\n"),
			want: []string{`spec.services[0].name: Invalid value: "followUpPlans": names of services begin with a capital letter: write FollowUpPlans`},
		},
		"service, hyphens": {
			reason: "names are no DNS labels",
			file:   customerMinimal, edits: services("  services: [{name: follow-up-plans}]\n"),
			want: []string{`spec.services[0].name: Invalid value: "follow-up-plans": write the name of a service: a capital letter, then letters and digits, at most 40 characters, such as FollowUpPlans`},
		},
		"service without name": {
			reason: "the name is required",
			file:   customerMinimal, edits: services("  services: [{}]\n"),
			want: []string{notChecked, "spec.services[0].name: Required value"},
		},
		"service twice": {
			reason: "services are unique",
			file:   customerMinimal, edits: services("  services: [{name: FollowUpPlans}, {name: FollowUpPlans}]\n"),
			want: []string{`spec.services[1]: Duplicate value: {"name":"FollowUpPlans"}`},
		},
		"17 services": {
			reason: "lists are bounded",
			file:   customerMinimal, edits: services("  services: [" + strings.Repeat("{name: FollowUpPlans}, ", 17) + "]\n"),
			want: []string{
				notChecked,
				"spec.services: Too many: 17: must have at most 16 items",
				`spec.services[1]: Duplicate value: {"name":"FollowUpPlans"}`,
			},
		},
		"name with dot": {
			reason: "names of children are derived from the name, and a label has no dot",
			file:   customerMinimal, edits: named("tiger.no"),
			want: []string{labelMessage},
		},
		"name of 64": {
			reason: "a label has at most 63 characters",
			file:   customerMinimal, edits: named(strings.Repeat("a", 64)),
			want: []string{labelMessage},
		},
		"field unknown": {
			reason: "unknown fields are rejected",
			file:   customerMinimal, edits: []edit{{was: customerOrg, is: customerOrg + "\n  supend: true"}},
			want: []string{`CustomerIntegration in version "v1alpha1" cannot be handled as a CustomerIntegration: strict decoding error: unknown field "spec.supend"`},
		},
		"suspend in quotes": {
			reason: "suspend is a boolean",
			file:   customerFull, edits: []edit{{was: "suspend: false", is: `suspend: "true"`}},
			want: []string{notChecked, `spec.suspend: Invalid value: "string": spec.suspend in body must be of type boolean: "string"`},
		},
		"supplierRef without name": {
			reason: "a reference needs a name",
			file:   customerFull, edits: []edit{{was: customerSupplier, is: "  supplierRef: {}\n"}},
			want: []string{notChecked, "spec.supplierRef.name: Required value"},
		},
		"supplierRef too long": {
			reason: "a name has at most 63 characters",
			file:   customerFull, edits: []edit{{
				was: customerSupplier,
				is:  "  supplierRef: {name: " + strings.Repeat("a", 64) + "}\n",
			}},
			want: []string{notChecked, "spec.supplierRef.name: Too long: may not be more than 63 bytes"},
		},
		"two mistakes": {
			reason: "all mistakes are reported, once each",
			file:   customerMinimal,
			edits:  []edit{{was: customerOrg, is: `organizationNumber: "12"`}, {was: customerServices, is: "  services: []\n"}},
			want: []string{
				`spec.organizationNumber: Invalid value: "12": an organization number has 9 digits; this one has fewer`,
				"spec.services: Invalid value: at least one service is required, such as {name: FollowUpPlans}",
			},
		},
	}
}

func TestGoodObjectsAreTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		file   string
		edits  []edit
	}{
		"customer, minimal": {reason: "supplierRef, sync and suspend are optional", file: customerMinimal},
		"customer, full":    {reason: "every field", file: customerFull},
		"customer, name of 63": {
			reason: "the longest label", file: customerMinimal,
			edits: []edit{{was: customerName, is: "  name: " + strings.Repeat("a", 63) + "\n"}},
		},
		"supplier, minimal": {reason: "required fields only", file: supplierMinimal},
		"supplier, full":    {reason: "every field", file: supplierFull},
		"shortest intervals": {
			reason: "bounds are inclusive", file: supplierFull,
			edits: []edit{
				{was: "interval: 6h", is: "interval: 10s"},
				{was: "waitingInterval: 1h30m", is: "waitingInterval: 0h0m10s"},
			},
		},
		"longest intervals": {
			reason: "bounds are inclusive", file: supplierFull,
			edits: []edit{
				{was: "interval: 6h", is: "interval: 168h"},
				{was: "waitingInterval: 1h30m", is: "waitingInterval: 1440m"},
			},
		},
		"without hrm": {
			reason: "hrm is optional without sync", file: customerFull,
			edits: []edit{{was: customerHRM}, {was: customerSync, is: "  sync: Disabled\n"}},
		},
		"disabled, with hrm": {
			reason: "hrm is allowed without sync", file: customerFull,
			edits: []edit{{was: customerSync, is: "  sync: Disabled\n"}},
		},
		"endpoint, host alone": {
			reason: "the shortest URL", file: customerMinimal,
			edits: []edit{{was: customerEndpoint, is: "endpoint: https://tiger"}},
		},
		"endpoint with port": {
			reason: "any port is allowed", file: customerMinimal,
			edits: []edit{{was: customerEndpoint, is: "endpoint: https://tiger.hrm.4human.example:8443/a/b_c~d/"}},
		},
		"endpoint by http": {
			reason: "http is allowed for simulators", file: customerMinimal,
			edits: []edit{{was: customerEndpoint, is: "endpoint: http://hrm.simulator.svc/tiger"}},
		},
		"host by http": {
			reason: "http is allowed under Test", file: supplierFull,
			edits: []edit{{was: supplierHosts, is: "    - http://hrm.simulator.svc\n"}},
		},
		"no hosts": {
			reason: "no host may be allowed", file: supplierMinimal,
			edits: []edit{{was: "spec:\n", is: "spec:\n  hrm: {allowedHosts: []}\n"}},
		},
		"hosts, one label": {
			reason: "hosts may have one label", file: supplierMinimal,
			edits: []edit{{was: "spec:\n", is: "spec:\n  hrm: {allowedHosts: [hrm, xn--hrm-4na.example, \"*.4human.example\"]}\n"}},
		},
		"no networks": {
			reason: "public addresses only", file: supplierMinimal,
			edits: []edit{{was: "spec:\n", is: "spec:\n  hrm: {allowedAddresses: []}\n"}},
		},
		"one address": {
			reason: "a network of one", file: supplierFull,
			edits: []edit{{was: supplierAddresses, is: "    - 127.0.0.1/32\n"}},
		},
		"leap day": {
			reason: "2028 is a leap year", file: customerFull,
			edits: []edit{{was: customerStart, is: `    startDate: "2028-02-29"` + "\n"}},
		},
		"start, not units, without an agent": {
			reason: "the customer's own token opens nothing else", file: customerFull,
			edits: []edit{{was: "  access:\n    through: \"313876144\"\n"}, {was: customerUnits}},
		},
		"plans alone, through an agent": {
			reason: "plans have no units", file: customerFull,
			edits: []edit{{was: "  - name: SickNotes\n    schedule: \"20 6 * * *\"\n" + customerStart + customerUnits}},
		},
		"units, not a start": {reason: "each is optional", file: customerFull, edits: []edit{{was: customerStart}}},
		"whole cores": {
			reason: "a quantity needs no unit", file: supplierFull,
			edits: []edit{{was: podCPU, is: "        cpu: \"1\"\n"}},
		},
		"fraction of a core": {
			reason: "a quantity may be a fraction", file: supplierFull,
			edits: []edit{{was: podCPU, is: "        cpu: \"0.5\"\n"}},
		},
		"worker nodes": {
			reason: "a selector's value may be empty", file: supplierFull,
			edits: []edit{{was: "kubernetes.io/os: linux", is: `node-role.kubernetes.io/worker: ""`}},
		},
		"tolerate everything": {
			reason: "a toleration's key is optional", file: supplierFull,
			edits: []edit{{was: podTolerations, is: "    - operator: Exists\n"}},
		},
		"NAV with path": {
			reason: "a simulator behind a proxy", file: supplierFull,
			edits: []edit{{was: navEndpoint, is: "    navFollowUpPlans: https://test.example:8443/nav\n"}},
		},
		"issuer with port": {
			reason: "a simulator on a developer's machine", file: supplierFull,
			edits: []edit{{was: "http://simulator.simulator.svc/", is: "http://127.0.0.1:8080/"}},
		},
		"issuer with path": {
			reason: "a simulator behind a proxy", file: supplierFull,
			edits: []edit{{was: "http://simulator.simulator.svc/", is: "https://test.example/maskinporten/"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := object(t, manifest(t, tc.file, tc.edits...))
			written := u.DeepCopy()
			if err := strict().Create(t.Context(), u, client.DryRunAll); err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(plain(t, written.Object["spec"]), plain(t, u.Object["spec"])); diff != "" {
				t.Errorf("%s: the API server changed the spec, which GitOps tools report as drift: -written, +stored:\n%s",
					tc.reason, diff)
			}
		})
	}
}

// plain returns a value after a round trip through JSON, which has one kind of number.
func plain(t *testing.T, v any) (p any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCustomerMistakes(t *testing.T) {
	for name, m := range numberMistakes() {
		t.Run("number, "+name, func(t *testing.T) { m.check(t) })
	}
	for name, m := range agentMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
	for name, m := range customerMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}
