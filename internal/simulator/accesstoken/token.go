package accesstoken

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Token is a token in a request to NAV or Altinn.
type Token struct {
	present bool
	signed  *jose.JSONWebSignature
	// Claims is nil if the token is not a JWT. Nothing in it has been verified.
	Claims Claims
}

// Read reads the token of a request. A token with another algorithm than that of Maskinporten's keys is no JWT.
func Read(r *http.Request) Token {
	text, present := Bearer(r)
	read := Token{present: present}
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

// CheckOrigin returns why the token is not one of the issuer's, or "". NAV and Altinn ignore the audience.
func (t Token) CheckOrigin(tokens Issuer) string {
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

// IsExpired reports whether the token has expired. A token without exp has not.
func (t Token) IsExpired(now time.Time) bool {
	expires, hasExpires := t.Claims.Seconds("exp")
	return hasExpires && expires <= float64(now.Unix())
}

// hasReadableTimes reports whether exp and iat are numbers, if they exist. The JWT libraries reject other tokens.
func (t Token) hasReadableTimes() bool {
	for _, claim := range []string{"exp", "iat"} {
		if _, isTime := t.Claims.Seconds(claim); t.Claims.Has(claim) && !t.Claims.isNull(claim) && !isTime {
			return false
		}
	}
	return true
}

func (t Token) isSignedBy(published jose.JSONWebKeySet) bool {
	for _, key := range published.Key(t.signed.Signatures[0].Header.KeyID) {
		if _, err := t.signed.Verify(key); err == nil {
			return true
		}
	}
	return false
}
