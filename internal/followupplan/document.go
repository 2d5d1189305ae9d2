package followupplan

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

type field struct {
	name string
	// check returns the problem of a value, "" for none. It does not quote the value.
	check func(value json.RawMessage) string
	// optional means that the field may be absent or null.
	optional bool
}

// fields are NAV's fields, in the order of its documentation (navikt/lps-oppfolgingsplan-mottak, FollowUpPlanDTO.kt).
// NAV reads an absent boolean as false, and accepts empty texts.
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

// Document is a plan in NAV's format.
type Document struct {
	// Body is the JSON to send. It has each of NAV's fields once and no other.
	Body string
	// ToGeneralPractitioner means that NAV should send the plan to the general practitioner.
	ToGeneralPractitioner bool
}

// InvalidError is the error of an invalid plan. It names fields and quotes nothing.
type InvalidError struct{ problem string }

// Error returns the problem, for the author of the plan.
func (e *InvalidError) Error() string { return e.problem }

// NewDocument checks a plan by NAV's rules and converts it to NAV's format. systemName is the name of the supplier's
// system, which NAV requires. If the plan is invalid, the error is an *InvalidError.
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
		return Document{}, fmt.Errorf("encoding the name of the system: %w", err)
	}
	body = fmt.Appendf(body, `"lpsName":%s,"lpsEmail":null}`, name)
	return Document{Body: string(body), ToGeneralPractitioner: isTrue(values["sendPlanToGeneralPractitioner"])}, nil
}

func (f field) read(values map[string]json.RawMessage) (value json.RawMessage, problem string) {
	value, ok := values[f.name]
	if ok && string(value) != "null" {
		return value, f.check(value)
	}
	if !f.optional {
		return nil, "is missing"
	}
	return json.RawMessage("null"), ""
}

// contradiction returns the problem of fields that contradict each other, "" for none. It checks in NAV's order and
// uses NAV's words.
func contradiction(values map[string]json.RawMessage) string {
	toNAV, help, contributed := isTrue(values["sendPlanToNav"]), isTrue(values["needsHelpFromNav"]),
		isTrue(values["employeeHasContributedToPlan"])
	helpText, notContributed := textOf(values["needsHelpFromNavDescription"]),
		textOf(values["employeeHasNotContributedToPlanDescription"])
	switch {
	case help && !toNAV:
		return "needsHelpFromNav cannot be true if sendPlanToNav is false"
	case help && isBlank(helpText):
		return "needsHelpFromNavDescription is obligatory if needsHelpFromNav is true"
	case !contributed && isBlank(notContributed):
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

// textOf returns an optional text, "" if there is none.
func textOf(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

// isBlank reports whether a text is blank by NAV's rule.
func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

func isTrue(value json.RawMessage) bool {
	var b bool
	return json.Unmarshal(value, &b) == nil && b
}
