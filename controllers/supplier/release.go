package supplier

import (
	"slices"
	"sync"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/services"
)

// holds remembers for which services the customers of each Supplier are held back, so that they are woken when that
// ends. The status does not show this, because it may report another fault before and after. The zero value is ready to
// use.
type holds struct {
	mu  sync.Mutex
	all map[string][]v1alpha1.ServiceName
}

// update records for which services a Supplier's customers are held back now. It reports whether one was released.
func (h *holds) update(supplier string, now []v1alpha1.ServiceName) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.all[supplier]
	if h.all == nil {
		h.all = map[string][]v1alpha1.ServiceName{}
	}
	h.all[supplier] = now
	return slices.ContainsFunc(before, func(name v1alpha1.ServiceName) bool { return !slices.Contains(now, name) })
}

// forget drops what is remembered of a Supplier that no longer exists.
func (h *holds) forget(supplier string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, supplier)
}

// throughAgents follows the name of a service whose customers with an agent are held back.
const throughAgents = " through agents"

// heldServices lists the offered services whose customers are held back, and those whose customers with an agent are.
func heldServices(s *gathered) []v1alpha1.ServiceName {
	if s.guard == nil {
		return nil
	}
	var names []v1alpha1.ServiceName
	for _, service := range services.Offered(s.supplier) {
		if authority.IsHeldBack(s.guard, service, false) {
			names = append(names, service.Name)
		}
		if authority.IsHeldBack(s.guard, service, true) {
			names = append(names, service.Name+throughAgents)
		}
	}
	return names
}

// release wakes the customers of a Supplier that are no longer held back.
func (r *Reconciler) release(s *gathered) {
	if r.holds.update(s.supplier.Name, heldServices(s)) && r.Released != nil {
		r.Released(s.supplier.Name)
	}
}
