package authority

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestConfigurationErrors verifies the error for each mistake in a Supplier or its Secret.
func TestConfigurationErrors(t *testing.T) {
	cases := map[string]struct {
		reason string
		secret *corev1.Secret // nil: none
		change func(*v1alpha1.SupplierSpec)
		want   ConfigurationError
	}{
		"no-secret": {
			reason: "the Secret does not exist",
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret maskinporten-key does not exist in namespace system. Create it with the private key under "key.jwk".`,
			},
		},
		"no-member": {
			reason: "the Secret has the key under another name", secret: &corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{
					Name:      "maskinporten-key",
					Namespace: "system",
				}, Data: map[string][]byte{"key.pem": []byte("x")},
			},
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret maskinporten-key in namespace system has no value under "key.jwk". Add the private key there.`,
			},
		},
		"empty": {
			reason: "a Secret that is filled later", secret: makeSecret(nil),
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret maskinporten-key in namespace system has no value under "key.jwk". Add the private key there.`,
			},
		},
		"other-namespace": {
			reason: "a Secret of that name elsewhere is not ours", secret: &corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{
					Name:      "maskinporten-key",
					Namespace: "customers",
				}, Data: map[string][]byte{"key.jwk": []byte("x")},
			},
			want: ConfigurationError{
				Reason:  v1alpha1.ReasonKeyNotFound,
				Message: `Secret maskinporten-key does not exist in namespace system. Create it with the private key under "key.jwk".`,
			},
		},
		"not-a-key": {
			reason: "the Secret holds something else", secret: makeSecret([]byte("hunter2")),
			want: ConfigurationError{
				Reason: v1alpha1.ReasonKeyInvalid,
				Message: `The private key in Secret maskinporten-key under "key.jwk" cannot be used: ` +
					maskinporten.KeyUnreadable.Error() + ".",
			},
		},
		"key-id-differs": {
			reason: "spec.maskinporten.keyID says another kid than the JWK", secret: makeSecret(jwk(t, generatedKey)),
			change: func(s *v1alpha1.SupplierSpec) { s.Maskinporten.KeyID = "another" },
			want: ConfigurationError{
				Reason: v1alpha1.ReasonKeyInvalid,
				Message: `The private key in Secret maskinporten-key under "key.jwk" cannot be used: ` +
					maskinporten.KeyIDDiffers.Error() + ".",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, s := makePool(t), makeSupplier()
			if c.secret != nil {
				p = makePool(t, c.secret)
			}
			if c.change != nil {
				c.change(&s.Spec)
			}
			_, err := p.Guard(t.Context(), s)
			var got *ConfigurationError
			if !errors.As(err, &got) {
				t.Fatalf("%s: %v", c.reason, err)
			}
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if got.Error() != got.Message {
				t.Errorf("the error says %q", got.Error())
			}
		})
	}
}

// TestConfigurationInvalid verifies the error for a spec that the API would have rejected. It holds nothing of the key.
func TestConfigurationInvalid(t *testing.T) {
	for name, set := range map[string]func(*v1alpha1.SupplierSpec){
		"organization": func(s *v1alpha1.SupplierSpec) { s.OrganizationNumber = "897757223" },
		"issuer":       func(s *v1alpha1.SupplierSpec) { s.Endpoints.Maskinporten = "gopher://simulator/" },
		"client-id":    func(s *v1alpha1.SupplierSpec) { s.Maskinporten.ClientID = "a b" },
	} {
		t.Run(name, func(t *testing.T) {
			p, s := makePool(t, makeSecret(jwk(t, generatedKey))), makeSupplier()
			p.Connect = nil
			set(&s.Spec)
			_, err := p.Guard(t.Context(), s)
			var got *ConfigurationError
			if !errors.As(err, &got) || got.Reason != v1alpha1.ReasonConfigurationInvalid {
				t.Errorf("%s: %v", name, err)
				return
			}
			saysNothingOf(t, got.Message, jwk(t, generatedKey))
		})
	}
}
