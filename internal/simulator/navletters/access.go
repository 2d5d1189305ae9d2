package navletters

import (
	"fmt"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

// refuseToken returns NAV's refusal of a token, or nil. NAV reads the issuer itself and has its sidecar look at the
// rest (navikt/syfo-dokumentporten, MaskinportenIdportenAndTokenXAuthPlugin.kt).
func (c *call) refuseToken(faults Faults, now time.Time) *refusal {
	refused := func(outcome, message string) *refusal {
		return &refusal{status: http.StatusUnauthorized, kind: errorAuthorization, outcome: outcome, message: message}
	}
	switch origin := c.token.CheckOrigin(c.nav.options.Tokens); {
	case origin == "NoToken", origin == "NotAJWT":
		return refused(origin, "Could not find token issuer: Missing bearer token")
	case origin == "WrongIssuer":
		return refused(origin, "Unsupported token issuer")
	case faults.SidecarDown:
		return refused("SidecarDown", "Failed to introspect token: Connection refused")
	case origin != "":
		return refused(origin, "Token is not active: invalid signature")
	case c.token.IsExpired(now):
		return refused("ExpiredToken", "Token is not active: token is expired")
	}
	scope, _ := c.token.Claims.Text("scope")
	user := c.token.SystemUser()
	switch {
	case accesstoken.NumberOf(c.token.Claims["consumer"]) == "":
		return refused("NoConsumer", "No consumer in token claims")
	case scope != accesstoken.LetterScope && scope != accesstoken.OldLetterScope:
		return refused("WrongScope", "Invalid scope from maskinporten")
	case user.Owner == "":
		return refused("NoSystemUser", "No system user organization number in token claims")
	case user.ID == "":
		return refused("NoSystemUser", "No system user id in token claims")
	}
	return nil
}

// refuseAccess returns NAV's refusal of a system user without the right to a unit's letters of a type, or nil.
func (c *call) refuseAccess(unit, documentType string, faults Faults, now time.Time) *refusal {
	resource := resources[documentType]
	switch {
	case resource == "":
		return internalError("Could not find resource for document type "+documentType, "NoResource")
	case faults.AccessDown:
		return internalError("Internal server error", "AccessDown")
	case !faults.NoRights && c.mayRead(unit, resource, faults, now):
		return nil
	}
	return &refusal{
		status: http.StatusForbidden, kind: errorAuthorization, outcome: "NoRight",
		message: fmt.Sprintf("Access denied to resource %s, for system user %s", resource, c.token.SystemUser().ID),
	}
}

// mayRead reports whether the system user has the right (navikt/syfo-dokumentporten, ValidationService.kt).
func (c *call) mayRead(unit, resource string, faults Faults, now time.Time) bool {
	user := c.token.SystemUser()
	decide := func() bool { return c.nav.options.MayRead(user, unit, resource) }
	if !faults.CachedRights {
		return decide()
	}
	return c.nav.decisions.MayRead(user, unit, resource, now, decide)
}
