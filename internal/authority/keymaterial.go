package authority

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// keyMaterial reads what the Supplier's grants are signed with: the private key and the certificate chain, if there is
// one.
func (p *Pool) keyMaterial(ctx context.Context, s *v1alpha1.Supplier) (maskinporten.KeyMaterial, error) {
	m := s.Spec.Maskinporten
	material := maskinporten.KeyMaterial{KeyID: m.KeyID, Algorithm: string(m.SigningAlgorithm)}
	if hasCertificate(m) && m.KeyID != "" {
		return material, configurationErrorf(v1alpha1.ReasonConfigurationInvalid,
			"spec.maskinporten has both keyID and certificateSecretRef. Remove keyID, because grants name the "+
				"certificate in its place.")
	}
	var err error
	if material.Data, err = p.secretMember(ctx, m.KeySecretRef, "the private key"); err != nil {
		return material, err
	}
	if hasCertificate(m) {
		material.Chain, err = p.secretMember(ctx, m.CertificateSecretRef, "the certificate chain")
	}
	return material, err
}

func hasCertificate(m v1alpha1.MaskinportenClient) bool {
	return m.CertificateSecretRef != v1alpha1.SecretKeyReference{}
}

// secretMember reads one member of a Secret of the manager's own namespace.
func (p *Pool) secretMember(ctx context.Context, ref v1alpha1.SecretKeyReference, what string) ([]byte, error) {
	var secret corev1.Secret
	err := p.Secrets.Get(ctx, types.NamespacedName{Namespace: p.Namespace, Name: ref.Name}, &secret)
	if apierrors.IsNotFound(err) {
		return nil, configurationErrorf(v1alpha1.ReasonKeyNotFound,
			"Secret %s does not exist in namespace %s. Create it with %s under %q.", ref.Name, p.Namespace, what, ref.Key)
	}
	if err != nil {
		return nil, fmt.Errorf("reading Secret %s/%s: %w", p.Namespace, ref.Name, err)
	}
	data, ok := secret.Data[ref.Key]
	if !ok || len(data) == 0 {
		return nil, configurationErrorf(v1alpha1.ReasonKeyNotFound,
			"Secret %s in namespace %s has no value under %q. Add %s there.", ref.Name, p.Namespace, ref.Key, what)
	}
	return data, nil
}

// putKey says how to put a converted or new key into the Secret. It is "" if the fault has no command that writes one.
func putKey(m v1alpha1.MaskinportenClient, namespace string, fault maskinporten.KeyError) string {
	var file, keyID string
	switch {
	case strings.Contains(string(fault), "> key.jwk)"):
		file = "key.jwk"
	case strings.HasSuffix(string(fault), "key.pem)"):
		file = "key.pem"
	default:
		return ""
	}
	if file == "key.pem" && m.KeyID == "" && m.CertificateSecretRef.Name == "" {
		keyID = "set spec.maskinporten.keyID, which PEM needs, and "
	}
	return fmt.Sprintf(" Then %sput it into the Secret: kubectl patch secret %s -n %s "+
		`-p "{\"data\":{\"%s\":\"$(base64 < %s | tr -d '\n')\"}}"`,
		keyID, m.KeySecretRef.Name, namespace, m.KeySecretRef.Key, file)
}

// parseKeys returns the keys, or an error that names the Secret that is at fault.
func (p *Pool) parseKeys(
	m v1alpha1.MaskinportenClient, material maskinporten.KeyMaterial,
) ([]*maskinporten.SigningKey, error) {
	keys, err := maskinporten.ParseKeys(material)
	if err == nil {
		return keys, nil
	}
	what, ref := "private key", m.KeySecretRef
	fault, _ := errors.AsType[maskinporten.KeyError](err)
	if fault.OfCertificate() {
		what, ref = "certificate chain", m.CertificateSecretRef
	}
	return nil, configurationErrorf(v1alpha1.ReasonKeyInvalid,
		"The %s in Secret %s under %q cannot be used: %v.%s", what, ref.Name, ref.Key, err, putKey(m, p.Namespace, fault))
}

// signer is a TokenSource with several keys.
type signer interface {
	// AcceptedKey returns the key whose grant was last accepted.
	AcceptedKey() *maskinporten.SigningKey
}

// KeyID returns the kid of the grant that was last accepted, or "" if grants name a certificate in its place.
func (g *Guard) KeyID() string { return g.acceptedKey().ID() }

// Thumbprint returns the RFC 7638 thumbprint of the public half of the key of KeyID.
func (g *Guard) Thumbprint() string { return g.acceptedKey().Thumbprint() }

// CertificateExpires returns when the first certificate of the chain that grants name expires, or the zero time if they
// name a registered key.
func (g *Guard) CertificateExpires() time.Time { return g.acceptedKey().CertificateExpires() }

func (g *Guard) acceptedKey() *maskinporten.SigningKey {
	if s, ok := g.source.(signer); ok {
		return s.AcceptedKey()
	}
	return g.key
}
