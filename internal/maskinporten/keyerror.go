package maskinporten

import "slices"

// KeyError is why signing keys cannot be used. It is one of the constants below. It never quotes what was parsed, nor
// the message of a parser, which may quote it.
type KeyError string

// The errors of a private key.
const (
	KeyEmpty            KeyError = "the key is empty"
	KeyUnreadable       KeyError = "the key cannot be read: write one RSA private key in PEM (PKCS #1 or PKCS #8), as JWK, or as JWKS with one or two keys"
	KeyEncrypted        KeyError = "the key is encrypted: store it without a passphrase"
	KeyNotPrivate       KeyError = "the key is a public key or a certificate, not the private key"
	KeyNotRSA           KeyError = "the key is not an RSA key, and Maskinporten accepts no other kind"
	KeyTooShort         KeyError = "the key is too short: it must have at least 2048 bits"
	KeyCount            KeyError = "the key set must have one key, or two during a rotation"
	KeyUse              KeyError = "the key's use or alg does not allow signing with RS256, RS384 or RS512"
	KeyIDMissing        KeyError = "the key has no key id: write the one under which it is registered at Maskinporten"
	KeyIDDiffers        KeyError = "the key's own key id differs from the configured one"
	KeyIDInvalid        KeyError = "the key id must be 1 to 256 printable ASCII characters without spaces"
	KeyIDTwice          KeyError = "the two keys of the set have the same key id"
	KeyAlgorithmInvalid KeyError = "the signing algorithm must be RS256, RS384 or RS512"
	KeyAlgorithmDiffers KeyError = "the key's alg differs from the configured signing algorithm"
)

// The errors of a certificate chain.
const (
	CertificateUnreadable KeyError = "the certificate chain cannot be read: write one to ten certificates in PEM, the supplier's own first"
	CertificateOrder      KeyError = "the certificates are not a chain: write the supplier's own first, and after each the one of its issuer"
	CertificateNotRSA     KeyError = "the first certificate is not of an RSA key, and Maskinporten accepts no other kind"
	CertificateDiffers    KeyError = "the first certificate is of another key than the private key"
	CertificateKeyCount   KeyError = "with a certificate there must be exactly one private key"
	CertificateKeyID      KeyError = "a key id is configured beside a certificate, and a grant has only one of them"
)

// Error returns the reason.
func (e KeyError) Error() string { return string(e) }

// OfCertificate reports whether the certificate chain is at fault, not the key.
func (e KeyError) OfCertificate() bool {
	return slices.Contains([]KeyError{
		CertificateUnreadable, CertificateOrder, CertificateNotRSA, CertificateDiffers, CertificateKeyCount, CertificateKeyID,
	}, e)
}
