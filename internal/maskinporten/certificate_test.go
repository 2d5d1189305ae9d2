package maskinporten

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// certificates is a chain of three for a key: ours, its issuer's, and the root's. The issuer's expires first.
func certificates(t testing.TB, key crypto.Signer) [][]byte {
	t.Helper()
	root := certificate(t, "root", nil, issuerKey(), issuerKey(), 20)
	issuing := certificate(t, "issuing", root, issuerKey(), issuerKey(), 1)
	leaf := certificate(t, "ours", issuing, key, issuerKey(), 3)
	return [][]byte{leaf.Raw, issuing.Raw, root.Raw}
}

// certificate returns a certificate for a key, valid for some years from testStart. Without a parent it signs itself.
func certificate(
	t testing.TB, name string, parent *x509.Certificate, key, issuer crypto.Signer, years int,
) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, SerialNumber: testSupplier.String()},
		NotBefore: testStart, NotAfter: testStart.AddDate(years, 0, 0), IsCA: name != "ours", BasicConstraintsValid: true,
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func chainPEM(chain [][]byte) []byte {
	var text []byte
	for _, der := range chain {
		text = append(text, pemOf("CERTIFICATE", der)...)
	}
	return text
}

func TestParseKeysChain(t *testing.T) {
	good := certificates(t, ourKey())
	single := KeyMaterial{Data: pkcs8(t, ourKey())}
	with := func(chain []byte, changes ...func(*KeyMaterial)) KeyMaterial {
		m := single
		m.Chain = chain
		for _, change := range changes {
			change(&m)
		}
		return m
	}
	two := func(m *KeyMaterial) { m.Data = set(jwk(t, ourKey(), "a", "", ""), jwk(t, issuerKey(), "b", "", "")) }
	eleven := slices.Repeat([][]byte{certificate(t, "root", nil, ourKey(), ourKey(), 1).Raw}, 11)
	cases := map[string]struct {
		reason   string
		material KeyMaterial
		want     error
	}{
		"chain":      {reason: "ours, the issuer's and the root's", material: with(chainPEM(good))},
		"ours alone": {reason: "a chain of one", material: with(chainPEM(good[:1]))},
		"text around": {
			reason:   "what openssl writes beside certificates",
			material: with([]byte("Bag Attributes\n    localKeyID: 01\n" + string(chainPEM(good)) + "\n")),
		},
		"CRLF": {
			reason:   "a file from Windows",
			material: with(bytes.ReplaceAll(chainPEM(good), []byte("\n"), []byte("\r\n"))),
		},
		"ten": {reason: "as long as it may be", material: with(chainPEM(eleven[:10]))},
		"JWK": {
			reason:   "the kid of a JWK is not used",
			material: with(chainPEM(good), func(m *KeyMaterial) { m.Data = jwk(t, ourKey(), "a", "", "") }),
		},
		"kid": {
			reason:   "grants have one or the other",
			material: with(chainPEM(good), func(m *KeyMaterial) { m.KeyID = "a" }), want: CertificateKeyID,
		},
		"two keys": {reason: "of which is it?", material: with(chainPEM(good), two), want: CertificateKeyCount},
		"another's": {
			reason: "the certificate of another key", material: with(chainPEM(certificates(t, issuerKey()))),
			want: CertificateDiffers,
		},
		"EC": {
			reason: "Maskinporten takes RSA only", material: with(chainPEM(certificates(t, ecKey(t)))),
			want: CertificateNotRSA,
		},
		"root first": {
			reason: "the wrong way round", material: with(chainPEM([][]byte{good[2], good[1], good[0]})),
			want: CertificateOrder,
		},
		"a gap": {
			reason: "the one between is missing", material: with(chainPEM([][]byte{good[0], good[2]})),
			want: CertificateOrder,
		},
		"issuer first": {reason: "ours must come first", material: with(chainPEM(good[1:])), want: CertificateDiffers},
		"eleven":       {reason: "no chain is as long", material: with(chainPEM(eleven)), want: CertificateUnreadable},
		"endless": {
			reason:   "nor has as much text",
			material: with(append(bytes.Repeat([]byte("a"), maxChainData), chainPEM(good)...)), want: CertificateUnreadable,
		},
		"text":  {reason: "no certificate", material: with([]byte("hunter2")), want: CertificateUnreadable},
		"blank": {reason: "nothing to see", material: with([]byte("\n")), want: CertificateUnreadable},
		"DER":   {reason: "not PEM", material: with(good[0]), want: CertificateUnreadable},
		"half": {
			reason: "a file that was cut", material: with(chainPEM(good)[:len(chainPEM(good))-100]),
			want: CertificateUnreadable,
		},
		"broken between": {
			reason: "the decoder passes over it",
			material: with(slices.Concat(chainPEM(good[:1]), []byte("-----BEGIN CERTIFICATE-----\n!\n"),
				chainPEM(good[1:]))), want: CertificateUnreadable,
		},
		"no DER": {
			reason: "not a certificate inside", material: with(pemOf("CERTIFICATE", []byte("hunter2"))),
			want: CertificateUnreadable,
		},
		"private key": {
			reason:   "a key has no business there",
			material: with(append(chainPEM(good), pkcs8(t, ourKey())...)), want: CertificateUnreadable,
		},
		"bad key": {
			reason:   "the key is looked at first",
			material: with(chainPEM(good), func(m *KeyMaterial) { m.Data = []byte("hunter2") }), want: KeyUnreadable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			keys, err := ParseKeys(tc.material)
			if !errors.Is(err, tc.want) {
				t.Fatalf("%s: error %v, want %v", tc.reason, err, tc.want)
			}
			var of KeyError
			if errors.As(err, &of) && of.OfCertificate() == (of == KeyUnreadable) {
				t.Errorf("%s: blamed on the wrong file", tc.reason)
			}
			if err != nil {
				return
			}
			if len(keys) != 1 || keys[0].ID() != "" || keys[0].Thumbprint() != signingKey(t).Thumbprint() {
				t.Errorf("%s: keys %v, want one without an id", tc.reason, keys)
			}
		})
	}
}

