package accesstoken

import "encoding/json"

// SystemUser is the system user of a token. It is zero for a token without one.
type SystemUser struct {
	// ID is Altinn's id of it, and Owner the organization number of its owner.
	ID, Owner string
}

// SystemUser returns the system user of the token.
func (t Token) SystemUser() SystemUser {
	var details []struct {
		IDs   []string        `json:"systemuser_id"`
		Owner json.RawMessage `json:"systemuser_org"`
	}
	if json.Unmarshal(t.Claims["authorization_details"], &details) != nil || len(details) == 0 ||
		len(details[0].IDs) == 0 {
		return SystemUser{}
	}
	return SystemUser{ID: details[0].IDs[0], Owner: NumberOf(details[0].Owner)}
}
