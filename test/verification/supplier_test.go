package verification

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

// TestKeyChangeIsNoticed follows a Supplier through changes of its Secret, with one manager that is never restarted: no
// Secret, a key that cannot be used, an unregistered one, the right one, another right one.
func TestKeyChangeIsNoticed(t *testing.T) {
	w := newWorld(t, server.Client, time.Now, 10*time.Second)
	key := w.addCustomer(tiger)
	w.delegate(tiger)
	right := w.keyData()
	w.must(w.client.Delete(context.Background(), w.secret()))
	w.startManager()
	w.supplierSays("False KeyNotFound")
	eventually(t, "a customer that waits for the Supplier", func() bool {
		return says(w.customer(key).Status.Conditions, v1alpha1.ConditionReady) == "False SupplierNotReady"
	})

	secret := w.secret()
	secret.Data = map[string][]byte{"key.jwk": []byte("-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXNlY3JldA==\n-----END " +
		"PRIVATE KEY-----\n")}
	w.must(w.client.Create(context.Background(), secret))
	w.supplierSays("False KeyInvalid")
	w.nothingSays("c2VjcmV0", "secret-secret", "PRIVATE KEY-")

	stranger := newKey(t)
	w.replaceKey(marshal(t, jose.JSONWebKey{Key: stranger, KeyID: keyID, Algorithm: "RS256", Use: "sig"}))
	w.supplierSays("False SignatureRejected")
	w.replaceKey(marshal(t, jose.JSONWebKey{Key: stranger, KeyID: "unknown", Algorithm: "RS256", Use: "sig"}))
	w.supplierSays("False KeyUnknown")

	w.replaceKey(right)
	w.supplierSays("True CredentialsProved")
	eventually(t, "a verified customer", func() bool { return w.verified("True Delegated") == 1 })

	next := newKey(t)
	w.must(w.simulator.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: clientID, OrganizationNumber: supplierNumber, Scopes: []string{scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
			Key: next.Public(), KeyID: "4human-2027-01", Algorithm: "RS256",
			Use: "sig",
		}}},
	}))
	supplier := w.current()
	supplier.Spec.Maskinporten.KeyID = "4human-2027-01"
	w.must(w.client.Update(context.Background(), supplier))
	w.replaceKey(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(next)}))
	eventually(t, "the new key proved", func() bool {
		s := w.current()
		return says(s.Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved" &&
			s.Status.Credentials.KeyID == "4human-2027-01"
	})
}

// TestSupplierFaultsAreReported verifies that the Supplier reports each fault of ours with its own reason.
func TestSupplierFaultsAreReported(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		change func(w *world)
		want   string
	}{
		"client-unknown": {
			reason: "a client of another environment",
			change: func(w *world) {
				s := w.current()
				s.Spec.Maskinporten.ClientID = "00000000-0000-4000-8000-000000000000"
				w.must(w.client.Update(context.Background(), s))
			},
			want: "False ClientUnknown",
		},
		"scope-missing": {
			reason: "the scope was not added to the client",
			change: func(w *world) {
				w.must(w.simulator.SetFaults(simulator.Faults{
					Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{RefuseWith: "MP-200"}},
				}))
			},
			want: "False ScopeNotRegistered",
		},
		"metadata-lies": {
			reason: "something answers in Maskinporten's place",
			change: func(w *world) {
				w.must(w.simulator.SetFaults(simulator.Faults{
					Faults: simmaskinporten.Faults{MetadataIssuer: "https://elsewhere.example/"},
				}))
			},
			want: "False MetadataInvalid",
		},
		"certificate": {
			reason: "the client is registered for an enterprise certificate",
			change: func(w *world) {
				w.must(w.simulator.SetFaults(simulator.Faults{
					Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{RefuseWith: "MP-120"}},
				}))
			},
			want: "False CertificateRejected",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
			w := newWorld(t, server.Client, clock.Now, time.Hour)
			c.change(w)
			l := newLoop(w, clock)
			l.run(0)
			s := w.current()
			if got := says(s.Status.Conditions, v1alpha1.ConditionReady); got != c.want {
				t.Errorf("%s: Ready %s, want %s", c.reason, got, c.want)
			}
			if got := says(s.Status.Conditions, v1alpha1.ConditionStalled); got == "" {
				t.Errorf("%s: not Stalled", c.reason)
			}
		})
	}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *world) secret() *corev1.Secret {
	s := &corev1.Secret{}
	s.Name, s.Namespace = "key", w.name
	return s
}

func (w *world) keyData() []byte {
	w.t.Helper()
	s := w.secret()
	w.must(w.client.Get(context.Background(), client.ObjectKeyFromObject(s), s))
	return s.Data["key.jwk"]
}

func (w *world) replaceKey(data []byte) {
	w.t.Helper()
	s := w.secret()
	w.must(w.client.Get(context.Background(), client.ObjectKeyFromObject(s), s))
	s.Data["key.jwk"] = data
	w.must(w.client.Update(context.Background(), s))
}

func (w *world) supplierSays(ready string) {
	w.t.Helper()
	eventually(w.t, "Supplier Ready "+ready, func() bool {
		return says(w.current().Status.Conditions, v1alpha1.ConditionReady) == ready
	})
}

// nothingSays verifies that none of the texts is in the Supplier's status or events.
func (w *world) nothingSays(texts ...string) {
	w.t.Helper()
	status, err := json.Marshal(w.current().Status)
	w.must(err)
	for _, text := range texts {
		if strings.Contains(string(status), text) {
			w.t.Errorf("the status has %q: %s", text, status)
		}
	}
}

// TestSecondKeySigns has two keys, of which Maskinporten knows the second only, under both readings of how it refuses
// the first: the code of an unknown key id is not documented.
func TestSecondKeySigns(t *testing.T) {
	t.Parallel()
	for name, reading := range map[string]simulator.Readings{
		"by text": {}, "as an unknown client": {
			MaskinportenReadings: simmaskinporten.Readings{UnknownKeyIDIsClientUnknown: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
			w := newWorld(t, inMemory(t), clock.Now, time.Hour)
			w.must(w.simulator.SetFaults(simulator.Faults{Readings: reading}))
			next := jose.JSONWebKey{Key: newKey(t), KeyID: "4human-2027-01", Algorithm: "RS256", Use: "sig"}
			w.replaceKey(marshal(t, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{next, sample.SigningKey()}}))
			l := newLoop(w, clock)
			key := l.addCustomer(tiger)
			l.delegate(tiger)
			l.wake(key)
			l.run(10 * time.Second)
			l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
			l.says(key, v1alpha1.ConditionDelegationVerified, "True Delegated")
			if got := l.current().Status.Credentials.KeyID; got != keyID {
				t.Errorf("signed by %q, want %q", got, keyID)
			}
		})
	}
}
