package entitlement

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// What a blocked customer is told.
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
		"suspended":                  {"the customer's switch", suspended, []change{suspends}, blockedByItself},
		"suspended/no":               {"it is off", suspended, nil, nil},
		"suspended/of-supplier":      {"the Supplier's has a policy of its own", suspended, []change{supplierSuspends}, nil},
		"suspended/without-supplier": {"nobody looks at a Supplier that is not there", suspended, []change{missing, suspends}, blockedByItself},

		"not-found":    {"who shall ask?", supplierNotFound, []change{missing}, blockedByNoSupplier},
		"not-found/no": {"it is there", supplierNotFound, nil, nil},
		"not-found/named": {"the one that is looked for is told", supplierNotFound, []change{missing, named}, &Block{
			v1alpha1.ReasonSupplierNotFound,
			"Supplier/other does not exist. Create it; spec.supplierRef is immutable.",
		}},

		"not-allowed":        {"the namespace was taken off the list", supplierNotAllowed, []change{allows("others")}, blockedByNamespace},
		"not-allowed/no":     {"it is on the list", supplierNotAllowed, nil, nil},
		"not-allowed/last":   {"anywhere on it", supplierNotAllowed, []change{allows("others", "customers")}, nil},
		"not-allowed/none":   {"none listed, none allowed", supplierNotAllowed, []change{allows()}, blockedByNamespace},
		"not-allowed/alike":  {"a name alike is not the name", supplierNotAllowed, []change{allows("customers-2", "customer", "Customers", "")}, blockedByNamespace},
		"not-allowed/all":    {"a pattern is not understood", supplierNotAllowed, []change{allows("*")}, blockedByNamespace},
		"not-allowed/silent": {"the kill switch has a policy of its own", supplierNotAllowed, []change{supplierSuspends}, nil},

		"supplier-suspended":             {"the kill switch", supplierSuspended, []change{supplierSuspends}, blockedBySupplier},
		"supplier-suspended/no":          {"it is off", supplierSuspended, nil, nil},
		"supplier-suspended/of-customer": {"the customer's has a policy of its own", supplierSuspended, []change{suspends}, nil},

		"ourselves":    {"nobody delegates to itself", organizationIsSupplier, []change{isTheSupplier}, blockedByNumber},
		"ourselves/no": {"the customer is another", organizationIsSupplier, nil, nil},
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
		t.Errorf("nothing blocks the customer, and it is told %v", BlockOf(w.supplier, w.customer))
	}
}
