package maskinporten

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/go-jose/go-jose/v4"
)

// SigningKey is the private RSA key that signs grants, with the key id under
// which its public half is registered on the client. Whoever has it can read
// every customer's data, so it shows nothing but its id and thumbprint, however
// it is printed, logged or encoded. It cannot be read back.
type SigningKey struct {
	id         string
	thumbprint string
	// private is behind a function because reflection, and with it every dumper and
	// encoder, ends there.
	private func() *rsa.PrivateKey
}

// newSigningKey checks what all forms of keys have in common.
func newSigningKey(private *rsa.PrivateKey, id string) (*SigningKey, error) {
	if private.N.BitLen() < minKeyBits {
		return nil, KeyTooShort
	}
	if private.N.BitLen() > maxKeyBits || private.Validate() != nil {
		return nil, KeyUnreadable
	}
	if !printable(id, maxKeyID) {
		return nil, KeyIDInvalid
	}
	private.Precompute()
	mark, err := thumbprint(&private.PublicKey)
	if err != nil {
		return nil, KeyUnreadable
	}
	return &SigningKey{id: id, thumbprint: mark, private: func() *rsa.PrivateKey { return private }}, nil
}

func thumbprint(public *rsa.PublicKey) (string, error) {
	key := jose.JSONWebKey{Key: public}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// ID is the key id (kid).
func (k SigningKey) ID() string {
	return k.id
}

// Thumbprint is the RFC 7638 SHA-256 thumbprint of the public key in base64url:
// the same for a key whatever its form and id.
func (k SigningKey) Thumbprint() string {
	return k.thumbprint
}

// String gives key id and thumbprint.
func (k SigningKey) String() string {
	return fmt.Sprintf("signing key %s (thumbprint %s)", k.id, k.thumbprint)
}

// GoString is String.
func (k SigningKey) GoString() string {
	return k.String()
}

// Format writes String whatever the verb and flags.
func (k SigningKey) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, k.String())
}

// LogValue gives key id and thumbprint.
func (k SigningKey) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kid", k.id), slog.String("thumbprint", k.thumbprint))
}

// MarshalJSON gives key id and thumbprint.
func (k SigningKey) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"kid": k.id, "thumbprint": k.thumbprint})
}
