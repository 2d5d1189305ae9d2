package controllers

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestEarlyProof makes proofs before their time: the time of the last one moves only when it is old, or was asked for.
func TestEarlyProof(t *testing.T) {
	first := makeGuard(t)
	supplierUID := supplierObject().UID
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
		q := authority.Question{Customer: client.ObjectKeyFromObject(customerObject()), Request: maskinporten.Request{Scope: services.ScopeFollowUpPlans}}
		if _, err := b.s.guard.Ask(t.Context(), q); err == nil {
			t.Fatal("there is a token")
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
