package entitlement

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// The blocks and their messages.
var (
	blockedByItself = &Block{
		Reason:  v1alpha1.ReasonSuspended,
		Message: "spec.suspend is true: access is not verified and no jobs run.",
	}
	blockedByNoSupplier = &Block{
		Reason:  v1alpha1.ReasonSupplierNotFound,
		Message: "Supplier/default does not exist. Create it; spec.supplierRef is immutable.",
	}
	blockedByNamespace = &Block{
		Reason:  v1alpha1.ReasonSupplierNotAllowed,
		Message: "Supplier/default does not allow namespace customers. Add it to the Supplier's spec.allowedNamespaces.",
	}
	blockedBySupplier = &Block{
		Reason:  v1alpha1.ReasonSuspended,
		Message: "Supplier/default is suspended (spec.suspend): access is not verified and no jobs run.",
	}
	blockedByStop   = &Block{Reason: v1alpha1.ReasonEmergencyStop, Message: "Emergency stop."}
	blockedByNumber = &Block{
		Reason: v1alpha1.ReasonOrganizationIsSupplier,
		Message: "897757222 is the supplier's own organization number, which is immutable. Create the object again with " +
			"the customer's.",
	}
)

// TestPolicies has each policy of the chain alone.
func TestPolicies(t *testing.T) {
	named := func(w *world) { w.customer.Spec.SupplierRef.Name = "other" }
	cases := map[string]struct {
		reason  string
		policy  func(*v1alpha1.Supplier, *v1alpha1.CustomerIntegration, *Block) *Block
		changes []change
		want    *Block
	}{
		"suspended": {
			reason: "the customer's switch", policy: customerSuspension,
			changes: []change{suspends}, want: blockedByItself,
		},
		"suspended/no": {reason: "it is off", policy: customerSuspension},
		"suspended/of-supplier": {
			reason: "the Supplier's has a policy of its own", policy: customerSuspension,
			changes: []change{supplierSuspends},
		},
		"suspended/without-supplier": {
			reason: "the Supplier is not read", policy: customerSuspension,
			changes: []change{missing, suspends}, want: blockedByItself,
		},

		"not-found": {
			reason: "who shall ask?", policy: missingSupplier, changes: []change{missing},
			want: blockedByNoSupplier,
		},
		"not-found/no": {reason: "it is there", policy: missingSupplier},
		"not-found/named": {
			reason: "the message names the one that is missing", policy: missingSupplier,
			changes: []change{missing, named}, want: &Block{
				Reason:  v1alpha1.ReasonSupplierNotFound,
				Message: "Supplier/other does not exist. Create it; spec.supplierRef is immutable.",
			},
		},

		"not-allowed": {
			reason: "the namespace was taken off the list", policy: disallowedNamespace,
			changes: []change{allows("others")}, want: blockedByNamespace,
		},
		"not-allowed/no": {reason: "it is on the list", policy: disallowedNamespace},
		"not-allowed/last": {
			reason: "anywhere on it", policy: disallowedNamespace,
			changes: []change{allows("others", "customers")},
		},
		"not-allowed/none": {
			reason: "none listed, none allowed", policy: disallowedNamespace, changes: []change{allows()},
			want: blockedByNamespace,
		},
		"not-allowed/alike": {
			reason: "a name alike is not the name", policy: disallowedNamespace,
			changes: []change{allows("customers-2", "customer", "Customers", "")}, want: blockedByNamespace,
		},
		"not-allowed/all": {
			reason: "a pattern is not understood", policy: disallowedNamespace,
			changes: []change{allows("*")}, want: blockedByNamespace,
		},
		"not-allowed/silent": {
			reason: "the kill switch has a policy of its own", policy: disallowedNamespace,
			changes: []change{supplierSuspends},
		},

		"supplier-suspended": {
			reason: "the kill switch", policy: supplierHalt,
			changes: []change{supplierSuspends}, want: blockedBySupplier,
		},
		"stopped": {
			reason: "the emergency stop works whatever git has", policy: supplierHalt, changes: []change{stops},
			want: blockedByStop,
		},
		"stopped/suspended": {
			reason: "what git cannot end goes first", policy: supplierHalt, changes: []change{stops, supplierSuspends},
			want: blockedByStop,
		},
		"supplier-suspended/no": {reason: "it is off", policy: supplierHalt},
		"supplier-suspended/of-customer": {
			reason: "the customer's has a policy of its own", policy: supplierHalt,
			changes: []change{suspends},
		},

		"ourselves": {
			reason: "an organization cannot delegate to itself", policy: ownOrganization,
			changes: []change{isTheSupplier}, want: blockedByNumber,
		},
		"ourselves/no": {reason: "the customer is another", policy: ownOrganization},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(c.changes...)
			if diff := cmp.Diff(c.want, c.policy(w.supplier, w.customer, w.stop)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestBlockOf piles up all that blocks a customer, and takes the first cause away until none is left.
func TestBlockOf(t *testing.T) {
	chain := []struct {
		reason string
		cause  change
		want   *Block
	}{
		{reason: "the customer's own switch goes before everything", cause: suspends, want: blockedByItself},
		{reason: "a Supplier that is not there has no spec to look at", cause: missing, want: blockedByNoSupplier},
		{
			reason: "a customer that may not use a Supplier does not learn its state",
			cause:  allows("others"), want: blockedByNamespace,
		},
		{
			reason: "the kill switch goes before what is wrong with one customer", cause: supplierSuspends,
			want: blockedBySupplier,
		},
		{reason: "what is wrong with one customer comes last", cause: isTheSupplier, want: blockedByNumber},
	}
	if len(chain) != len(policies) {
		t.Errorf("the chain has %d policies, and the table %d", len(policies), len(chain))
	}
	for i, c := range chain {
		w := makeWorld()
		for _, still := range slices.Backward(chain[i:]) { // once the Supplier is missing, nothing of it can be changed
			still.cause(w)
		}
		if diff := cmp.Diff(c.want, BlockOf(w.supplier, w.customer, w.stop)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
	if w := makeWorld(); BlockOf(w.supplier, w.customer, w.stop) != nil {
		t.Errorf("nothing blocks the customer, got %v", BlockOf(w.supplier, w.customer, w.stop))
	}
}
