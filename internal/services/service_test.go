package services

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/language"
)

const (
	plans     = v1alpha1.ServiceFollowUpPlans
	sickNotes = v1alpha1.ServiceSickNotes

	netRegistration v1alpha1.ServiceName = "NetRegistration"
	reports         v1alpha1.ServiceName = "Reports"
)

// offering returns a Supplier that offers services.
func offering(names ...v1alpha1.ServiceName) *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	for _, name := range names {
		s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: name, Custom: declared[name].DeepCopy()})
	}
	return s
}

// declared are services of Suppliers' own.
var declared = map[v1alpha1.ServiceName]*v1alpha1.CustomService{
	netRegistration: {
		Title: "Innrapportering til NRL", TitleEn: "Reporting to NRL", Schedule: "H 6 * * *",
		Access: v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: "kartverk:nrl.rapportering"}},
	},
	reports: {
		Title: "rapporter", Schedule: "H 7 * * *",
		Access: v1alpha1.ServiceAccess{SystemUser: v1alpha1.SystemUserRights{
			Scope: "vendor:reports", Resources: []v1alpha1.ResourceID{"report_b", "report_a"},
			AccessPackages: []v1alpha1.AccessPackage{"urn:altinn:accesspackage:lonn"},
		}},
	},
}

// TestOf verifies the properties: of built-in services against NAV's and Altinn's documentation.
func TestOf(t *testing.T) {
	scheduled := offering(plans)
	scheduled.Spec.Services[0].Schedule = "20 6 * * *"
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		name     v1alpha1.ServiceName
		want     Service
		unknown  bool
	}{
		"plans": {
			reason: "a scope that is delegated, by the name that customers find in Altinn", name: plans,
			want: Service{
				Kind: v1alpha1.AccessAPIDelegation, Scope: "nav:oppfolgingsplan/lps.write", Schedule: "H * * * *",
				Title: "Innsending av oppfølgingsplaner til NAV via leverandør", SendsPlans: true,
			},
		},
		"sick-notes": {
			reason: "a system user needs a right to a resource", name: sickNotes, supplier: offering(plans),
			want: Service{
				Kind: v1alpha1.AccessSystemUser, Scope: "nav:helseytelser/sykepenger", Title: "sykmeldinger",
				Resources: []string{"nav_sykepenger_sykmelding"}, Schedule: "H H/4 * * *",
			},
		},
		"scheduled": {
			reason: "the Supplier has a schedule of its own", name: plans, supplier: scheduled,
			want: Service{
				Kind: v1alpha1.AccessAPIDelegation, Scope: "nav:oppfolgingsplan/lps.write", Schedule: "20 6 * * *",
				Title: "Innsending av oppfølgingsplaner til NAV via leverandør", SendsPlans: true,
			},
		},
		"delegated": {
			reason: "declared by the Supplier", name: netRegistration, supplier: offering(plans, netRegistration),
			want: Service{
				Kind: v1alpha1.AccessAPIDelegation, Scope: "kartverk:nrl.rapportering", Title: "Innrapportering til NRL",
				Schedule: "H 6 * * *", Custom: declared[netRegistration],
			},
		},
		"system user": {
			reason: "resources and access packages", name: reports, supplier: offering(reports),
			want: Service{
				Kind: v1alpha1.AccessSystemUser, Scope: "vendor:reports", Title: "rapporter", Schedule: "H 7 * * *",
				Resources:      []string{"report_b", "report_a"},
				AccessPackages: []string{"urn:altinn:accesspackage:lonn"}, Custom: declared[reports],
			},
		},
		"another's": {reason: "each Supplier declares its own", name: reports, supplier: offering(plans), unknown: true},
		"unknown":   {reason: "a service of a later version", name: "Payroll", unknown: true},
		"none":      {reason: "no name, no service", supplier: offering(plans), unknown: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.want.Name = c.name
			got, ok := Of(c.supplier, c.name)
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(Service{})); diff != "" || ok == c.unknown {
				t.Errorf("%s: known: %t; %s (-want +got):\n%s", name, ok, c.reason, diff)
			}
		})
	}
}

