package onboarding

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// importer is a directory with a spreadsheet that is imported again and again.
type importer struct {
	t         *testing.T
	directory string
	options   ImportOptions
}

func newImporter(t *testing.T) *importer {
	t.Helper()
	return &importer{
		t: t, directory: filepath.Join(t.TempDir(), "customers"),
		options: ImportOptions{
			Options: Options{
				Language: language.English, Suppliers: supplierFile(t),
				Defaults: Defaults{Endpoint: "https://{name}.hrm.4human.example/{organizationNumber}"},
			},
			Kustomization: true,
		},
	}
}

// plan plans an import of rows below the header "orgnr;navn;objektnavn".
func (i *importer) plan(rows ...string) *Import {
	i.t.Helper()
	content := "orgnr;navn;objektnavn\n" + strings.Join(rows, "\n") + "\n"
	return planned(i.t, Source{Name: "kunder.csv", Content: []byte(content)}, i.directory, i.options)
}

// run plans an import and writes it.
func (i *importer) run(rows ...string) *Import {
	i.t.Helper()
	plan := i.plan(rows...)
	if err := plan.Write(); err != nil {
		i.t.Fatal(err)
	}
	return plan
}

// write writes a file by hand.
func (i *importer) write(name, content string) {
	i.t.Helper()
	if err := os.MkdirAll(i.directory, 0o700); err != nil {
		i.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(i.directory, name), []byte(content), 0o600); err != nil {
		i.t.Fatal(err)
	}
}

// files returns the contents of the directory's files.
func (i *importer) files() map[string]string {
	i.t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(i.directory)
	if err != nil && !os.IsNotExist(err) {
		i.t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(i.directory, entry.Name()))
		if err != nil {
			i.t.Fatal(err)
		}
		all[entry.Name()] = string(content)
	}
	return all
}

func (i *importer) names() []string { return slices.Sorted(maps.Keys(i.files())) }

// planned files, by name.
func outputNames(plan *Import) []string {
	names := []string{}
	for _, f := range plan.Files {
		names = append(names, f.Name)
	}
	return names
}

const (
	tigerRow = "310330701;Dynamisk Altetende Tiger AS;"
	wolfRow  = "315587336;Kreativ Oransje Ulv AS;"
)

// TestImportGolden compares what an import writes with a golden file.
func TestImportGolden(t *testing.T) {
	i := newImporter(t)
	content := `Org.nr;Kunde;Sykmeldinger;Oppfølgingsplaner;Fra dato;Underenheter;Kjøreplan;Leverandør;Navnerom
310330701;Bærøya Gård AS;;x;;;;;
315 587 336;"Ulv: «Nord»
# og Sønn";ja;ja;1.6.2026;310702641;"20 6 * * *";default;customers
`
	plan := planned(t, Source{Name: "kunder.csv", Content: []byte(content)}, i.directory, i.options)
	if len(plan.Findings) > 0 {
		t.Error(plan.Findings)
	}
	if err := plan.Write(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	files := i.files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "== %s\n%s", name, files[name])
	}
	golden(t, "import.txt", out.String())
}

