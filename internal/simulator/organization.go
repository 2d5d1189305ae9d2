package simulator

import (
	"encoding/json"
	"fmt"
	"strings"
)

// actorIDAuthority and actorIDPrefix make up the identifier of an organization in a token: ISO 6523 code 0192 is the
// Norwegian Central Coordinating Register for Legal Entities (docs.digdir.no, Maskinporten token).
const (
	actorIDAuthority = "iso6523-actorid-upis"
	actorIDPrefix    = "0192:"
)

// actorNumber is the organization number of an actor in a claim, or nothing.
func actorNumber(claim json.RawMessage) string {
	var named struct {
		ID string `json:"ID"`
	}
	if err := json.Unmarshal(claim, &named); err != nil {
		return ""
	}
	number, hasPrefix := strings.CutPrefix(named.ID, actorIDPrefix)
	if !hasPrefix || !nineDigits(number) {
		return ""
	}
	return number
}

// checkOrganizationNumber says what is wrong with a Norwegian organization number: nine digits of which the last is a
// modulus-11 check digit (brreg.no, "About the organization number").
func checkOrganizationNumber(number string) error {
	if !nineDigits(number) {
		return fmt.Errorf("%q is not an organization number: it must have nine digits", number)
	}
	weights := [8]int{3, 2, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, weight := range weights {
		sum += weight * int(number[i]-'0')
	}
	// A remainder of 1 would need the check digit 10, so no such number is ever issued.
	if control := (11 - sum%11) % 11; control != int(number[8]-'0') {
		return fmt.Errorf("%q is not an organization number: its check digit is wrong", number)
	}
	return nil
}

func nineDigits(s string) bool {
	if len(s) != 9 {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
