package customerintegration

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestNothingIsInherited changes where a customer with access is verified. What one supplier verified in one
// environment does not count for another.
func TestNothingIsInherited(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*v1alpha1.Supplier)
		gone   bool // the Supplier
		want   string
		due    bool
	}{
		"same": {reason: "the proof still counts", change: func(*v1alpha1.Supplier) {}, want: "Granted Delegated"},
		"name": {
			reason: "the same supplier under a better name",
			change: func(s *v1alpha1.Supplier) { s.Spec.Name = "4HUMAN" }, want: "Granted Delegated",
		},
		"key": {
			reason: "another key or client is the same supplier",
			change: func(s *v1alpha1.Supplier) { s.Spec.Maskinporten.ClientID = "another" }, want: "Granted Delegated",
		},
		"supplier": {
			reason: "another organization was given nothing",
			change: func(s *v1alpha1.Supplier) {
				s.Spec.OrganizationNumber = "312605031"
			}, want: "Unknown VerificationPending", due: true,
		},
		"test": {
			reason: "delegations of Production are none in Test",
			change: func(s *v1alpha1.Supplier) {
				s.Spec.Environment = v1alpha1.EnvironmentTest
			}, want: "Unknown VerificationPending", due: true,
		},
		"not-found": {
			reason: "what was known is not denied by a Supplier that is missing", gone: true,
			change: func(*v1alpha1.Supplier) {}, want: "Granted Delegated",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(time.Hour).with(func(s *scope) {
				c.change(s.supplier)
				if c.gone {
					s.supplier = nil
				}
			})
			status := statusOf(b.s.verdict())
			if got := describe(status.Services[0].Authorization); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
			if status.Authority != b.s.facts().Authority || status.Authority.Issuer == "" ||
				status.Authority.SupplierOrganizationNumber == "" {
				t.Errorf("verified by %v", status.Authority)
			}
			if got := len(dueOf(b.s)) > 0; got != c.due {
				t.Errorf("%s: due %t, want %t", c.reason, got, c.due)
			}
		})
	}
	moved := makeCustomer().granted(time.Hour).
		with(func(s *scope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest })
	if got := describe(statusOf(moved.answered(
		maskinporten.ClassNotDelegated).s.verdict()).Services[0].Authorization); got != "NotGranted NotDelegated" {
		t.Errorf("what was never given there is %s", got)
	}
}
