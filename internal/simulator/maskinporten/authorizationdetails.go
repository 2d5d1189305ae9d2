package maskinporten

import (
	"encoding/json"
	"slices"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

// systemUserType is the type of authorization details for a token of a system user in Altinn (docs.digdir.no, system
// users).
const systemUserType = "urn:altinn:systemuser"

var systemUserFields = []string{"externalRef", "systemuser_org", "type"}

// authorizationDetails reads the claim. It returns false unless the claim is an array of objects.
func (g grant) authorizationDetails() ([]map[string]json.RawMessage, bool) {
	var details []map[string]json.RawMessage
	err := json.Unmarshal(g.Claims["authorization_details"], &details)
	return details, err == nil
}

// systemUserParty returns the organization number of the first party in the claim, or "".
func (g grant) systemUserParty() string {
	details, isArray := g.authorizationDetails()
	if !isArray || len(details) == 0 {
		return ""
	}
	return accesstoken.NumberOf(details[0]["systemuser_org"])
}

// systemUserDetails is the claim authorization_details of an access token. It has no externalRef.
type systemUserDetails struct {
	Type     string            `json:"type"`
	IDs      []string          `json:"systemuser_id"`
	Party    accesstoken.Actor `json:"systemuser_org"`
	SystemID string            `json:"system_id"`
}

// checkAuthorizationDetails checks the claim and finds the system user that it names.
func (e *evaluation) checkAuthorizationDetails() *refusal {
	if !e.grant.Has("authorization_details") {
		return nil
	}
	details, isArray := e.grant.authorizationDetails()
	if !isArray || len(details) != 1 || e.grant.Has("consumer_org") {
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
	var externalRef string
	if reference := details[0]["externalRef"]; reference != nil && json.Unmarshal(reference, &externalRef) != nil {
		return e.refuse("MP-011")
	}
	return e.findSystemUser(externalRef)
}

// findSystemUser looks the system user up in Altinn by client, client's owner, party and external reference. The same
// refusal means that the client is not in the system register and that the system user does not exist.
func (e *evaluation) findSystemUser(externalRef string) *refusal {
	if e.broken.IgnoreAuthorizationDetails {
		return nil
	}
	party := e.grant.systemUserParty()
	id, systemID, found := e.sim.altinn.SystemUserOfClient(
		e.client.OrganizationNumber, e.clientID, party, externalRef, e.lookupTime())
	if !found || e.broken.HideSystemUsers {
		return e.refuse("MP-303")
	}
	e.systemUser = &systemUserDetails{
		Type: systemUserType, IDs: []string{id}, Party: accesstoken.ActorOf(party),
		SystemID: systemID,
	}
	return nil
}
