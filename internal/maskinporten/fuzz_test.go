package maskinporten

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
)

// FuzzRefusal reads any status and body as a refusal. It is an answer only with the right status or error, and with a
// code or the exact sentence about our request.
func FuzzRefusal(f *testing.F) {
	files, err := filepath.Glob("testdata/captured/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no captured bodies: %v", err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(403, body)
		f.Add(503, body)
	}
	f.Add(403, []byte(mp251))
	f.Add(403, []byte("<html>"))
	f.Add(200, []byte("{}"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		env := parseEnvelope(body)
		got := classify(status, 0, env, testAsked)
		checkError(t, got)
		checkText(t, got.Description, maxText+1)
		if got.Class.Kind() != conclusion.Answer {
			return
		}
		if status < 400 || status >= 500 || status == 429 || env == nil {
			t.Fatalf("status %d is no answer: %v", status, got)
		}
		if status != 403 && env.Name != "forbidden" {
			t.Fatalf("neither 403 nor forbidden, but an answer: %v", got)
		}
		byCode := strings.Contains(env.URI, "MP-250") || strings.Contains(env.URI, "MP-251")
		if !byCode && !strings.Contains(env.Description, testScope) {
			t.Fatalf("an answer without a code or our scope: %v", got)
		}
	})
}

// keyErrors lists all errors of ParseKeys.
var keyErrors = []KeyError{
	KeyEmpty, KeyUnreadable, KeyEncrypted, KeyPublic, KeyCertificate, KeyNotRSA, KeyElliptic, KeyPSS, KeyTooShort,
	KeyCount, KeyOtherType, KeySeveral, KeyUse, KeyIDMissing, KeyIDDiffers, KeyIDInvalid, KeyIDNumber, KeyIDTwice,
	KeyAlgorithmInvalid, KeyAlgorithmDiffers, KeyPKCS12, KeyJavaStore, KeyDER, KeyNoArmour, KeyOpenSSH, KeyByteMark,
	KeyUTF16, KeyEscaped, KeyOneLine, KeyIndented, KeyCut, KeyInJSON, KeyInString, KeyNoPrimes, KeyNotBase64URL,
	CertificateUnreadable, CertificateOrder, CertificateNotRSA, CertificateDiffers, CertificateKeyCount, CertificateKeyID,
}

func checkKeyError(t *testing.T, err error) {
	t.Helper()
	var known KeyError
	if err != nil && (!errors.As(err, &known) || !slices.Contains(keyErrors, known) || err.Error() != string(known)) {
		t.Fatalf("error is not one of the fixed ones: %q", err)
	}
}

// FuzzParseKeys checks that ParseKeys neither panics nor returns an error that is not a KeyError.
func FuzzParseKeys(f *testing.F) {
	good := pkcs8(f, ourKey())
	f.Add(good, "a", "")
	f.Add(pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(ourKey())), "a", "RS384")
	f.Add(jwk(f, ourKey(), "a", "sig", "RS256"), "", "RS256")
	f.Add(set(jwk(f, ourKey(), "a", "", "")), "", "none")
	f.Add(set(jwk(f, ourKey(), "a", "", ""), jwk(f, issuerKey(), "b", "", "RS512")), "", "")
	f.Add(jwk(f, ecKey(f), "a", "", ""), "", "")
	f.Add(good[:100], "", "")
	for _, c := range habitCases(f) {
		f.Add(c.data, "a", "")
	}
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AA","e":"AA","d":"AA","p":"AA","q":"AA"}]}`), "", "")
	f.Fuzz(func(t *testing.T, data []byte, keyID, algorithm string) {
		keys, err := ParseKeys(KeyMaterial{Data: data, KeyID: keyID, Algorithm: algorithm})
		checkKeyError(t, err)
		if (err == nil) != (len(keys) == 1 || len(keys) == 2) {
			t.Fatalf("%d keys, error %v", len(keys), err)
		}
		for _, key := range keys {
			if key.ID() == "" || len(key.Thumbprint()) != 43 || signingMethods[key.Algorithm()] == nil || algorithm != "" &&
				key.Algorithm() != algorithm {
				t.Fatalf("key %v, %s, for the algorithm %q", key, key.Algorithm(), algorithm)
			}
		}
		if err == nil && keyID != "" && keyID != keys[0].ID() {
			t.Fatalf("key %v for the id %q", keys[0], keyID)
		}
	})
}

