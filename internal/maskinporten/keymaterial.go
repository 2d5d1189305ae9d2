package maskinporten

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// KeyMaterial is the input of ParseKeys. It holds the private key, so it is not shown when it is printed, logged or
// encoded. Do not store it: in an unexported field of another struct fmt would print it.
type KeyMaterial struct {
	// Data is the private key: RSA of at least 2048 bits, in PEM (PKCS #1 or PKCS #8), as JWK, or as JWKS with one key, or
	// with two during a rotation: see Config.Keys.
	Data []byte
	// KeyID is the kid under which the key is registered. PEM has no kid and needs it. It must be empty or equal the one
	// in a JWK, of two the first. With a Chain it must be empty.
	KeyID string
	// Algorithm is that of the grants: RS256, RS384 or RS512. Empty: the alg of the JWK, or else RS256. It must not
	// contradict a JWK's alg.
	Algorithm string
	// Chain is the enterprise certificate that grants name in place of a kid, and those of its issuers: PEM, ours first.
	// Empty: the key is a registered one.
	Chain []byte
}

// ParseKeys returns the signing keys: one, or the two of a JWKS in its order, of which the second is for a rotation.
// Every error is a KeyError.
func ParseKeys(m KeyMaterial) ([]*SigningKey, error) {
	if m.Algorithm != "" && signingMethods[m.Algorithm] == nil {
		return nil, KeyAlgorithmInvalid
	}
	found, err := parsePrivate(m.Data)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].algorithm, err = chooseAlgorithm(m.Algorithm, found[i].algorithm); err != nil {
			return nil, err
		}
	}
	if len(m.Chain) > 0 {
		return keyOfCertificate(found, m)
	}
	return registeredKeys(found, m.KeyID)
}

// defaultAlgorithm is the algorithm of grants if none is configured.
const defaultAlgorithm = "RS256"

func chooseAlgorithm(given, ofKey string) (string, error) {
	switch {
	case given == "" && ofKey == "":
		return defaultAlgorithm, nil
	case given == "":
		return ofKey, nil
	case ofKey != "" && ofKey != given:
		return "", KeyAlgorithmDiffers
	}
	return given, nil
}

// registeredKeys returns keys that grants name by their kid.
func registeredKeys(found []privateKey, keyID string) ([]*SigningKey, error) {
	if keyID != "" && found[0].id != "" && keyID != found[0].id {
		return nil, KeyIDDiffers
	}
	if found[0].id == "" {
		found[0].id = keyID
	}
	keys := make([]*SigningKey, 0, len(found))
	for _, f := range found {
		if f.id == "" {
			return nil, KeyIDMissing
		}
		if !isPrintable(f.id) {
			return nil, KeyIDInvalid
		}
		if slices.ContainsFunc(keys, func(k *SigningKey) bool { return k.id == f.id }) {
			return nil, KeyIDTwice
		}
		key, err := newSigningKey(f)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// keyOfCertificate returns the key of an enterprise certificate. It ignores a JWK's own kid.
func keyOfCertificate(found []privateKey, m KeyMaterial) ([]*SigningKey, error) {
	if len(found) != 1 {
		return nil, CertificateKeyCount
	}
	if m.KeyID != "" {
		return nil, CertificateKeyID
	}
	chain, err := parseChain(m.Chain)
	if err != nil {
		return nil, err
	}
	if err := chain.checkKey(&found[0].private.PublicKey); err != nil {
		return nil, err
	}
	found[0].id = ""
	key, err := newSigningKey(found[0])
	if err != nil {
		return nil, err
	}
	key.expires = chain.expires()
	encoded := chain.encode()
	key.chain = func() []string { return encoded }
	return []*SigningKey{key}, nil
}

const hiddenMaterial = "key material (not shown)"

// String returns a placeholder.
func (m KeyMaterial) String() string { return hiddenMaterial }

// GoString returns String.
func (m KeyMaterial) GoString() string { return hiddenMaterial }

// Format writes String, whatever the verb and flags.
func (m KeyMaterial) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hiddenMaterial) }

// LogValue returns String.
func (m KeyMaterial) LogValue() slog.Value { return slog.StringValue(hiddenMaterial) }

// MarshalJSON returns String.
func (m KeyMaterial) MarshalJSON() ([]byte, error) { return json.Marshal(hiddenMaterial) }
