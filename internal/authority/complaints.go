package authority

import (
	"maps"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// complaintKey is what a complaint is about: a customer, and the scope of the question.
type complaintKey struct {
	customer types.NamespacedName
	scope    string
}

// Complain remembers an answer for one customer that contradicts what is known, so that the Supplier says it.
func (g *Guard) Complain(customer types.NamespacedName, scope string, class maskinporten.Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.complaints[complaintKey{customer, scope}] = class
	g.suspect = true
}

// Complaint gives a class of the complaints that stand, the same one as long as they are the same; "" if none
// does. The supplier's own proof cannot disprove them: only an answer for the same customer can.
func (g *Guard) Complaint() maskinporten.Class {
	g.mu.Lock()
	defer g.mu.Unlock()
	var first maskinporten.Class
	for _, c := range g.complaints {
		if first == "" || c < first {
			first = c
		}
	}
	return first
}

// Forget drops what is remembered of a customer that is gone.
func (g *Guard) Forget(customer types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.complaints, func(k complaintKey, _ maskinporten.Class) bool { return k.customer == customer })
	delete(g.systems, customer)
	delete(g.disproved, customer)
}
