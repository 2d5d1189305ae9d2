package altinn

import (
	"context"

	"github.com/4human/integration-operator/internal/outbound"
)

// Scopes of Altinn's vendor API for system users, each with what it opens (altinn-authentication, AuthzConstants and
// the policies of its controllers).
const (
	// ScopeWrite opens asking customers, deleting such requests, and looking up one system user.
	ScopeWrite = "altinn:authentication/systemuser.request.write"
	// ScopeRead opens reading requests.
	ScopeRead = "altinn:authentication/systemuser.request.read"
	// ScopeRegister opens the list of a system's users. Altinn has no narrower scope for it.
	ScopeRegister = "altinn:authentication/systemregister.write"
)

// TokenSource gives tokens of our own for Altinn.
type TokenSource interface {
	// Bearer gives a token for exactly one scope. Its error is handed to whoever called the Client, unchanged.
	Bearer(ctx context.Context, scope string) (outbound.Bearer, error)
}

// TokenSourceFunc is a function that is a TokenSource.
type TokenSourceFunc func(ctx context.Context, scope string) (outbound.Bearer, error)

// Bearer calls f.
func (f TokenSourceFunc) Bearer(ctx context.Context, scope string) (outbound.Bearer, error) {
	return f(ctx, scope)
}