// TestImportAgain verifies that a repeated import changes only what changed.
func TestImportAgain(t *testing.T) {
	i := newImporter(t)
	i.run(tigerRow, wolfRow)
	want := []string{"dynamisk-altetende-tiger.yaml", "kreativ-oransje-ulv.yaml", "kustomization.yaml", "secrets.txt"}
	if diff := cmp.Diff(want, i.names()); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	cases := map[string]struct {
		reason    string
		rows      []string
		overwrite bool
		written   []string
		unchanged int
		want      []string
	}{
		"same": {
			reason: "nothing is written",
			rows:   []string{tigerRow, wolfRow}, written: []string{}, unchanged: 2, want: []string{},
		},
		"other order": {
			reason: "the order does not matter",
			rows:   []string{wolfRow, tigerRow}, written: []string{}, unchanged: 2, want: []string{},
		},
		"one more": {
			reason: "the new customer, and the lists", rows: []string{tigerRow, wolfRow, "315339138;Elg;"},
			written: []string{"elg.yaml", "kustomization.yaml", "secrets.txt"}, unchanged: 2, want: []string{},
		},
		"one less": {
			reason: "the customer stays, with a note", rows: []string{tigerRow}, written: []string{}, unchanged: 1,
			want: []string{"kunder.csv NotListed"},
		},
		"new name": {
			reason: "the object keeps its name, which cannot change, and the comment differs",
			rows:   []string{"310330701;Tiger & Co;", wolfRow}, written: []string{}, unchanged: 1,
			want: []string{"kunder.csv, row 2 FileDiffers"},
		},
		"new name, overwrite": {
			reason: "as asked for", rows: []string{"310330701;Tiger & Co;", wolfRow}, overwrite: true,
			written: []string{"dynamisk-altetende-tiger.yaml"}, unchanged: 1, want: []string{},
		},
		"new object name": {
			reason: "the customer would be there twice",
			rows:   []string{tigerRow + "tiger", wolfRow}, written: []string{}, unchanged: 1,
			want: []string{"kunder.csv, row 2 CustomerElsewhere orgnr"},
		},
		"name of another": {
			reason:  "a customer of the same name gets its number, too",
			rows:    []string{"315339138;Dynamisk altetende tiger;", wolfRow},
			written: []string{"dynamisk-altetende-tiger-315339138.yaml", "kustomization.yaml", "secrets.txt"}, unchanged: 1,
			want: []string{"kunder.csv NotListed"},
		},
		"object name of another": {
			reason: "it would replace that customer", rows: []string{"315339138;Elg;dynamisk-altetende-tiger", tigerRow},
			written: []string{}, unchanged: 0,
			want: []string{
				"kunder.csv NotListed", "kunder.csv, row 2 NameTaken objektnavn", "kunder.csv, row 3 NameTaken objektnavn",
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			i.t, i.options.Overwrite = t, tc.overwrite
			plan := i.plan(tc.rows...)
			if diff := cmp.Diff(tc.written, outputNames(plan)); diff != "" {
				t.Errorf("%s: files: -want +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.want, codesAt(&plan.Report)); diff != "" {
				t.Errorf("%s: findings: -want +got:\n%s", tc.reason, diff)
			}
			if plan.Unchanged != tc.unchanged {
				t.Errorf("%s: %d unchanged, want %d", tc.reason, plan.Unchanged, tc.unchanged)
			}
		})
	}
}

// TestImportNames verifies the names of customers whose names are the same, missing, or no names of files.
func TestImportNames(t *testing.T) {
	i := newImporter(t)
	plan := i.run("310330701;Ulv AS;", "315587336;Ulv DA;", "315339138;;", "310702641;Con AS;", "314240979;Kustomization;",
		"311006819;Elg;ulv-2")
	want := []string{
		"con-310702641.yaml", "customer-315339138.yaml", "kustomization-314240979.yaml", "kustomization.yaml", "secrets.txt",
		"ulv-2.yaml", "ulv-315587336.yaml", "ulv.yaml",
	}
	if diff := cmp.Diff(want, i.names()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"kunder.csv, row 4 NameMissing navn"}, codesAt(&plan.Report)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestImportLeavesOthersAlone verifies that files of others stay as they are.
func TestImportLeavesOthersAlone(t *testing.T) {
	elk := strings.NewReplacer("315587336", "315339138", "name: wolf,", "name: elg,").Replace(wolf)
	both := strings.Replace(wolf, "name: wolf,", "name: ulv,", 1) + "---\n" + elk
	cases := map[string]struct {
		reason, file, content, row string
		want                       []string
	}{
		"other kind": {
			reason: "another object", file: "dynamisk-altetende-tiger.yaml", content: "kind: ConfigMap\n", row: tigerRow,
			want: []string{"kunder.csv, row 2 FileTaken metadata.name"},
		},
		"other case": {
			reason: "one file on Windows and macOS",
			file:   "Dynamisk-Altetende-Tiger.yaml", content: "kind: ConfigMap\n", row: tigerRow,
			want: []string{"kunder.csv, row 2 FileTaken metadata.name"},
		},
		"several customers": {
			reason: "a file written by hand", file: "all.yaml", content: both, row: wolfRow,
			want: []string{"kunder.csv NotListed", "kunder.csv, row 2 CustomerElsewhere orgnr"},
		},
		"own kustomization": {
			reason: "it has more than a list",
			file:   "kustomization.yaml", content: "namespace: customers\nresources: [a.yaml]\n", row: tigerRow,
			want: []string{"kunder.csv KustomizationTaken"},
		},
		"broken kustomization": {
			reason: "it is not YAML", file: "kustomization.yaml", content: "resources: [", row: tigerRow,
			want: []string{"kunder.csv KustomizationTaken"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			i := newImporter(t)
			i.write(tc.file, tc.content)
			plan := i.run(strings.Replace(tc.row, ";objektnavn", "", 1))
			got := codesAt(&plan.Report)
			for n := range got {
				got[n] = strings.Replace(got[n], "FileTaken objektnavn", "FileTaken metadata.name", 1)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, diff)
			}
			if i.files()[tc.file] != tc.content {
				t.Errorf("%s: the file is now %q", tc.reason, i.files()[tc.file])
			}
		})
	}
}

// TestKustomizationKeepsItsEntries verifies that a list of files is extended.
func TestKustomizationKeepsItsEntries(t *testing.T) {
	i := newImporter(t)
	i.write("kustomization.yaml", "resources:\n- supplier.yaml\n")
	i.run(tigerRow)
	want := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- dynamisk-altetende-tiger.yaml\n" +
		"- supplier.yaml\n"
	if diff := cmp.Diff(want, i.files()["kustomization.yaml"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWriteTakesBack verifies that a write that fails half-way leaves everything as it was.
func TestWriteTakesBack(t *testing.T) {
	i := newImporter(t)
	i.run(tigerRow, wolfRow)
	before := i.files()
	i.options.Overwrite = true
	plan := i.plan("310330701;Tiger & Co;", "315587336;Ulv & Co;", "315339138;Elg;")
	// A directory has taken the name of a file since the import was planned.
	if err := os.Mkdir(filepath.Join(i.directory, "z.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	plan.Files = append(plan.Files, OutputFile{Name: "z.yaml", Content: []byte("x"), Customer: true})
	if err := plan.Write(); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Fatalf("error: %v", err)
	}
	if err := os.Remove(filepath.Join(i.directory, "z.yaml")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, i.files()); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	left, err := os.ReadDir(filepath.Dir(i.directory))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the directory: %v, %v", left, err)
	}
}

// TestWithoutPeople verifies which cells of bad rows are left out. Organization numbers side by side are none of them.
func TestWithoutPeople(t *testing.T) {
	const kept, left = true, false
	for cell, isKept := range map[string]bool{
		"05908399546": left, "059083 99546": left, "059083-99546": left, "059083.99546": left, "05 90 83 99546": left,
		"05.90.83-99546": left, "059083\u00a099546": left, "Per, 059083  995 46, tlf. 22 22 55 55": left,
		"310330701": kept, "310330701 315587336": kept, "310 330 701 315 587 336": kept, "310330701, 315587336": kept,
		"tlf. 22 22 55 55": kept, "Tiger AS": kept, "2026-11-30": kept, "1234567890123": kept,
	} {
		t.Run(cell, func(t *testing.T) {
			want := []string{cell}
			if !isKept {
				want = []string{""}
			}
			if diff := cmp.Diff(want, withoutPeople([]string{cell})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestRejectedRowsComeBack verifies that the CSV of bad rows can be corrected and imported, and hides people's numbers.
func TestRejectedRowsComeBack(t *testing.T) {
	i := newImporter(t)
	plan := i.run("310330702;Tiger AS;", wolfRow, "05908399546;Hare;", `"Elg;315339138;`,
		"310330702;Per, 059083 99546, tlf. 22 22 55 55;")
	if plan.RejectedRows != 4 || strings.Contains(strings.ReplaceAll(string(plan.Rejected), " ", ""), "05908399546") {
		t.Errorf("%d rejected rows:\n%s", plan.RejectedRows, plan.Rejected)
	}
	if !strings.HasPrefix(string(plan.Rejected), "\uFEFForgnr;navn;objektnavn;fault\r\n310330702;Tiger AS;;orgnr: the organization") {
		t.Errorf("rejected rows:\n%s", plan.Rejected)
	}
	corrected := strings.Replace(string(plan.Rejected), "310330702", "310330701", 1)
	corrected = strings.Join(strings.SplitAfter(corrected, "\r\n")[:2], "")
	again := planned(t, Source{Name: "rejected.csv", Content: []byte(corrected)}, i.directory, i.options)
	if diff := cmp.Diff([]string{"rejected.csv NotListed"}, codesAt(&again.Report)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"kustomization.yaml", "secrets.txt", "tiger.yaml"}, outputNames(again)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestImportPassesCheck is a property: whatever rows are imported, the check of what was written finds no error, and a
// second import writes nothing.
func TestImportPassesCheck(t *testing.T) {
	pieces := []string{
		"Bærøya", "AS", "«Nord»", "\"Sør\"", "&", "# x", ": y", "- z", "{a}", "'", "\\", "null", "true", "0x1", "1e3", "é",
		"北京",
		"con", "kustomization", "%s", "\t", "A/S", "~", "!", "|", ">", "*", "2026-01-01", "012",
	}
	all := numbers(60)
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1))
		i := newImporter(t)
		var rows []string
		for _, n := range random.Perm(len(all))[:20] {
			words := make([]string, random.IntN(5))
			for w := range words {
				words[w] = pieces[random.IntN(len(pieces))]
			}
			rows = append(rows, all[n]+`;"`+strings.ReplaceAll(strings.Join(words, " "), `"`, `""`)+`";`)
		}
		plan := i.run(rows...)
		if plan.Count(SeverityError) > 0 {
			t.Fatalf("seed %d: %v", seed, plan.Findings)
		}
		report := checked(t, sources(t, i.directory), Options{Language: language.English, Suppliers: i.options.Suppliers})
		if len(report.Findings) > 0 || report.Customers != len(rows) {
			t.Fatalf("seed %d: %d customers: %v", seed, report.Customers, report.Findings)
		}
		if again := i.plan(rows...); len(again.Files) > 0 || again.Unchanged != len(rows) {
			t.Fatalf("seed %d: a second import writes %v", seed, outputNames(again))
		}
	}
}

// TestImportNeeds verifies what an import needs and a check does not.
func TestImportNeeds(t *testing.T) {
	i := newImporter(t)
	i.options.Defaults = Defaults{}
	content := []byte("orgnr;navn\n310330701;Tiger\n")
	plan, err := Plan(t.Context(), Source{Name: "kunder.csv", Content: content}, i.directory, i.options)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"kunder.csv, row 2 ServicesMissing spec.services", "kunder.csv, row 2 EndpointMissing spec.hrm.endpoint"}
	if diff := cmp.Diff(want, codesAt(&plan.Report)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	report := checked(t, []Source{{Name: "kunder.csv", Content: content}}, i.options.Options)
	if len(report.Findings) > 0 {
		t.Errorf("check: %v", codesAt(report))
	}
}

// ownSupplier is a Supplier with a service of its own, which says whether its jobs use the HRM system.
func ownSupplier(t *testing.T, secret string) []Source {
	t.Helper()
	all := supplierFile(t)
	all[0].Content = []byte(strings.Replace(string(all[0].Content), "  - {name: SickNotes}\n", `  - {name: SickNotes}
  - name: NetRegistration
    custom:
      title: Innrapportering til NRL
      access: {apiDelegation: {scope: "kartverk:nrl.rapportering"}}
      schedule: "H 6 * * *"
      job: {image: "registry.example/nrl-sync:1.4.2", secret: `+secret+"}\n", 1))
	return all
}

// TestImportWithoutHRM imports customers of a service that may not use the HRM system.
func TestImportWithoutHRM(t *testing.T) {
	const header, endpoint = "orgnr;objektnavn;tjenester;hrm\n", "https://tiger.hrm.4human.example"
	cases := map[string]struct {
		reason, secret, row string // without a secret, no Supplier is given
		template            string
		services            []v1alpha1.ServiceName // of --services
		want                []string               // findings
		hrm                 bool                   // whether the file has one
	}{
		"not used": {
			reason: "there is none to write", secret: "None", row: "310330701;tiger;NetRegistration;",
			template: "https://{name}.hrm.4human.example",
		},
		"not used, and given": {
			reason: "a person has written it", secret: "None", row: "310330701;tiger;NetRegistration;" + endpoint, hrm: true,
		},
		"used by another service": {
			reason: "built-in services use it", secret: "None", row: "310330701;tiger;NetRegistration, sykmeldinger;",
			template: "https://{name}.hrm.4human.example", hrm: true,
		},
		"missing": {
			reason: "the jobs get the customer's Secret", secret: "PerCustomer", row: "310330701;tiger;NetRegistration;",
			want: []string{"kunder.csv, row 2 EndpointMissing hrm"},
		},
		"unknown": {
			reason: "without its Supplier, the service may use it", row: "310330701;tiger;;",
			services: []v1alpha1.ServiceName{"NetRegistration"}, template: "https://{name}.hrm.4human.example", hrm: true,
			want: []string{"kunder.csv SupplierNotChecked"},
		},
		"unknown, and none given": {
			reason: "without its Supplier, the service may not use it", row: "310330701;tiger;;",
			services: []v1alpha1.ServiceName{"NetRegistration"}, want: []string{"kunder.csv SupplierNotChecked"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			i := newImporter(t)
			i.options.Suppliers, i.options.Defaults = nil, Defaults{Endpoint: c.template, Services: c.services}
			if c.secret != "" {
				i.options.Suppliers = ownSupplier(t, c.secret)
			}
			source := Source{Name: "kunder.csv", Content: []byte(header + c.row + "\n")}
			plan, err := Plan(t.Context(), source, i.directory, i.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, slices.DeleteFunc(codesAt(&plan.Report), func(s string) bool {
				return strings.Contains(s, "NameMissing")
			}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", c.reason, diff)
			}
			var all strings.Builder
			for _, file := range plan.Files {
				all.Write(file.Content)
			}
			if got := strings.Contains(all.String(), "hrm:") && strings.Contains(all.String(), "create secret"); got != c.hrm {
				t.Errorf("%s: an HRM system: %t, want %t:\n%s", c.reason, got, c.hrm, all.String())
			}
			if !c.hrm && strings.Contains(all.String(), "secret") {
				t.Errorf("%s:\n%s", c.reason, all.String())
			}
		})
	}
}

// TestCheckHRM checks a customer without an HRM system against what its Supplier says of the service.
func TestCheckHRM(t *testing.T) {
	const manifest = `apiVersion: integrations.4human.no/v1alpha1
kind: CustomerIntegration
metadata: {name: tiger, namespace: customers}
spec:
  organizationNumber: "310330701"
  services:
  - {name: NetRegistration}
`
	for secret, want := range map[string][]string{"None": nil, "PerCustomer": {"tiger.yaml:4 HRMMissing spec.hrm"}} {
		report := checked(t, []Source{{Name: "tiger.yaml", Content: []byte(manifest)}}, Options{
			Language: language.English, Suppliers: ownSupplier(t, secret),
		})
		if diff := cmp.Diff(want, codesAt(report), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("secret: %s (-want +got):\n%s", secret, diff)
		}
	}
}

func TestCheckTemplate(t *testing.T) {
	for template, good := range map[string]bool{
		"https://{name}.hrm.example": true, "https://hrm.example/{organizationNumber}": true, "https://hrm.example": true,
		"https://{slug}.hrm.example": false, "https://{name.hrm.example": false, "https://{}.hrm.example": false,
	} {
		if err := CheckTemplate(template); (err == nil) != good {
			t.Errorf("%s: %v", template, err)
		}
	}
}
