package simulator

import (
	"time"

	"github.com/go-jose/go-jose/v4"
)

// navRefusal takes NAV's steps in NAV's order (navikt/lps-oppfolgingsplan-mottak, MaskinportenConfig.kt and AuthUtil.kt) and
// gives the name of the first refusal, or nothing for a good token. NAV compares the issuer twice; the second time can never
// fail.
func (t sentToken) navRefusal(published jose.JSONWebKeySet, issuer string, now time.Time) string {
	if refused := t.checkOrigin(published, issuer); refused != "" {
		return refused
	}
	_, hasExpires := t.claims.seconds("exp")
	_, hasIssued := t.claims.seconds("iat")
	scope, _ := t.claims.text("scope")
	switch {
	case t.isExpired(now):
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
