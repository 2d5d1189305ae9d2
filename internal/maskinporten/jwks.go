package maskinporten

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keySetLifetime is how long Maskinporten's keys are used before they are fetched again (docs.digdir.no advises against
// a fetch per token).
const keySetLifetime = 24 * time.Hour

// keySet has Maskinporten's public keys by key id.
type keySet map[string]*rsa.PublicKey

// fetchKeySet fetches the keys that sign tokens.
func fetchKeySet(ctx context.Context, calls *caller, address string) (keySet, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := calls.get(ctx, address, maxKeySet, &set); err != nil {
		return nil, doing("fetching the keys", err)
	}
	keys := parseKeySet(set.Keys)
	if len(keys) == 0 {
		return nil, failure(ClassBadResponse, "fetching the keys: the set has none that could sign a token")
	}
	return keys, nil
}

// parseKeySet parses a key set. It skips keys that it cannot use, because a set may hold keys for other purposes (RFC
// 7517, section 5). The first key of a key id wins.
func parseKeySet(raw []json.RawMessage) keySet {
	keys := keySet{}
	for _, r := range raw {
		var secret struct {
			D json.RawMessage `json:"d"`
		}
		var jwk jose.JSONWebKey
		// A private key is refused before its numbers are checked, which takes long.
		if json.Unmarshal(r, &secret) != nil || secret.D != nil || jwk.UnmarshalJSON(r) != nil {
			continue
		}
		public, ok := jwk.Key.(*rsa.PublicKey)
		if !ok || !canVerify(jwk, public) {
			continue
		}
		if _, seen := keys[jwk.KeyID]; !seen {
			keys[jwk.KeyID] = public
		}
	}
	return keys
}

// canVerify reports whether a key can verify tokens.
func canVerify(jwk jose.JSONWebKey, public *rsa.PublicKey) bool {
	bits := public.N.BitLen()
	return jwk.KeyID != "" && (jwk.Use == "" || jwk.Use == "sig") && bits >= minKeyBits && bits <= maxKeyBits
}

// signerKey returns the key that signed a token which came at received. An unknown key is a violation only if the set
// is newer than the token, because a new key may have come into use meanwhile.
func (c *Client) signerKey(ctx context.Context, id string, received time.Time) (*rsa.PublicKey, error) {
	keys, err := c.keys.get(ctx)
	if err != nil {
		return nil, err
	}
	if key, ok := keys.value[id]; ok {
		return key, nil
	}
	keys, err = c.keys.fetchedSince(ctx, received)
	if err != nil {
		return nil, err
	}
	if key, ok := keys.value[id]; ok {
		return key, nil
	}
	if keys.fetched.Before(received) {
		return nil, failure(ClassBadResponse, "the token's signing key is unknown, and the keys have just been fetched")
	}
	return nil, &Error{
		Class: ClassTokenMismatch,
		Err:   errors.New("the token is signed with a key that the issuer does not have"),
	}
}
