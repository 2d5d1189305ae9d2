package authority

import (
	"github.com/sony/gobreaker/v2"

	"github.com/4human/integration-operator/internal/metrics"
)

var _ metrics.Breakers = (*Pool)(nil)

// positions are gobreaker's states in the metric's words.
var positions = map[gobreaker.State]metrics.BreakerPosition{
	gobreaker.StateClosed:   metrics.BreakerClosed,
	gobreaker.StateHalfOpen: metrics.BreakerHalfOpen,
	gobreaker.StateOpen:     metrics.BreakerOpen,
}

// Breakers gives where the breakers of each Supplier stand now, before Maskinporten and, if it has a system there, Altinn. Of
// the two before Maskinporten it is the one that lets less through. A Supplier that no Guard could be made for has none.
func (p *Pool) Breakers() []metrics.BreakerState {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []metrics.BreakerState
	for supplier, e := range p.guards {
		if e.guard == nil {
			continue
		}
		all = append(all, metrics.BreakerState{
			Supplier: supplier, Service: metrics.ServiceMaskinporten, Position: positions[e.guard.tokens.state()],
		})
		if e.guard.register.client != nil {
			all = append(all, metrics.BreakerState{
				Supplier: supplier, Service: metrics.ServiceAltinn, Position: positions[e.guard.register.breaker.circuit.State()],
			})
		}
	}
	return all
}
