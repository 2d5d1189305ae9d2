package authority

import (
	"context"
	"errors"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/outbound"
)

// ownScope is the key of a token of our own for a scope of Altinn's.
type ownScope string

// String returns the scope.
func (s ownScope) String() string { return string(s) }

// ownToken returns a token of our own for a scope of Altinn's. Its error is a *maskinporten.Error of a fault.
func (g *Guard) ownToken(ctx context.Context, scope string) (outbound.Bearer, error) {
	token, _, err := g.ownTokens.Get(ctx, ownScope(scope), false, func(ctx context.Context) (*maskinporten.Token, error) {
		return g.sendOwn(ctx, metrics.OperationOwnToken, scope)
	})
	if err != nil {
		return outbound.Bearer{}, asOwnFault(err)
	}
	return outbound.NewBearer(token.AccessToken)
}

// asOwnFault returns the error of a request for a token of our own as a fault. It is no answer about the customer on
// whose behalf Altinn was to be called.
func asOwnFault(err error) error {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return &maskinporten.Error{Class: maskinporten.ClassUnreachable, Err: err}
	}
	refused := *e
	refused.Class = ownFault(e.Class)
	return &refused
}
