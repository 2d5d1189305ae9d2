package plugin

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
)

// spreadsheet is a sales team's, with a fault in row 3.
const spreadsheet = "orgnr;navn;tjenester\n310330701;Dynamisk Altetende Tiger;oppfølgingsplaner\n315587337;Ulv;oppfølgingsplaner\n"

// offlineRun is a run of the plugin without a cluster.
type offlineRun struct {
	code        int
	out, errOut string
}

// runOffline runs a command line in a directory of its own files, without a kubeconfig.
func runOffline(t *testing.T, stdin string, args ...string) offlineRun {
	t.Helper()
	var out, errOut bytes.Buffer
	p := &Program{
		IOStreams: genericiooptions.IOStreams{In: strings.NewReader(stdin), Out: &out, ErrOut: &errOut},
		Flags:     genericclioptions.NewConfigFlags(true),
		Now:       time.Now,
	}
	code := p.Execute(t.Context(), args)
	return offlineRun{code: code, out: out.String(), errOut: errOut.String()}
}

// inDirectory changes to a new directory with files.
func inDirectory(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheck(t *testing.T) {
	cases := map[string]struct {
		reason string
		stdin  string
		args   []string
		want   offlineRun
	}{
		"faults": {
			reason: "each on a line, and the code of a bad result", args: []string{"check", "kunder.csv"},
			want: offlineRun{code: ExitBad, out: "kunder.csv: note: no Supplier was given, so its services, namespaces and HRM hosts " +
				"were not checked. Add its file with --supplier-file. [SupplierNotChecked]\n" +
				"kunder.csv, row 3: error: Ulv: orgnr: the organization number 315587337 has a wrong check digit: a digit is " +
				"mistyped, or two are swapped. Look it up at https://www.brreg.no. [WrongCheckDigit]\n" +
				"Checked 2 customers in 1 file: 1 error, 0 warnings.\n"},
		},
		"Norwegian": {
			reason: "by the flag", args: []string{"check", "-", "--lang", "nb"}, stdin: "orgnr\n310330701\n",
			want: offlineRun{out: "-: merk: ingen Supplier er oppgitt, så tjenester, navnerom og HRM-adresser er ikke kontrollert mot " +
				"den. Oppgi filen med --supplier-file. [SupplierNotChecked]\n" +
				"-, rad 2: advarsel: kunden har ikke noe navn, så objektet heter customer-310330701. Skriv kundens navn i " +
				"kolonnen for navn. [NameMissing]\nKontrollerte 1 kunde i 1 fil: 0 feil, 1 advarsel.\n"},
		},
		"no file": {
			reason: "what to write", args: []string{"check"},
			want: offlineRun{code: ExitError, errOut: "Error: no file to check: name YAML or CSV files, or directories with such " +
				"files, such as: kubectl cint check customers/\n"},
		},
		"missing file": {
			reason: "no word about a cluster", args: []string{"check", "kunde.csv"},
			want: offlineRun{code: ExitError, errOut: "Error: cannot read kunde.csv: stat kunde.csv: no such file or directory\n"},
		},
		"unknown format": {
			reason: "the formats", args: []string{"check", "kunder.csv", "-o", "yaml"},
			want: offlineRun{code: ExitError, errOut: "Error: --output is \"yaml\": write one of text, json, github, gitlab\n"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inDirectory(t, map[string]string{"kunder.csv": spreadsheet})
			got := runOffline(t, tc.stdin, tc.args...)
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(offlineRun{})); diff != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestStrictCheck verifies that warnings fail a strict check only.
func TestStrictCheck(t *testing.T) {
	for args, want := range map[string]int{"check -": ExitGood, "check - --strict": ExitBad} {
		if got := runOffline(t, "orgnr\n310330701\n", strings.Fields(args)...); got.code != want {
			t.Errorf("%s: exit code %d, want %d:\n%s", args, got.code, want, got.out)
		}
	}
}

// TestCheckRegister checks against a simulated register.
func TestCheckRegister(t *testing.T) {
	register := simregister.New(simregister.Options{Now: time.Now})
	for _, unit := range []simregister.Unit{
		{Number: "974760673", Name: "REGISTERENHETEN I BRØNNØYSUND"},
		{Number: "310330701", Name: "TIGER AVD BERGEN", MainUnit: "315587336"},
	} {
		if err := register.Register(unit); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(register.Handler())
	t.Cleanup(server.Close)
	got := runOffline(t, "orgnr;navn\n310330701;Tiger\n",
		"check", "-", "--register-url", server.URL+"/enhetsregisteret/api")
	if got.code != ExitBad || !strings.Contains(got.out, "310330701 is the sub-unit TIGER AVD BERGEN.") {
		t.Errorf("exit code %d:\n%s", got.code, got.out)
	}
	if want := "Looking 1 organization up in Enhetsregisteret: about 1 s …\n"; got.errOut != want {
		t.Errorf("stderr %q, want %q", got.errOut, want)
	}
}

func TestImport(t *testing.T) {
	const template = "--hrm-endpoint=https://{name}.hrm.4human.example"
	good := strings.Replace(spreadsheet, "315587337", "315587336", 1)
	cases := map[string]struct {
		reason string
		csv    string
		args   []string
		code   int
		errOut string
		files  []string
	}{
		"good": {
			reason: "all customers and what is next", csv: good, args: []string{template},
			errOut: "Wrote to customers: 2 new, 0 replaced, 0 unchanged.\n" +
				"Next: create the Secrets that customers/secrets.txt lists, and commit the directory.\n",
			files: []string{
				"customers/dynamisk-altetende-tiger.yaml", "customers/secrets.txt", "customers/ulv.yaml", "kunder.csv",
			},
		},
		"bad row": {
			reason: "nothing is written", csv: spreadsheet, args: []string{template}, code: ExitBad,
			errOut: "Nothing was written because of errors in 1 row. Correct them and import again, or import the other rows with " +
				"--skip-bad.\n",
			files: []string{"kunder.csv"},
		},
		"skip bad": {
			reason: "the good ones are written, and the bad ones listed",
			csv:    spreadsheet, args: []string{template, "--skip-bad"},
			code: ExitBad,
			errOut: "Wrote to customers: 1 new, 0 replaced, 0 unchanged.\n" +
				"Left out 1 row. Correct what kunder.rejected.csv lists, and import that file.\n" +
				"Next: create the Secrets that customers/secrets.txt lists, and commit the directory.\n",
			files: []string{
				"customers/dynamisk-altetende-tiger.yaml", "customers/secrets.txt", "kunder.csv", "kunder.rejected.csv",
			},
		},
		"no good row": {
			reason: "nothing is left to write",
			csv:    "orgnr;navn;tjenester\n1;Ulv;sykmeldinger\n", args: []string{template, "--skip-bad"},
			code: ExitBad, errOut: "Nothing was written. Correct the errors above, and import again.\n", files: []string{"kunder.csv"},
		},
		"template": {
			reason: "what may be in it", csv: good, args: []string{"--hrm-endpoint=https://{slug}.example"}, code: ExitError,
			errOut: "Error: --hrm-endpoint has {slug}: write {name} or {organizationNumber}\n", files: []string{"kunder.csv"},
		},
		"service": {
			reason: "the names of the API", csv: good, args: []string{template, "--services", "payroll"}, code: ExitError,
			errOut: "Error: --services has \"payroll\": write names of services, such as DialogueMeetingLetters\n",
			files:  []string{"kunder.csv"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inDirectory(t, map[string]string{"kunder.csv": tc.csv})
			got := runOffline(t, "", append([]string{"import", "kunder.csv", "--out", "customers"}, tc.args...)...)
			if got.code != tc.code {
				t.Errorf("%s: exit code %d, want %d:\n%s", tc.reason, got.code, tc.code, got.out)
			}
			if diff := cmp.Diff(tc.errOut, got.errOut); diff != "" {
				t.Errorf("%s: stderr: -want +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.files, filesBelow(t)); diff != "" {
				t.Errorf("%s: files: -want +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// filesBelow returns the files of the current directory and of its directories.
func filesBelow(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.*", "*/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return all
}
