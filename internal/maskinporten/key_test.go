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
	encrypted := pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: []byte("x"),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"},
	})
	block, _ := pem.Decode(good)
	junkDER, err := asn1.Marshal(1)
	if err != nil {
		t.Fatal(err)
	}
	ours := jwk(t, our, "a", "sig", "RS256")
	broken := bytes.Replace(ours, []byte(`"e":"AQAB"`), []byte(`"e":"Aw"`), 1)
	noPrimes, err := json.Marshal(map[string]string{
		"kty": "RSA", "kid": "a", "n": member(t, ours, "n"), "e": "AQAB",
		"d": member(t, ours, "d"),
	})
	if err != nil {
		t.Fatal(err)
	}

	cases := map[string]struct {
		reason string
		data   []byte
		keyID  string
		want   error
	}{
		"PKCS #8": {reason: "what openssl genpkey makes", data: good, keyID: "a"},
		"PKCS #1": {reason: "what openssl genrsa made", data: pkcs1, keyID: "a"},
		"white space": {
			reason: "a secret made from a file with empty lines",
			data:   []byte("\n  " + string(good) + "\n\n"), keyID: "a",
		},
		"CRLF": {
			reason: "a file from Windows", data: bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")),
			keyID: "a",
		},
		"JWK":             {reason: "a JWK has its key id", data: ours},
		"JWK, same id":    {reason: "which may be said again", data: ours, keyID: "a"},
		"JWK, plain":      {reason: "use and alg may be missing", data: jwk(t, our, "a", "", "")},
		"JWKS":            {reason: "a set of one", data: set(ours)},
		"PEM without id":  {reason: "PEM has no place for it", data: good, want: KeyIDMissing},
		"id with space":   {reason: "a key id goes into a header", data: good, keyID: "a b", want: KeyIDInvalid},
		"id with newline": {reason: "copied with its line end", data: good, keyID: "a\n", want: KeyIDInvalid},
		"endless id": {
			reason: "no key id is as long", data: good, keyID: strings.Repeat("a", 257),
			want: KeyIDInvalid,
		},
		"JWK, no id":          {reason: "nothing to name the key by", data: jwk(t, our, "", "", ""), want: KeyIDMissing},
		"JWK, other id":       {reason: "one of the two is wrong", data: ours, keyID: "b", want: KeyIDDiffers},
		"JWK, bad id":         {reason: "a key id goes into a header", data: jwk(t, our, "a\nb", "", ""), want: KeyIDInvalid},
		"JWK, for encryption": {reason: "not a signing key", data: jwk(t, our, "a", "enc", ""), want: KeyUse},
		"JWK, no id, given":   {reason: "then it must be said", data: jwk(t, our, "", "", ""), keyID: "a"},
		"JWK, other alg":      {reason: "Maskinporten takes no PSS", data: jwk(t, our, "a", "sig", "PS256"), want: KeyUse},
		"JWKS of three": {
			reason: "more than a rotation needs", data: set(ours, jwk(t, issuerKey(), "b", "", ""), ours),
			want: KeyCount,
		},
		"JWKS, same id": {reason: "which one?", data: set(ours, jwk(t, issuerKey(), "a", "", "")), want: KeyIDTwice},
		"JWKS, no second id": {
			reason: "the id that was given is the first's",
			data:   set(jwk(t, our, "", "", ""), jwk(t, issuerKey(), "", "", "")), keyID: "a", want: KeyIDMissing,
		},
		"JWKS, id of second": {
			reason: "the first signs", data: set(jwk(t, issuerKey(), "b", "", ""), ours), keyID: "a",
			want: KeyIDDiffers,
		},
		"JWKS with EC": {
			reason: "a key that we cannot use is a key too", data: set(ours, jwk(t, ec, "b", "", "")),
			want: KeyOtherType,
		},
		"JWKS, short second": {
			reason: "the second must be as good", data: set(ours, jwk(t, short, "b", "", "")),
			want: KeyTooShort,
		},
		"JWKS of none":   {reason: "no key", data: set(), want: KeyCount},
		"JWKS of null":   {reason: "no key either", data: []byte(`{"keys":null}`), want: KeyCount},
		"JWKS, no list":  {reason: "keys is a list", data: []byte(`{"keys":{}}`), want: KeyUnreadable},
		"JWKS of number": {reason: "a key is an object", data: []byte(`{"keys":[1]}`), want: KeyUnreadable},
		"empty":          {reason: "nothing", keyID: "a", want: KeyEmpty},
		"blank":          {reason: "nothing to see", data: []byte(" \n"), keyID: "a", want: KeyEmpty},
		"text":           {reason: "not a key", data: []byte("hunter2"), keyID: "a", want: KeyUnreadable},
		"endless": {
			reason: "no key is as long", data: bytes.Repeat([]byte("a"), maxKeyData+1), keyID: "a",
			want: KeyUnreadable,
		},
		"half PEM": {reason: "a file that was cut", data: good[:len(good)/2], keyID: "a", want: KeyCut},
		"PEM, junk after": {
			reason: "tools write notes after it", data: append(bytes.Clone(good), "junk"...), keyID: "a",
		},
		"PEM, junk before": {
			reason: "tools write notes before it", data: append([]byte("junk\n"), good...), keyID: "a",
		},
		"PEM, two keys": {
			reason: "which one?", data: append(bytes.Clone(good), good...), keyID: "a",
			want: KeySeveral,
		},
		"PEM, broken before": {
			reason: "the decoder passes over the first",
			data:   append([]byte("-----BEGIN PRIVATE KEY-----\n!\n"), good...), keyID: "a", want: KeyCut,
		},
		"DER, junk after": {
			reason: "what else is in there?",
			data:   pemOf("PRIVATE KEY", append(bytes.Clone(block.Bytes), junkDER...)), keyID: "a", want: KeyUnreadable,
		},
		"DER, no PKCS #8": {
			reason: "not the structure it says", data: pemOf("PRIVATE KEY", junkDER), keyID: "a",
			want: KeyUnreadable,
		},
		"DER, no PKCS #1": {
			reason: "not the structure it says", data: pemOf("RSA PRIVATE KEY", block.Bytes), keyID: "a",
			want: KeyUnreadable,
		},
		"DER, no ASN.1": {
			reason: "not even ASN.1", data: pemOf("PRIVATE KEY", []byte("hunter2")), keyID: "a",
			want: KeyUnreadable,
		},
		"encrypted, PKCS #8": {
			reason: "there is no passphrase", data: pemOf("ENCRYPTED PRIVATE KEY", []byte("x")),
			keyID: "a", want: KeyEncrypted,
		},
		"encrypted, PKCS #1": {reason: "the older way of it", data: encrypted, keyID: "a", want: KeyEncrypted},
		"EC, PKCS #8":        {reason: "Maskinporten takes RSA only", data: pkcs8(t, ec), keyID: "a", want: KeyElliptic},
		"EC, SEC 1": {
			reason: "Maskinporten takes RSA only", data: pemOf("EC PRIVATE KEY", ecDER), keyID: "a",
			want: KeyElliptic,
		},
		"EC, JWK": {reason: "Maskinporten takes RSA only", data: jwk(t, ec, "a", "", ""), want: KeyElliptic},
		"oct, JWK": {
			reason: "a password is no key", data: []byte(`{"kty":"oct","k":"aHVudGVyMg","kid":"a"}`),
			want: KeyNotRSA,
		},
		"public, PEM": {reason: "the wrong half", data: pemOf("PUBLIC KEY", public), keyID: "a", want: KeyPublic},
		"public, PKCS #1": {
			reason: "the wrong half",
			data:   pemOf("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&our.PublicKey)), keyID: "a", want: KeyPublic,
		},
		"public, JWK": {reason: "the wrong half", data: jwk(t, our.Public(), "a", "", ""), want: KeyPublic},
		"certificate": {
			reason: "not a key at all", data: pemOf("CERTIFICATE", []byte("x")), keyID: "a",
			want: KeyCertificate,
		},
		"other PEM": {
			reason: "whatever it is", data: pemOf("HUNTER2", []byte("x")), keyID: "a",
			want: KeyUnreadable,
		},
		"short, PKCS #8": {
			reason: "Maskinporten asks for 2048 bits", data: pkcs8(t, short), keyID: "a",
			want: KeyTooShort,
		},
		"short, JWK": {
			reason: "Maskinporten asks for 2048 bits", data: jwk(t, short, "a", "", ""),
			want: KeyTooShort,
		},
		"JSON, junk after": {
			reason: "what else is in there?", data: append(bytes.Clone(ours), "{}"...),
			want: KeyUnreadable,
		},
		"JSON, no key":       {reason: "another document", data: []byte(`{"a":1}`), want: KeyUnreadable},
		"JSON, kty a number": {reason: "another document", data: []byte(`{"kty":1}`), want: KeyUnreadable},
		"JWK that is broken": {reason: "the exponents do not fit", data: broken, want: KeyUnreadable},
		"JWK without primes": {reason: "d alone is not enough", data: noPrimes, want: KeyNoPrimes},
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

// TestParseKeysOfARotation parses a JWKS with two keys, in their order.
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
		"PEM": {reason: "PEM has no alg", data: pkcs8(t, ourKey()), keyID: "a", want: "RS256"},
		"PEM, given": {
			reason: "so it may be given", data: pkcs8(t, ourKey()), given: "RS384", keyID: "a",
			want: "RS384",
		},
		"JWK": {reason: "a JWK has its alg", data: jwk(t, ourKey(), "a", "", "RS512"), want: "RS512"},
		"JWK, same": {
			reason: "which may be said again", data: jwk(t, ourKey(), "a", "", "RS512"), given: "RS512",
			want: "RS512",
		},
		"JWK, none": {reason: "or may be missing", data: jwk(t, ourKey(), "a", "", ""), given: "RS384", want: "RS384"},
		"JWK, other": {
			reason: "one of the two is wrong", data: jwk(t, ourKey(), "a", "", "RS256"), given: "RS512",
			err: KeyAlgorithmDiffers,
		},
		"second, other": {
			reason: "of either key",
			data: set(jwk(t, ourKey(), "a", "", ""),
				jwk(t, issuerKey(), "b", "", "RS256")), given: "RS512", err: KeyAlgorithmDiffers,
		},
		"none": {
			reason: "the oldest trick", data: pkcs8(t, ourKey()), given: "none", keyID: "a",
			err: KeyAlgorithmInvalid,
		},
		"PSS": {
			reason: "Maskinporten takes no PSS", data: pkcs8(t, ourKey()), given: "PS256", keyID: "a",
			err: KeyAlgorithmInvalid,
		},
		"small letters": {
			reason: "names are compared to the letter", data: pkcs8(t, ourKey()), given: "rs256", keyID: "a",
			err: KeyAlgorithmInvalid,
		},
		"JWK of symmetric": {reason: "an RSA key does no HMAC", data: jwk(t, ourKey(), "a", "", "HS256"), err: KeyUse},
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

// TestThumbprint computes the example of RFC 7638, section 3.1.
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
