package simulator

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// sentToken is a token that was sent to NAV or Altinn, taken apart.
type sentToken struct {
	present bool
	signed  *jose.JSONWebSignature
	// claims is nil if the token is not a JWT. Nothing in it has been verified.
	claims claims
}

// readSentToken takes the token of a request apart. An algorithm other than that of Maskinporten's keys makes it no JWT.
func readSentToken(r *http.Request) sentToken {
	text, present := bearerToken(r)
	read := sentToken{present: present}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return read
	}
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &read.claims); err != nil {
		read.claims = nil
		return read
	}
	read.signed = signed
	return read
}

// checkOrigin says why the token is none of Maskinporten's, or nothing. The audience is not looked at, by NAV or Altinn.
func (t sentToken) checkOrigin(published jose.JSONWebKeySet, issuer string) string {
	switch {
	case !t.present:
		return "NoToken"
	case t.claims == nil || !t.hasReadableTimes():
		return "NotAJWT"
	case !t.isSignedBy(published):
		return "BadSignature"
	}
	if claimed, _ := t.claims.text("iss"); claimed != issuer {
		return "WrongIssuer"
	}
	return ""
}

// isExpired is false for a token that does not say when it expires.
func (t sentToken) isExpired(now time.Time) bool {
	expires, hasExpires := t.claims.seconds("exp")
	return hasExpires && expires <= float64(now.Unix())
}

// hasReadableTimes: the JWT libraries do not read a token whose times are there and are not numbers.
func (t sentToken) hasReadableTimes() bool {
	for _, claim := range []string{"exp", "iat"} {
		if _, isTime := t.claims.seconds(claim); t.claims.has(claim) && !t.claims.isNull(claim) && !isTime {
			return false
		}
	}
	return true
}

func (t sentToken) isSignedBy(published jose.JSONWebKeySet) bool {
	for _, key := range published.Key(t.signed.Signatures[0].Header.KeyID) {
		if _, err := t.signed.Verify(key); err == nil {
			return true
		}
	}
	return false
}
