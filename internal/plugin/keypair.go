package plugin

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// keyAlgorithm is the algorithm of new keys, which Maskinporten recommends.
const keyAlgorithm = "RS256"

// keyPair is a new signing key.
type keyPair struct {
	id string
	// public is the JWK to register at Maskinporten.
	public json.RawMessage
	// private returns the JWK that signs. It is behind a function so that nothing prints it.
	private func() json.RawMessage
}

// newKeyPair makes an RSA key. An empty id is replaced by the day and the beginning of the key's thumbprint, which no
// other client has.
func newKeyPair(bits int, id string, now time.Time) (*keyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("making the key: %w", err)
	}
	jwk := jose.JSONWebKey{Key: key, KeyID: id, Algorithm: keyAlgorithm, Use: "sig"}
	if id == "" {
		mark, err := jwk.Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, fmt.Errorf("naming the key: %w", err)
		}
		jwk.KeyID = now.UTC().Format(time.DateOnly) + "-" + hex.EncodeToString(mark[:8])
	}
	private, err := jwk.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding the key: %w", err)
	}
	public, err := jwk.Public().MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding the public key: %w", err)
	}
	return &keyPair{id: jwk.KeyID, public: public, private: func() json.RawMessage { return private }}, nil
}

// keySet returns the key set that the operator reads: the new key, and the old one behind it if there is one. It fails
// if the operator could not use it.
func keySet(pair *keyPair, old json.RawMessage) ([]byte, error) {
	keys := []json.RawMessage{pair.private()}
	if old != nil {
		keys = append(keys, old)
	}
	set, err := json.Marshal(map[string][]json.RawMessage{"keys": keys})
	if err != nil {
		return nil, fmt.Errorf("encoding the key set: %w", err)
	}
	if _, err := maskinporten.ParseKeys(maskinporten.KeyMaterial{Data: set}); err != nil {
		return nil, fmt.Errorf("the new key cannot be used: %w", err)
	}
	return set, nil
}

// firstKey returns the first key of a JWK or JWKS. Errors quote nothing of it.
func firstKey(data []byte) (json.RawMessage, error) {
	if _, err := maskinporten.ParseKeys(maskinporten.KeyMaterial{Data: data}); err != nil {
		return nil, fmt.Errorf("the key beside which the new one is put cannot be used: %w", err)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, errNotJWK
	}
	if len(set.Keys) > 0 {
		return set.Keys[0], nil
	}
	return data, nil
}
