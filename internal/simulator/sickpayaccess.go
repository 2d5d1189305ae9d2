package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// SickPayPackage is the access package that has the rights to all of NAV's documents about sick pay in it
// (navikt/hag-lps-api-client, AltinnService.kt).
const SickPayPackage = "urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori"

// sickPayRefusal gives the name of the first reason for which NAV does not accept a token, or nothing
// (navikt/sykepenger-im-lps-api, TokenValidationUtils.kt; navikt/token-support: all but sub and aud must be there).
func (t sentToken) sickPayRefusal(published jose.JSONWebKeySet, issuer string, now time.Time) string {
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
	case scope != SickPayScope:
		return "WrongScope"
	case t.systemUser().owner == "":
		return "NoSystemUser"
	case actorNumber(t.claims["consumer"]) == "":
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

// refuseRight is the answer to a system user who may not read a unit's documents, or to everybody while Altinn cannot be asked.
func (c *sickPayCall) refuseRight(unit string, faults SickPayFaults) *answer {
	if !faults.NoRights && c.mayRead(unit) {
		return nil
	}
	refused := noRightAnswer()
	if c.readings().SickPayNoRightIsForbidden {
		refused.status = http.StatusForbidden
	}
	if faults.NoRights {
		refused.outcome += ",NoRights"
	}
	return &refused
}

// mayRead asks Altinn whether the token's system user has the right to a kind of documents of a unit: if it is its
// owner's, or that of a sub-unit of its owner's. Whether the user is still there counts, and not when the token was made;
// nor does the owner that the token names.
func (c *sickPayCall) mayRead(unit string) bool {
	user, there := c.sim.altinn.userByID(c.systemUser().id)
	if !there || (user.OrganizationNumber != unit && user.OrganizationNumber != c.sim.sickPay.mainUnit(unit)) {
		return false
	}
	byPackage := slices.Contains(user.AccessPackages, SickPayPackage) && !c.readings().SickPayPackageGivesNothing
	return byPackage || slices.Contains(user.Rights, c.route.kind.resource)
}

func (a *altinnState) userByID(id string) (SystemUser, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	user := a.usersByID[id]
	if user == nil {
		return SystemUser{}, false
	}
	return user.clone(), true
}
