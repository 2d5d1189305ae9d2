package broker

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// CASecretName is the name of the Secret with the broker's certificate authority, in the manager's namespace. If it is
// deleted, the broker creates another authority.
const CASecretName = "token-broker-ca"

// certificates provides the broker's certificate. All replicas share its issuer, a certificate authority that jobs trust
// for years. The certificate itself lasts a day, and its key never leaves the process. It is safe for concurrent use.
type certificates struct {
	cached    client.Client
	live      client.Reader
	namespace string
	now       func() time.Time

	mu     sync.Mutex
	ca     *ca // the last one that was read or created
	leaf   *tls.Certificate
	issuer *ca // of leaf
}

// ensure returns the authority in the Secret, which it creates if it does not exist. If several replicas create it at the
// same time, all use the one that exists afterwards.
func (c *certificates) ensure(ctx context.Context) (*ca, error) {
	found, err := c.read(ctx, c.cached)
	if apierrors.IsNotFound(err) { // the cache may be behind
		found, err = c.read(ctx, c.live)
	}
	if apierrors.IsNotFound(err) {
		found, err = c.create(ctx)
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remember(found), nil
}

// currentLeaf returns a valid certificate. It reads the cache only. If the authority in the Secret cannot be read or used,
// the process goes on with the one before, which jobs still trust.
func (c *certificates) currentLeaf(ctx context.Context) (*tls.Certificate, error) {
	if _, err := c.latestCA(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.leaf != nil && c.issuer == c.ca && !needsRenewal(c.leaf, now) {
		return c.leaf, nil
	}
	leaf, err := c.ca.issue(hosts(c.namespace), now)
	if err != nil {
		return nil, c.unusableError(err)
	}
	c.leaf, c.issuer = leaf, c.ca
	return leaf, nil
}

// latestCA returns the authority in the cache, or the one before if that cannot be used.
func (c *certificates) latestCA(ctx context.Context) (*ca, error) {
	found, err := c.read(ctx, c.cached)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.remember(found)
	}
	if c.ca == nil {
		return nil, err
	}
	return c.ca, nil
}

// prepare creates the authority and a certificate unless they exist.
func (c *certificates) prepare(ctx context.Context) error {
	if _, err := c.currentLeaf(ctx); err == nil {
		return nil
	}
	if _, err := c.ensure(ctx); err != nil {
		return err
	}
	_, err := c.currentLeaf(ctx)
	return err
}

// forHandshake returns the current certificate, whatever name the client requested.
func (c *certificates) forHandshake(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.currentLeaf(hello.Context())
}

// needsRenewal reports whether at most a third of a certificate's lifetime is left, or the lifetime has not begun.
func needsRenewal(leaf *tls.Certificate, now time.Time) bool {
	from, until := leaf.Leaf.NotBefore, leaf.Leaf.NotAfter
	return now.Before(from) || until.Sub(now) <= until.Sub(from)/3
}

// remember stores an authority unless it is the stored one, and returns the stored one. The caller holds the lock.
func (c *certificates) remember(found *ca) *ca {
	if c.ca == nil || !bytes.Equal(c.ca.source, found.source) {
		c.ca = found
	}
	return c.ca
}

// read reads the authority. If the Secret cannot be used, the error says to delete it.
func (c *certificates) read(ctx context.Context, from client.Reader) (*ca, error) {
	secret := &corev1.Secret{}
	if err := from.Get(ctx, types.NamespacedName{Namespace: c.namespace, Name: CASecretName}, secret); err != nil {
		return nil, fmt.Errorf("reading Secret %s/%s: %w", c.namespace, CASecretName, err)
	}
	return c.parse(secret)
}

// parse returns the authority in a Secret. It does not parse the stored authority again at each handshake.
func (c *certificates) parse(secret *corev1.Secret) (*ca, error) {
	certificate, key := secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey]
	now := c.now()
	if known := c.storedCA(); known != nil && bytes.Equal(known.source, certificate) && now.Before(known.certificate.NotAfter) {
		return known, nil
	}
	if len(certificate) == 0 || len(key) == 0 {
		return nil, c.unusableError(errors.New("it lacks tls.crt or tls.key"))
	}
	found, err := parseCA(certificate, key, hosts(c.namespace), now)
	if err != nil {
		return nil, c.unusableError(err)
	}
	return found, nil
}

func (c *certificates) storedCA() *ca {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ca
}

func (c *certificates) unusableError(cause error) error {
	return fmt.Errorf("no usable certificate authority in Secret %s/%s (%w): delete it, and the manager creates another",
		c.namespace, CASecretName, cause)
}

// create creates the authority, or reads the one that another replica has just created.
func (c *certificates) create(ctx context.Context) (*ca, error) {
	certificate, key, err := generateCA(hosts(c.namespace), c.now())
	if err != nil {
		return nil, fmt.Errorf("generating a certificate authority: %w", err)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.namespace, Name: CASecretName,
			Labels: map[string]string{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy},
		},
		Type:      corev1.SecretTypeTLS,
		Immutable: new(true), // it is only replaced as a whole
		Data:      map[string][]byte{corev1.TLSCertKey: certificate, corev1.TLSPrivateKeyKey: key},
	}
	err = c.cached.Create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		return c.read(ctx, c.live)
	}
	if err != nil {
		return nil, fmt.Errorf("creating Secret %s/%s: %w", c.namespace, CASecretName, err)
	}
	return c.parse(secret)
}
