// Package navsickpay is NAV's simulated API for sick notes and applications for sick pay (navikt/sykepenger-im-lps-api
// on GitHub).
package navsickpay

import (
	"net/http"
	"slices"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Package is the access package with the rights to all of NAV's documents about sick pay (navikt/hag-lps-api-client,
// AltinnService.kt).
const Package = "urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori"

// tokenRefusal returns the name of the first reason for which NAV does not accept a token, or nothing
// (navikt/sykepenger-im-lps-api, TokenValidationUtils.kt; navikt/token-support: all but sub and aud must be there).
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
	case scope != accesstoken.SickPayScope:
		return "WrongScope"
	case t.SystemUser().Owner == "":
		return "NoSystemUser"
	case accesstoken.NumberOf(t.Claims["consumer"]) == "":
		return "NoConsumer"
	}
	return ""
}

func (c *call) systemUser() accesstoken.SystemUser { return c.token.SystemUser() }

// refuseRight returns the response to a system user without the right to a unit's documents, or nil.
func (c *call) refuseRight(unit string, faults Faults, now time.Time) *wire.Response {
	mayRead := c.mayRead
	if faults.CachedRights {
		mayRead = func(unit string) bool {
			decide := func() bool { return c.mayRead(unit) }
			return c.nav.decisions.MayRead(c.systemUser(), unit, c.route.kind.resource, now, decide)
		}
	}
	if !faults.NoRights && mayRead(unit) {
		return nil
	}
	refused := noRightResponse()
	if c.readings().NoRightIsForbidden {
		refused.Status = http.StatusForbidden
	}
	if faults.NoRights {
		refused.Outcome += ",NoRights"
	}
	return &refused
}

// mayRead looks up in Altinn whether the token's system user has the right to a kind of documents of a unit: that of an
// organization that it acts for, or of its sub-unit. The user must still exist. The owner in the token does not count.
func (c *call) mayRead(unit string) bool {
	parties, rights, packages, found := c.nav.users.AccessOf(c.systemUser().ID)
	if !found || !slices.Contains(parties, unit) && !slices.Contains(parties, c.nav.MainUnit(unit)) {
		return false
	}
	byPackage := slices.Contains(packages, Package) && !c.readings().PackageGivesNothing
	return byPackage || slices.Contains(rights, c.route.kind.resource)
}
