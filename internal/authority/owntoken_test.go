package authority

import (
	"errors"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestOwnTokenIsAboutUs refuses our own token for Altinn in each way: the error is never a response about the customer
// whose system user was to be looked up.
func TestOwnTokenIsAboutUs(t *testing.T) {
	for _, class := range maskinporten.Classes() {
		s := &script{}
		g := newGuard(TokenSourceFunc(s.ask), nil, time.Now, Limits{})
		s.says(class, 0)
		_, err := g.ownToken(t.Context(), altinn.ScopeRead)
		told := maskinporten.ClassOf(err)
		if !told.Kind().Inconclusive() {
			t.Errorf("refused with %s, told %s: as if a customer had been asked about", class, told)
		}
		if class.Kind().Inconclusive() && told != class {
			t.Errorf("refused with %s, told %s", class, told)
		}
	}
}

// TestMissingScopeHoldsAltinn has a proof find that the client lacks one of Altinn's scopes: no request is sent to
// Altinn, nor to Maskinporten for the token.
func TestMissingScopeHoldsAltinn(t *testing.T) {
	s := &script{}
	g := newGuard(TokenSourceFunc(s.ask), nil, time.Now, Limits{})
	s.says(maskinporten.ClassScopeNotRegistered, 0)
	_ = g.Prove(t.Context(), "a test", ownScopes(altinn.ScopeWrite)...)
	err := g.holdAltinn()
	held, ok := errors.AsType[*HeldError](err)
	if !ok || held.Fault != maskinporten.ClassScopeNotRegistered {
		t.Errorf("held by %v", err)
	}
}
