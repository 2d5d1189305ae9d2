package supplier

import (
	"sync"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/pacing"
)

// keptProof is a proof that is not in the status yet.
type keptProof struct {
	cause       string
	credentials v1alpha1.CredentialsStatus
	proof       *proof
}

// keptProofs stores each Supplier's last proof until the status has it. If a status write fails, the next reconcile
// writes the proof and sends no request. The zero value is ready to use.
type keptProofs struct {
	mu  sync.Mutex
	all map[string]keptProof
}

// keep stores the proof of a reconcile.
func (k *keptProofs) keep(s *facts) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[string]keptProof{}
	}
	k.all[s.supplier.Name] = keptProof{cause: s.cause(), credentials: s.credentials(), proof: s.proof}
}

// recall returns the stored proof, nil if there is none or it no longer applies.
func (k *keptProofs) recall(s *facts) *proof {
	if s.guard == nil || s.halt() != nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.all[s.supplier.Name]
	switch {
	case !ok:
		return nil
	case kept.cause != s.cause() || kept.credentials != s.credentials() || s.guard.tried.IsZero():
	case clock.InFuture(kept.proof.at, s.now) || !proofEnd(s, kept.proof).After(s.now):
	default:
		return kept.proof
	}
	delete(k.all, s.supplier.Name)
	return nil
}

// proofEnd returns when a proof expires: after the interval, or sooner if it failed or is in doubt.
func proofEnd(s *facts, p *proof) time.Time {
	interval := s.supplier.VerificationInterval()
	if p.class != "" || len(p.scopes) > 0 || s.guard.suspect {
		return p.at.Add(pacing.FaultPause(interval, s.supplier.UID))
	}
	return p.at.Add(pacing.Jitter(interval, s.supplier.UID))
}

// forget drops the proof of a Supplier whose status has it, or that no longer exists.
func (k *keptProofs) forget(supplier string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, supplier)
}
