package simulator

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// navToken is a token that was sent to NAV, taken apart.
type navToken struct {
	present bool
	signed  *jose.JSONWebSignature
	// claims is nil if the token is not a JWT. Nothing in it has been verified.
	claims claims
}

// readNAVToken takes the token of a request apart. An algorithm other than that of Maskinporten's keys makes it no JWT.
func readNAVToken(r *http.Request) navToken {
	text, present := bearerToken(r)
	read := navToken{present: present}
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

// check takes NAV's steps in NAV's order (navikt/lps-oppfolgingsplan-mottak, MaskinportenConfig.kt and AuthUtil.kt) and gives
// the name of the first refusal, or nothing for a good token. The audience is not among them. NAV compares the issuer twice;
// the second time can never fail.
func (t navToken) check(published jose.JSONWebKeySet, issuer string, now time.Time) string {
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
	expires, hasExpires := t.claims.seconds("exp")
	_, hasIssued := t.claims.seconds("iat")
	scope, _ := t.claims.text("scope")
	switch {
	case hasExpires && expires <= float64(now.Unix()):
		return "ExpiredToken"
	case !hasExpires:
		return "NoExpiry"
	case !hasIssued:
		return "NoIssueTime"
	case scope != FollowUpPlanScope:
		return "WrongScope"
	case !t.claims.isObject("consumer"):
		return "NoConsumer"
	}
	return ""
}

// hasReadableTimes: NAV's JWT library does not read a token whose times are there and are not numbers.
func (t navToken) hasReadableTimes() bool {
	for _, claim := range []string{"exp", "iat"} {
		if _, isTime := t.claims.seconds(claim); t.claims.has(claim) && !t.claims.isNull(claim) && !isTime {
			return false
		}
	}
	return true
}

func (t navToken) isSignedBy(published jose.JSONWebKeySet) bool {
	for _, key := range published.Key(t.signed.Signatures[0].Header.KeyID) {
		if _, err := t.signed.Verify(key); err == nil {
			return true
		}
	}
	return false
}
