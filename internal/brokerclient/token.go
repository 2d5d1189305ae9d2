package brokerclient

import (
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// maxLifetime bounds expires_in. The broker's tokens live for minutes.
const maxLifetime = 24 * time.Hour

// Token is an access token for one service of one customer. Printing it does not show its secret.
type Token struct {
	// AccessToken is the secret. It cannot be revoked: after a withdrawal it is valid until it expires.
	AccessToken outbound.Bearer
	// ExpiresAt is when the token expires, by our clock, counted from the request.
	ExpiresAt time.Time
	// Scope is the token's scope, as the broker reports it.
	Scope string
}
