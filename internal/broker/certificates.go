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

// CASecretName is the name of the Secret with the broker's certificate authority, in the manager's namespace. Whoever
// deletes it gets another authority.
const CASecretName = "token-broker-ca"

// certificates gives the broker its certificate, made by an authority that all replicas share. A job trusts the
// authority, which lives for years; the certificate and its key never leave the process, and change every day without
// anybody noticing. Its methods may be called at the same time.
type certificates struct {
	cached    client.Client
	live      client.Reader
	namespace string
	now       func() time.Time

	mu     sync.Mutex
	ca     *ca // that was last read or made
	leaf   *tls.Certificate
	issuer *ca // of the leaf
}

// ensure gives the authority that is in the Secret, which it makes if it is not there. Of several replicas that make it
// at the same time one wins, and the others take what it made.
func (c *certificates) ensure(ctx context.Context) (*ca, error) {
	found, err := c.read(ctx, c.cached)
	if apierrors.IsNotFound(err) { // the cache may not have seen it yet
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

// current gives a certificate that is good now. It asks the cache alone. An authority that cannot be read, or not be used,
// changes nothing for a process that has one: the jobs still trust the one before.
func (c *certificates) current(ctx context.Context) (*tls.Certificate, error) {
	if _, err := c.latest(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.leaf != nil && c.issuer == c.ca && !renewable(c.leaf, now) {
		return c.leaf, nil
	}
	leaf, err := c.ca.issue(hosts(c.namespace), now)
	if err != nil {
		return nil, c.unusable(err)
	}
	c.leaf, c.issuer = leaf, c.ca
	return leaf, nil
}

// latest returns the authority that the cache has, or, if that cannot be used, the one before.
func (c *certificates) latest(ctx context.Context) (*ca, error) {
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

// ready sees to it that there is a certificate.
func (c *certificates) ready(ctx context.Context) error {
	if _, err := c.current(ctx); err == nil {
		return nil
	}
	if _, err := c.ensure(ctx); err != nil {
		return err
	}
	_, err := c.current(ctx)
	return err
}

// forHandshake is current for TLS: under whatever name the broker was called, it has this certificate and no other.
func (c *certificates) forHandshake(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current(hello.Context())
}

// renewable reports whether a third or less of a certificate's life is left, or it has not begun.
func renewable(leaf *tls.Certificate, now time.Time) bool {
	from, until := leaf.Leaf.NotBefore, leaf.Leaf.NotAfter
	return now.Before(from) || until.Sub(now) <= until.Sub(from)/3
}

// remember keeps an authority, and gives it: the one that it has, if they are the same. The caller holds the lock.
func (c *certificates) remember(found *ca) *ca {
	if c.ca == nil || !bytes.Equal(c.ca.source, found.source) {
		c.ca = found
	}
	return c.ca
}

// read reads the authority. The error is the reader's own, such as that there is none, or says to delete the Secret.
func (c *certificates) read(ctx context.Context, from client.Reader) (*ca, error) {
	secret := &corev1.Secret{}
	if err := from.Get(ctx, types.NamespacedName{Namespace: c.namespace, Name: CASecretName}, secret); err != nil {
		return nil, fmt.Errorf("reading Secret %s/%s: %w", c.namespace, CASecretName, err)
	}
	return c.parse(secret)
}

// parse reads the authority in a Secret. The one that is known is not read again at each handshake.
func (c *certificates) parse(secret *corev1.Secret) (*ca, error) {
	certificate, key := secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey]
	now := c.now()
	if known := c.known(); known != nil && bytes.Equal(known.source, certificate) && now.Before(known.certificate.NotAfter) {
		return known, nil
	}
	if len(certificate) == 0 || len(key) == 0 {
		return nil, c.unusable(errors.New("it lacks tls.crt or tls.key"))
	}
	found, err := parseCA(certificate, key, hosts(c.namespace), now)
	if err != nil {
		return nil, c.unusable(err)
	}
	return found, nil
}

func (c *certificates) known() *ca {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ca
}

func (c *certificates) unusable(cause error) error {
	return fmt.Errorf("no certificate authority that can be used is in Secret %s/%s (%w): delete it, and another is made",
		c.namespace, CASecretName, cause)
}

// create makes the authority, or reads the one that somebody else has just made.
func (c *certificates) create(ctx context.Context) (*ca, error) {
	certificate, key, err := generateCA(hosts(c.namespace), c.now())
	if err != nil {
		return nil, fmt.Errorf("making a certificate authority: %w", err)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.namespace, Name: CASecretName,
			Labels: map[string]string{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy},
		},
		Type:      corev1.SecretTypeTLS,
		Immutable: new(true), // it is replaced as a whole, or not at all
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
