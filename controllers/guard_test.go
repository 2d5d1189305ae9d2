package controllers

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// testKey is one private key for all tests of the package, as a JWK; otherKey is another under the same kid.
var (
	testKey  = sync.OnceValues(generateJWK)
	otherKey = sync.OnceValues(generateJWK)
)

func generateJWK() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return json.Marshal(jose.JSONWebKey{Key: key, KeyID: "4human-2026-11", Algorithm: "RS256", Use: "sig"})
}

// makeGuard gives a Guard whose authority is never asked.
func makeGuard(t *testing.T) *authority.Guard {
	t.Helper()
	return makeGuardOf(t, testKey, func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
		t.Error("the authority was asked")
		return nil, context.Canceled
	})
}

// makeGuardOf gives a Guard with a key, whose authority answers as it is told. Its clock stands at noon.
func makeGuardOf(t *testing.T, generated func() ([]byte, error), asker authority.AskerFunc) *authority.Guard {
	t.Helper()
	guard, err := makePool(t, generated, asker).Guard(context.Background(), supplierObject())
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

// makePool gives a Pool with one Secret.
func makePool(t *testing.T, generated func() ([]byte, error), asker authority.AskerFunc) *authority.Pool {
	t.Helper()
	key, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "maskinporten-key", Namespace: "system"},
		Data:       map[string][]byte{"key.jwk": key},
	}
	return &authority.Pool{
		Secrets: fake.NewClientBuilder().WithObjects(secret).Build(), Namespace: "system", Now: nowIsNoon,
		Connect:         func(maskinporten.Config) (authority.Asker, error) { return asker, nil },
		AltinnTransport: noRequests{},
	}
}

// noRequests is an Altinn that knows our system and has no requests of ours.
type noRequests struct{}

func (noRequests) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.WriteString(`{"links":{"next":null},"data":[]}`)
	return w.Result(), nil
}

// noAltinn is an Altinn that cannot be reached.
type noAltinn struct{}

func (noAltinn) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// always gives an asker that meets the same class each time, "" for a token.
func always(class maskinporten.Class, retry time.Duration) authority.AskerFunc {
	return func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
		if class == "" {
			return &maskinporten.Token{AccessToken: "a.b.c", ExpiresAt: noon.Add(time.Minute)}, nil
		}
		return nil, &maskinporten.Error{Class: class, RetryAfter: retry}
	}
}

// withoutKey fails if a text has a part of the private key.
func withoutKey(t *testing.T, text string) {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]string
	if err := json.Unmarshal(key, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "n"} {
		value := members[name]
		if len(value) < 100 {
			t.Fatalf("the key's member %s has %d characters", name, len(value))
		}
		for i := 0; i+10 <= len(value); i++ {
			if strings.Contains(text, value[i:i+10]) {
				t.Fatalf("a status has a part of the key's member %s", name)
			}
		}
	}
}
