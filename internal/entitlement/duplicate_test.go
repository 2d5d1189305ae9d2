package entitlement

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// born is when the customer of the tables was created.
var born = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// created sets a customer's name, time and UID.
func created(name string, at time.Time, uid types.UID) change {
	return func(w *world) {
		w.customer.Name, w.customer.CreationTimestamp, w.customer.UID = name, metav1.NewTime(at), uid
	}
}

// inNamespace puts a customer into a namespace.
func inNamespace(name string) change { return func(w *world) { w.customer.Namespace = name } }

// number sets a customer's organization number.
func number(n v1alpha1.OrganizationNumber) change {
	return func(w *world) { w.customer.Spec.OrganizationNumber = n }
}

// under sets a customer's Supplier.
func under(name string) change { return func(w *world) { w.supplier.Name = name } }

// contender makes a contender that was created an hour before the customer, and changes something.
func contender(changes ...change) Contender {
	w := makeWorld(append([]change{created("older", born.Add(-time.Hour), "b")}, changes...)...)
	return Contender{Customer: w.customer, Supplier: w.supplier}
}

// TestDuplicateOf says which CustomerIntegration a service's data flows for.
func TestDuplicateOf(t *testing.T) {
	const none = ""
	older := func(changes ...change) []Contender { return []Contender{contender(changes...)} }
	at := func(name string, hours int, changes ...change) Contender {
		return contender(append([]change{created(name, born.Add(-time.Duration(hours)*time.Hour), types.UID(name))}, changes...)...)
	}
	cases := map[string]struct {
		reason     string
		changes    []change
		contenders []Contender
		want       string
	}{
		"alone":              {"the everyday case", nil, nil, none},
		"older":              {"the older one keeps working", nil, older(), "customers/older"},
		"younger":            {"the younger one waits", nil, older(created("younger", born.Add(time.Second), "a")), none},
		"same-second":        {"the API server tells seconds: the smaller UID decides", nil, older(created("other", born, "b")), "customers/other"},
		"same-second-larger": {"and decides alike for the other one", nil, older(created("other", born, "d")), none},
		"itself":             {"an object is not its own duplicate", nil, older(created("dynamisk-altetende-tiger", born, "c")), none},
		"other-organization": {"two customers", nil, older(number("315587336")), none},
		"other-service":      {"each service stands on its own", nil, older(wants(sickNotes), offers(plans, sickNotes)), none},
		"one-of-its-two":     {"one of them is the same", nil, older(wants(sickNotes, plans)), "customers/older"},
		"other-namespace":    {"an organization has one access, wherever it is written down", nil, older(inNamespace("others"), allows("others")), "others/older"},
		"other-supplier":     {"two Suppliers may ask the same Maskinporten", nil, older(under("second")), "customers/older"},
		"other-organization-as-supplier": {
			"also on behalf of another supplier: the customer's data is the same", nil, older(under("second"), otherSupplier), "customers/older",
		},
		"other-environment": {"a trial in the Test environment", nil, older(under("trial"), inTest), none},
		"same-test":         {"the environment is what the Supplier asks", []change{inTest}, older(under("trial"), inTest), "customers/older"},
		"other-simulator":   {"two worlds", []change{simulated}, older(under("trial"), simulated, simulatorReplaced), none},
		"same-simulator":    {"one world", []change{simulated}, older(under("trial"), simulated), "customers/older"},

		"deleted":            {"it is on its way out", nil, older(deleted), none},
		"no-supplier":        {"it could not be verified", nil, older(missing), none},
		"not-allowed":        {"a namespace that is not allowed blocks no customer", nil, older(inNamespace("anybodys")), none},
		"is-the-supplier":    {"it can never work", []change{isTheSupplier, under("second"), otherSupplier}, older(isTheSupplier), none},
		"not-offered":        {"its Supplier has nothing to do with the service", nil, older(under("second"), offers(sickNotes)), none},
		"suspended":          {"suspending a customer does not start its duplicate", nil, older(suspends), "customers/older"},
		"supplier-suspended": {"nor does the kill switch", nil, older(under("second"), supplierSuspends), "customers/older"},
		"disabled":           {"nor does a choice to verify only", nil, older(syncDisabled), "customers/older"},
		"without-access":     {"who waits for access is not overtaken", nil, older(neverAsked), "customers/older"},
		"host-not-allowed":   {"a slip in the spec is mended, not overtaken", nil, older(endpoint("https://hrm.evil.example")), "customers/older"},

		"suspended-itself": {"it must be known when it is suspended no longer", []change{suspends}, older(), "customers/older"},
		"without-supplier": {"nothing says what its environment is", []change{missing}, older(), none},

		"chain":          {"the oldest is named, for it is the one that works", nil, []Contender{at("second", 2), at("first", 3), at("third", 1)}, "customers/first"},
		"chain-deleted":  {"the oldest of those that count", nil, []Contender{at("first", 3, deleted), at("second", 2), at("third", 1)}, "customers/second"},
		"chain-of-youth": {"the younger ones do not matter", nil, []Contender{at("later", -1), at("latest", -2)}, none},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(append([]change{created("dynamisk-altetende-tiger", born, "c")}, c.changes...)...)
			before := w.customer.DeepCopy()
			got := DuplicateOf(w.supplier, w.customer, plans, c.contenders)
			if text := told(got); text != c.want {
				t.Errorf("%s: a duplicate of %q, want %q", c.reason, text, c.want)
			}
			if diff := cmp.Diff(before, w.customer); diff != "" {
				t.Errorf("the customer was changed (-before +after):\n%s", diff)
			}
		})
	}
}

