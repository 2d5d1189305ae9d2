package maskinporten

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// SigningKey is the private RSA key that signs grants, with the key id under which its public half is registered on the
// client, or with the enterprise certificate. It opens every customer's data, so it shows only its id and thumbprint,
// however it is printed, logged or encoded. It cannot be read back.
type SigningKey struct {
	id         string
	thumbprint string
	algorithm  string
	expires    time.Time
	// chain returns the x5c of grants; it is nil if they have a kid. It and private are behind functions, because
	// reflection ends there, and with it every dumper and encoder.
	chain   func() []string
	private func() *rsa.PrivateKey
}

// newSigningKey returns a key after the checks that all forms of keys share.
func newSigningKey(k privateKey) (*SigningKey, error) {
	if k.private.N.BitLen() < minKeyBits {
		return nil, KeyTooShort
	}
	if k.private.N.BitLen() > maxKeyBits || k.private.Validate() != nil {
		return nil, KeyUnreadable
	}
	k.private.Precompute()
	mark, err := thumbprint(&k.private.PublicKey)
	if err != nil {
		return nil, KeyUnreadable
	}
	private := func() *rsa.PrivateKey { return k.private }
	return &SigningKey{id: k.id, thumbprint: mark, algorithm: k.algorithm, private: private}, nil
}

func thumbprint(public *rsa.PublicKey) (string, error) {
	key := jose.JSONWebKey{Key: public}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// ID returns the key id (kid), or "" for a key whose grants name a certificate.
func (k SigningKey) ID() string {
	return k.id
}

// Algorithm returns the algorithm of grants: RS256, RS384 or RS512.
func (k SigningKey) Algorithm() string {
	return k.algorithm
}

// CertificateExpires returns the earliest expiry of the chain's certificates, or the zero time for a registered key.
func (k SigningKey) CertificateExpires() time.Time {
	return k.expires
}

// Thumbprint returns the RFC 7638 SHA-256 thumbprint of the public key in base64url: the same for a key whatever its
// form and id.
func (k SigningKey) Thumbprint() string {
	return k.thumbprint
}

// String returns key id and thumbprint.
func (k SigningKey) String() string {
	if k.id == "" {
		return fmt.Sprintf("signing key of a certificate (thumbprint %s)", k.thumbprint)
	}
	return fmt.Sprintf("signing key %s (thumbprint %s)", k.id, k.thumbprint)
}

// GoString returns String.
func (k SigningKey) GoString() string {
	return k.String()
}

// Format writes String, whatever the verb and flags.
func (k SigningKey) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, k.String())
}

// LogValue returns key id and thumbprint.
func (k SigningKey) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kid", k.id), slog.String("thumbprint", k.thumbprint))
}

// MarshalJSON returns key id and thumbprint.
func (k SigningKey) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"kid": k.id, "thumbprint": k.thumbprint})
}
