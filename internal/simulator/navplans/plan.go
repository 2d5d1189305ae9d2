package navplans

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/4human/integration-operator/internal/simulator/identity"
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

// neededTexts are the required texts. lpsName is missing in NAV's documentation and required by its code.
var neededTexts = []string{
	"employeeIdentificationNumber", "typicalWorkday", "tasksThatCanStillBeDone", "tasksThatCanNotBeDone",
	"previousFacilitation",
	"plannedFacilitation", "followUp", "evaluationDate", "contactPersonFullName", "contactPersonPhoneNumber",
	"contactPersonEmail", "lpsName",
}

var otherTexts = []string{
	"otherFacilitationOptions", "needsHelpFromNavDescription", "messageToGeneralPractitioner", "additionalInformation",
	"employeeHasNotContributedToPlanDescription", "lpsEmail",
}

// neededFlags are those that Kotlin has no null for.
var neededFlags = []string{"sendPlanToNav", "sendPlanToGeneralPractitioner", "employeeHasContributedToPlan"}

// readPlan reads a body as Jackson does: names are case-sensitive, unknown fields and what follows the plan are
// ignored, and a number is a text. It returns false if the body is no plan.
func readPlan(body []byte, readings Readings) (followUpPlan, bool) {
	var fields map[string]json.RawMessage
	if !utf8.Valid(body) || json.NewDecoder(bytes.NewReader(body)).Decode(&fields) != nil || fields == nil {
		return followUpPlan{}, false
	}
	texts, haveTexts := textsOf(fields)
	set, haveFlags := flagsOf(fields, readings)
	if !haveTexts || !haveFlags {
		return followUpPlan{}, false
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

func textsOf(fields map[string]json.RawMessage) (texts map[string]string, ok bool) {
	texts = map[string]string{}
	for _, name := range slices.Concat(neededTexts, otherTexts) {
		text, there, ok := textOf(fields[name])
		if !ok || (!there && slices.Contains(neededTexts, name)) {
			return nil, false
		}
		texts[name] = text
	}
	return texts, true
}

// textOf reads a text, or a number or flag as one.
func textOf(value json.RawMessage) (text string, there, ok bool) {
	if !isThere(value) {
		return "", false, true
	}
	if json.Unmarshal(value, &text) == nil {
		return text, true, true
	}
	return string(value), true, value[0] != '{' && value[0] != '['
}

// flagsOf reads the flags. A missing one is false, as Jackson's Kotlin module seems to do; [Readings] has the other.
func flagsOf(fields map[string]json.RawMessage, readings Readings) (set map[string]bool, ok bool) {
	set = map[string]bool{}
	for _, name := range append(slices.Clone(neededFlags), "needsHelpFromNav") {
		flag, ok := flagOf(fields[name])
		missing := !isThere(fields[name]) && slices.Contains(neededFlags, name)
		if !ok || (missing && readings.MissingFlagIsBadRequest) {
			return nil, false
		}
		set[name] = flag
	}
	return set, true
}

// flagOf reads a flag, or a text that Jackson accepts as one.
func flagOf(value json.RawMessage) (flag, ok bool) {
	switch string(value) {
	case "true", `"true"`, `"True"`, `"TRUE"`:
		return true, true
	case "", "null", "false", `"false"`, `"False"`, `"FALSE"`:
		return false, true
	}
	return false, false
}

func isThere(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// problem returns NAV's message for the first rule that the plan breaks (FollowUpPlanValidator.kt), or "".
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
	case !identity.PersonPattern.MatchString(p.employee):
		return "Invalid employee identification number"
	}
	return ""
}
