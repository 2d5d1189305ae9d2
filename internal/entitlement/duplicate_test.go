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

// contender returns a contender that was created an hour before the customer, with some changes.
func contender(changes ...change) Contender {
	w := makeWorld(append([]change{created("older", born.Add(-time.Hour), "b")}, changes...)...)
	return Contender{Customer: w.customer, Supplier: w.supplier}
}

// TestDuplicateOf verifies which CustomerIntegration syncs a service.
func TestDuplicateOf(t *testing.T) {
	const none = ""
	older := func(changes ...change) []Contender { return []Contender{contender(changes...)} }
	at := func(name string, hours int, changes ...change) Contender {
		return contender(append([]change{created(name, born.Add(-time.Duration(hours)*time.Hour), types.UID(name))},
			changes...)...)
	}
	cases := map[string]struct {
		reason     string
		changes    []change
		contenders []Contender
		want       string
	}{
		"alone": {reason: "the everyday case", want: none},
		"older": {reason: "the older one keeps working", contenders: older(), want: "customers/older"},
		"younger": {
			reason:     "the younger one waits",
			contenders: older(created("younger", born.Add(time.Second), "a")), want: none,
		},
		"same-second": {
			reason:     "the API server tells seconds: the smaller UID decides",
			contenders: older(created("other", born, "b")), want: "customers/other",
		},
		"same-second-larger": {
			reason: "and decides alike for the other one", contenders: older(created("other", born, "d")),
			want: none,
		},
		"itself": {
			reason:     "an object is not its own duplicate",
			contenders: older(created("dynamisk-altetende-tiger", born, "c")), want: none,
		},
		"other-organization": {reason: "two customers", contenders: older(number("315587336")), want: none},
		"other-service": {
			reason:     "each service stands on its own",
			contenders: older(wants(sickNotes), offers(plans, sickNotes)), want: none,
		},
		"one-of-its-two": {
			reason: "one of them is the same", contenders: older(wants(sickNotes, plans)),
			want: "customers/older",
		},
		"other-namespace": {
			reason:     "an organization has one access, wherever it is written down",
			contenders: older(inNamespace("others"), allows("others")), want: "others/older",
		},
		"other-supplier": {
			reason: "two Suppliers may ask the same Maskinporten", contenders: older(under("second")),
			want: "customers/older",
		},
		"other-organization-as-supplier": {
			reason:     "also on behalf of another supplier: the customer's data is the same",
			contenders: older(under("second"), otherSupplier),
			want:       "customers/older",
		},
		"custom": {
			reason: "the same API, declared by two Suppliers", changes: []change{declares("kartverk:nrl.rapportering")},
			contenders: older(under("second"), declares("kartverk:nrl.rapportering")), want: "customers/older",
		},
		"other-custom": {
			reason: "two Suppliers call their own services alike", changes: []change{declares("kartverk:nrl.rapportering")},
			contenders: older(under("second"), declares("brreg:reelle")), want: none,
		},
		"other-environment": {
			reason: "a trial in the Test environment", contenders: older(under("trial"), inTest),
			want: none,
		},
		"same-test": {
			reason: "the environment is what the Supplier asks", changes: []change{inTest},
			contenders: older(under("trial"), inTest), want: "customers/older",
		},
		"other-simulator": {
			reason: "two worlds", changes: []change{simulated},
			contenders: older(under("trial"), simulated, simulatorReplaced), want: none,
		},
		"same-simulator": {
			reason: "one world", changes: []change{simulated}, contenders: older(under("trial"), simulated),
			want: "customers/older",
		},

		"deleted":     {reason: "it is on its way out", contenders: older(deleted), want: none},
		"no-supplier": {reason: "it could not be verified", contenders: older(missing), want: none},
		"not-allowed": {
			reason:     "a namespace that is not allowed blocks no customer",
			contenders: older(inNamespace("anybodys")), want: none,
		},
		"is-the-supplier": {
			reason: "it can never work", changes: []change{isTheSupplier, under("second"), otherSupplier},
			contenders: older(isTheSupplier), want: none,
		},
		"not-offered": {
			reason:     "its Supplier has nothing to do with the service",
			contenders: older(under("second"), offers(sickNotes)), want: none,
		},
		"suspended": {
			reason: "suspending a customer does not start its duplicate", contenders: older(suspends),
			want: "customers/older",
		},
		"supplier-suspended": {
			reason: "nor does the kill switch", contenders: older(under("second"), supplierSuspends),
			want: "customers/older",
		},
		"disabled": {
			reason: "nor does a choice to verify only", contenders: older(syncDisabled),
			want: "customers/older",
		},
		"without-access": {
			reason: "who waits for access is not overtaken", contenders: older(neverAsked),
			want: "customers/older",
		},
		"host-not-allowed": {
			reason:     "a slip in the spec is mended, not overtaken",
			contenders: older(endpoint("https://hrm.evil.example")), want: "customers/older",
		},

		"suspended-itself": {
			reason: "it must be known when it is suspended no longer", changes: []change{suspends},
			contenders: older(), want: "customers/older",
		},
		"without-supplier": {
			reason: "nothing says what its environment is", changes: []change{missing}, contenders: older(),
			want: none,
		},

		"chain": {
			reason:     "the oldest is named, for it is the one that works",
			contenders: []Contender{at("second", 2), at("first", 3), at("third", 1)}, want: "customers/first",
		},
		"chain-deleted": {
			reason:     "the oldest of those that count",
			contenders: []Contender{at("first", 3, deleted), at("second", 2), at("third", 1)}, want: "customers/second",
		},
		"chain-of-youth": {
			reason:     "the younger ones do not matter",
			contenders: []Contender{at("later", -1), at("latest", -2)}, want: none,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(append([]change{created("dynamisk-altetende-tiger", born, "c")}, c.changes...)...)
			before := w.customer.DeepCopy()
			got := DuplicateOf(w.supplier, w.customer, plans, c.contenders)
			if text := describe(got); text != c.want {
				t.Errorf("%s: a duplicate of %q, want %q", c.reason, text, c.want)
			}
			if diff := cmp.Diff(before, w.customer); diff != "" {
				t.Errorf("the customer was changed (-before +after):\n%s", diff)
			}
		})
	}
}

