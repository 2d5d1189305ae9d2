package maskinporten

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"time"
)

const (
	// maxChainData bounds the text of a certificate chain. Norwegian enterprise certificates come in chains of three, of
	// about 2 KiB each.
	maxChainData    = 64 << 10
	maxCertificates = 10
)

// certificateChain is an enterprise certificate (virksomhetssertifikat) and those of its issuers, ours first.
type certificateChain []*x509.Certificate

// parseChain parses certificates in PEM. It skips text around them, which export tools write (RFC 7468, section 2), and
// refuses any other PEM block. It does not check expiry or trust: Maskinporten decides whether certificates are valid.
func parseChain(data []byte) (certificateChain, error) {
	if len(data) > maxChainData {
		return nil, CertificateUnreadable
	}
	// The decoder would skip a broken block before a good one.
	blocks := bytes.Count(data, []byte("-----BEGIN "))
	if blocks == 0 || blocks > maxCertificates {
		return nil, CertificateUnreadable
	}
	chain := make(certificateChain, 0, blocks)
	for range blocks {
		block, rest := pem.Decode(data)
		if block == nil || block.Type != "CERTIFICATE" {
			return nil, CertificateUnreadable
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, CertificateUnreadable
		}
		chain, data = append(chain, certificate), rest
	}
	return chain, chain.checkOrder()
}

// checkOrder returns an error unless each certificate is before that of its issuer (RFC 7515, section 4.1.6).
func (c certificateChain) checkOrder() error {
	for i := range len(c) - 1 {
		if !bytes.Equal(c[i].RawIssuer, c[i+1].RawSubject) {
			return CertificateOrder
		}
	}
	return nil
}

// checkKey returns an error unless the first certificate is for this key.
func (c certificateChain) checkKey(key *rsa.PublicKey) error {
	public, ok := c[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		return CertificateNotRSA
	}
	if !public.Equal(key) {
		return CertificateDiffers
	}
	return nil
}

// expires returns the earliest expiry of the chain's certificates.
func (c certificateChain) expires() time.Time {
	earliest := c[0].NotAfter
	for _, certificate := range c[1:] {
		if certificate.NotAfter.Before(earliest) {
			earliest = certificate.NotAfter
		}
	}
	return earliest
}

// encode returns the chain for x5c: DER in standard base64, not base64url (RFC 7515, section 4.1.6).
func (c certificateChain) encode() []string {
	encoded := make([]string, 0, len(c))
	for _, certificate := range c {
		encoded = append(encoded, base64.StdEncoding.EncodeToString(certificate.Raw))
	}
	return encoded
}