// FuzzParseChain checks that parsing a chain neither panics nor returns an error that is not a KeyError, and that only
// the key's own certificate is accepted, and sent as it was read.
func FuzzParseChain(f *testing.F) {
	chain := certificates(f, ourKey())
	f.Add(chainPEM(chain))
	f.Add(chainPEM(chain[:1]))
	f.Add(chainPEM(certificates(f, ecKey(f))))
	f.Add(append([]byte("Bag Attributes\n"), chainPEM(chain)...))
	f.Add(pemOf("CERTIFICATE", []byte("x")))
	f.Add([]byte("-----BEGIN "))
	f.Fuzz(func(t *testing.T, data []byte) {
		chain, err := parseChain(data)
		checkKeyError(t, err)
		if err != nil {
			return
		}
		if len(chain) < 1 || len(chain) > maxCertificates || chain.expires().After(chain[0].NotAfter) {
			t.Fatalf("%d certificates until %s", len(chain), chain.expires())
		}
		err = chain.checkKey(&ourKey().PublicKey)
		checkKeyError(t, err)
		if (err == nil) != ourKey().PublicKey.Equal(chain[0].PublicKey) {
			t.Fatalf("is ours: %v", err)
		}
		for i, encoded := range chain.encode() {
			der, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil || !bytes.Equal(der, chain[i].Raw) || !bytes.Contains(data, []byte("-----BEGIN CERTIFICATE-----")) {
				t.Fatalf("certificate %d is sent as another one: %v", i, err)
			}
		}
	})
}

// FuzzMetadata checks that no document sends a grant, or the request for keys, to another origin than the issuer's.
func FuzzMetadata(f *testing.F) {
	body, err := os.ReadFile("testdata/accepted/metadata.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"issuer":"https://test.maskinporten.no/","token_endpoint":"https://test.maskinporten.no:443/token","jwks_uri":"https://test.maskinporten.no@evil.example/"}`))
	at, err := parseIssuer(testIssuer, false)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var md metadata
		if json.Unmarshal(body, &md) != nil {
			return
		}
		if err := md.check(testIssuer, at); err != nil {
			checkText(t, err.Error(), maxText)
			return
		}
		for _, endpoint := range []string{md.TokenEndpoint, md.KeysURI} {
			lower := strings.ToLower(endpoint)
			if !strings.HasPrefix(lower, "https://test.maskinporten.no") {
				t.Fatalf("%q was accepted as of the issuer's origin", endpoint)
			}
			rest := strings.TrimPrefix(strings.TrimPrefix(lower, "https://test.maskinporten.no"), ":443")
			if rest != "" && !strings.ContainsAny(rest[:1], "/?#:") {
				t.Fatalf("%q was accepted as of the issuer's origin", endpoint)
			}
		}
	})
}

// FuzzTokenResponse reads any body of a 200, and checks that the error does not show it.
func FuzzTokenResponse(f *testing.F) {
	body, err := os.ReadFile("testdata/accepted/token.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"access_token":"a","token_type":"bearer","expires_in":-1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseTokenResponse(body)
		checkError(t, err)
		if err == nil && (a.AccessToken == "" || a.expiry(testStart, testStart.Add(time.Hour)).Before(testStart)) {
			t.Fatalf("%q was accepted", body)
		}
	})
}

// FuzzClean checks that cleaned text is short and printable, and that nothing in it looks like a token or an identity
// number.
func FuzzClean(f *testing.F) {
	f.Add("Expired key. (trace_id: 356666143081bbec11d293753e9702ca)")
	f.Add("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln")
	f.Add("0590839\n9546 059083 99546")
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		checkText(t, got, maxText+1)
		if tokenLike.MatchString(got) || longRun.MatchString(got) || identity.MatchString(got) {
			t.Fatalf("clean(%q) = %q", s, got)
		}
		if !bytes.Equal([]byte(got), bytes.ToValidUTF8([]byte(got), nil)) {
			t.Fatalf("clean(%q) is not UTF-8", s)
		}
	})
}
