package authority

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// certificateOf is a certificate of a key's, its own issuer, in PEM.
func certificateOf(t testing.TB, generated func() ([]byte, error)) []byte {
	t.Helper()
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(jwk(t, generated)); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ours"}, NotBefore: noon, NotAfter: noon.AddDate(3, 0, 0),
	}
	private, ok := key.Key.(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("the key is a %T", key.Key)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func makeCertificateSecret(chain []byte) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "enterprise-certificate", Namespace: "system"},
		Data:       map[string][]byte{"chain.pem": chain},
	}
}

// makeCertified returns a Supplier whose grants name a certificate.
func makeCertified() *v1alpha1.Supplier {
	s := makeSupplier()
	s.Spec.Maskinporten.CertificateSecretRef = v1alpha1.SecretKeyReference{
		Name: "enterprise-certificate",
		Key:  "chain.pem",
	}
	return s
}

// TestCertificate creates a Guard with a certificate, and another one when it is renewed.
func TestCertificate(t *testing.T) {
	chain := certificateOf(t, generatedKey)
	p, s := makePool(t, makeSecret(jwk(t, generatedKey)), makeCertificateSecret(chain)), makeCertified()
	first := p.guard(t, s)
	if first.KeyID() != "" || first.Thumbprint() == "" || !first.CertificateExpires().Equal(noon.AddDate(3, 0, 0)) {
		t.Errorf("kid %q, thumbprint %q, until %s", first.KeyID(), first.Thumbprint(), first.CertificateExpires())
	}
	if p.guard(t, s) != first {
		t.Error("nothing has changed, but there is another Guard")
	}
	if err := p.secrets.Update(t.Context(), makeCertificateSecret(slices.Concat(chain, chain))); err != nil {
		t.Fatal(err)
	}
	if p.guard(t, s) == first {
		t.Error("the chain is another one, but the Guard is not")
	}
	if got := p.guard(t, makeSupplier()); got.KeyID() != "4human-2026-11" || !got.CertificateExpires().IsZero() {
		t.Errorf("without the reference: kid %q, until %s", got.KeyID(), got.CertificateExpires())
	}
}

