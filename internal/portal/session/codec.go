// Package session keeps sessions in encrypted cookies, so that every replica knows who is logged in and none stores it.
package session

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// MinKeySize is the least number of bytes of a key.
const MinKeySize = 32

// ErrShortKey means that a key has fewer than MinKeySize bytes.
var ErrShortKey = errors.New("a session key has fewer than 32 bytes")

// errInvalid means that a text was not sealed by any of the keys, or for another purpose.
var errInvalid = errors.New("the cookie was not sealed by a known key")

// Purpose is what a sealed text is for. A text for one purpose cannot be opened for another.
type Purpose string

const (
	// ForSession is the purpose of a session.
	ForSession Purpose = "session/1"
	// ForLogin is the purpose of a login that is under way.
	ForLogin Purpose = "login/1"
)

// Keys seal with the first and open with each of them.
type Keys struct{ secrets [][]byte }

// NewKeys returns Keys, or ErrShortKey.
func NewKeys(secrets ...[]byte) (Keys, error) {
	for _, s := range secrets {
		if len(s) < MinKeySize {
			return Keys{}, ErrShortKey
		}
	}
	if len(secrets) == 0 {
		return Keys{}, ErrShortKey
	}
	return Keys{secrets: secrets}, nil
}

// String hides the keys.
func (Keys) String() string { return "[REDACTED]" }

// GoString hides the keys.
func (Keys) GoString() string { return "[REDACTED]" }

// Seal encrypts a value (A256GCM), compressed because groups' names are long.
func (k Keys) Seal(purpose Purpose, value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("sealing a cookie: %w", err)
	}
	key, err := derive(k.secrets[0], purpose)
	if err != nil {
		return "", err
	}
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: key},
		&jose.EncrypterOptions{Compression: jose.DEFLATE})
	if err != nil {
		return "", fmt.Errorf("sealing a cookie: %w", err)
	}
	sealed, err := encrypter.Encrypt(text)
	if err != nil {
		return "", fmt.Errorf("sealing a cookie: %w", err)
	}
	return sealed.CompactSerialize()
}

// Open decrypts a value, or returns errInvalid.
func (k Keys) Open(purpose Purpose, sealed string, value any) error {
	parsed, err := jose.ParseEncryptedCompact(sealed, []jose.KeyAlgorithm{jose.DIRECT},
		[]jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return errInvalid
	}
	for _, secret := range k.secrets {
		key, err := derive(secret, purpose)
		if err != nil {
			return err
		}
		if text, err := parsed.Decrypt(key); err == nil {
			return json.Unmarshal(text, value)
		}
	}
	return errInvalid
}

// derive returns the key of one purpose.
func derive(secret []byte, purpose Purpose) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "integration-operator-portal/"+string(purpose), 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a session key: %w", err)
	}
	return key, nil
}