// TestAccessID verifies which changes of a declaration are another access.
func TestAccessID(t *testing.T) {
	const base = "vendor:reports 2252f475"
	change := func(edit func(*v1alpha1.CustomService)) *v1alpha1.Supplier {
		s := offering(reports)
		edit(s.Spec.Services[0].Custom)
		return s
	}
	rights := func(c *v1alpha1.CustomService) *v1alpha1.SystemUserRights { return &c.Access.SystemUser }
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		same     bool
	}{
		"schedule": {reason: "jobs are no access", same: true, supplier: change(func(c *v1alpha1.CustomService) {
			c.Schedule, c.Title, c.Job.Image = "1 2 * * *", "annet", "registry.example/a:2"
		})},
		"order": {reason: "rights are a set", same: true, supplier: change(func(c *v1alpha1.CustomService) {
			slices.Reverse(rights(c).Resources)
		})},
		"scope": {
			reason: "tokens differ", supplier: change(func(c *v1alpha1.CustomService) { rights(c).Scope = "vendor:x" }),
		},
		"resource": {
			reason: "rights differ", supplier: change(func(c *v1alpha1.CustomService) { rights(c).Resources[0] = "x" }),
		},
		"package": {reason: "rights differ", supplier: change(func(c *v1alpha1.CustomService) {
			rights(c).AccessPackages = nil
		})},
		"kind": {reason: "a delegation of the same scope", supplier: change(func(c *v1alpha1.CustomService) {
			c.Access = v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: "vendor:reports"}}
		})},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			service, _ := Of(c.supplier, reports)
			if got := service.AccessID(); (got == base) != c.same {
				t.Errorf("%s: %q, and it was %q: %s", name, got, base, c.reason)
			}
		})
	}
	if service, _ := Of(nil, sickNotes); service.AccessID() != "" {
		t.Errorf("a built-in service has the access %q, which would be written to every customer", service.AccessID())
	}
}

// TestAddingABuiltInServiceNeedsItsFileOnly reads another set of files.
func TestAddingABuiltInServiceNeedsItsFileOnly(t *testing.T) {
	content, err := files.ReadFile("sicknotes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := func(edits ...func(map[string]any)) fstest.MapFS {
		var all map[string]any
		if err := yaml.Unmarshal(content, &all); err != nil {
			t.Fatal(err)
		}
		for _, edit := range edits {
			edit(all)
		}
		text, err := yaml.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return fstest.MapFS{"one.yaml": {Data: text}}
	}
	set := func(key string, value any) func(map[string]any) {
		return func(all map[string]any) { all[key] = value }
	}
	cases := map[string]struct {
		reason string
		files  fstest.MapFS
		want   string
	}{
		"complete": {reason: "a service", files: file(set("name", "Another"))},
		"unknown": {
			reason: "typos are found", files: file(set("shortname2", "x")),
			want: `service one.yaml: error unmarshaling JSON: while decoding JSON: json: unknown field "shortname2"`,
		},
		"short name": {
			reason: "names of objects have a limit", files: file(set("shortName", "much-too-long")),
			want: `service one.yaml: shortName: is "much-too-long"; write at most 12 characters, or none`,
		},
		"api": {
			reason: "runs need an address", files: file(set("api", "x")),
			want: `service one.yaml: api: is "x"; write one of ["navFollowUpPlans" "navLetters" "navSettlementReports" "navSickPay"]`,
		},
		"job": {
			reason: "the worker runs it", files: file(set("job", map[string]any{"image": "x"})),
			want: "service one.yaml: job: remove it; the worker runs built-in services",
		},
		"twice": {
			reason: "names are unique", want: "service two.yaml: another file has the name SickNotes",
			files: fstest.MapFS{"one.yaml": {Data: content}, "two.yaml": {Data: content}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.files)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q: %s", name, got, c.want, c.reason)
			}
		})
	}
}

// TestBuiltInServicesDiffer verifies that no two have the same access or short name.
func TestBuiltInServicesDiffer(t *testing.T) {
	seen := map[string]v1alpha1.ServiceName{}
	for _, name := range Names() {
		service, _ := Of(nil, name)
		for _, own := range []string{ShortName(name), service.Scope + strings.Join(service.Rights(), " ")} {
			if other, twice := seen[own]; twice {
				t.Errorf("%s and %s both have %q", name, other, own)
			}
			seen[own] = name
		}
	}
}

// TestWords verifies the names of custom and unknown services.
func TestWords(t *testing.T) {
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		name     v1alpha1.ServiceName
		lang     language.Language
		want     Words
	}{
		"custom": {
			reason: "the titles", supplier: offering(netRegistration), name: netRegistration, lang: language.English,
			want: Words{
				Title: "Reporting to NRL", Name: "Reporting to NRL", Purpose: "use Reporting to NRL",
				Why: "The access is used for this service only.", Search: "Innrapportering til NRL",
			},
		},
		"no English": {
			reason: "the Norwegian title", supplier: offering(reports), name: reports, lang: language.English,
			want: Words{
				Title: "rapporter", Name: "rapporter", Purpose: "use rapporter",
				Why: "The access is used for this service only.", Search: "rapporter",
			},
		},
		"unknown": {
			reason: "the name", name: "Payroll", lang: language.Norwegian,
			want: Words{
				Title: "Payroll", Name: "Payroll", Purpose: "bruke Payroll", Why: "Tilgangen brukes bare til denne tjenesten.",
				Search: "Payroll",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			service, _ := Of(c.supplier, c.name)
			if diff := cmp.Diff(c.want, service.Words(c.lang)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
			}
		})
	}
}

