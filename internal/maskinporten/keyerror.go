package maskinporten

import "slices"

// KeyError is why signing keys cannot be used. It is one of the constants below. It never quotes what was parsed, nor
// the message of a parser, which may quote it.
type KeyError string

// The errors of a private key. FILE in a command is the file from which the Secret was created.
const (
	KeyEmpty            KeyError = "it is empty"
	KeyUnreadable       KeyError = "it cannot be read. Write one RSA private key in PEM (PKCS #1 or PKCS #8), as JWK, or as JWKS with one or two keys"
	KeyEncrypted        KeyError = "it is encrypted. Store it without a passphrase (openssl pkey -in FILE -out key.pem)"
	KeyPublic           KeyError = "it is a public key. Store the private key of the pair"
	KeyCertificate      KeyError = "it is a certificate or a request for one, without a private key. Store the private key that belongs to it"
	KeyNotRSA           KeyError = "it is not an RSA key, and Maskinporten accepts no other kind. " + createKey
	KeyElliptic         KeyError = "it is an elliptic curve key, and Maskinporten accepts RSA keys only. " + createKey
	KeyPSS              KeyError = "it is an RSA-PSS key, which cannot sign RS256. " + createKey
	KeyTooShort         KeyError = "it has fewer than 2048 bits. " + createKey
	KeyCount            KeyError = "the key set must have one key, or two during a rotation"
	KeyOtherType        KeyError = `the key set has a key that is not RSA. Remove it (jq '.keys |= map(select(.kty=="RSA"))' FILE > key.jwk)`
	KeySeveral          KeyError = "the PEM has several private keys. Keep the registered one, or use a JWKS for two"
	KeyUse              KeyError = "the key's use or alg does not allow signing with RS256, RS384 or RS512"
	KeyIDMissing        KeyError = "the key has no key id: write the one under which it is registered at Maskinporten"
	KeyIDDiffers        KeyError = "the key's own key id differs from the configured one"
	KeyIDInvalid        KeyError = "the key id must be 1 to 256 printable ASCII characters without spaces"
	KeyIDNumber         KeyError = `its kid is a number. Write a string (jq '(.. | .kid? | numbers) |= tostring' FILE > key.jwk)`
	KeyIDTwice          KeyError = "the two keys of the set have the same key id"
	KeyAlgorithmInvalid KeyError = "the signing algorithm must be RS256, RS384 or RS512"
	KeyAlgorithmDiffers KeyError = "the key's alg differs from the configured signing algorithm"
)

const createKey = "Create and register another (openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out key.pem)"

// The errors of a private key in a form that tools write, each with the command that converts it.
const (
	KeyPKCS12       KeyError = "it is a PKCS #12 file, such as key.p12 or key.pfx. Convert it (openssl pkcs12 -in FILE -nocerts -noenc -out key.pem)"
	KeyJavaStore    KeyError = "it is a Java keystore. Convert it, then key.p12 (keytool -importkeystore -srckeystore FILE -destkeystore key.p12 -deststoretype PKCS12)"
	KeyDER          KeyError = "it is DER, not PEM. Convert it (openssl pkey -inform DER -in FILE -out key.pem)"
	KeyNoArmour     KeyError = "it is PEM without its BEGIN and END lines. Convert it (base64 -d FILE | openssl pkey -inform DER -out key.pem)"
	KeyOpenSSH      KeyError = "it is an RSA key in OpenSSH's format. Convert it in place (ssh-keygen -p -m PEM -N '' -f FILE)"
	KeyByteMark     KeyError = `it begins with a byte order mark, as Windows' editors write. Remove it (sed -i '1s/^\xEF\xBB\xBF//' FILE)`
	KeyUTF16        KeyError = "it is UTF-16, as PowerShell's > writes. Convert it (iconv -f UTF-16 -t UTF-8 FILE > key.pem)"
	KeyEscaped      KeyError = `its line breaks are written as \n, as in JSON and .env files. Convert it (printf '%b' "$(tr -d '"' < FILE)" > key.pem)`
	KeyOneLine      KeyError = `its line breaks became spaces, as in YAML without "|". Convert it (sed -E 's/ ?(-----[A-Z ]+-----) ?/\n\1\n/g' FILE > key.pem)`
	KeyIndented     KeyError = `its lines are indented, as in YAML. Convert it (sed 's/^[ \t]*//' FILE > key.pem)`
	KeyCut          KeyError = "a BEGIN line of its PEM has no END line, or other text between them than base64. Copy the whole file into the Secret"
	KeyInJSON       KeyError = "it is in the member private_key of a JSON document. Extract it (jq -r .private_key FILE > key.pem)"
	KeyInString     KeyError = "it is a JWK within a JSON string. Extract it (jq fromjson FILE > key.jwk)"
	KeyNoPrimes     KeyError = "the JWK has no p and q. Export all members of the private key (p, q, dp, dq, qi) from the tool that created it"
	KeyNotBase64URL KeyError = `the JWK's numbers are in standard or padded base64. Convert them (tr '+/' '-_' < FILE | tr -d = > key.jwk)`
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
