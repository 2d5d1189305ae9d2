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
		v1alpha1.ReasonSuspended, "spec.suspend is true: access is not verified and no jobs run.",
	}
	blockedByNoSupplier = &Block{
		v1alpha1.ReasonSupplierNotFound,
		"Supplier/default does not exist. Create it; spec.supplierRef is immutable.",
	}
	blockedByNamespace = &Block{
		v1alpha1.ReasonSupplierNotAllowed,
		"Supplier/default does not allow namespace customers. Add it to the Supplier's spec.allowedNamespaces.",
	}
	blockedBySupplier = &Block{
		v1alpha1.ReasonSuspended,
		"Supplier/default is suspended (spec.suspend): access is not verified and no jobs run.",
	}
	blockedByNumber = &Block{
		v1alpha1.ReasonOrganizationIsSupplier,
		"897757222 is the supplier's own organization number, which is immutable. Create the object again with the customer's.",
	}
)

// TestPolicies has each policy of the chain alone.
func TestPolicies(t *testing.T) {
	named := func(w *world) { w.customer.Spec.SupplierRef.Name = "other" }
	cases := map[string]struct {
		reason  string
		policy  func(*v1alpha1.Supplier, *v1alpha1.CustomerIntegration) *Block
		changes []change
		want    *Block
	}{
		"suspended":                  {"the customer's switch", customerSuspension, []change{suspends}, blockedByItself},
		"suspended/no":               {"it is off", customerSuspension, nil, nil},
		"suspended/of-supplier":      {"the Supplier's has a policy of its own", customerSuspension, []change{supplierSuspends}, nil},
		"suspended/without-supplier": {"the Supplier is not read", customerSuspension, []change{missing, suspends}, blockedByItself},

		"not-found":    {"who shall ask?", missingSupplier, []change{missing}, blockedByNoSupplier},
		"not-found/no": {"it is there", missingSupplier, nil, nil},
		"not-found/named": {"the message names the one that is missing", missingSupplier, []change{missing, named}, &Block{
			v1alpha1.ReasonSupplierNotFound,
			"Supplier/other does not exist. Create it; spec.supplierRef is immutable.",
		}},

		"not-allowed":        {"the namespace was taken off the list", disallowedNamespace, []change{allows("others")}, blockedByNamespace},
		"not-allowed/no":     {"it is on the list", disallowedNamespace, nil, nil},
		"not-allowed/last":   {"anywhere on it", disallowedNamespace, []change{allows("others", "customers")}, nil},
		"not-allowed/none":   {"none listed, none allowed", disallowedNamespace, []change{allows()}, blockedByNamespace},
		"not-allowed/alike":  {"a name alike is not the name", disallowedNamespace, []change{allows("customers-2", "customer", "Customers", "")}, blockedByNamespace},
		"not-allowed/all":    {"a pattern is not understood", disallowedNamespace, []change{allows("*")}, blockedByNamespace},
		"not-allowed/silent": {"the kill switch has a policy of its own", disallowedNamespace, []change{supplierSuspends}, nil},

		"supplier-suspended":             {"the kill switch", supplierSuspension, []change{supplierSuspends}, blockedBySupplier},
		"supplier-suspended/no":          {"it is off", supplierSuspension, nil, nil},
		"supplier-suspended/of-customer": {"the customer's has a policy of its own", supplierSuspension, []change{suspends}, nil},

		"ourselves":    {"an organization cannot delegate to itself", ownOrganization, []change{isTheSupplier}, blockedByNumber},
		"ourselves/no": {"the customer is another", ownOrganization, nil, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(c.changes...)
			if diff := cmp.Diff(c.want, c.policy(w.supplier, w.customer)); diff != "" {
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
		{"the customer's own switch goes before everything", suspends, blockedByItself},
		{"a Supplier that is not there has no spec to look at", missing, blockedByNoSupplier},
		{"who may not use a Supplier is not told how it is", allows("others"), blockedByNamespace},
		{"the kill switch goes before what is wrong with one customer", supplierSuspends, blockedBySupplier},
		{"what is wrong with one customer comes last", isTheSupplier, blockedByNumber},
	}
	if len(chain) != len(policies) {
		t.Errorf("the chain has %d policies, and the table %d", len(policies), len(chain))
	}
	for i, c := range chain {
		w := makeWorld()
		for _, still := range slices.Backward(chain[i:]) { // once the Supplier is missing, nothing of it can be changed
			still.cause(w)
		}
		if diff := cmp.Diff(c.want, BlockOf(w.supplier, w.customer)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
	if w := makeWorld(); BlockOf(w.supplier, w.customer) != nil {
		t.Errorf("nothing blocks the customer, got %v", BlockOf(w.supplier, w.customer))
	}
}
