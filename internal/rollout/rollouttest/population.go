// Package rollouttest makes populations of synthetic customers, for tests, benchmarks and demonstrations.
package rollouttest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// LabelConsultant is a label that the customers have: the consultant who talks to them.
const LabelConsultant = "example.4human.no/consultant"

// Namespaces are those of the customers.
func Namespaces() []string { return []string{"customers", "customers-nord", "customers-vest"} }

// Consultants are the values of LabelConsultant.
func Consultants() []string { return []string{"berit", "jonas", "samira", "torunn"} }

// Population returns n synthetic customers, in a realistic spread of states, and their two Suppliers. The same n and
// now make the same population. Numbers are valid and unique up to n = 40 000; names and numbers are of no real
// organization.
func Population(n int, now time.Time) (customers []v1alpha1.CustomerIntegration, suppliers []v1alpha1.Supplier) {
	now = now.Truncate(time.Second)
	g := &generator{now: now, random: rand.New(rand.NewPCG(13, uint64(n))), supplier: suppliersAt(now)} //nolint:gosec // No secret.
	numbers := newNumbers()
	customers = make([]v1alpha1.CustomerIntegration, 0, n)
	for i := range n {
		customers = append(customers, g.customer(i, numbers()))
	}
	return customers, g.supplier
}

// generator makes customers.
type generator struct {
	now      time.Time
	random   *rand.Rand
	supplier []v1alpha1.Supplier
}

// newNumbers returns a function that returns valid organization numbers in the range of synthetic ones.
func newNumbers() func() string {
	next := 310_330_000
	return func() string {
		for {
			next++
			if n, err := orgnumber.Parse(fmt.Sprint(next)); err == nil {
				return n.String()
			}
		}
	}
}

var (
	first = []string{
		"DYNAMISK", "RASK", "GLAD", "STILLE", "BLÅ", "LUR", "MODIG", "ÆRLIG",
		"ØDSEL", "ÅPEN", "SINDIG", "FRODIG", "TAPPER", "VARM", "KLAR",
	}
	second = []string{
		"ALTETENDE", "SVØMMENDE", "FLYGENDE", "DANSENDE", "SYNGENDE", "GRAVENDE", "LØPENDE", "HOPPENDE",
		"SOVENDE", "KLATRENDE",
	}
	third = []string{
		"TIGER", "ELG", "REV", "ØRN", "MÅKE", "BJØRN", "HARE", "GAUPE",
		"LAKS", "UGLE", "ÆRFUGL", "OTER", "RUGDE", "STORK", "HVAL",
	}
	forms = []string{"AS", "AS", "AS", "AS", "ASA", "SA", "DA", "ASA"}
)

// name returns the name of the i-th organization.
func name(i int) string {
	words := []string{first[i%len(first)], second[i/len(first)%len(second)], third[i/len(first)/len(second)%len(third)]}
	if round := i / len(first) / len(second) / len(third); round > 0 {
		words = append(words, fmt.Sprint(round+1))
	}
	return strings.Join(append(words, forms[i*7%len(forms)]), " ")
}

// slug returns a name as that of an object.
func slug(name string) string {
	return strings.NewReplacer(" ", "-", "æ", "ae", "ø", "o", "å", "a").Replace(strings.ToLower(name))
}

// customer returns a customer.
func (g *generator) customer(i int, number string) v1alpha1.CustomerIntegration {
	title := name(i)
	created := g.now.Add(-g.between(0, 420*24*time.Hour))
	c := v1alpha1.CustomerIntegration{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: Namespaces()[i%3], Name: slug(title), Generation: 1,
			UID:               types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)),
			CreationTimestamp: metav1.NewTime(created),
			Labels:            map[string]string{LabelConsultant: Consultants()[i%len(Consultants())]},
		},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: v1alpha1.OrganizationNumber(number),
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://" + slug(title) + ".hrm.4human.example/integration",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: slug(title) + "-hrm"},
			},
		},
		Status: v1alpha1.CustomerIntegrationStatus{
			ObservedGeneration: 1,
			Organization: &v1alpha1.Organization{
				Name: title, Kind: v1alpha1.OrganizationMainUnit,
				CheckedTime: metav1.NewTime(g.now.Add(-g.between(0, 7*24*time.Hour))),
			},
			Authority: v1alpha1.Authority{Issuer: "https://maskinporten.no/", SupplierOrganizationNumber: "897757222"},
		},
	}
	if i%50 == 49 {
		c.Spec.SupplierRef.Name = "test"
		c.Status.Authority.Issuer = "https://test.maskinporten.no/"
	}
	g.addStatus(&c)
	return c
}

// between returns a time span in whole seconds.
func (g *generator) between(least, most time.Duration) time.Duration {
	return (least + time.Duration(g.random.Int64N(int64(most-least)))).Truncate(time.Second)
}
