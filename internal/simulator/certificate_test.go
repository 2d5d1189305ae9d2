package simulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

// authority issues enterprise certificates, through an intermediate of its own.
type authority struct {
	t             *testing.T
	key           *rsa.PrivateKey
	root, issuing *x509.Certificate
	from, until   time.Time
}

var authorityKey = sync.OnceValue(func() *rsa.PrivateKey { return generateKey(2048) })

func newAuthority(t *testing.T, now time.Time) *authority {
	t.Helper()
	a := &authority{t: t, key: authorityKey(), from: now.Add(-time.Hour), until: now.Add(time.Hour)}
	a.root = a.issue(pkix.Name{CommonName: "Test root"}, true, nil, &a.key.PublicKey)
	a.issuing = a.issue(pkix.Name{CommonName: "Test issuing"}, true, a.root, &a.key.PublicKey)
	return a
}

// issue returns a certificate. Its serial number does not matter, but the serialNumber of its subject does.
func (a *authority) issue(subject pkix.Name, isCA bool, parent *x509.Certificate, key any) *x509.Certificate {
	a.t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: subject, NotBefore: a.from, NotAfter: a.until,
		IsCA: isCA, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	if parent == nil {
		parent = template
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		a.t.Fatal(err)
	}
	return certificate
}

func (a *authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw}))
}

func bySerialNumber(number string) pkix.Name {
	return pkix.Name{CommonName: "4HUMAN HRM AS", SerialNumber: number}
}

func byIdentifier(identifier string) pkix.Name {
	return pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{
		Type:  asn1.ObjectIdentifier{2, 5, 4, 97},
		Value: identifier,
	}}}
}

func chain(certificates ...*x509.Certificate) signing {
	encoded := []string{}
	for _, certificate := range certificates {
		encoded = append(encoded, base64.StdEncoding.EncodeToString(certificate.Raw))
	}
	return signing{kid: "-", header: map[string]any{"x5c": encoded}}
}

// withCertificates registers a client without keys, and trusts the authority.
func (w *world) withCertificates(a *authority) {
	w.t.Helper()
	w.must(w.sim.Maskinporten.TrustCertificateAuthority(simmaskinporten.CertificateAuthority{
		Name:        "test",
		Certificate: a.pem(),
	}))
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) { c.JWKS.Keys = nil })))
}

func TestCertificates(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, w.clock.Now())
	expired := newAuthority(t, w.clock.Now().Add(-2*time.Hour)) // ended an hour ago
	leaf := func(subject pkix.Name, key any) *x509.Certificate { return a.issue(subject, false, a.issuing, key) }
	own := &clientKey().PublicKey
	cases := map[string]struct {
		reason  string
		signing signing
		want    string // "" for a token
	}{
		"SerialNumber": {reason: "the older form", signing: chain(leaf(bySerialNumber(supplier), own), a.issuing)},
		"Identifier": {
			reason:  "the form of today",
			signing: chain(leaf(byIdentifier("NTRNO-"+supplier), own), a.issuing),
		},
		"WithRoot": {
			reason:  "a full chain may have the root in it",
			signing: chain(leaf(bySerialNumber(supplier), own), a.issuing, a.root),
		},
		"Organization": {
			reason:  "another organization's",
			signing: chain(leaf(bySerialNumber(otherVendor), own), a.issuing), want: "MP-122",
		},
		"Identifiers": {
			reason:  "the identifier counts",
			signing: chain(leaf(byIdentifier("NTRNO-"+otherVendor), own), a.issuing), want: "MP-122",
		},
		"OtherRegister": {
			reason:  "not of the Norwegian register",
			signing: chain(leaf(byIdentifier("NTRSE-"+supplier), own), a.issuing), want: "MP-122",
		},
		"NoOrganization": {
			reason:  "without an organization",
			signing: chain(leaf(pkix.Name{CommonName: "x"}, own), a.issuing), want: "MP-122",
		},
		"OtherKey": {
			reason:  "signed with another key",
			signing: chain(leaf(bySerialNumber(supplier), &strangeKey().PublicKey), a.issuing), want: "MP-124",
		},
		"NoIntermediate": {
			reason: "the chain is not whole", signing: chain(leaf(bySerialNumber(supplier), own)),
			want: "MP-120",
		},
		"Untrusted": {
			reason:  "issued by an untrusted authority",
			signing: chain(a.issue(bySerialNumber(supplier), false, nil, own)), want: "MP-120",
		},
		"Expired": {
			reason:  "its time has passed",
			signing: chain(expired.issue(bySerialNumber(supplier), false, a.issuing, own), a.issuing), want: "MP-120",
		},
		"NotRSA": {
			reason:  "grants are signed with RSA",
			signing: chain(leaf(bySerialNumber(supplier), &ellipticKey().PublicKey), a.issuing), want: "MP-120",
		},
		"NoCertificates": {reason: "nothing in the chain", signing: chain(), want: "MP-120"},
		"NotBase64": {
			reason:  "not a certificate",
			signing: signing{kid: "-", header: map[string]any{"x5c": []string{"%"}}}, want: "MP-120",
		},
		"NotTexts": {
			reason: "not a certificate", signing: signing{kid: "-", header: map[string]any{"x5c": []int{1}}},
			want: "MP-120",
		},
		"NotAnArray": {
			reason: "x5c is an array", signing: signing{kid: "-", header: map[string]any{"x5c": "MIIB"}},
			want: "MP-123",
		},
		"NoX5C": {reason: "nothing to recognize the client by", signing: signing{kid: "-"}, want: "MissingKeyID"},
	}
	for name, tc := range cases {
		for _, algorithm := range []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512} {
			t.Run(name+string(algorithm), func(t *testing.T) {
				w.reset(t)
				w.delegate(consumer)
				w.withCertificates(a)
				tc.signing.algorithm = algorithm
				got := w.mustSend(w.request(w.sign(w.claims(), tc.signing)))
				if tc.want == "" {
					diff(t, tc.reason, any("virksomhetssertifikat"), w.token(got)["client_amr"])
					return
				}
				diff(t, tc.reason, map[string]int{tc.want: 1}, w.sim.Recorder.Report().Counts["token"])
			})
		}
	}
}

