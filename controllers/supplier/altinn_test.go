package supplier

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestAltinnsOutageEndsWithItsService verifies that AltinnReachable is removed if a Supplier stops offering the service
// that needs Altinn during an outage of Altinn.
func TestAltinnsOutageEndsWithItsService(t *testing.T) {
	c := makeCounting(t)
	c.Pool.AltinnTransport = fixture.NoAltinn{}
	says := func() string {
		return fixture.StatusOf(c.supplier(t).Status.Conditions, v1alpha1.ConditionAltinnReachable)
	}
	c.pass(t)
	if got := says(); got != "False Unreachable" {
		t.Fatalf("in the outage: %s", got)
	}
	s := c.supplier(t)
	s.Spec.Services, s.Generation = s.Spec.Services[:1], 2
	if err := c.server.Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(2 * time.Minute)
	c.pass(t)
	if got := says(); got != "" {
		t.Errorf("afterwards: %s", got)
	}
}
