package navreports

import (
	"encoding/json"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

// tokenRefusal returns the name of the first reason for which NAV does not accept a token, or nothing. The scope must
// be this one alone, and the token must name one system user (navikt/sokos-oppgjorsrapporter, TokenValidationUtils.kt).
func (c *call) tokenRefusal(now time.Time) string {
	if refused := c.token.CheckOrigin(c.nav.options.Tokens); refused != "" {
		return refused
	}
	scope, _ := c.token.Claims.Text("scope")
	switch {
	case c.token.IsExpired(now):
		return "ExpiredToken"
	case scope != accesstoken.ReportScope:
		return "WrongScope"
	case !c.namesOneUser():
		return "NoSystemUser"
	case accesstoken.NumberOf(c.token.Claims["consumer"]) == "":
		return "NoConsumer"
	}
	return ""
}

func (c *call) namesOneUser() bool {
	var details []struct {
		IDs []string `json:"systemuser_id"`
	}
	err := json.Unmarshal(c.token.Claims["authorization_details"], &details)
	return err == nil && len(details) == 1 && len(details[0].IDs) == 1 && c.token.SystemUser().Owner != ""
}

func (c *call) mayRead(organization, reportType string) bool {
	return !c.nav.faults.Load().NoRights &&
		c.nav.options.MayRead(c.token.SystemUser(), organization, resources[reportType])
}
