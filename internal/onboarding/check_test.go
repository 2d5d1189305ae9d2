package onboarding

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/language"
)

// update is the flag -update, with which tests write golden files.
var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as %s has it (-want +got; write it with -update):\n%s", path, diff)
	}
}

// supplierFile is the Supplier of the tests.
func supplierFile(t *testing.T) []Source {
	t.Helper()
	return sources(t, "testdata/supplier.yaml")
}

func sources(t *testing.T, paths ...string) []Source {
	t.Helper()
	all, err := ReadSources(paths, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func checked(t *testing.T, all []Source, o Options) *Report {
	t.Helper()
	report, err := Check(t.Context(), all, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestReports compares the reports about each input of testdata with golden files, in both languages and all formats.
func TestReports(t *testing.T) {
	cases := map[string]struct {
		reason  string
		path    string
		formats []Format
	}{
		"faults.yaml": {reason: "each kind of fault of an object", path: "testdata/faults.yaml"},
		"tree":        {reason: "a repository with kustomizations, a patch, a chart and other files", path: "testdata/tree"},
		"customers.csv": {
			reason: "a spreadsheet from Norwegian Excel with faults of all kinds", path: "testdata/customers.csv",
			formats: []Format{FormatJSON, FormatGitHub, FormatGitLab},
		},
		"good.yaml": {reason: "nothing is wrong", path: "../../config/samples/customers.yaml"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for _, lang := range language.All() {
				o := Options{Language: lang, Suppliers: supplierFile(t)}
				report := checked(t, sources(t, tc.path), o)
				for _, format := range append(tc.formats, FormatText) {
					var out bytes.Buffer
					if err := report.Write(&out, format, lang); err != nil {
						t.Fatal(err)
					}
					golden(t, name+"."+string(lang)+"."+string(format), out.String())
				}
			}
		})
	}
}

// TestSamplesAreGood verifies that the samples and the full examples of the API's tests have no finding.
func TestSamplesAreGood(t *testing.T) {
	report := checked(t, sources(t, "../../config/samples"), Options{Language: language.English})
	if diff := cmp.Diff([]Finding{}, report.Findings); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if report.Customers != 4 || report.Suppliers != 1 {
		t.Errorf("%d customers and %d Suppliers", report.Customers, report.Suppliers)
	}
}

// codesAt returns "file:line code field" of each finding.
func codesAt(r *Report) []string {
	found := []string{}
	for i := range r.Findings {
		f := &r.Findings[i]
		found = append(found, strings.TrimSpace(f.place(language.English)+" "+string(f.Code)+" "+f.Field))
	}
	return found
}

const wolf = `apiVersion: integrations.4human.no/v1alpha1
kind: CustomerIntegration
metadata: {name: wolf, namespace: customers}
spec:
  organizationNumber: "315587336"
  services: [{name: FollowUpPlans}]
  hrm: {endpoint: "https://wolf.hrm.4human.example", credentialsSecretRef: {name: wolf}}
`

// TestAcrossFiles checks customers of several files together.
func TestAcrossFiles(t *testing.T) {
	other := strings.Replace(wolf, "name: wolf,", "name: wolf-2,", 1)
	supplierRef := func(name string) string {
		return strings.Replace(other, "spec:\n", "spec:\n  supplierRef: {name: "+name+"}\n", 1)
	}
	supplier := func(name, environment string) string {
		content, err := os.ReadFile("testdata/supplier.yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(content), "name: default", "name: "+name, 1)
		return strings.Replace(text, "environment: Production", "environment: "+environment, 1)
	}
	cases := map[string]struct {
		reason string
		files  map[string]string
		want   []string
	}{
		"same name": {
			reason: "the second object would replace the first", files: map[string]string{"a.yaml": wolf, "b.yaml": wolf},
			want: []string{
				"a.yaml SupplierNotChecked", "b.yaml:3 NameTaken metadata.name",
				"b.yaml:5 DuplicateOrganization spec.organizationNumber",
			},
		},
		"same organization": {
			reason: "the operator runs only the older one", files: map[string]string{"a.yaml": wolf, "b.yaml": other},
			want: []string{"a.yaml SupplierNotChecked", "b.yaml:5 DuplicateOrganization spec.organizationNumber"},
		},
		"other service": {
			reason: "two customers may share an organization",
			files:  map[string]string{"a.yaml": wolf, "b.yaml": strings.Replace(other, "FollowUpPlans", "SickNotes", 1)},
			want:   []string{"a.yaml SupplierNotChecked"},
		},
		"unknown suppliers": {
			reason: "their environments are not known",
			files:  map[string]string{"a.yaml": wolf, "b.yaml": supplierRef("test")},
			want:   []string{"a.yaml SupplierNotChecked", "b.yaml:6 PossibleDuplicate spec.organizationNumber"},
		},
		"other environment": {
			reason: "delegations of one environment do not exist in another",
			files: map[string]string{
				"a.yaml": wolf, "b.yaml": supplierRef("test"), "c.yaml": supplier("default", "Production"),
				"d.yaml": supplier("test", "Test"),
			},
			want: []string{},
		},
		"same environment": {
			reason: "two Suppliers of one environment",
			files: map[string]string{
				"a.yaml": wolf, "b.yaml": supplierRef("second"), "c.yaml": supplier("default", "Production"),
				"d.yaml": supplier("second", "Production"),
			},
			want: []string{"b.yaml:6 DuplicateOrganization spec.organizationNumber"},
		},
		"numbers as people write them": {
			reason: "a duplicate is one although both are written wrong",
			files: map[string]string{
				"a.yaml": strings.Replace(wolf, `"315587336"`, `315587336`, 1),
				"b.yaml": strings.Replace(other, `"315587336"`, `"315 587 336"`, 1), "c.yaml": other,
			},
			want: []string{
				"a.yaml SupplierNotChecked", "a.yaml:5 NumberNotQuoted spec.organizationNumber",
				"b.yaml:5 NumberNotPlain spec.organizationNumber", "c.yaml:3 NameTaken metadata.name",
				"c.yaml:5 DuplicateOrganization spec.organizationNumber",
			},
		},
		"supplier with a fault": {
			reason: "its customers are checked against the rest of it",
			files: map[string]string{
				"a.yaml": wolf,
				"b.yaml": strings.Replace(supplier("default", "Production"), "spec:\n", "spec:\n  suspend: no way\n", 1),
			},
			want: []string{"b.yaml:6 WrongType spec.suspend"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			for file, text := range tc.files {
				if err := os.WriteFile(filepath.Join(directory, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(directory)
			report := checked(t, sources(t, "."), Options{Language: language.English})
			if diff := cmp.Diff(tc.want, codesAt(report)); diff != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestStandardInput checks what is piped, as a stream of YAML or a spreadsheet.
func TestStandardInput(t *testing.T) {
	cases := map[string]struct {
		reason, in string
		want       []string
	}{
		"YAML":   {reason: "the output of kustomize", in: wolf, want: []string{"- SupplierNotChecked"}},
		"UTF-16": {reason: "PowerShell's output", in: "\xff\xfea\x00:\x00 \x001\x00", want: []string{"- FileNotUTF8"}},
		"spreadsheet": {
			reason: "a CSV file",
			in:     "orgnr;navn\n310330702;Tiger\n", want: []string{"- SupplierNotChecked", "-, row 2 WrongCheckDigit orgnr"},
		},
		"nothing": {reason: "an empty pipe", in: "", want: []string{"- NothingFound"}},
		"other kinds": {
			reason: "objects of others",
			in:     "kind: ConfigMap\napiVersion: v1\n", want: []string{"- NothingFound"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			all, err := ReadSources([]string{StandardInput}, strings.NewReader(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			report := checked(t, all, Options{Language: language.English})
			if diff := cmp.Diff(tc.want, codesAt(report)); diff != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestReadSourcesFails verifies that what cannot be read is an error, and no finding.
func TestReadSourcesFails(t *testing.T) {
	for _, path := range []string{"testdata/missing.yaml", t.TempDir()} {
		if all, err := ReadSources([]string{path}, nil); err == nil {
			t.Errorf("%s: %v, and no error", path, all)
		}
	}
}

// TestStrict verifies what fails a check.
func TestStrict(t *testing.T) {
	cases := map[string]struct {
		reason            string
		severity          Severity
		strict, notStrict bool
	}{
		"error":   {reason: "an error always fails", severity: SeverityError, strict: true, notStrict: true},
		"warning": {reason: "a warning fails if strict", severity: SeverityWarning, strict: true},
		"note":    {reason: "an outage of the register is a note", severity: SeverityNote},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := &Report{Findings: []Finding{{Severity: tc.severity}}}
			if r.Failed(true) != tc.strict || r.Failed(false) != tc.notStrict {
				t.Errorf("%s: strict %t, otherwise %t", tc.reason, r.Failed(true), r.Failed(false))
			}
		})
	}
}

func FuzzReadYAML(f *testing.F) {
	f.Add([]byte(wolf))
	f.Add([]byte("---\na: [\n--- # x\n{kind: List, items: [{kind: CustomerIntegration}]}\n"))
	f.Add([]byte("kind: CustomerIntegration\napiVersion: integrations.4human.no/v1alpha1\nspec: {services: {a: b}}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		report, err := Check(t.Context(), []Source{{Name: "a.yaml", Content: content}}, Options{Language: language.Norwegian})
		if err != nil {
			t.Fatal(err)
		}
		verifyReport(t, report, content)
	})
}

func FuzzReadSheet(f *testing.F) {
	f.Add([]byte("orgnr;navn;tjenester\n310330701;Tiger;sykmeldinger\n"))
	f.Add([]byte("sep=,\norgnr,\"na\nvn\"\n\"310\n330701\",x\n=\"1\",\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		report, err := Check(t.Context(), []Source{{Name: "a.csv", Content: content}}, Options{Language: language.Norwegian})
		if err != nil {
			t.Fatal(err)
		}
		verifyReport(t, report, content)
	})
}

// verifyReport verifies that each finding has a place in the file and a text without placeholders on one line.
func verifyReport(t *testing.T, report *Report, content []byte) {
	t.Helper()
	decoded, _ := decodeText(content)
	lines := strings.Count(decoded, "\n") + 1
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Line > lines || f.Message == "" || strings.Contains(f.line(language.Norwegian), "\n") {
			t.Fatalf("%+v in %d lines of %q", *f, lines, content)
		}
	}
}
