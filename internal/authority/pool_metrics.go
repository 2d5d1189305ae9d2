package authority

import (
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/4human/integration-operator/internal/metrics"
)

var positions = map[gobreaker.State]metrics.BreakerPosition{
	gobreaker.StateClosed:   metrics.BreakerClosed,
	gobreaker.StateHalfOpen: metrics.BreakerHalfOpen,
	gobreaker.StateOpen:     metrics.BreakerOpen,
}

// Breakers returns the positions of each Supplier's breakers: for Maskinporten the one that lets less through, and for
// Altinn if the Supplier has a system there. A Supplier without a Guard has none.
func (p *Pool) Breakers() []metrics.BreakerState {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []metrics.BreakerState
	for supplier, e := range p.guards {
		if e.guard == nil {
			continue
		}
		all = append(all, metrics.BreakerState{
			Supplier: supplier, Service: metrics.ServiceMaskinporten, Position: positions[e.guard.breakers.state()],
		})
		if e.guard.Altinn.client != nil {
			all = append(all, metrics.BreakerState{
				Supplier: supplier, Service: metrics.ServiceAltinn, Position: positions[e.guard.Altinn.breaker.circuit.State()],
			})
		}
	}
	return all
}

// Certificates returns when the enterprise certificates that Guards sign with expire, by the Supplier's name.
func (p *Pool) Certificates() map[string]time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]time.Time{}
	for supplier, e := range p.guards {
		if e.guard != nil && !e.guard.CertificateExpires().IsZero() {
			all[supplier] = e.guard.CertificateExpires()
		}
	}
	return all
}
