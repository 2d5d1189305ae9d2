package broker

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/4human/integration-operator/internal/podseal"
)

const (
	// caYears is the lifetime of a certificate authority.
	caYears = 10
	// leafLifetime is the lifetime of the broker's certificates.
	leafLifetime = 24 * time.Hour
	// clockSkew is how far the clocks of jobs' nodes may be behind the manager's.
	clockSkew = 5 * time.Minute
)

// PEM types (RFC 7468).
const (
	pemCertificate = "CERTIFICATE"
	pemPrivateKey  = "PRIVATE KEY"
)

// serviceName is the name of the broker's Service in the manager's namespace.
const serviceName = "token-broker"

// ca is a certificate authority that may issue certificates for the broker's names only.
type ca struct {
	source      []byte // the certificate in the Secret, to detect a change
	certificate *x509.Certificate
	key         crypto.Signer
	seal        podseal.Key // derived from key
}

// hosts returns the DNS names of the broker's Service.
func hosts(namespace string) []string {
	service := serviceName + "." + namespace + ".svc"
	return []string{service, service + ".cluster.local"}
}

// generateCA returns the certificate and key of a new authority for names, in PEM.
func generateCA(names []string, now time.Time) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("generating a key: %w", err)
	}
	everyAddress := []*net.IPNet{
		{IP: net.IPv4zero, Mask: net.CIDRMask(0, 32)}, {IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: serviceName + " certificate authority"},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.AddDate(caYears, 0, 0),
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // no intermediate authorities
		KeyUsage:              x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		// Clients accept its certificates for the broker's names only.
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         names,
		ExcludedIPRanges:            everyAddress,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, fmt.Errorf("creating a certificate: %w", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("encoding a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: pemPrivateKey, Bytes: encoded}), nil
}

// parseCA parses an authority. It returns an error if the authority cannot issue a certificate for names now.
func parseCA(certificate, key []byte, names []string, now time.Time) (*ca, error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, errors.New("its key cannot sign")
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		return nil, fmt.Errorf("encoding its key: %w", err)
	}
	seal, err := podseal.NewKey(encoded)
	if err != nil {
		return nil, err
	}
	got := &ca{source: certificate, certificate: pair.Leaf, key: signer, seal: seal}
	if _, err := got.issue(names, now); err != nil {
		return nil, err
	}
	return got, nil
}

// issue returns a certificate for names with a new key. It verifies the certificate as a client would.
func (c *ca) issue(names []string, now time.Time) (*tls.Certificate, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generating a key: %w", err)
	}
	notAfter := now.Add(leafLifetime)
	if end := c.certificate.NotAfter; notAfter.After(end) {
		notAfter = end
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: serviceName},
		DNSNames:    names,
		NotBefore:   now.Add(-clockSkew),
		NotAfter:    notAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.certificate, private.Public(), c.key)
	if err != nil {
		return nil, fmt.Errorf("creating a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parsing the new certificate: %w", err)
	}
	if err := c.verify(leaf, names, now); err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}, nil
}

func (c *ca) verify(leaf *x509.Certificate, names []string, now time.Time) error {
	roots := x509.NewCertPool()
	roots.AddCert(c.certificate)
	for _, name := range names {
		_, err := leaf.Verify(x509.VerifyOptions{
			DNSName: name, Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		})
		if err != nil {
			return fmt.Errorf("it cannot issue a certificate for %s: %w", name, err)
		}
	}
	return nil
}

// certificatePEM returns the certificate in PEM, without other blocks of the Secret.
func (c *ca) certificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: c.certificate.Raw})
}
