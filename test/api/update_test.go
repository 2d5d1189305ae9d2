package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// change is an update of an object, and the errors that the API server returns.
type change struct {
	reason string
	file   string
	edits  []edit
	want   []string
}

// changes are the updates that TestChanges tries.
func changes() map[string]change {
	const (
		supplier = "spec: Invalid value: supplierRef is immutable; delete this CustomerIntegration and create one for the other Supplier"
		explicit = "  supplierRef:\n    name: default\n"
		other    = "  supplierRef:\n    name: other\n"
	)
	return map[string]change{
		"customer, organization number": {
			reason: "the status belongs to the number",
			file:   customerMinimal, edits: []edit{{was: "310330701", is: "315587336"}},
			want: []string{`spec.organizationNumber: Invalid value: "315587336": organizationNumber is immutable; ` +
				`delete this CustomerIntegration and create one for the other customer`},
		},
		"customer, other supplier": {
			reason: "customers grant access to one supplier",
			file:   customerFull, edits: []edit{{was: explicit, is: other}},
			want: []string{supplier},
		},
		"customer, other supplier than the default": {
			reason: "no reference means the default",
			file:   customerMinimal, edits: []edit{{was: "spec:\n", is: "spec:\n" + other}},
			want: []string{supplier},
		},
		"customer, default written down": {
			reason: "the meaning is the same",
			file:   customerMinimal, edits: []edit{{was: "spec:\n", is: "spec:\n" + explicit}},
		},
		"customer, default left out": {
			reason: "the meaning is the same",
			file:   customerFull, edits: []edit{{was: explicit}},
		},
		"customer, another agent": {
			reason: "customers change accountants",
			file:   customerFull, edits: []edit{{was: "313876144", is: "314240979"}},
		},
		"customer, no agent": {
			reason: "customers grant access themselves from now on",
			file:   customerFull, edits: []edit{{was: "  access:\n    through: \"313876144\"\n"}},
		},
		"customer, another service": {
			reason: "services may change",
			file:   customerMinimal, edits: []edit{{was: "FollowUpPlans", is: "SickNotes"}},
		},
		"customer, another HRM system": {
			reason: "customers may move to another HRM system",
			file:   customerMinimal, edits: []edit{
				{was: customerEndpoint, is: "endpoint: https://other.hrm.4human.example"},
				{was: "tiger-hrm", is: "other-hrm"},
			},
		},
		"customer, no HRM system": {
			reason: "sync needs an HRM system",
			file:   customerMinimal, edits: []edit{{was: customerHRM}},
			want: []string{"spec: Invalid value: hrm is required for built-in services unless sync is Disabled"},
		},
		"customer, verified only": {
			reason: "sync may be disabled",
			file:   customerFull, edits: []edit{{was: customerHRM}, {was: customerSync, is: "  sync: Disabled\n"}},
		},
		"customer, schedule": {
			reason: "schedules may change",
			file:   customerFull, edits: []edit{{was: "20 6 * * *", is: "H H/2 * * *"}},
		},
		"customer, suspended": {
			reason: "suspend may change",
			file:   customerFull, edits: []edit{{was: "suspend: false", is: "suspend: true"}},
		},
		"supplier, organization number": {
			reason: "customers have delegated to the number",
			file:   supplierMinimal, edits: []edit{{was: "897757222", is: "310330701"}},
			want: []string{`spec.organizationNumber: Invalid value: "310330701": organizationNumber is immutable; create another Supplier`},
		},
		"supplier, system": {
			reason: "customers have approved users of the system",
			file:   supplierFull, edits: []edit{{was: "systemID: 897757222_4human_hrm", is: "systemID: 897757222_other"}},
			want: []string{`spec.systemUser.systemID: Invalid value: "897757222_other": systemID is immutable; create another Supplier`},
		},
		"supplier, environment": {
			reason: "delegations in one do not exist in the other",
			file:   supplierMinimal, edits: []edit{{was: "environment: Production", is: "environment: Test"}},
			want: []string{`spec.environment: Invalid value: "Test": environment is immutable; create another Supplier`},
		},
		"supplier, hosts and pods": {
			reason: "HRM systems and clusters change",
			file:   supplierFull, edits: []edit{
				{was: supplierHosts, is: "    - other.example\n"},
				{was: podCPU, is: "        cpu: 20m\n"},
				{was: podJobLabel, is: "      queue: sync\n"},
			},
		},
		"supplier, client, key and namespaces": {
			reason: "keys are rotated and namespaces are added",
			file:   supplierFull, edits: []edit{
				{was: supplierClientID, is: "clientID: other"},
				{was: "key.pem", is: "key.jwk"},
				{was: supplierNamespace, is: "  - third\n"},
			},
		},
	}
}

func TestChanges(t *testing.T) {
	for name, tc := range changes() {
		t.Run(name, func(t *testing.T) {
			u := object(t, manifest(t, tc.file))
			if err := strict().Create(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := server.Client.Delete(t.Context(), u); err != nil {
					t.Error(err)
				}
			}()

			changed := object(t, manifest(t, tc.file, tc.edits...))
			changed.SetResourceVersion(u.GetResourceVersion())
			err := strict().Update(t.Context(), changed, client.DryRunAll)

			if diff := cmp.Diff(tc.want, causes(t, err)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
