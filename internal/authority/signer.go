package authority

import (
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// signer is a TokenSource with several keys.
type signer interface {
	// SignedBy returns the key whose grant was last accepted.
	SignedBy() *maskinporten.SigningKey
}

// KeyID returns the kid of the grant that was last accepted, or "" if grants name a certificate in its place.
func (g *Guard) KeyID() string { return g.signedBy().ID() }

// Thumbprint returns the RFC 7638 thumbprint of the public half of the key of KeyID.
func (g *Guard) Thumbprint() string { return g.signedBy().Thumbprint() }

// CertificateExpires returns when the first certificate of the chain that grants name expires, or the zero time if they
// name a registered key.
func (g *Guard) CertificateExpires() time.Time { return g.signedBy().CertificateExpires() }

func (g *Guard) signedBy() *maskinporten.SigningKey {
	if s, ok := g.source.(signer); ok {
		return s.SignedBy()
	}
	return g.key
}
