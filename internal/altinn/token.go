package altinn

import (
	"context"

	"github.com/4human/integration-operator/internal/outbound"
)

// Scopes of Altinn's vendor API for system users (altinn-authentication, AuthzConstants and the policies of its
// controllers).
const (
	// ScopeWrite is for creating and deleting requests, and looking up one system user.
	ScopeWrite = "altinn:authentication/systemuser.request.write"
	// ScopeRead is for reading requests.
	ScopeRead = "altinn:authentication/systemuser.request.read"
	// ScopeRegister is for the list of a system's users. Altinn has no narrower scope for it.
	ScopeRegister = "altinn:authentication/systemregister.write"
)

// TokenSource returns tokens of our own for Altinn.
type TokenSource interface {
	// Bearer returns a token for exactly one scope. The Client returns its error unchanged.
	Bearer(ctx context.Context, scope string) (outbound.Bearer, error)
}

// TokenSourceFunc is a function that is a TokenSource.
type TokenSourceFunc func(ctx context.Context, scope string) (outbound.Bearer, error)

// Bearer calls f.
func (f TokenSourceFunc) Bearer(ctx context.Context, scope string) (outbound.Bearer, error) {
	return f(ctx, scope)
}
