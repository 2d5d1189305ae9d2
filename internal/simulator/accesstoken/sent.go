package accesstoken

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Sent is a token that was sent to NAV or Altinn, taken apart.
type Sent struct {
	present bool
	signed  *jose.JSONWebSignature
	// claims is nil if the token is not a JWT. Nothing in it has been verified.
	Claims Claims
}

// Read takes the token of a request apart. An algorithm other than that of Maskinporten's keys makes it no JWT.
func Read(r *http.Request) Sent {
	text, present := Bearer(r)
	read := Sent{present: present}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return read
	}
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &read.Claims); err != nil {
		read.Claims = nil
		return read
	}
	read.signed = signed
	return read
}

// checkOrigin says why the token is none of Maskinporten's, or nothing. The audience is not looked at, by NAV or Altinn.
func (t Sent) CheckOrigin(tokens Issuer) string {
	switch {
	case !t.present:
		return "NoToken"
	case t.Claims == nil || !t.hasReadableTimes():
		return "NotAJWT"
	case !t.isSignedBy(tokens.Published()):
		return "BadSignature"
	}
	if claimed, _ := t.Claims.Text("iss"); claimed != tokens.Issuer() {
		return "WrongIssuer"
	}
	return ""
}

// isExpired is false for a token that does not say when it expires.
func (t Sent) IsExpired(now time.Time) bool {
	expires, hasExpires := t.Claims.Seconds("exp")
	return hasExpires && expires <= float64(now.Unix())
}

// hasReadableTimes: the JWT libraries do not read a token whose times are there and are not numbers.
func (t Sent) hasReadableTimes() bool {
	for _, claim := range []string{"exp", "iat"} {
		if _, isTime := t.Claims.Seconds(claim); t.Claims.Has(claim) && !t.Claims.isNull(claim) && !isTime {
			return false
		}
	}
	return true
}

func (t Sent) isSignedBy(published jose.JSONWebKeySet) bool {
	for _, key := range published.Key(t.signed.Signatures[0].Header.KeyID) {
		if _, err := t.signed.Verify(key); err == nil {
			return true
		}
	}
	return false
}
