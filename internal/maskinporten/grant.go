package maskinporten

import (
	"fmt"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// grantType is that of RFC 7523, section 2.1.
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// grantLifetime is how long a grant may be used. Maskinporten allows 120 s; half of that is longer than any call.
	grantLifetime = time.Minute
)

// grantClaims are all claims of a grant. Maskinporten refuses claims that it does not document. aud must be a single
// string (docs.digdir.no, Maskinporten JWT grant).
func grantClaims(issuer, clientID string, q subject, now time.Time, id string) jwt.MapClaims {
	claims := jwt.MapClaims{
		"aud":   issuer,
		"iss":   clientID,
		"scope": q.scope,
		"iat":   now.Unix(),
		"exp":   now.Add(grantLifetime).Unix(),
		"jti":   id,
	}
	if !q.consumer.IsZero() {
		claims["consumer_org"] = q.consumer.String()
	}
	if !q.systemUser.IsZero() {
		claims["authorization_details"] = []any{q.systemUser.detail()}
	}
	return claims
}

// signingMethods are the algorithms that Maskinporten accepts (docs.digdir.no, Maskinporten JWT grant;
// token_endpoint_auth_signing_alg_values_supported).
var signingMethods = map[string]jwt.SigningMethod{
	"RS256": jwt.SigningMethodRS256,
	"RS384": jwt.SigningMethodRS384,
	"RS512": jwt.SigningMethodRS512,
}

// sign returns the compact form of a grant. Its header names the key by kid or by x5c, never by both (docs.digdir.no,
// Maskinporten JWT grant).
func (k SigningKey) sign(claims jwt.MapClaims) (string, error) {
	grant := jwt.NewWithClaims(signingMethods[k.algorithm], claims)
	if k.chain != nil {
		grant.Header["x5c"] = k.chain()
	} else {
		grant.Header["kid"] = k.id
	}
	signed, err := grant.SignedString(k.private())
	if err != nil {
		return "", fmt.Errorf("signing the grant: %w", foreignError{err})
	}
	return signed, nil
}

// grantForm returns the body of a token request. It has no parameters but the assertion, which stays out of the URL,
// because access logs keep URLs.
func grantForm(assertion string) url.Values {
	return url.Values{"grant_type": {grantType}, "assertion": {assertion}}
}
