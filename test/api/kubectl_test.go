package api

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKubectlReportsMistakes compares kubectl's output for wrong manifests.
func TestKubectlReportsMistakes(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		edits  []edit
		want   string
	}{
		"number without quotes": {
			reason: "the most common mistake",
			edits:  []edit{{was: customerOrg, is: "organizationNumber: 310330701"}},
			want: `The CustomerIntegration "minimal" is invalid: spec.organizationNumber: Invalid value: 310330701: ` +
				`write the number in quotes: organizationNumber: "310330701"` + "\n",
		},
		"number with spaces": {
			reason: "one mistake is one line",
			edits:  []edit{{was: customerOrg, is: `organizationNumber: "310 330 701"`}},
			want: `The CustomerIntegration "minimal" is invalid: ` +
				`spec.organizationNumber: Invalid value: "310 330 701": write the number without spaces: nine digits in quotes, such as "310330701"` + "\n",
		},
		"field unknown": {
			reason: "kubectl validates strictly by default",
			edits:  []edit{{was: customerOrg, is: customerOrg + "\n  supend: true"}},
			want: `Error from server (BadRequest): error when creating "STDIN": CustomerIntegration in version "v1alpha1" ` +
				`cannot be handled as a CustomerIntegration: strict decoding error: unknown field "spec.supend"` + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems, err := server.Kubectl(t.Context(), manifest(t, customerMinimal, tc.edits...), "apply", "-f", "-")

			if _, failed := errors.AsType[*exec.ExitError](err); !failed {
				t.Fatalf("%s: kubectl returned %v, want a failure", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, problems); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestKubectlExplainsFields verifies the descriptions of fields in kubectl explain.
func TestKubectlExplainsFields(t *testing.T) {
	for path, want := range map[string]string{
		"cint.spec.organizationNumber":        "nine digits, in quotes",
		"cint.spec.hrm.endpoint":              "Its host must be one of the Supplier's hrm.allowedHosts",
		"cint.status.services.authorization":  "authorization is the customer's access",
		"supplier.spec.verification.interval": "Default: 6h",
	} {
		t.Run(path, func(t *testing.T) {
			out, problems, err := server.Kubectl(t.Context(), "", "explain", path)
			if err != nil {
				t.Errorf("kubectl explain %s: %v\n%s", path, err, problems)
				return
			}
			if flat := strings.Join(strings.Fields(out), " "); !strings.Contains(flat, want) {
				t.Errorf("kubectl explain %s lacks %q:\n%s", path, want, out)
			}
		})
	}
}
