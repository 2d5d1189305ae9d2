// Package accesstoken signs and reads the access tokens of Maskinporten, for it and for the services that accept them.
package accesstoken

import (
	"encoding/json"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// actorIDAuthority and actorIDPrefix make up the identifier of an organization in a token: ISO 6523 code 0192 is the
// Norwegian Central Coordinating Register for Legal Entities (docs.digdir.no, Maskinporten token).
const (
	actorIDAuthority = "iso6523-actorid-upis"
	actorIDPrefix    = "0192:"
)

// NumberOf returns the organization number of an actor in a claim, or "".
func NumberOf(claim json.RawMessage) string {
	var named struct {
		ID string `json:"ID"`
	}
	if err := json.Unmarshal(claim, &named); err != nil {
		return ""
	}
	number, hasPrefix := strings.CutPrefix(named.ID, actorIDPrefix)
	if !hasPrefix || !identity.NineDigits(number) {
		return ""
	}
	return number
}

// Actor is an organization in a token.
type Actor struct {
	Authority string `json:"authority"`
	ID        string `json:"ID"`
}

// ActorOf returns the actor of an organization number.
func ActorOf(organization string) Actor {
	return Actor{Authority: actorIDAuthority, ID: actorIDPrefix + organization}
}
