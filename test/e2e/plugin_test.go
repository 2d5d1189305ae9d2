//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cint runs a command of kubectl's plugin, which hack/e2e.sh has built, and returns what it printed. It fails the test
// if the exit code differs.
func cint(t *testing.T, code int, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	bin, err := filepath.Abs("bin")
	must(t, err)
	var out bytes.Buffer
	command := exec.CommandContext(ctx, "kubectl", append([]string{"cint"}, args...)...)
	command.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "LANG=C.UTF-8")
	command.Stdout, command.Stderr = &out, &out
	err = command.Run()
	got := 0
	if exited := new(exec.ExitError); errors.As(err, &exited) {
		got = exited.ExitCode()
	} else {
		must(t, err)
	}
	if got != code {
		t.Fatalf("kubectl cint %s: exit code %d, want %d:\n%s", strings.Join(args, " "), got, code, out.String())
	}
	return out.String()
}

// plugin runs every command of kubectl's plugin as a person does, except ask, which the system user's step runs: wolf
// and tiger have access, the elk has not.
func (s *story) plugin(t *testing.T) {
	for name, test := range map[string]struct {
		reason string
		args   []string
		code   int
		want   []string
	}{
		"status": {
			reason: "every customer, with its state", args: []string{"status", "-A"},
			want: []string{tiger.number, wolf.number, "Access given", elk.name, "Waiting", "The customer"},
		},
		"status-json": {
			reason: "for programs", args: []string{"status", elk.name, "-o", "json"},
			want: []string{`"organizationNumber": "` + elk.number + `"`, `"state": "Waiting"`},
		},
		"why": {
			reason: "the next command is the guide", args: []string{"why", elk.name},
			want: []string{"AwaitingDelegation", "kubectl cint guide " + elk.name + " -n " + customersNamespace},
		},
		"guide": {
			reason: "the customer's own guide, in Norwegian", args: []string{"guide", elk.name},
			want: []string{
				"315 339 138", supplierNumber, "Innsending av oppfølgingsplaner til NAV via leverandør", "Steg for steg",
			},
		},
		"verify": {reason: "the wolf has access", args: []string{"verify", wolf.name}, want: []string{"access since"}},
		"verify-waiting": {
			reason: "the elk has none", args: []string{"verify", elk.name}, code: 2, want: []string{"Follow-up plans: waiting"},
		},
		"sync":    {reason: "a run", args: []string{"sync", wolf.name}, want: []string{"Follow-up plans: succeeded"}},
		"ask":     {reason: "a delegation cannot be asked for", args: []string{"ask", elk.name, "--yes"}, code: 1},
		"report":  {reason: "the overview", args: []string{"report", "--csv"}, want: []string{wolf.number, elk.number}},
		"check":   {reason: "the samples are right", args: []string{"check", "config/samples"}},
		"version": {reason: "the version", args: []string{"version"}, want: []string{"kubectl cint version "}},
		"complete": {
			reason: "names of customers", args: []string{"__complete", "why", "-n", customersNamespace, "sjelden"},
			want: []string{elk.name},
		},
		"unknown": {
			reason: "a name that is nearly one", args: []string{"why", "sjelden-flink-eld"}, code: 1,
			want: []string{"Did you mean " + elk.name},
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := test.args
			if !slices.Contains([]string{"check", "version", "__complete"}, args[0]) {
				args = append(args, "-n", customersNamespace)
			}
			text := cint(t, test.code, args...)
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing:\n%s", want, text)
				}
			}
		})
	}
	t.Run("suspend", s.suspendedByPlugin)
	t.Run("import", importedByPlugin)
}

// suspendedByPlugin suspends the elk and resumes it.
func (s *story) suspendedByPlugin(t *testing.T) {
	cint(t, 0, "suspend", elk.name, "-n", customersNamespace)
	await(t, s.customerIs(t, elk, "False Suspended", "Unknown Suspended"))
	if text := cint(t, 3, "verify", elk.name, "-n", customersNamespace); !strings.Contains(text, "spec.suspend is true") {
		t.Errorf("verify does not say why it cannot:\n%s", text)
	}
	cint(t, 0, "resume", elk.name, "-n", customersNamespace)
	await(t, s.customerIs(t, elk, "False AwaitingDelegation", "False NotDelegated"))
}

// importedByPlugin imports a spreadsheet of one customer.
func importedByPlugin(t *testing.T) {
	folder := t.TempDir()
	sheet := filepath.Join(folder, "customers.csv")
	must(t, os.WriteFile(sheet, []byte("organizationNumber;name\n310 330 701;Dynamisk Altetende Tiger AS\n"), 0o600))
	out := filepath.Join(folder, "customers")
	cint(t, 0, "import", sheet, "--out", out, "--services", "FollowUpPlans", "-n", customersNamespace,
		"--hrm-endpoint", "https://{name}.hrm.4human.example/integration")
	written, err := os.ReadFile(filepath.Join(out, "dynamisk-altetende-tiger.yaml"))
	must(t, err)
	if !strings.Contains(string(written), tiger.number) {
		t.Errorf("the file has not the customer's number:\n%s", written)
	}
}

// link returns the address of a customer's own page.
func (s *story) link(t *testing.T, p party) string {
	t.Helper()
	link := strings.TrimSpace(cint(t, 0, "link", p.name, "-n", customersNamespace))
	if !strings.HasPrefix(link, portalURL+"/g/") {
		t.Fatalf("the link is %q", link)
	}
	return link
}
