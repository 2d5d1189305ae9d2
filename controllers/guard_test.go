package controllers

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// testKey is one private key for all tests of the package, as a JWK.
var testKey = sync.OnceValues(func() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return json.Marshal(jose.JSONWebKey{Key: key, KeyID: "4human-2026-11", Algorithm: "RS256", Use: "sig"})
})

// makeGuard gives a Guard whose authority is never asked.
func makeGuard(t *testing.T) *authority.Guard {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "maskinporten-key", Namespace: "system"},
		Data:       map[string][]byte{"key.jwk": key},
	}
	pool := &authority.Pool{
		Secrets: fake.NewClientBuilder().WithObjects(secret).Build(), Namespace: "system", Now: nowIsNoon,
		Connect: func(maskinporten.Config) (authority.Asker, error) {
			return authority.AskerFunc(func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
				t.Error("the authority was asked")
				return nil, context.Canceled
			}), nil
		},
	}
	guard, err := pool.Guard(context.Background(), makeSupplier().s.supplier)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}
