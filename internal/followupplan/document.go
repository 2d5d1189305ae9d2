package followupplan

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// field is one field of a plan on its way from the HRM solution to NAV.
type field struct {
	name string
	// takes says what is wrong with a value; it never quotes it.
	takes func(value json.RawMessage) string
	// optional fields may be left out or null.
	optional bool
}

// fields are those that NAV takes, in the order of its documentation
// (navikt/lps-oppfolgingsplan-mottak, FollowUpPlanDTO.kt). NAV reads a boolean that is missing as false, and takes
// empty texts.
var fields = []field{
	{"employeeIdentificationNumber", identityNumber, false},
	{"typicalWorkday", text, false},
	{"tasksThatCanStillBeDone", text, false},
	{"tasksThatCanNotBeDone", text, false},
	{"previousFacilitation", text, false},
	{"plannedFacilitation", text, false},
	{"otherFacilitationOptions", text, true},
	{"followUp", text, false},
	{"evaluationDate", date, false},
	{"sendPlanToNav", boolean, false},
	{"needsHelpFromNav", boolean, true},
	{"needsHelpFromNavDescription", text, true},
	{"sendPlanToGeneralPractitioner", boolean, false},
	{"messageToGeneralPractitioner", text, true},
	{"additionalInformation", text, true},
	{"contactPersonFullName", text, false},
	{"contactPersonPhoneNumber", text, false},
	{"contactPersonEmail", text, false},
	{"employeeHasContributedToPlan", boolean, false},
	{"employeeHasNotContributedToPlanDescription", text, true},
}

// Document is a plan as NAV takes it.
type Document struct {
	// Body is what is sent: every field once, and nothing else.
	Body string
	// ToGeneralPractitioner says that the general practitioner shall have the plan.
	ToGeneralPractitioner bool
}

// InvalidError is why a plan is not sent. It names fields and quotes nothing.
type InvalidError struct{ problem string }

// Error says what is wrong with the plan, to the person who made it.
func (e *InvalidError) Error() string { return e.problem }

// NewDocument checks a plan of a HRM solution's by NAV's rules, and makes of it what NAV takes. systemName is the name
// of the supplier's system, which NAV needs. An error is an *InvalidError.
//
// Source: navikt/lps-oppfolgingsplan-mottak, FollowUpPlanValidator.kt.
func NewDocument(plan json.RawMessage, systemName string) (Document, error) {
	var values map[string]json.RawMessage
	if json.Unmarshal(plan, &values) != nil || values == nil {
		return Document{}, &InvalidError{"the plan is no JSON object"}
	}
	body := []byte{'{'}
	for _, f := range fields {
		value, problem := f.read(values)
		if problem != "" {
			return Document{}, &InvalidError{f.name + " " + problem}
		}
		body = fmt.Appendf(body, "%q:%s,", f.name, value)
	}
	if problem := contradiction(values); problem != "" {
		return Document{}, &InvalidError{problem}
	}
	name, err := json.Marshal(systemName)
	if err != nil {
		return Document{}, fmt.Errorf("writing the system's name: %w", err)
	}
	body = fmt.Appendf(body, `"lpsName":%s,"lpsEmail":null}`, name)
	return Document{Body: string(body), ToGeneralPractitioner: isTrue(values["sendPlanToGeneralPractitioner"])}, nil
}

// read gives the field's value as it is sent, or says what is wrong with it.
func (f field) read(values map[string]json.RawMessage) (value json.RawMessage, problem string) {
	value, there := values[f.name]
	if there && string(value) != "null" {
		return value, f.takes(value)
	}
	if !f.optional {
		return nil, "is missing"
	}
	return json.RawMessage("null"), ""
}

// contradiction says which fields do not go together, in NAV's order and, so that the words are known, in NAV's words.
func contradiction(values map[string]json.RawMessage) string {
	toNAV, help, contributed := isTrue(values["sendPlanToNav"]), isTrue(values["needsHelpFromNav"]), isTrue(values["employeeHasContributedToPlan"])
	helpText, notContributed := words(values["needsHelpFromNavDescription"]), words(values["employeeHasNotContributedToPlanDescription"])
	switch {
	case help && !toNAV:
		return "needsHelpFromNav cannot be true if sendPlanToNav is false"
	case help && !helpText.spoken():
		return "needsHelpFromNavDescription is obligatory if needsHelpFromNav is true"
	case !contributed && !notContributed.spoken():
		return "employeeHasNotContributedToPlanDescription is mandatory if employeeHasContributedToPlan = false"
	case contributed && notContributed != "":
		return "employeeHasNotContributedToPlanDescription should not be set if employeeHasContributedToPlan = true"
	}
	return ""
}

var elevenDigits = regexp.MustCompile(`^[0-9]{11}$`)

func identityNumber(value json.RawMessage) string {
	var number string
	if json.Unmarshal(value, &number) != nil || !elevenDigits.MatchString(number) {
		return "is not a text of eleven digits"
	}
	return ""
}

func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return "is not a text"
	}
	return ""
}

func date(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return "is not a text"
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "is not a date such as 2026-10-01"
	}
	return ""
}

func boolean(value json.RawMessage) string {
	var b bool
	if json.Unmarshal(value, &b) != nil {
		return "is neither true nor false"
	}
	return ""
}

// spokenText is an optional text, "" if there is none.
type spokenText string

func words(value json.RawMessage) spokenText {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return spokenText(s)
}

// spoken reports whether a text says anything: NAV's rule is "not blank".
func (s spokenText) spoken() bool { return strings.TrimSpace(string(s)) != "" }

func isTrue(value json.RawMessage) bool {
	var b bool
	return json.Unmarshal(value, &b) == nil && b
}
