package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// followUpPlan is a plan as NAV reads it (navikt/lps-oppfolgingsplan-mottak, FollowUpPlanDTO.kt).
type followUpPlan struct {
	employee              string
	sendToNAV             bool
	needsHelp             bool
	needsHelpDescription  string
	sendToPractitioner    bool
	additionalInformation string
	hasContributed        bool
	notContributed        string
}

// neededTexts are the texts that a plan must have. lpsName is not on the list of NAV's documentation, and is on that of its code.
var neededTexts = []string{
	"employeeIdentificationNumber", "typicalWorkday", "tasksThatCanStillBeDone", "tasksThatCanNotBeDone", "previousFacilitation",
	"plannedFacilitation", "followUp", "evaluationDate", "contactPersonFullName", "contactPersonPhoneNumber", "contactPersonEmail", "lpsName",
}

var otherTexts = []string{
	"otherFacilitationOptions", "needsHelpFromNavDescription", "messageToGeneralPractitioner", "additionalInformation",
	"employeeHasNotContributedToPlanDescription", "lpsEmail",
}

var planFlags = []string{"sendPlanToNav", "needsHelpFromNav", "sendPlanToGeneralPractitioner", "employeeHasContributedToPlan"}

// readPlan reads a body as Jackson does: names in their case, fields that it does not know passed over, a flag that is
// missing is false, and a number taken for a text. It gives false if there is no plan in it.
func readPlan(body []byte) (followUpPlan, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return followUpPlan{}, false
	}
	texts, set := map[string]string{}, map[string]bool{}
	for _, name := range slices.Concat(neededTexts, otherTexts) {
		text, there, ok := textOf(fields[name])
		if !ok || (!there && slices.Contains(neededTexts, name)) {
			return followUpPlan{}, false
		}
		texts[name] = text
	}
	for _, name := range planFlags {
		flag, ok := flagOf(fields[name])
		if !ok {
			return followUpPlan{}, false
		}
		set[name] = flag
	}
	if _, err := time.Parse(time.DateOnly, texts["evaluationDate"]); err != nil {
		return followUpPlan{}, false
	}
	return followUpPlan{
		employee:              texts["employeeIdentificationNumber"],
		sendToNAV:             set["sendPlanToNav"],
		needsHelp:             set["needsHelpFromNav"],
		needsHelpDescription:  texts["needsHelpFromNavDescription"],
		sendToPractitioner:    set["sendPlanToGeneralPractitioner"],
		additionalInformation: texts["additionalInformation"],
		hasContributed:        set["employeeHasContributedToPlan"],
		notContributed:        texts["employeeHasNotContributedToPlanDescription"],
	}, true
}

// textOf reads a text, or a number or flag as one.
func textOf(value json.RawMessage) (text string, there, ok bool) {
	if len(value) == 0 || string(value) == "null" {
		return "", false, true
	}
	if json.Unmarshal(value, &text) == nil {
		return text, true, true
	}
	return string(value), true, value[0] != '{' && value[0] != '['
}

// flagOf reads a flag, or a text that is one.
func flagOf(value json.RawMessage) (flag, ok bool) {
	if len(value) == 0 || string(value) == "null" {
		return false, true
	}
	flag, err := strconv.ParseBool(strings.Trim(string(value), `"`))
	return flag, err == nil && strings.ContainsAny(string(value), "rl") // true and false, and not 1 and t
}

// problem says which rule a plan breaks first, in NAV's order (FollowUpPlanValidator.kt).
func (p followUpPlan) problem() string {
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case p.needsHelp && !p.sendToNAV:
		return "needsHelpFromNav cannot be true if sendPlanToNav is false"
	case p.needsHelp && blank(p.needsHelpDescription):
		return "needsHelpFromNavDescription is obligatory if needsHelpFromNav is true"
	case !p.hasContributed && blank(p.notContributed):
		return "employeeHasNotContributedToPlanDescription is mandatory if employeeHasContributedToPlan = false"
	case p.hasContributed && p.notContributed != "":
		return "employeeHasNotContributedToPlanDescription should not be set if employeeHasContributedToPlan = true"
	case !identityPattern.MatchString(p.employee):
		return "Invalid employee identification number"
	}
	return ""
}
