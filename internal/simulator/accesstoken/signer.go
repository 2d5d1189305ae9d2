package accesstoken

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// signingKeyBits is half of what the real service uses. A key of 4096 bits takes seconds to generate.
const signingKeyBits = 2048

// Issuer verifies access tokens.
type Issuer interface {
	// Issuer is the issuer identifier, to the letter.
	Issuer() string
	// Published returns the keys that verify tokens.
	Published() jose.JSONWebKeySet
}

// Signer signs the access tokens of one issuer. It is safe for concurrent use.
type Signer struct {
	issuer string

	mu sync.RWMutex
	// signing holds the private keys whose public parts are in the JWKS: the one in use, then the one before it, so that
	// tokens signed just before a rotation can still be verified.
	signing []jose.JSONWebKey
}

// foreignKey generates the key that no JWKS has, at its first use.
var foreignKey = sync.OnceValues(generateSigningKey)

// NewSigner returns a signer with the private key; nil generates one. The issuer is the public URL of Maskinporten, and
// to the letter the issuer identifier. NewSigner fails if it is not an http or https URL without path, query or
// fragment.
func NewSigner(issuer string, private *rsa.PrivateKey) (*Signer, error) {
	if err := checkIssuer(issuer); err != nil {
		return nil, err
	}
	newKey := generateSigningKey
	if private != nil {
		newKey = func() (jose.JSONWebKey, error) { return signingKey(private) }
	}
	key, err := newKey()
	if err != nil {
		return nil, fmt.Errorf("generating the signing key: %w", err)
	}
	return &Signer{issuer: issuer, signing: []jose.JSONWebKey{key}}, nil
}

func checkIssuer(issuer string) error {
	parsed, err := url.Parse(issuer)
	if err != nil {
		return fmt.Errorf("reading issuer: %w", err)
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return fmt.Errorf("issuer %q must be an http or https URL", issuer)
	}
	if strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return fmt.Errorf("issuer %q must have neither user, path, query nor fragment", issuer)
	}
	return nil
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

// Issuer returns the issuer identifier of the tokens.
func (k *Signer) Issuer() string { return k.issuer }

// Rotate generates a new key and publishes it beside the one before. It fails only if no key can be generated.
func (k *Signer) Rotate() error {
	key, err := generateSigningKey()
	if err != nil {
		return fmt.Errorf("generating a signing key: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.signing = []jose.JSONWebKey{key, k.signing[0]}
	return nil
}

// Published returns the public keys in use: the current one and the one before it.
func (k *Signer) Published() jose.JSONWebKeySet {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var set jose.JSONWebKeySet
	for _, key := range k.signing {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// Sign returns a compact JWS of the content, with kid and alg in its header and no typ, as in real tokens.
func (k *Signer) Sign(content any) (string, error) {
	k.mu.RLock()
	key := k.signing[0]
	k.mu.RUnlock()
	return signWith(key, content)
}

// SignWithUnknownKey is like Sign, with a key that is never published.
func (k *Signer) SignWithUnknownKey(content any) (string, error) {
	key, err := foreignKey()
	if err != nil {
		return "", err
	}
	return signWith(key, content)
}

func signWith(key jose.JSONWebKey, content any) (string, error) {
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