// describe returns "namespace/name", or "" for none.
func describe(r v1alpha1.CustomerReference) string {
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
			switch other := describe(DuplicateOf(one.Supplier, one.Customer, plans, some)); other {
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

// duplicate sets that, by the status, another CustomerIntegration syncs the service.
func duplicate(name v1alpha1.ServiceName) change {
	older := v1alpha1.CustomerReference{Namespace: "customers", Name: "older"}
	return func(w *world) {
		for i := range w.customer.Status.Services {
			if known := &w.customer.Status.Services[i]; known.Name == name {
				known.DuplicateOf = older
				return
			}
		}
		w.customer.Status.Services = append(w.customer.Status.Services,
			v1alpha1.CustomerServiceStatus{Name: name, DuplicateOf: older})
	}
}

// TestMaySyncOfDuplicates verifies that sync is not allowed for a duplicate by its status, whatever its access.
func TestMaySyncOfDuplicates(t *testing.T) {
	const duplicateOrganization = v1alpha1.ReasonDuplicateOrganization
	withdrawn := known(plans, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn)
	said := known(plans, v1alpha1.AuthorizationGranted, duplicateOrganization)
	cases := map[string]syncCase{
		"granted": {
			reason: "a grant from before, or of the older one's making", changes: []change{duplicate(plans)},
			service: plans, want: duplicateOrganization,
		},
		"withdrawn": {
			reason: "what was known does not matter", changes: []change{withdrawn, duplicate(plans)},
			service: plans, want: duplicateOrganization,
		},
		"block-first": {
			reason: "what blocks a customer goes before", changes: []change{suspends, duplicate(plans)},
			service: plans, want: v1alpha1.ReasonSuspended,
		},
		"not-offered": {
			reason:  "a service that is not offered has no duplicate",
			changes: []change{offers(sickNotes), duplicate(plans)}, service: plans, want: v1alpha1.ReasonServiceNotOffered,
		},
		"host": {
			reason: "a duplicate needs no host",
			changes: []change{
				endpoint("https://hrm.evil.example"),
				duplicate(plans),
			}, service: plans, want: duplicateOrganization,
		},
		"other-service": {
			reason:  "each service stands on its own",
			changes: []change{wants(plans, sickNotes), offers(plans, sickNotes), duplicate(sickNotes)},
			service: plans,
			want:    may,
		},
		"over": {
			reason: "the older one has gone: the state decides, not its reason", changes: []change{said}, service: plans,
			want: may,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}
