package simulator

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// signingKeyBits is half of what the real service uses (its signatures are 512 bytes long), for a key of 4096 bits takes
// seconds to make, and a signature with it eight times as long as one with 2048.
const signingKeyBits = 2048

// signingKeys are the keys that access tokens are signed with.
type signingKeys struct {
	mu sync.RWMutex
	// signing holds the private keys whose public parts are in the JWKS: the one in use, then the one before it, so that
	// tokens signed just before a rotation can still be verified.
	signing []jose.JSONWebKey
}

// foreignKey generates the key that no JWKS has, once, when it is first used.
var foreignKey = sync.OnceValues(generateSigningKey)

func newSigningKeys(private *rsa.PrivateKey) (*signingKeys, error) {
	newKey := generateSigningKey
	if private != nil {
		newKey = func() (jose.JSONWebKey, error) { return signingKey(private) }
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	return &signingKeys{signing: []jose.JSONWebKey{key}}, nil
}

func generateSigningKey() (jose.JSONWebKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, signingKeyBits)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return signingKey(private)
}

// signingKey returns a private key for RS256, whose key ID is its thumbprint.
func signingKey(private *rsa.PrivateKey) (jose.JSONWebKey, error) {
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.RS256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return key, nil
}

// RotateSigningKey makes a new key for access tokens and publishes it beside the one before. It fails only if no key can be
// generated.
func (s *Simulator) RotateSigningKey() error {
	key, err := generateSigningKey()
	if err != nil {
		return fmt.Errorf("generating a signing key: %w", err)
	}
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	s.keys.signing = []jose.JSONWebKey{key, s.keys.signing[0]}
	return nil
}

func (k *signingKeys) published() jose.JSONWebKeySet {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var set jose.JSONWebKeySet
	for _, key := range k.signing {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// sign makes a compact JWS of the content, with kid and alg in its header and no typ, as the real tokens have it.
func (k *signingKeys) sign(content any, withForeignKey bool) (string, error) {
	k.mu.RLock()
	key := k.signing[0]
	k.mu.RUnlock()
	if withForeignKey {
		var err error
		if key, err = foreignKey(); err != nil {
			return "", err
		}
	}
	payload, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