// told returns "namespace/name", or "" for none.
func told(r v1alpha1.CustomerReference) string {
	if r == (v1alpha1.CustomerReference{}) {
		return ""
	}
	return r.Namespace + "/" + r.Name
}

// TestOnlyOneWorks lets every set of contenders decide for itself: exactly one of them is no duplicate, and all
// others name it.
func TestOnlyOneWorks(t *testing.T) {
	all := []Contender{
		contender(created("a", born, "3")),
		contender(created("b", born, "1"), inNamespace("others"), allows("others")),
		contender(created("c", born.Add(-time.Minute), "4"), suspends, under("second")),
		contender(created("d", born.Add(time.Minute), "2"), under("second")),
		contender(created("e", born.Add(-time.Minute), "0")),
	}
	for set := 1; set < 1<<len(all); set++ {
		var some []Contender
		for i := range all {
			if set&(1<<i) != 0 {
				some = append(some, all[i])
			}
		}
		works, named := map[string]bool{}, map[string]bool{}
		for _, one := range some {
			switch other := told(DuplicateOf(one.Supplier, one.Customer, plans, some)); other {
			case "":
				works[one.Customer.Namespace+"/"+one.Customer.Name] = true
			default:
				named[other] = true
			}
		}
		if len(works) != 1 || (len(some) > 1 && !cmp.Equal(works, named)) {
			t.Errorf("of set %05b %v work, and the others name %v", set, works, named)
		}
	}
}

// duplicate makes the status say that a service's data flows for another.
func duplicate(name v1alpha1.ServiceName) change {
	older := v1alpha1.CustomerReference{Namespace: "customers", Name: "older"}
	return func(w *world) {
		for i := range w.customer.Status.Services {
			if known := &w.customer.Status.Services[i]; known.Name == name {
				known.DuplicateOf = older
				return
			}
		}
		w.customer.Status.Services = append(w.customer.Status.Services, v1alpha1.CustomerServiceStatus{Name: name, DuplicateOf: older})
	}
}

// TestMaySyncOfDuplicates lets nothing flow for what the status calls a duplicate, whatever is known of its access.
func TestMaySyncOfDuplicates(t *testing.T) {
	const duplicateOrganization = v1alpha1.ReasonDuplicateOrganization
	withdrawn := known(plans, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn)
	said := known(plans, v1alpha1.AuthorizationGranted, duplicateOrganization)
	cases := map[string]syncCase{
		"granted":     {"a grant from before, or of the older one's making", []change{duplicate(plans)}, plans, duplicateOrganization},
		"withdrawn":   {"what was known does not matter", []change{withdrawn, duplicate(plans)}, plans, duplicateOrganization},
		"block-first": {"what blocks a customer goes before", []change{suspends, duplicate(plans)}, plans, v1alpha1.ReasonSuspended},
		"not-offered": {"a service that is not offered has no duplicate", []change{offers(sickNotes), duplicate(plans)}, plans, v1alpha1.ReasonServiceNotOffered},
		"host":        {"a duplicate needs no host", []change{endpoint("https://hrm.evil.example"), duplicate(plans)}, plans, duplicateOrganization},
		"other-service": {
			"each service stands on its own",
			[]change{wants(plans, sickNotes), offers(plans, sickNotes), duplicate(sickNotes)},
			plans, may,
		},
		"over": {"the older one has gone: the state decides, not its reason", []change{said}, plans, may},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}