// TestKeyMaterialErrors verifies the error for each mistake in what grants are signed with, besides the key itself.
func TestKeyMaterialErrors(t *testing.T) {
	keySecret := makeSecret(jwk(t, generatedKey))
	unusable := func(what, ref string, err maskinporten.KeyError) ConfigurationError {
		return ConfigurationError{
			Reason:  v1alpha1.ReasonKeyInvalid,
			Message: fmt.Sprintf("The %s in Secret %s cannot be used: %s.", what, ref, err.Error()),
		}
	}
	key, certificate := `maskinporten-key under "key.jwk"`, `enterprise-certificate under "chain.pem"`
	both := slices.Concat([]byte(`{"keys":[`), jwk(t, generatedKey), []byte(","), renamed(t, generatedSecond),
		[]byte(`]}`))
	cases := map[string]struct {
		reason  string
		secrets []*corev1.Secret
		change  func(*v1alpha1.MaskinportenClient)
		want    ConfigurationError
	}{
		"no-certificate": {
			reason: "the Secret does not exist", secrets: []*corev1.Secret{keySecret},
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret enterprise-certificate does not exist in namespace system. Create it with the certificate chain under "chain.pem".`,
			},
		},
		"empty-certificate": {
			reason: "the Secret is filled later", secrets: []*corev1.Secret{keySecret, makeCertificateSecret(nil)},
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret enterprise-certificate in namespace system has no value under "chain.pem". Add the certificate chain there.`,
			},
		},
		"no-key": {
			reason:  "a certificate alone signs nothing",
			secrets: []*corev1.Secret{makeCertificateSecret(certificateOf(t, generatedKey))},
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret maskinporten-key does not exist in namespace system. Create it with the private key under "key.jwk".`,
			},
		},
		"key-id": {
			reason: "grants have one or the other, whatever the Secrets hold",
			change: func(m *v1alpha1.MaskinportenClient) { m.KeyID = "4human-2026-11" },
			want: ConfigurationError{
				Reason: v1alpha1.ReasonConfigurationInvalid,
				Message: "spec.maskinporten has both keyID and certificateSecretRef. Remove keyID, because grants name the " +
					"certificate in its place.",
			},
		},
		"another-key": {
			reason: "the certificate of another key", secrets: []*corev1.Secret{
				keySecret,
				makeCertificateSecret(certificateOf(t, generatedSecond)),
			},
			want: unusable("certificate chain", certificate, maskinporten.CertificateDiffers),
		},
		"no-chain": {
			reason: "the Secret holds something else", secrets: []*corev1.Secret{
				keySecret,
				makeCertificateSecret([]byte("hunter2")),
			},
			want: unusable("certificate chain", certificate, maskinporten.CertificateUnreadable),
		},
		"two-keys": {
			reason: "a certificate is of one key", secrets: []*corev1.Secret{
				makeSecret(both),
				makeCertificateSecret(certificateOf(t, generatedKey)),
			},
			want: unusable("certificate chain", certificate, maskinporten.CertificateKeyCount),
		},
		"algorithm": {
			reason: "the JWK says another one", secrets: []*corev1.Secret{keySecret},
			change: func(m *v1alpha1.MaskinportenClient) {
				m.CertificateSecretRef, m.SigningAlgorithm = v1alpha1.SecretKeyReference{}, "RS512"
			},
			want: unusable("private key", key, maskinporten.KeyAlgorithmDiffers),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, s := makePool(t), makeCertified()
			for _, secret := range c.secrets {
				if err := p.secrets.Create(t.Context(), secret.DeepCopy()); err != nil {
					t.Fatal(err)
				}
			}
			if c.change != nil {
				c.change(&s.Spec.Maskinporten)
			}
			_, err := p.Guard(t.Context(), s)
			var got *ConfigurationError
			if !errors.As(err, &got) {
				t.Fatalf("%s: %v", c.reason, err)
			}
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			saysNothingOf(t, got.Message, jwk(t, generatedKey))
		})
	}
}

// TestChainIsNeverReported checks that errors quote nothing of what is in the place of a chain, also if it
// is the private key.
func TestChainIsNeverReported(t *testing.T) {
	good := certificateOf(t, generatedKey)
	for _, chain := range append(almostKeys(t), good[:len(good)/2], slices.Concat(good, jwk(t, generatedKey)),
		[]byte("-----BEGIN CERTIFICATE-----")) {
		if len(chain) == 0 {
			continue
		}
		_, err := makePool(t, makeSecret(jwk(t, generatedKey)), makeCertificateSecret(chain)).
			Guard(t.Context(), makeCertified())
		if err == nil {
			continue // text after a good certificate is passed over
		}
		told := slices.ContainsFunc(certificateErrors, func(e maskinporten.KeyError) bool {
			return err.Error() == `The certificate chain in Secret enterprise-certificate under "chain.pem" cannot be used: `+
				e.Error()+"."
		})
		if !told {
			t.Errorf("the message is none of ours: %q", err)
		}
	}
}

// renamed is a generated key under another kid.
func renamed(t testing.TB, generated func() ([]byte, error)) []byte {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(jwk(t, generated), &members); err != nil {
		t.Fatal(err)
	}
	members["kid"] = "4human-2027-11"
	data, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rotating is a TokenSource of two keys that knows which key signed.
type rotating struct {
	TokenSourceFunc

	signedBy *maskinporten.SigningKey
}

func (r *rotating) AcceptedKey() *maskinporten.SigningKey { return r.signedBy }

// TestRotation passes both keys of a JWKS on, and reports the one that signed last.
func TestRotation(t *testing.T) {
	both := slices.Concat([]byte(`{"keys":[`), jwk(t, generatedKey), []byte(","), renamed(t, generatedSecond),
		[]byte(`]}`))
	p, s := makePool(t, makeSecret(both)), makeSupplier()
	source := &rotating{TokenSourceFunc: func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
		return &maskinporten.Token{ExpiresAt: noon.Add(time.Minute)}, nil
	}}
	p.Connect = func(c maskinporten.Config) (TokenSource, error) {
		p.made = append(p.made, c)
		source.signedBy = c.Keys[0]
		return source, nil
	}
	g := p.guard(t, s)
	keys := p.made[0].Keys
	if len(keys) != 2 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, key := range keys {
		source.signedBy = key
		if g.KeyID() != key.ID() || g.Thumbprint() != key.Thumbprint() {
			t.Errorf("kid %s of thumbprint %s, want %s", g.KeyID(), g.Thumbprint(), key)
		}
	}
	if !strings.Contains(keys[1].String(), "4human-2027-11") {
		t.Errorf("the second is %s", keys[1])
	}
}

// TestPutKey verifies the command that puts a converted or new key into the Secret: nothing follows it.
func TestPutKey(t *testing.T) {
	const patch = "kubectl patch secret maskinporten-key -n system -p "
	for name, c := range map[string]struct {
		fault maskinporten.KeyError
		keyID string
		want  string
	}{
		"new PEM":      {fault: maskinporten.KeyTooShort, want: "set spec.maskinporten.keyID, which PEM needs, and put"},
		"PEM with kid": {fault: maskinporten.KeyDER, keyID: "a", want: "Then put it into the Secret: " + patch},
		"JWK":          {fault: maskinporten.KeyIDNumber, want: "Then put it into the Secret: " + patch},
		"no command":   {fault: maskinporten.KeyCut, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := makeSupplier().Spec.Maskinporten
			m.KeyID = c.keyID
			got := putKey(m, "system", c.fault)
			if !strings.Contains(got, c.want) || (got == "") != (c.want == "") || strings.HasSuffix(got, ".") {
				t.Errorf("%q, want %q in it", got, c.want)
			}
		})
	}
}
