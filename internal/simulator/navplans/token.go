package navplans

import (
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

// tokenRefusal takes NAV's steps in NAV's order (navikt/lps-oppfolgingsplan-mottak, MaskinportenConfig.kt and
// AuthUtil.kt). It returns the name of the first refusal, or "" for a good token.
func tokenRefusal(t accesstoken.Token, tokens accesstoken.Issuer, now time.Time) string {
	if refused := t.CheckOrigin(tokens); refused != "" {
		return refused
	}
	_, hasExpires := t.Claims.Seconds("exp")
	_, hasIssued := t.Claims.Seconds("iat")
	scope, _ := t.Claims.Text("scope")
	switch {
	case t.IsExpired(now):
		return "ExpiredToken"
	case !hasExpires:
		return "NoExpiry"
	case !hasIssued:
		return "NoIssueTime"
	case scope != accesstoken.FollowUpPlanScope:
		return "WrongScope"
	case !t.Claims.IsObject("consumer"):
		return "NoConsumer"
	}
	return ""
}
