package controllers

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestNothingIsInherited changes whom a customer with access is asked of: what was given to one supplier, in one
// environment, says nothing of another.
func TestNothingIsInherited(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*supplierScope)
		gone   bool // the Supplier
		want   string
		due    bool
	}{
		"same":      {reason: "the proof still counts", change: func(*supplierScope) {}, want: "Granted Delegated"},
		"name":      {reason: "the same supplier under a better name", change: func(s *supplierScope) { s.supplier.Spec.Name = "4HUMAN" }, want: "Granted Delegated"},
		"key":       {reason: "another key or client is the same supplier", change: func(s *supplierScope) { s.supplier.Spec.Maskinporten.ClientID = "another" }, want: "Granted Delegated"},
		"supplier":  {reason: "another organization was given nothing", change: func(s *supplierScope) { s.supplier.Spec.OrganizationNumber = "312605031" }, want: "Unknown VerificationPending", due: true},
		"test":      {reason: "delegations of Production are none in Test", change: func(s *supplierScope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest }, want: "Unknown VerificationPending", due: true},
		"not-found": {reason: "what was known is not denied by a Supplier that is missing", gone: true, change: func(*supplierScope) {}, want: "Granted Delegated"},
	}
	for name, c := range cases {
		b := makeCustomer().granted(time.Hour).with(func(s *customerScope) {
			c.change(&supplierScope{supplier: s.supplier})
			if c.gone {
				s.supplier = nil
			}
		})
		status := customerStatus(b.s)
		if got := told(status.Services[0].Authorization); got != c.want {
			t.Errorf("%s: %s: %s, want %s", name, c.reason, got, c.want)
		}
		if status.Authority != b.s.authority() || status.Authority.Issuer == "" || status.Authority.SupplierOrganizationNumber == "" {
			t.Errorf("%s: asked of %v", name, status.Authority)
		}
		if got := len(due(b.s)) > 0; got != c.due {
			t.Errorf("%s: %s: due %t, want %t", name, c.reason, got, c.due)
		}
	}
	moved := makeCustomer().granted(time.Hour).with(func(s *customerScope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest })
	if got := told(customerStatus(moved.answered(maskinporten.ClassNotDelegated).s).Services[0].Authorization); got != "NotGranted NotDelegated" {
		t.Errorf("what was never given there is %s", got)
	}
}

// TestEarlyProof makes proofs before their time: the time of the last one moves only when it is old, or was asked for.
func TestEarlyProof(t *testing.T) {
	first := makeGuard(t)
	supplierUID := makeSupplier().s.supplier.UID
	cases := map[string]struct {
		reason string
		after  time.Duration
		change func(*supplierScope)
		moves  bool
	}{
		"early":   {reason: "a customer's doubt is not a write a minute", after: time.Minute, change: func(*supplierScope) {}},
		"on-time": {reason: "the interval is over", after: jitter(usual, supplierUID).Truncate(time.Second), change: func(*supplierScope) {}, moves: true},
		"requested": {reason: "somebody wants to see it", after: time.Minute, moves: true, change: func(s *supplierScope) {
			s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
		}},
		"another-key": {reason: "it is another proof", after: time.Minute, moves: true, change: func(s *supplierScope) { s.guard = makeGuardOf(t, otherKey, always("", 0)) }},
		"another-client": {
			reason: "it is another proof", after: time.Minute, moves: true, change: func(s *supplierScope) { s.supplier.Spec.Maskinporten.ClientID = "another" },
		},
	}
	for name, c := range cases {
		b := makeSupplier().after(makeSupplier().with(func(s *supplierScope) { s.guard = first }).proved("")).proved("")
		b.s.guard, b.s.now = first, noon.Add(c.after)
		c.change(b.s)
		got := supplierStatus(b.s).Credentials
		if moved := got.LastVerifiedTime.Time.Equal(b.s.now); moved != c.moves {
			t.Errorf("%s: %s: moved %t, want %t", name, c.reason, moved, c.moves)
		}
		if got.ClientID != b.s.supplier.Spec.Maskinporten.ClientID || got.KeyThumbprint != b.s.guard.Thumbprint() || got.Issuer != "https://maskinporten.no/" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestReachableWhilePostponed says that Maskinporten does not answer as long as it wants to be left alone, also when it
// said so to a customer's question.
func TestReachableWhilePostponed(t *testing.T) {
	for _, class := range []maskinporten.Class{maskinporten.ClassRateLimited, maskinporten.ClassServerError, maskinporten.ClassKeyExpired} {
		well := makeSupplier().with(func(s *supplierScope) { s.guard = makeGuard(t) }).proved("")
		b := makeSupplier().after(well).with(func(s *supplierScope) { s.guard = makeGuardOf(t, testKey, always(class, time.Hour)) })
		c := makeCustomer().with(func(s *customerScope) { s.guard = b.s.guard })
		if _, err := verify(t.Context(), c.s); err != nil {
			t.Fatal(err)
		}
		want := "False " + string(class)
		if class.Kind() != conclusion.Outage {
			want = "False RateLimited"
		}
		got := reachable(b.s)
		if said := string(got.status) + " " + got.reason; said != want {
			t.Errorf("%s: AuthorityReachable %s, want %s", class, said, want)
		}
		isWellFormed(t, string(class), got.message)
		b.s.now = noon.Add(time.Hour)
		if got := reachable(b.s); string(got.status) != "True" {
			t.Errorf("%s: afterwards %s %s", class, got.status, got.reason)
		}
	}
}