func TestShortName(t *testing.T) {
	cases := map[v1alpha1.ServiceName]string{
		plans: "plans", netRegistration: "net-registra", "NAVLetters": "nav-letters", "A": "a", "AMelding": "a-melding",
		"Tax2027": "tax2027", "SettlementsOfAll": "settlements",
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(string(name), func(t *testing.T) {
			if got := ShortName(name); got != cases[name] {
				t.Errorf("%s, want %s", got, cases[name])
			}
		})
	}
}

// TestOwnShortNames verifies that only the first built-in services have short names of their own: a later one would
// rename the objects of a Supplier that has declared a service of its name.
func TestOwnShortNames(t *testing.T) {
	first := []v1alpha1.ServiceName{
		v1alpha1.ServiceDialogueMeetingLetters, v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceNAVFollowUpPlans,
		v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications,
	}
	for name, d := range builtIn {
		if d.ShortName != "" && !slices.Contains(first, name) {
			t.Errorf("%s: remove shortName", name)
		}
	}
	before := ShortName(netRegistration)
	remove, err := AddForTests(fstest.MapFS{"later.yaml": {Data: laterService(t)}})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	if got := ShortName(netRegistration); got != before {
		t.Errorf("a later built-in service renames the objects of a declared one from %s to %s", before, got)
	}
}

// laterService returns the file of a built-in service with a name that Suppliers have declared.
func laterService(t *testing.T) []byte {
	t.Helper()
	text, err := fs.ReadFile(files, "followupplans.yaml")
	if err != nil {
		t.Fatal(err)
	}
	later := strings.ReplaceAll(string(text), "name: FollowUpPlans", "name: "+string(netRegistration))
	return []byte(strings.ReplaceAll(later, "shortName: plans\n", ""))
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
		"absent":  {reason: "no Supplier, no service", name: plans},
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
	const (
		sickPay      = v1alpha1.ServiceSickPayApplications
		scopePlans   = "nav:oppfolgingsplan/lps.write"
		scopeSickPay = "nav:helseytelser/sykepenger"
	)
	own := func(scopes ...string) []ProofScope {
		all := make([]ProofScope, 0, len(scopes))
		for _, scope := range scopes {
			all = append(all, ProofScope{Scope: scope})
		}
		return all
	}
	shared := offering(netRegistration, plans)
	shared.Spec.Services[0].Custom.Access.APIDelegation.Scope = scopePlans
	cases := map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		want     []ProofScope
	}{
		"one": {
			reason: "scopes of other services are not needed", supplier: offering(plans), want: own(scopePlans),
		},
		"both": {
			reason: "each scope may be missing on the client", supplier: offering(sickNotes, plans),
			want: own(scopeSickPay, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister, scopePlans),
		},
		"one-scope": {
			reason: "shared scopes are listed once", supplier: offering(sickNotes, sickPay),
			want: own(scopeSickPay, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister),
		},
		"custom delegation": {
			reason: "customers hold its scope", supplier: offering(netRegistration),
			want: []ProofScope{{Scope: "kartverk:nrl.rapportering", HeldByCustomers: true, Declared: true}},
		},
		"custom system user": {
			reason: "vendors hold its scope; Altinn's are not declared", supplier: offering(reports),
			want: append(own(altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister),
				ProofScope{Scope: "vendor:reports", Declared: true}),
		},
		"custom first": {
			reason: "declared scopes are proved last", supplier: offering(netRegistration, plans),
			want: append(own(scopePlans),
				ProofScope{Scope: "kartverk:nrl.rapportering", HeldByCustomers: true, Declared: true}),
		},
		"shared": {
			reason: "a built-in service needs the same scope for the supplier", supplier: shared, want: own(scopePlans),
		},
		"nothing": {
			reason: "credentials are verified without services too", supplier: offering(), want: own(scopePlans),
		},
		"unknown-name": {
			reason: "services of later versions are skipped", supplier: offering("Payroll", plans), want: own(scopePlans),
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
