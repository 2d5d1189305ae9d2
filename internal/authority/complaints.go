package authority

import (
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
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

// withdraw drops a complaint that an answer has disproved. After the last one Alarm has the Supplier say so. The caller holds
// the lock.
func (g *Guard) withdraw(key complaintKey) {
	if _, complained := g.complaints[key]; !complained {
		return
	}
	delete(g.complaints, key)
	g.cleared = g.cleared || len(g.complaints) == 0
}

// Forget drops what is remembered of a customer that is gone.
func (g *Guard) Forget(customer types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.complaints, func(k complaintKey, _ maskinporten.Class) bool { return k.customer == customer })
	maps.DeleteFunc(g.failing, func(k complaintKey, _ time.Time) bool { return k.customer == customer })
	maps.DeleteFunc(g.systems, func(k systemKey, _ systemFault) bool { return k.customer == customer })
	maps.DeleteFunc(g.disproved, func(k systemKey, _ int) bool { return k.customer == customer })
	for _, t := range g.traffic {
		t.forget(customer)
	}
}

// Retain drops what is remembered of other services of a customer than these: nobody asks about them any more, so that
// nothing could ever disprove it.
func (g *Guard) Retain(customer types.NamespacedName, asked []v1alpha1.ServiceName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wanted := map[string]bool{}
	for _, name := range asked {
		wanted[services.Of(name).Scope] = true
	}
	for _, name := range services.Names() {
		if !slices.Contains(asked, name) {
			delete(g.systems, systemKey{customer, name})
			delete(g.disproved, systemKey{customer, name})
		}
		if scope := services.Of(name).Scope; !wanted[scope] {
			delete(g.complaints, complaintKey{customer, scope})
			delete(g.failing, complaintKey{customer, scope})
			if t := g.traffic[scope]; t != nil {
				t.forget(customer)
			}
		}
	}
}
