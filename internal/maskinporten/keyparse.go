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
	// minKeyBits is what Maskinporten asks for (docs.digdir.no, registering keys).
	minKeyBits = 2048
	// maxKeyBits keeps a mistake from making each signature take seconds.
	maxKeyBits = 8192
	// maxKeyData bounds the text of a key; one of maxKeyBits has about 7 KiB.
	maxKeyData = 64 << 10
	maxKeyID   = 256
)

// KeyError is why a signing key cannot be used. It is one of the constants
// below: it never contains anything of the key's text, not even the message of a
// parser, which may quote it.
type KeyError string

// The reasons for which ParseKey refuses a key.
const (
	KeyEmpty      KeyError = "the key is empty"
	KeyUnreadable KeyError = "the key cannot be read: one RSA private key is wanted, in PEM (PKCS #1 or PKCS #8), as JWK, or as JWKS with one key, and nothing else"
	KeyEncrypted  KeyError = "the key is encrypted: store it without a passphrase"
	KeyNotPrivate KeyError = "the key is a public key or a certificate: the private key is wanted"
	KeyNotRSA     KeyError = "the key is not an RSA key: Maskinporten takes no other kind"
	KeyTooShort   KeyError = "the key is too short: it must have at least 2048 bits"
	KeyCount      KeyError = "the key set must have exactly one key"
	KeyUse        KeyError = "the key is not meant for signing with RS256, says its use or alg"
	KeyIDMissing  KeyError = "the key has no key id: the one under which it is registered at Maskinporten is needed"
	KeyIDDiffers  KeyError = "the key has another key id than the one that was given"
	KeyIDInvalid  KeyError = "the key id must be 1 to 256 printable ASCII characters without spaces"
)

// Error gives the reason.
func (e KeyError) Error() string { return string(e) }

// ParseKey reads an RSA private key of at least 2048 bits: in PEM (PKCS #1 or
// PKCS #8), as one JWK, or as a JWKS with exactly one key. keyID is needed with
// PEM, which has no place for it; with a JWK it must be empty or equal the JWK's.
// Every error is a KeyError.
func ParseKey(data []byte, keyID string) (*SigningKey, error) {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return nil, KeyEmpty
	case len(data) > maxKeyData:
		return nil, KeyUnreadable
	case bytes.HasPrefix(data, []byte("-----BEGIN ")):
		return parsePEM(data, keyID)
	case data[0] == '{':
		return parseJSON(data, keyID)
	}
	return nil, KeyUnreadable
}

func parsePEM(data []byte, keyID string) (*SigningKey, error) {
	// The decoder would pass over a broken block before a good one.
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
	if keyID == "" {
		return nil, KeyIDMissing
	}
	return newSigningKey(private, keyID)
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
	// The parser of the standard library passes over what follows the structure.
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

// parseJSON reads a JWKS if there is a member "keys", and a JWK otherwise. The
// set is split by hand because go-jose would pass over a second key that it does
// not support.
func parseJSON(data []byte, keyID string) (*SigningKey, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return nil, KeyUnreadable
	}
	raw, isSet := members["keys"]
	if !isSet {
		return parseJWK(data, keyID)
	}
	var keys []json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return nil, KeyUnreadable
	}
	if len(keys) != 1 {
		return nil, KeyCount
	}
	return parseJWK(keys[0], keyID)
}

func parseJWK(data []byte, keyID string) (*SigningKey, error) {
	var kind struct {
		Type string `json:"kty"`
	}
	if json.Unmarshal(data, &kind) != nil {
		return nil, KeyUnreadable
	}
	if kind.Type == "EC" || kind.Type == "OKP" || kind.Type == "oct" {
		return nil, KeyNotRSA
	}
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(data) != nil {
		return nil, KeyUnreadable
	}
	private, ok := jwk.Key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return nil, KeyNotPrivate
	case jwk.Use != "" && jwk.Use != "sig", jwk.Algorithm != "" && jwk.Algorithm != "RS256":
		return nil, KeyUse
	case jwk.KeyID == "":
		return nil, KeyIDMissing
	case keyID != "" && keyID != jwk.KeyID:
		return nil, KeyIDDiffers
	}
	return newSigningKey(private, jwk.KeyID)
}

// printable reports whether s is 1 to most visible ASCII characters.
func printable(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for _, b := range []byte(s) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return true
}
