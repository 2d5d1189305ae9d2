package authority

import (
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// signer is a TokenSource with several keys.
type signer interface {
	// AcceptedKey returns the key whose grant was last accepted.
	AcceptedKey() *maskinporten.SigningKey
}

// KeyID returns the kid of the grant that was last accepted, or "" if grants name a certificate in its place.
func (g *Guard) KeyID() string { return g.acceptedKey().ID() }

// Thumbprint returns the RFC 7638 thumbprint of the public half of the key of KeyID.
func (g *Guard) Thumbprint() string { return g.acceptedKey().Thumbprint() }

// CertificateExpires returns when the first certificate of the chain that grants name expires, or the zero time if they
// name a registered key.
func (g *Guard) CertificateExpires() time.Time { return g.acceptedKey().CertificateExpires() }

func (g *Guard) acceptedKey() *maskinporten.SigningKey {
	if s, ok := g.source.(signer); ok {
		return s.AcceptedKey()
	}
	return g.key
}
