package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// change is an edit of an object that is already there, and what the API server says of it: nothing where it may
// be made.
type change struct {
	reason string
	file   string
	edits  []edit
	want   []string
}

// changes are edits of objects that are already there.
func changes() map[string]change {
	const (
		supplier = "spec: Invalid value: supplierRef cannot be changed, for access is given to one supplier: " +
			"delete this CustomerIntegration and create another"
		explicit = "  supplierRef:\n    name: default\n"
		other    = "  supplierRef:\n    name: other\n"
	)
	return map[string]change{
		"customer, organization number": {
			reason: "what is known belongs to the number",
			file:   customerMinimal, edits: []edit{{"310330701", "315587336"}},
			want: []string{`spec.organizationNumber: Invalid value: "315587336": organizationNumber cannot be changed, for everything known of a customer ` +
				`belongs to its number: delete this CustomerIntegration and create one for the other customer`},
		},
		"customer, other supplier": {
			reason: "access is given to one supplier",
			file:   customerFull, edits: []edit{{explicit, other}},
			want: []string{supplier},
		},
		"customer, other supplier than the default": {
			reason: "no reference means the default",
			file:   customerMinimal, edits: []edit{{"spec:\n", "spec:\n" + other}},
			want: []string{supplier},
		},
		"customer, default written down": {
			reason: "it says the same",
			file:   customerMinimal, edits: []edit{{"spec:\n", "spec:\n" + explicit}},
		},
		"customer, default left out": {
			reason: "it says the same",
			file:   customerFull, edits: []edit{{explicit, ""}},
		},
		"customer, another service": {
			reason: "services come and go",
			file:   customerMinimal, edits: []edit{{"FollowUpPlans", "SickNotes"}},
		},
		"customer, another HRM solution": {
			reason: "customers move",
			file:   customerMinimal, edits: []edit{{customerEndpoint, "endpoint: https://other.hrm.4human.example"}, {"tiger-hrm", "other-hrm"}},
		},
		"customer, no HRM solution": {
			reason: "data that flows flows somewhere",
			file:   customerMinimal, edits: []edit{{customerHRM, ""}},
			want: []string{"spec: Invalid value: write where the customer's HRM solution is, such as " +
				"hrm: {endpoint: https://tiger.hrm.4human.example/integration}, or sync: Disabled to verify and report only"},
		},
		"customer, verified only": {
			reason: "nothing flows any more",
			file:   customerFull, edits: []edit{{customerHRM, ""}, {customerSync, "  sync: Disabled\n"}},
		},
		"customer, schedule": {
			reason: "a customer may want another time",
			file:   customerFull, edits: []edit{{"20 6 * * *", "H H/2 * * *"}},
		},
		"customer, suspended": {
			reason: "the switch is for changing",
			file:   customerFull, edits: []edit{{"suspend: false", "suspend: true"}},
		},
		"supplier, organization number": {
			reason: "customers delegated to it",
			file:   supplierMinimal, edits: []edit{{"897757222", "310330701"}},
			want: []string{`spec.organizationNumber: Invalid value: "310330701": organizationNumber cannot be changed, for customers have delegated to it: create another Supplier`},
		},
		"supplier, system": {
			reason: "customers have approved users of the one that it was",
			file:   supplierFull, edits: []edit{{"systemID: 897757222_4human_hrm", "systemID: 897757222_other"}},
			want: []string{`spec.systemUser.systemID: Invalid value: "897757222_other": systemID cannot be changed, for customers have approved users of that system: create another Supplier`},
		},
		"supplier, environment": {
			reason: "a delegation in one means nothing in the other",
			file:   supplierMinimal, edits: []edit{{"environment: Production", "environment: Test"}},
			want: []string{`spec.environment: Invalid value: "Test": environment cannot be changed, for what customers delegated in one means nothing in the other: create another Supplier`},
		},
		"supplier, hosts and pods": {
			reason: "HRM solutions and clusters change",
			file:   supplierFull, edits: []edit{{supplierHosts, "    - other.example\n"}, {podCPU, "        cpu: 20m\n"}, {podJobLabel, "      queue: sync\n"}},
		},
		"supplier, client, key and namespaces": {
			reason: "keys are rotated and customers move in",
			file:   supplierFull, edits: []edit{{supplierClientID, "clientID: other"}, {"key.pem", "key.jwk"}, {supplierNamespace, "  - third\n"}},
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
