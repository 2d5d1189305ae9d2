package supplier

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
)

// makeCertifiedGuard returns the Guard of a Supplier whose grants name a certificate that is valid until end.
func makeCertifiedGuard(t *testing.T, s *v1alpha1.Supplier, end time.Time) *authority.Guard {
	t.Helper()
	text, err := fixture.TestKey()
	if err != nil {
		t.Fatal(err)
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(text, &key); err != nil {
		t.Fatal(err)
	}
	private, ok := key.Key.(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("the key is a %T", key.Key)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.AddDate(-3, 0, 0), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pool := fixture.Pool(t, fixture.TestKey, fixture.Always("", 0))
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "enterprise-certificate", Namespace: "system"},
		Data:       map[string][]byte{"chain.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})},
	}
	if err := pool.Secrets.(client.Client).Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	guard, err := pool.Guard(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

// TestCertificateExpiring verifies KeyExpiring around each date of a certificate. When its key was registered does not
// matter.
func TestCertificateExpiring(t *testing.T) {
	const day = 24 * time.Hour
	end := fixture.Noon.AddDate(1, 0, 0)
	s := makeSupplier().registered("2020-01-01").s
	s.supplier.Spec.Maskinporten.CertificateSecretRef = v1alpha1.SecretKeyReference{
		Name: "enterprise-certificate",
		Key:  "chain.pem",
	}
	s.guard = makeCertifiedGuard(t, s.supplier, end)
	for name, c := range map[string]struct {
		reason   string
		now      time.Time
		want     string
		says     string // part of the message
		nextFlip time.Time
	}{
		"valid": {
			reason: "a year is ahead",
			now:    fixture.Noon, want: "False KeyValid", says: "enterprise-certificate is valid until",
			nextFlip: end.Add(-30 * day),
		},
		"at-30": {
			reason: "30 days",
			now:    end.Add(-30 * day), want: "True KeyExpiresSoon", says: "expires on " + end.Format(time.DateOnly),
			nextFlip: end,
		},
		"last-second": {
			reason: "a second is left",
			now:    end.Add(-time.Second), want: "True KeyExpiresSoon", says: "expires on 2027-11-22", nextFlip: end,
		},
		"over": {
			reason: "it is not valid any more",
			now:    end, want: "True KeyExpired", says: "expired on " + end.Format(time.DateOnly), nextFlip: time.Time{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.now = c.now
			f := keyCondition(s.readGuard())
			if got := string(f.Status) + " " + f.Reason; got != c.want || !strings.Contains(f.Message, c.says) {
				t.Errorf("%s: %s %q, want %s with %q", c.reason, got, f.Message, c.want, c.says)
			}
			if got := keyFlip(s.readGuard()); !got.Equal(c.nextFlip) {
				t.Errorf("%s: says something else at %s, want %s", c.reason, got, c.nextFlip)
			}
			fixture.IsWellFormed(t, name, f.Message)
		})
	}
}
