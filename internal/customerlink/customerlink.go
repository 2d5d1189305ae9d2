// Package customerlink makes the secret links to customers' own pages in the portal.
package customerlink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"k8s.io/apimachinery/pkg/types"
)

// MinKeySize is the least number of bytes of a Key.
const MinKeySize = 32

// ErrShortKey means that a key has fewer than MinKeySize bytes.
var ErrShortKey = errors.New("the key of customers' links has fewer than 32 bytes")

// Key makes the tokens of links. Another key revokes all links.
type Key struct{ bytes []byte }

// NewKey returns a Key of the given bytes, or ErrShortKey.
func NewKey(b []byte) (Key, error) {
	if len(b) < MinKeySize {
		return Key{}, ErrShortKey
	}
	return Key{bytes: b}, nil
}

// Token returns the token of a CustomerIntegration's link: a MAC of its UID and the value of its annotation
// integrations.4human.no/link-revision, in base64url. Another revision revokes the link of one customer.
func (k Key) Token(uid types.UID, revision string) string {
	mac := hmac.New(sha256.New, k.bytes)
	mac.Write([]byte("customer-link/1\x00" + string(uid) + "\x00" + revision))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// String hides the key.
func (Key) String() string { return "[REDACTED]" }

// GoString hides the key.
func (Key) GoString() string { return "[REDACTED]" }

// Equal reports whether two tokens are equal, in constant time.
func Equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