// TestCertificateExpires checks the date on which the first certificate of a chain expires.
func TestCertificateExpires(t *testing.T) {
	chain := certificates(t, ourKey())
	for n, years := range map[int]int{1: 3, 3: 1} {
		key := parseOne(t, KeyMaterial{Data: pkcs8(t, ourKey()), Chain: chainPEM(chain[:n])})
		if want := testStart.AddDate(years, 0, 0); !key.CertificateExpires().Equal(want) {
			t.Errorf("a chain of %d expires on %s, want %s", n, key.CertificateExpires(), want.Format(time.DateOnly))
		}
	}
}

// TestGrantNamesKeyOrCertificate checks that a grant's header has kid or x5c, never both.
func TestGrantNamesKeyOrCertificate(t *testing.T) {
	chain := certificates(t, ourKey())
	for name, material := range map[string]KeyMaterial{
		"kid": {Data: pkcs8(t, ourKey()), KeyID: "a"},
		"x5c": {Data: jwk(t, ourKey(), "a", "", ""), Chain: chainPEM(chain)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, algorithm := range []string{"RS256", "RS384", "RS512"} {
				material.Algorithm = algorithm
				signed, err := parseOne(t, material).sign(jwt.MapClaims{})
				if err != nil {
					t.Fatal(err)
				}
				public := func(*jwt.Token) (any, error) { return &ourKey().PublicKey, nil }
				grant, err := jwt.Parse(signed, public, jwt.WithValidMethods([]string{algorithm}))
				if err != nil {
					t.Fatalf("%s, %s: %v", name, algorithm, err)
				}
				_, hasKID := grant.Header["kid"]
				x5c, hasChain := grant.Header["x5c"].([]any)
				if hasKID != (name == "kid") || hasChain != (name == "x5c") || hasChain && len(x5c) != len(chain) {
					t.Errorf("%s, %s: kid %t, %d certificates", name, algorithm, hasKID, len(x5c))
				}
			}
		})
	}
}
