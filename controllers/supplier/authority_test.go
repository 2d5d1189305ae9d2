package supplier

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
)

// TestEarlyProof proves the credentials before their time: the time of the last proof changes only if it is old, or if
// a proof was requested.
func TestEarlyProof(t *testing.T) {
	first := fixture.Guard(t)
	supplierUID := fixture.Supplier().UID
	cases := map[string]struct {
		reason string
		after  time.Duration
		change func(*gathered)
		moves  bool
	}{
		"early": {reason: "a customer's doubt is not a write a minute", after: time.Minute, change: func(*gathered) {}},
		"on-time": {
			reason: "the interval is over", after: pacing.Jitter(fixture.Usual, supplierUID).Truncate(time.Second),
			change: func(*gathered) {}, moves: true,
		},
		"requested": {reason: "a proof was requested", after: time.Minute, moves: true, change: func(s *gathered) {
			s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
		}},
		"another-key": {
			reason: "it is another proof", after: time.Minute, moves: true,
			change: func(s *gathered) { s.guard = fixture.GuardOf(t, fixture.OtherKey, fixture.Always("", 0)) },
		},
		"another-client": {
			reason: "it is another proof", after: time.Minute, moves: true, change: func(s *gathered) {
				s.supplier.Spec.Maskinporten.ClientID = "another"
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeSupplier().after(makeSupplier().with(func(s *gathered) { s.guard = first }).proved("")).proved("")
			b.s.guard, b.s.now = first, fixture.Noon.Add(c.after)
			c.change(b.s)
			got := statusOf(b.s.readGuard()).Credentials
			if moved := got.LastVerifiedTime.Time.Equal(b.s.now); moved != c.moves {
				t.Errorf("%s: moved %t, want %t", c.reason, moved, c.moves)
			}
			if got.ClientID != b.s.supplier.Spec.Maskinporten.ClientID || got.KeyThumbprint != b.s.guard.Thumbprint() ||
				got.Issuer != "https://maskinporten.no/" {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestReachableWhilePostponed verifies that Maskinporten is reported as not responding until its Retry-After ends, if
// it returned one to five customers in a row.
func TestReachableWhilePostponed(t *testing.T) {
	for _, class := range []maskinporten.Class{
		maskinporten.ClassRateLimited, maskinporten.ClassServerError,
		maskinporten.ClassKeyExpired,
	} {
		well := makeSupplier().with(func(s *gathered) { s.guard = fixture.Guard(t) }).proved("")
		b := makeSupplier().after(well).
			with(func(s *gathered) { s.guard = fixture.GuardOf(t, fixture.TestKey, fixture.Always(class, time.Hour)) })
		if got := maskinportenCondition(b.s.readGuard()); string(got.Status) != "True" {
			t.Errorf("%s: before %s %s", class, got.Status, got.Reason)
		}
		for _, name := range []string{"tiger", "wolf", "elk", "hare", "fox"} {
			q := authority.TokenRequest{
				Customer: types.NamespacedName{Namespace: "customers", Name: name},
				Request:  maskinporten.Request{Scope: fixture.PlansScope},
			}
			if _, err := b.s.guard.Token(t.Context(), q); err == nil {
				t.Fatal("there is a token")
			}
		}
		want := "False " + string(class)
		if class.Kind() != conclusion.Outage {
			want = "False RateLimited"
		}
		got := maskinportenCondition(b.s.readGuard())
		if said := string(got.Status) + " " + got.Reason; said != want {
			t.Errorf("%s: MaskinportenReachable %s, want %s", class, said, want)
		}
		fixture.IsWellFormed(t, string(class), got.Message)
		b.s.now = fixture.Noon.Add(time.Hour)
		if got := maskinportenCondition(b.s.readGuard()); string(got.Status) != "True" {
			t.Errorf("%s: afterwards %s %s", class, got.Status, got.Reason)
		}
	}
}
