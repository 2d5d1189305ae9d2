package simulator

import (
	"encoding/json"
	"slices"
)

// systemUserType is the type of authorization details with which a supplier asks for a token through a system user in
// Altinn (docs.digdir.no, Maskinporten, system users).
const systemUserType = "urn:altinn:systemuser"

var systemUserFields = []string{"externalRef", "systemuser_org", "type"}

// authorizationDetails reads the claim. Anything but an array of objects gives false.
func (g grant) authorizationDetails() ([]map[string]json.RawMessage, bool) {
	var details []map[string]json.RawMessage
	err := json.Unmarshal(g.claims["authorization_details"], &details)
	return details, err == nil
}

// systemUserParty is the organization number of the first party in the claim, or nothing.
func (g grant) systemUserParty() string {
	details, isArray := g.authorizationDetails()
	if !isArray || len(details) == 0 {
		return ""
	}
	return actorNumber(details[0]["systemuser_org"])
}

// checkAuthorizationDetails refuses what the claim can be refused for. There are no system users in this simulator, so
// a well-formed request for one ends with MP-303.
func (e *evaluation) checkAuthorizationDetails() *refusal {
	if !e.grant.has("authorization_details") {
		return nil
	}
	details, isArray := e.grant.authorizationDetails()
	if !isArray || len(details) != 1 || e.grant.has("consumer_org") {
		return e.refuse("MP-011")
	}
	var detailType string
	if err := json.Unmarshal(details[0]["type"], &detailType); err != nil || detailType != systemUserType {
		return e.refuse("MP-301")
	}
	for field := range details[0] {
		if !slices.Contains(systemUserFields, field) {
			return e.refuse("MP-302")
		}
	}
	if e.grant.systemUserParty() == "" {
		return e.refuse("MP-011")
	}
	return e.refuse("MP-303")
}
