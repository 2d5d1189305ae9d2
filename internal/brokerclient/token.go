package brokerclient

import (
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// maxLifetime bounds what expires_in may promise; the broker's are minutes.
const maxLifetime = 24 * time.Hour

// Token is an access token for one customer and service. It may be printed: its
// secret shows nothing of itself.
type Token struct {
	// AccessToken is the secret that opens the customer's data. It cannot be revoked: a
	// withdrawn delegation leaves it good until it expires.
	AccessToken outbound.Bearer
	// ExpiresAt is when it must no longer be used, by our clock. It counts from when
	// the token was asked for, so that the time on the way is not promised.
	ExpiresAt time.Time
	// Scope is what it is for, as the broker says.
	Scope string
}
