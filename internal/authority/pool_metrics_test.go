package authority

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

// TestBreakers verifies the position of a breaker during an outage. A Supplier that is deleted or has no client has
// none.
func TestBreakers(t *testing.T) {
	key := jwk(t, generatedKey) // outside of the bubble, whose time would not pass meanwhile
	synctest.Test(t, func(t *testing.T) {
		broken := true
		p := &Pool{
			Secrets: fake.NewClientBuilder().WithObjects(makeSecret(key)).
				Build(), Namespace: "system", Now: time.Now, Limits: Limits{Failures: 1},
			Connect: func(maskinporten.Config) (TokenSource, error) {
				return TokenSourceFunc(func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
					if broken {
						return nil, &maskinporten.Error{Class: maskinporten.ClassServerError}
					}
					return &maskinporten.Token{}, nil
				}), nil
			},
		}
		says := func(when string, want ...metrics.BreakerState) {
			t.Helper()
			if diff := cmp.Diff(want, p.Breakers()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		stands := func(position metrics.BreakerPosition) metrics.BreakerState {
			return metrics.BreakerState{Supplier: "default", Service: metrics.ServiceMaskinporten, Position: position}
		}
		says("before the first request")
		without := makeSupplier()
		without.Name, without.Spec.OrganizationNumber = "broken", "1"
		if _, err := p.Guard(t.Context(), without); err == nil {
			t.Fatal("a Supplier without a number has a Guard")
		}
		says("a Supplier without a client")
		p.Forget("broken")
		g, err := p.Guard(t.Context(), makeSupplier())
		if err != nil {
			t.Fatal(err)
		}
		says("at first", stands(metrics.BreakerClosed))
		_ = outcome(t, g, tiger)
		says("in an outage", stands(metrics.BreakerOpen))
		<-time.After(defaultPause + 1)
		says("after the pause", stands(metrics.BreakerHalfOpen))
		broken = false
		_ = outcome(t, g, tiger)
		says("afterwards", stands(metrics.BreakerClosed))
		p.Forget("default")
		says("the Supplier is gone")
	})
}
