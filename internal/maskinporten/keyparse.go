package maskinporten

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

const (
	// minKeyBits is what Maskinporten requires (docs.digdir.no, registering keys).
	minKeyBits = 2048
	// maxKeyBits prevents keys with which each signature takes seconds.
	maxKeyBits = 8192
	// maxKeyData bounds the text of a key; one of maxKeyBits has about 7 KiB.
	maxKeyData = 64 << 10
	// maxName bounds ids, scopes and references.
	maxName = 256
	// maxKeys is the number of keys during a rotation.
	maxKeys = 2
)

// privateKey is a parsed key, with its own id and algorithm.
type privateKey struct {
	private       *rsa.PrivateKey
	id, algorithm string
}

// parsePrivate parses one private key, or two of a JWKS.
func parsePrivate(data []byte) ([]privateKey, error) {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return nil, KeyEmpty
	case len(data) > maxKeyData:
		return nil, KeyUnreadable
	case bytes.HasPrefix(data, []byte("-----BEGIN ")):
		return parsePEM(data)
	case data[0] == '{':
		return parseJSON(data)
	}
	return nil, KeyUnreadable
}

func parsePEM(data []byte) ([]privateKey, error) {
	// The decoder would skip a broken block before a good one.
	block, rest := pem.Decode(data)
	if block == nil || len(rest) > 0 || bytes.Count(data, []byte("-----BEGIN ")) != 1 {
		return nil, KeyUnreadable
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, KeyEncrypted
	}
	private, err := parseDER(block)
	if err != nil {
		return nil, err
	}
	return []privateKey{{private: private}}, nil
}

func parseDER(block *pem.Block) (*rsa.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, KeyUnreadable
		}
		return private, nil
	case "PRIVATE KEY":
		return parsePKCS8(block.Bytes)
	case "EC PRIVATE KEY", "EC PARAMETERS", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY":
		return nil, KeyNotRSA
	case "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "CERTIFICATE REQUEST":
		return nil, KeyNotPrivate
	}
	return nil, KeyUnreadable
}

func parsePKCS8(der []byte) (*rsa.PrivateKey, error) {
	// The parser of the standard library ignores what follows the structure.
	var whole asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &whole); err != nil || len(rest) > 0 {
		return nil, KeyUnreadable
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, KeyUnreadable
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, KeyNotRSA
	}
	return private, nil
}

// parseJSON parses a JWKS if there is a member "keys", and a JWK otherwise. It splits the set by hand, because go-jose
// would skip a key that it does not support.
func parseJSON(data []byte) ([]privateKey, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return nil, KeyUnreadable
	}
	set := []json.RawMessage{data}
	if raw, isSet := members["keys"]; isSet {
		set = nil
		if json.Unmarshal(raw, &set) != nil {
			return nil, KeyUnreadable
		}
	}
	if len(set) < 1 || len(set) > maxKeys {
		return nil, KeyCount
	}
	found := make([]privateKey, 0, len(set))
	for _, one := range set {
		key, err := parseJWK(one)
		if err != nil {
			return nil, err
		}
		found = append(found, key)
	}
	return found, nil
}

func parseJWK(data []byte) (privateKey, error) {
	var kind struct {
		Type string `json:"kty"`
	}
	if json.Unmarshal(data, &kind) != nil {
		return privateKey{}, KeyUnreadable
	}
	if kind.Type == "EC" || kind.Type == "OKP" || kind.Type == "oct" {
		return privateKey{}, KeyNotRSA
	}
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(data) != nil {
		return privateKey{}, KeyUnreadable
	}
	private, ok := jwk.Key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return privateKey{}, KeyNotPrivate
	case jwk.Use != "" && jwk.Use != "sig", jwk.Algorithm != "" && signingMethods[jwk.Algorithm] == nil:
		return privateKey{}, KeyUse
	}
	return privateKey{private: private, id: jwk.KeyID, algorithm: jwk.Algorithm}, nil
}

// isPrintable reports whether s is 1 to maxName visible ASCII characters.
func isPrintable(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, b := range []byte(s) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return true
}
