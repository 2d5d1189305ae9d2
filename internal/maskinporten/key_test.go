package maskinporten

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func jwk(t testing.TB, key any, kid, use, alg string) []byte {
	t.Helper()
	data, err := jose.JSONWebKey{Key: key, KeyID: kid, Use: use, Algorithm: alg}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func set(keys ...[]byte) []byte {
	return fmt.Appendf(nil, `{"keys":[%s]}`, bytes.Join(keys, []byte(",")))
}

func ecKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParseKeys(t *testing.T) {
	our := ourKey()
	short, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // that it is refused is what is tested
	if err != nil {
		t.Fatal(err)
	}
	ec := ecKey(t)
	ecDER, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(our.Public())
	if err != nil {
		t.Fatal(err)
	}
	good, pkcs1 := pkcs8(t, our), pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(our))
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x"), Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}})
	block, _ := pem.Decode(good)
	junkDER, err := asn1.Marshal(1)
	if err != nil {
		t.Fatal(err)
	}
	ours := jwk(t, our, "a", "sig", "RS256")
	broken := bytes.Replace(ours, []byte(`"e":"AQAB"`), []byte(`"e":"Aw"`), 1)
	noPrimes, err := json.Marshal(map[string]string{"kty": "RSA", "kid": "a", "n": member(t, ours, "n"), "e": "AQAB", "d": member(t, ours, "d")})
	if err != nil {
		t.Fatal(err)
	}

	cases := map[string]struct {
		reason string
		data   []byte
		keyID  string
		want   error
	}{
		"PKCS #8":             {"what openssl genpkey makes", good, "a", nil},
		"PKCS #1":             {"what openssl genrsa made", pkcs1, "a", nil},
		"white space":         {"a secret made from a file with empty lines", []byte("\n  " + string(good) + "\n\n"), "a", nil},
		"CRLF":                {"a file from Windows", bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")), "a", nil},
		"JWK":                 {"a JWK has its key id", ours, "", nil},
		"JWK, same id":        {"which may be said again", ours, "a", nil},
		"JWK, plain":          {"use and alg may be missing", jwk(t, our, "a", "", ""), "", nil},
		"JWKS":                {"a set of one", set(ours), "", nil},
		"PEM without id":      {"PEM has no place for it", good, "", KeyIDMissing},
		"id with space":       {"a key id goes into a header", good, "a b", KeyIDInvalid},
		"id with newline":     {"copied with its line end", good, "a\n", KeyIDInvalid},
		"endless id":          {"no key id is as long", good, strings.Repeat("a", 257), KeyIDInvalid},
		"JWK, no id":          {"nothing to name the key by", jwk(t, our, "", "", ""), "", KeyIDMissing},
		"JWK, other id":       {"one of the two is wrong", ours, "b", KeyIDDiffers},
		"JWK, bad id":         {"a key id goes into a header", jwk(t, our, "a\nb", "", ""), "", KeyIDInvalid},
		"JWK, for encryption": {"not a signing key", jwk(t, our, "a", "enc", ""), "", KeyUse},
		"JWK, no id, given":   {"then it must be said", jwk(t, our, "", "", ""), "a", nil},
		"JWK, other alg":      {"Maskinporten takes no PSS", jwk(t, our, "a", "sig", "PS256"), "", KeyUse},
		"JWKS of three":       {"more than a rotation needs", set(ours, jwk(t, issuerKey(), "b", "", ""), ours), "", KeyCount},
		"JWKS, same id":       {"which one?", set(ours, jwk(t, issuerKey(), "a", "", "")), "", KeyIDTwice},
		"JWKS, no second id":  {"the id that was given is the first's", set(jwk(t, our, "", "", ""), jwk(t, issuerKey(), "", "", "")), "a", KeyIDMissing},
		"JWKS, id of second":  {"the first signs", set(jwk(t, issuerKey(), "b", "", ""), ours), "a", KeyIDDiffers},
		"JWKS with EC":        {"a key that we cannot use is a key too", set(ours, jwk(t, ec, "b", "", "")), "", KeyNotRSA},
		"JWKS, short second":  {"the second must be as good", set(ours, jwk(t, short, "b", "", "")), "", KeyTooShort},
		"JWKS of none":        {"no key", set(), "", KeyCount},
		"JWKS of null":        {"no key either", []byte(`{"keys":null}`), "", KeyCount},
		"JWKS, no list":       {"keys is a list", []byte(`{"keys":{}}`), "", KeyUnreadable},
		"JWKS of number":      {"a key is an object", []byte(`{"keys":[1]}`), "", KeyUnreadable},
		"empty":               {"nothing", nil, "a", KeyEmpty},
		"blank":               {"nothing to see", []byte(" \n"), "a", KeyEmpty},
		"text":                {"not a key", []byte("hunter2"), "a", KeyUnreadable},
		"endless":             {"no key is as long", bytes.Repeat([]byte("a"), maxKeyData+1), "a", KeyUnreadable},
		"half PEM":            {"a file that was cut", good[:len(good)/2], "a", KeyUnreadable},
		"PEM, junk after":     {"what else is in there?", append(bytes.Clone(good), "junk"...), "a", KeyUnreadable},
		"PEM, junk before":    {"what else is in there?", append([]byte("junk\n"), good...), "a", KeyUnreadable},
		"PEM, two keys":       {"which one?", append(bytes.Clone(good), good...), "a", KeyUnreadable},
		"PEM, broken before":  {"the decoder passes over the first", append([]byte("-----BEGIN PRIVATE KEY-----\n!\n"), good...), "a", KeyUnreadable},
		"DER, junk after":     {"what else is in there?", pemOf("PRIVATE KEY", append(bytes.Clone(block.Bytes), junkDER...)), "a", KeyUnreadable},
		"DER, no PKCS #8":     {"not the structure it says", pemOf("PRIVATE KEY", junkDER), "a", KeyUnreadable},
		"DER, no PKCS #1":     {"not the structure it says", pemOf("RSA PRIVATE KEY", block.Bytes), "a", KeyUnreadable},
		"DER, no ASN.1":       {"not even ASN.1", pemOf("PRIVATE KEY", []byte("hunter2")), "a", KeyUnreadable},
		"encrypted, PKCS #8":  {"there is no passphrase", pemOf("ENCRYPTED PRIVATE KEY", []byte("x")), "a", KeyEncrypted},
		"encrypted, PKCS #1":  {"the older way of it", encrypted, "a", KeyEncrypted},
		"EC, PKCS #8":         {"Maskinporten takes RSA only", pkcs8(t, ec), "a", KeyNotRSA},
		"EC, SEC 1":           {"Maskinporten takes RSA only", pemOf("EC PRIVATE KEY", ecDER), "a", KeyNotRSA},
		"EC, JWK":             {"Maskinporten takes RSA only", jwk(t, ec, "a", "", ""), "", KeyNotRSA},
		"oct, JWK":            {"a password is no key", []byte(`{"kty":"oct","k":"aHVudGVyMg","kid":"a"}`), "", KeyNotRSA},
		"public, PEM":         {"the wrong half", pemOf("PUBLIC KEY", public), "a", KeyNotPrivate},
		"public, PKCS #1":     {"the wrong half", pemOf("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&our.PublicKey)), "a", KeyNotPrivate},
		"public, JWK":         {"the wrong half", jwk(t, our.Public(), "a", "", ""), "", KeyNotPrivate},
		"certificate":         {"not a key at all", pemOf("CERTIFICATE", []byte("x")), "a", KeyNotPrivate},
		"other PEM":           {"whatever it is", pemOf("HUNTER2", []byte("x")), "a", KeyUnreadable},
		"short, PKCS #8":      {"Maskinporten asks for 2048 bits", pkcs8(t, short), "a", KeyTooShort},
		"short, JWK":          {"Maskinporten asks for 2048 bits", jwk(t, short, "a", "", ""), "", KeyTooShort},
		"JSON, junk after":    {"what else is in there?", append(bytes.Clone(ours), "{}"...), "", KeyUnreadable},
		"JSON, no key":        {"another document", []byte(`{"a":1}`), "", KeyUnreadable},
		"JSON, kty a number":  {"another document", []byte(`{"kty":1}`), "", KeyUnreadable},
		"JWK that is broken":  {"the exponents do not fit", broken, "", KeyUnreadable},
		"JWK without primes":  {"d alone is not enough", noPrimes, "", KeyUnreadable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			keys, err := ParseKeys(KeyMaterial{Data: tc.data, KeyID: tc.keyID})
			if !errors.Is(err, tc.want) {
				t.Fatalf("%s: error %v, want %v", tc.reason, err, tc.want)
			}
			if err != nil {
				if keys != nil {
					t.Errorf("%s: keys with the error %v", tc.reason, err)
				}
				return
			}
			if len(keys) != 1 {
				t.Fatalf("%s: %d keys", tc.reason, len(keys))
			}
			key := keys[0]
			if key.Algorithm() != "RS256" || !key.CertificateExpires().IsZero() {
				t.Errorf("%s: algorithm %s, certificate until %s", tc.reason, key.Algorithm(), key.CertificateExpires())
			}
			if key.ID() != "a" || key.Thumbprint() != signingKey(t).Thumbprint() {
				t.Errorf("%s: id %q, thumbprint %q: want a and the same one for all forms", tc.reason, key.ID(), key.Thumbprint())
			}
		})
	}
}

// TestParseKeysOfARotation reads a JWKS of two: both are kept, in their order.
func TestParseKeysOfARotation(t *testing.T) {
	data := set(jwk(t, ourKey(), "new", "sig", "RS512"), jwk(t, issuerKey(), "old", "", ""))
	for _, keyID := range []string{"", "new"} {
		keys, err := ParseKeys(KeyMaterial{Data: data, KeyID: keyID})
		if err != nil || len(keys) != 2 {
			t.Fatalf("id %q: %d keys, error %v", keyID, len(keys), err)
		}
		got := [][2]string{{keys[0].ID(), keys[0].Algorithm()}, {keys[1].ID(), keys[1].Algorithm()}}
		if diff := cmp.Diff([][2]string{{"new", "RS512"}, {"old", "RS256"}}, got); diff != "" {
			t.Errorf("id %q: -want, +got:\n%s", keyID, diff)
		}
		if keys[0].Thumbprint() == keys[1].Thumbprint() {
			t.Error("both are the same key")
		}
	}
}

func TestParseKeysAlgorithm(t *testing.T) {
	cases := map[string]struct {
		reason       string
		data         []byte
		given, keyID string
		want         string
		err          error
	}{
		"PEM":              {"PEM has no alg", pkcs8(t, ourKey()), "", "a", "RS256", nil},
		"PEM, given":       {"so it may be given", pkcs8(t, ourKey()), "RS384", "a", "RS384", nil},
		"JWK":              {"a JWK has its alg", jwk(t, ourKey(), "a", "", "RS512"), "", "", "RS512", nil},
		"JWK, same":        {"which may be said again", jwk(t, ourKey(), "a", "", "RS512"), "RS512", "", "RS512", nil},
		"JWK, none":        {"or may be missing", jwk(t, ourKey(), "a", "", ""), "RS384", "", "RS384", nil},
		"JWK, other":       {"one of the two is wrong", jwk(t, ourKey(), "a", "", "RS256"), "RS512", "", "", KeyAlgorithmDiffers},
		"second, other":    {"of either key", set(jwk(t, ourKey(), "a", "", ""), jwk(t, issuerKey(), "b", "", "RS256")), "RS512", "", "", KeyAlgorithmDiffers},
		"none":             {"the oldest trick", pkcs8(t, ourKey()), "none", "a", "", KeyAlgorithmInvalid},
		"PSS":              {"Maskinporten takes no PSS", pkcs8(t, ourKey()), "PS256", "a", "", KeyAlgorithmInvalid},
		"small letters":    {"names are compared to the letter", pkcs8(t, ourKey()), "rs256", "a", "", KeyAlgorithmInvalid},
		"JWK of symmetric": {"an RSA key does no HMAC", jwk(t, ourKey(), "a", "", "HS256"), "", "", "", KeyUse},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			keys, err := ParseKeys(KeyMaterial{Data: tc.data, KeyID: tc.keyID, Algorithm: tc.given})
			if !errors.Is(err, tc.err) {
				t.Fatalf("%s: error %v, want %v", tc.reason, err, tc.err)
			}
			if err == nil && keys[0].Algorithm() != tc.want {
				t.Errorf("%s: %s, want %s", tc.reason, keys[0].Algorithm(), tc.want)
			}
		})
	}
}

// TestThumbprint holds the example of RFC 7638, section 3.1, whose key is public.
func TestThumbprint(t *testing.T) {
	const example = `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"}`
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON([]byte(example)); err != nil {
		t.Fatal(err)
	}
	got, err := thumbprint(key.Key.(*rsa.PublicKey))
	if err != nil || got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Errorf("thumbprint %q, %v", got, err)
	}
}

// member reads a member of a JSON object.
func member(t testing.TB, object []byte, name string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(object, &members); err != nil {
		t.Fatal(err)
	}
	s, _ := members[name].(string)
	if s == "" {
		t.Fatalf("no member %s", name)
	}
	return s
}
