package maskinporten

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// CertificateAuthority is an authority whose enterprise certificates are trusted. The real service trusts Buypass and
// Commfides.
type CertificateAuthority struct {
	// Name is chosen by the caller: letters, digits, dots, hyphens and underscores.
	Name string `json:"name"`
	// Certificate is the authority's own certificate, PEM.
	Certificate string `json:"certificate"`
}

type trustedAuthority struct {
	CertificateAuthority

	parsed *x509.Certificate
}

// organizationIdentifier is the attribute of a subject (ITU-T X.520, 6.4.7) that holds the number in certificates of
// today, as NTRNO-897757222 (ETSI EN 319 412-1, 5.1.4). Older ones have the bare number as serialNumber.
var organizationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}

const registerPrefix = "NTRNO-"

// TrustCertificateAuthority lets clients without keys authenticate with certificates that the authority issued to their
// owner. It replaces the authority of that name. It fails if the certificate is not that of an authority.
func (s *Service) TrustCertificateAuthority(authority CertificateAuthority) error {
	if !identity.ClientIDPattern.MatchString(authority.Name) {
		return errors.New("an authority's name has 1 to 64 letters, digits, dots, hyphens and underscores")
	}
	block, _ := pem.Decode([]byte(authority.Certificate))
	if block == nil || block.Type != "CERTIFICATE" {
		return errors.New("the certificate is not PEM")
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("reading the certificate: %w", err)
	}
	if !parsed.IsCA {
		return errors.New("the certificate is not an authority's")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.authorities[authority.Name] = trustedAuthority{authority, parsed}
	return nil
}

// CertificateAuthorities lists the trusted authorities by name.
func (s *Service) CertificateAuthorities() []CertificateAuthority {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]CertificateAuthority, 0, len(s.authorities))
	for _, name := range slices.Sorted(maps.Keys(s.authorities)) {
		all = append(all, s.authorities[name].CertificateAuthority)
	}
	return all
}

// DistrustCertificateAuthority removes an authority, if it exists.
func (s *Service) DistrustCertificateAuthority(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.authorities, name)
}

func (s *Service) trustedRoots() *x509.CertPool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	roots := x509.NewCertPool()
	for _, authority := range s.authorities {
		roots.AddCert(authority.parsed)
	}
	return roots
}

// checkCertificate verifies the chain of the header first, then its owner.
func (e *evaluation) checkCertificate() *refusal {
	chain, err := e.grant.header.certificates()
	if err != nil {
		return e.refuse("MP-120")
	}
	intermediates := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		intermediates.AddCert(certificate)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots: e.sim.trustedRoots(), Intermediates: intermediates, CurrentTime: e.now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	key, isRSA := chain[0].PublicKey.(*rsa.PublicKey)
	if err != nil || !isRSA {
		return e.refuse("MP-120")
	}
	if organizationOf(chain[0]) != e.client.OrganizationNumber {
		return e.refuse("MP-122")
	}
	e.key, e.clientAMR = key, amrCertificate
	return nil
}

// certificates are those of x5c, the signer's first (RFC 7515, section 4.1.6). There is at least one.
func (h grantHeader) certificates() ([]*x509.Certificate, error) {
	var encoded []string
	if err := json.Unmarshal(h.X5C, &encoded); err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for _, text := range encoded {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		certificate, err := x509.ParseCertificate(raw)
		if err != nil {
			return nil, err
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, errors.New("no certificate")
	}
	return chain, nil
}

// organizationOf returns the organization number that a certificate was issued to, or "".
func organizationOf(certificate *x509.Certificate) string {
	for _, attribute := range certificate.Subject.Names {
		if text, isText := attribute.Value.(string); isText && attribute.Type.Equal(organizationIdentifier) {
			if number, registered := strings.CutPrefix(text, registerPrefix); registered {
				return number
			}
		}
	}
	return certificate.Subject.SerialNumber
}
