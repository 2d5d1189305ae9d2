package maskinporten

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
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

// parsePrivate parses one private key, or two of a JWKS. It accepts either in base64, too, which Altinn's tools write.
func parsePrivate(data []byte) ([]privateKey, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, KeyEmpty
	case len(data) > maxKeyData:
		return nil, KeyUnreadable
	}
	keys, err := parseText(data)
	if !errors.Is(err, KeyUnreadable) {
		return keys, err
	}
	decoded := decodeBase64(data)
	if decoded == nil {
		return nil, err
	}
	keys, err = parseText(decoded)
	if errors.Is(err, KeyDER) {
		return nil, KeyNoArmour
	}
	return keys, err
}

// decodeBase64 returns what a text in any of the alphabets of base64 encodes, or nil.
func decodeBase64(data []byte) []byte {
	text := strings.TrimRight(strings.Join(strings.Fields(string(data)), ""), "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if decoded, err := encoding.DecodeString(text); err == nil {
			return decoded
		}
	}
	return nil
}

func parseText(data []byte) ([]privateKey, error) {
	if err := recognizeHabit(data); err != nil {
		return nil, err
	}
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return nil, KeyUnreadable
	case bytes.Contains(data, []byte(begin)):
		return parsePEM(data)
	case data[0] == '{':
		return parseJSON(data)
	case bytes.HasPrefix(data, []byte("ssh-")):
		return nil, KeyPublic
	}
	return nil, KeyUnreadable
}

// begin is how a PEM block begins.
const begin = "-----BEGIN "

// parsePEM parses the private key of PEM blocks. It skips certificates and public keys beside it, parameters of
// elliptic curves, and text around blocks, which export tools write (RFC 7468, section 2).
func parsePEM(data []byte) ([]privateKey, error) {
	var found []privateKey
	var skipped error = KeyUnreadable
	// The decoder would skip a broken block before a good one.
	for range bytes.Count(data, []byte(begin)) {
		block, rest := pem.Decode(data)
		if block == nil || bytes.Count(data, []byte(begin)) != bytes.Count(rest, []byte(begin))+1 {
			return nil, KeyCut
		}
		data = rest
		if err, public := publicBlocks[block.Type]; public {
			skipped = err
			continue
		}
		private, err := parseBlock(block)
		if err != nil {
			return nil, err
		}
		found = append(found, privateKey{private: private})
	}
	switch len(found) {
	case 0:
		return nil, skipped
	case 1:
		return found, nil
	}
	return nil, KeySeveral
}

// publicBlocks are blocks that may be beside a private key, and the errors if there is none.
var publicBlocks = map[string]error{
	"PUBLIC KEY": KeyPublic, "RSA PUBLIC KEY": KeyPublic, "CERTIFICATE": KeyCertificate,
	"CERTIFICATE REQUEST": KeyCertificate, "EC PARAMETERS": KeyElliptic,
}

func parseBlock(block *pem.Block) (*rsa.PrivateKey, error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, KeyEncrypted
	}
	switch block.Type {
	case "RSA PRIVATE KEY":
		private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, KeyUnreadable
		}
		return private, nil
	case "PRIVATE KEY":
		return parsePKCS8(block.Bytes)
	case "EC PRIVATE KEY":
		return nil, KeyElliptic
	case "DSA PRIVATE KEY":
		return nil, KeyNotRSA
	case "OPENSSH PRIVATE KEY":
		if bytes.Contains(block.Bytes, []byte("ssh-rsa")) {
			return nil, KeyOpenSSH
		}
		return nil, KeyNotRSA
	}
	return nil, KeyUnreadable
}

// pss is the algorithm of RSA-PSS keys (RFC 8017, appendix A.2.3).
var pss = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

func parsePKCS8(der []byte) (*rsa.PrivateKey, error) {
	var info struct {
		Version    int
		Algorithm  pkix.AlgorithmIdentifier
		PrivateKey []byte
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
		Public     asn1.RawValue `asn1:"optional,tag:1"`
	}
	// The parser of the standard library ignores what follows the structure.
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return nil, KeyUnreadable
	}
	if info.Algorithm.Algorithm.Equal(pss) {
		return nil, KeyPSS
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, KeyUnreadable
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case *ecdsa.PrivateKey:
		return nil, KeyElliptic
	}
	return nil, KeyNotRSA
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
		if len(set) > 1 && (errors.Is(err, KeyElliptic) || errors.Is(err, KeyNotRSA)) {
			return nil, KeyOtherType
		}
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
	switch kind.Type {
	case "EC":
		return privateKey{}, KeyElliptic
	case "OKP", "oct":
		return privateKey{}, KeyNotRSA
	}
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(data) != nil {
		return privateKey{}, habitOfJWK(data)
	}
	private, ok := jwk.Key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return privateKey{}, KeyPublic
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
