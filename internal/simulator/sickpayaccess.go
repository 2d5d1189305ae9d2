package simulator

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ninePattern is all that NAV checks of the organization numbers in a token.
var ninePattern = regexp.MustCompile(`^\d{9}$`)

// sickPayRefusal gives the name of the first reason for which NAV does not accept a token, or nothing
// (navikt/sykepenger-im-lps-api, TokenValidationUtils.kt).
func (t sentToken) sickPayRefusal(published jose.JSONWebKeySet, issuer string, now time.Time) string {
	if refused := t.checkOrigin(published, issuer); refused != "" {
		return refused
	}
	scope, _ := t.claims.text("scope")
	switch {
	case t.isExpired(now):
		return "ExpiredToken"
	case scope != SickPayScope:
		return "WrongScope"
	case !ninePattern.MatchString(t.systemUser().owner):
		return "NoSystemUser"
	case !ninePattern.MatchString(actorNumber(t.claims["consumer"])):
		return "NoConsumer"
	}
	return ""
}

// tokenUser is the system user of a token.
type tokenUser struct{ id, owner string }

func (t sentToken) systemUser() tokenUser {
	var details []struct {
		IDs   []string        `json:"systemuser_id"`
		Owner json.RawMessage `json:"systemuser_org"`
	}
	if json.Unmarshal(t.claims["authorization_details"], &details) != nil || len(details) == 0 || len(details[0].IDs) == 0 {
		return tokenUser{}
	}
	return tokenUser{id: details[0].IDs[0], owner: actorNumber(details[0].Owner)}
}

func (c *sickPayCall) systemUser() tokenUser { return c.token.systemUser() }

// mayRead asks Altinn whether the token's system user has the right to a kind of documents of a unit: if it is its
// owner's, or that of a sub-unit of its owner's. Whether the user is still there counts, and not when the token was made.
func (c *sickPayCall) mayRead(kind *sickPayKind, unit string, faults SickPayFaults) bool {
	if faults.NoRights {
		return false
	}
	a := c.sim.altinn
	a.mu.RLock()
	user := a.usersByID[c.systemUser().id]
	var owner string
	var rights []string
	if user != nil {
		owner, rights = user.OrganizationNumber, slices.Clone(user.Rights)
	}
	a.mu.RUnlock()
	return slices.Contains(rights, kind.resource) && (owner == unit || c.sim.sickPay.mainUnit(unit) == owner)
}
