package supplier

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
)

// TestProofDue verifies when the supplier's own credentials are proved: at once after anything casts doubt on them, but
// not at every reconcile.
func TestProofDue(t *testing.T) {
	supplierUID := fixture.Supplier().UID
	interval, retry := pacing.Jitter(fixture.Usual, supplierUID).
		Truncate(time.Second), pacing.FaultPause(fixture.Usual, supplierUID).Truncate(time.Second)
	fresh := fixture.Guard
	tried := func(class maskinporten.Class, wait time.Duration) func(*testing.T) *authority.Guard {
		return func(t *testing.T) *authority.Guard {
			g := fixture.GuardOf(t, fixture.TestKey, fixture.Always(class, wait))
			_ = g.Prove(t.Context(), makeSupplier().s.cause(), fixture.PlansProof())
			return g
		}
	}
	doubted := func(t *testing.T) *authority.Guard {
		g := fixture.Guard(t)
		g.Complaints.Add(types.NamespacedName{Namespace: "customers", Name: "tiger"}, fixture.PlansScope,
			maskinporten.ClassTokenMismatch)
		return g
	}
	cases := map[string]struct {
		reason string
		guard  func(*testing.T) *authority.Guard // nil: none
		proved bool                              // at noon, by a manager before
		change func(*gathered)
		after  time.Duration // noon
		due    bool
		next   time.Duration // 0 if due, or if only an event can change anything
	}{
		"new":    {reason: "nothing is known", guard: fresh, due: true},
		"proved": {reason: "a restart proves nothing anew", guard: fresh, proved: true, next: interval},
		"proved-later": {
			reason: "the rest of the interval", guard: fresh, proved: true, after: time.Hour,
			next: interval - time.Hour,
		},
		"second-before": {reason: "not yet", guard: fresh, proved: true, after: interval - time.Second, next: time.Second},
		"interval-over": {reason: "the proof is old", guard: fresh, proved: true, after: interval, due: true},
		"no-client":     {reason: "only the spec or the Secret can change anything", proved: true},
		"suspended": {
			reason: "no request is sent", guard: fresh,
			change: func(s *gathered) { s.supplier.Spec.Suspend = true },
		},
		"suspended-doubt": {
			reason: "no request is sent", guard: doubted, proved: true,
			change: func(s *gathered) { s.supplier.Spec.Suspend = true },
		},
		"spec-changed": {
			reason: "the proof was for another spec", guard: fresh, proved: true,
			change: func(s *gathered) { s.supplier.Generation = 2 }, due: true,
		},
		"another-key": {
			reason: "the proof was for another key", proved: true, due: true,
			guard: func(t *testing.T) *authority.Guard {
				return fixture.GuardOf(t, fixture.OtherKey, fixture.Always("", 0))
			},
		},
		"requested": {
			reason: "a verification is requested", guard: fresh, proved: true, due: true,
			change: func(s *gathered) {
				s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
			},
		},
		"requested-and-handled": {
			reason: "the request was handled", guard: fresh, proved: true, next: interval,
			change: func(s *gathered) {
				s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
				s.supplier.Status.LastHandledReconcileAt = "now"
			},
		},
		"doubted": {reason: "a customer's question met a fault", guard: doubted, proved: true, due: true},
		"just-failed": {
			reason: "not at every reconcile", guard: tried(maskinporten.ClassServerError, 0),
			after: time.Second, next: retry - time.Second,
		},
		"clock-back": {
			reason: "the last try seems to be an hour ahead", guard: tried(maskinporten.ClassServerError, 0),
			after: -time.Hour, due: true,
		},
		"failed-before": {reason: "soon again", guard: tried(maskinporten.ClassServerError, 0), after: retry, due: true},
		"stay-away": {
			reason: "not before Maskinporten wants to see us", guard: tried(maskinporten.ClassRateLimited,
				time.Hour), after: retry, next: time.Hour - retry,
		},
		"come-back": {
			reason: "it is time", guard: tried(maskinporten.ClassRateLimited, time.Hour), after: time.Hour,
			due: true,
		},
		"come-soon": {
			reason: "and not before our own pause", guard: tried(maskinporten.ClassRateLimited, time.Second),
			after: 2 * time.Second, next: retry - 2*time.Second,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeSupplier()
			if c.proved {
				before := makeSupplier().with(func(s *gathered) { s.guard = fixture.Guard(t) }).proved("")
				b = b.after(before)
			}
			if c.guard != nil {
				b.s.guard = c.guard(t)
			}
			b.s.now = fixture.Noon.Add(c.after)
			if c.change != nil {
				c.change(b.s)
			}
			if got := isProofDue(b.s.readGuard()); got != c.due {
				t.Errorf("%s: due %t, want %t", c.reason, got, c.due)
			}
			if c.due {
				return
			}
			if got := nextProof(b.s.readGuard()); got != c.next {
				t.Errorf("%s: next in %s, want %s", c.reason, got, c.next)
			}
		})
	}
}

// TestCauseOutlivesItsHandling verifies that a requested proof that was refused is not repeated at the next reconcile,
// when the request is handled.
func TestCauseOutlivesItsHandling(t *testing.T) {
	b := makeSupplier().with(func(s *gathered) {
		s.guard = fixture.GuardOf(t, fixture.TestKey, fixture.Always(maskinporten.ClassKeyExpired, 0))
		s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
	})
	if !isProofDue(b.s.readGuard()) {
		t.Fatal("a requested proof is not due")
	}
	_ = b.s.guard.Prove(t.Context(), b.s.cause(), fixture.PlansProof())
	b = b.proved(maskinporten.ClassKeyExpired)
	b.s.supplier.Status = statusOf(b.s.readGuard())
	if b.s.supplier.Status.LastHandledReconcileAt != "now" {
		t.Fatal("a refusal is an answer")
	}
	if isProofDue(b.s.readGuard()) {
		t.Error("the same proof is due again at once")
	}
	b.s.supplier.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = "later"
	if !isProofDue(b.s.readGuard()) {
		t.Error("the next request has to wait")
	}
}