func TestClientWithKeysNeedsItsKey(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	a := newAuthority(t, w.clock.Now())
	w.withCertificates(a)
	w.must(w.sim.Maskinporten.RegisterClient(client()))
	good := chain(a.issue(bySerialNumber(supplier), false, a.issuing, &clientKey().PublicKey), a.issuing)
	w.mustSend(w.request(w.sign(w.claims(), good)))
	diff(t, "a certificate is no way around the keys", map[string]int{"MissingKeyID": 1},
		w.sim.Recorder.Report().Counts["token"])
}

func TestAdminCertificates(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	a := newAuthority(t, w.clock.Now())
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) { c.JWKS.Keys = nil })))
	good := chain(a.issue(bySerialNumber(supplier), false, a.issuing, &clientKey().PublicKey), a.issuing)
	ask := func() reply { return w.mustSend(w.request(w.sign(w.claims(), good))) }
	diff(t, "not trusted yet", "MP-120", ask().code())
	document := jsonWith(map[string]any{"certificate": a.pem()}, nil)
	w.mustCall(204, http.MethodPut, "/certificate-authorities/test", document)
	w.token(ask())
	diff(t, "listed", []simmaskinporten.CertificateAuthority{{Name: "test", Certificate: a.pem()}},
		w.sim.Maskinporten.CertificateAuthorities())
	w.mustCall(200, http.MethodGet, "/certificate-authorities", "")
	for range 2 {
		w.mustCall(204, http.MethodDelete, "/certificate-authorities/test", "")
	}
	diff(t, "not trusted any more", "MP-120", ask().code())

	leaf := pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: a.issue(bySerialNumber(supplier), false, a.issuing, &clientKey().PublicKey).Raw,
	})
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})
	for want, tc := range map[string]struct{ name, certificate string }{
		"the certificate is not PEM":            {name: "a", certificate: "x"},
		"reading the certificate: ":             {name: "a", certificate: string(broken)},
		"the certificate is not an authority's": {name: "a", certificate: string(leaf)},
		"an authority's name has 1 to 64":       {certificate: a.pem()},
	} {
		t.Run(want, func(t *testing.T) {
			wantError(t, w.sim.Maskinporten.TrustCertificateAuthority(simmaskinporten.CertificateAuthority{
				Name:        tc.name,
				Certificate: tc.certificate,
			}), want)
		})
	}
}

// TestKeyNotKnownYet uses two keys, of which one was registered a moment ago.
func TestKeyNotKnownYet(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	from := w.clock.Now().Add(2 * time.Minute)
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) {
		c.JWKS.Keys = append(c.JWKS.Keys, jose.JSONWebKey{Key: &strangeKey().PublicKey, KeyID: "new"})
		c.KeysKnownFrom = map[string]time.Time{"new": from}
	})))
	ask := func() reply { return w.mustSend(w.request(w.sign(w.claims(), signing{key: strangeKey(), kid: "new"}))) }
	checkRefusal(t, "not known yet", refused{
		status: 400, err: "invalid_grant", description: "Unknown key identifier (kid) for client.",
	}, ask())
	w.token(w.ask()) // the old key goes on
	w.clock.Step(2*time.Minute - time.Second)
	diff(t, "still not", 400, ask().status)
	w.clock.Step(time.Second)
	w.token(ask())
	err := w.sim.Maskinporten.RegisterClient(
		client(func(c *simmaskinporten.Client) { c.KeysKnownFrom = map[string]time.Time{"x": from} }))
	wantError(t, err, `keysKnownFrom names key "x", which the client does not have`)
}
