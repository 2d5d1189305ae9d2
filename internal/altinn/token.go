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

// TokenSource returns a token of our own for exactly one scope of Altinn's. The Client returns its error unchanged.
type TokenSource func(ctx context.Context, scope string) (outbound.Bearer, error)
