package followupplan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestDocument holds what NAV gets: its fields in its order, each once.
func TestDocument(t *testing.T) {
	got, err := NewDocument(plan(map[string]any{"additionalInformation": `"æ"`}), `4HUMAN "HRM" AS`)
	const want = `{"employeeIdentificationNumber":"01447842099","typicalWorkday":"a","tasksThatCanStillBeDone":"b","tasksThatCanNotBeDone":"c",` +
		`"previousFacilitation":"d","plannedFacilitation":"e","otherFacilitationOptions":null,"followUp":"f","evaluationDate":"2026-10-01",` +
		`"sendPlanToNav":true,"needsHelpFromNav":null,"needsHelpFromNavDescription":null,"sendPlanToGeneralPractitioner":true,` +
		`"messageToGeneralPractitioner":null,"additionalInformation":"\"æ\"","contactPersonFullName":"g","contactPersonPhoneNumber":"h",` +
		`"contactPersonEmail":"i","employeeHasContributedToPlan":true,"employeeHasNotContributedToPlanDescription":null,` +
		`"lpsName":"4HUMAN \"HRM\" AS","lpsEmail":null}`
	if err != nil || got.Body != want || !got.ToGeneralPractitioner {
		t.Errorf("got %+v, %v\nwant %s", got, err, want)
	}
}

// TestInvalid goes through what is not sent, and what the person is told.
func TestInvalid(t *testing.T) {
	cases := map[string]struct {
		reason  string
		changes map[string]any
		want    string // "": it is good
	}{
		"good":           {"as it is", nil, ""},
		"help":           {"with a description", map[string]any{"needsHelpFromNav": true, "needsHelpFromNavDescription": "x"}, ""},
		"not there":      {"with an explanation", map[string]any{"employeeHasContributedToPlan": false, "employeeHasNotContributedToPlanDescription": "x"}, ""},
		"empty":          {"NAV takes empty texts", map[string]any{"typicalWorkday": ""}, ""},
		"empty why":      {"which says nothing", map[string]any{"employeeHasNotContributedToPlanDescription": ""}, ""},
		"missing":        {"a text", map[string]any{"followUp": nil}, "followUp is missing"},
		"no flag":        {"NAV would read it as false", map[string]any{"sendPlanToNav": nil}, "sendPlanToNav is missing"},
		"flag as text":   {"a flag is one", map[string]any{"sendPlanToNav": "true"}, "sendPlanToNav is neither true nor false"},
		"number":         {"a text is one", map[string]any{"typicalWorkday": 7}, "typicalWorkday is not a text"},
		"short":          {"eleven digits", map[string]any{"employeeIdentificationNumber": "0144784209"}, "employeeIdentificationNumber is not a text of eleven digits"},
		"spaced":         {"and nothing else", map[string]any{"employeeIdentificationNumber": "014478 42099"}, "employeeIdentificationNumber is not a text of eleven digits"},
		"date":           {"in one form", map[string]any{"evaluationDate": "1.10.2026"}, "evaluationDate is not a date such as 2026-10-01"},
		"no such day":    {"of the calendar", map[string]any{"evaluationDate": "2026-02-30"}, "evaluationDate is not a date such as 2026-10-01"},
		"help for what":  {"NAV would not have the plan", map[string]any{"needsHelpFromNav": true, "sendPlanToNav": false}, "needsHelpFromNav cannot be true if sendPlanToNav is false"},
		"help with what": {"blank says nothing", map[string]any{"needsHelpFromNav": true, "needsHelpFromNavDescription": " "}, "needsHelpFromNavDescription is obligatory if needsHelpFromNav is true"},
		"why not":        {"somebody must say", map[string]any{"employeeHasContributedToPlan": false}, "employeeHasNotContributedToPlanDescription is mandatory if employeeHasContributedToPlan = false"},
		"why":            {"there is nothing to explain", map[string]any{"employeeHasNotContributedToPlanDescription": "x"}, "employeeHasNotContributedToPlanDescription should not be set if employeeHasContributedToPlan = true"},
	}
	for name, tc := range cases {
		_, err := NewDocument(plan(tc.changes), "x")
		if tc.want == "" && err == nil {
			continue
		}
		if invalid, ok := errors.AsType[*InvalidError](err); !ok || invalid.Error() != tc.want {
			t.Errorf("%s: %s: got %v, want %q", name, tc.reason, err, tc.want)
		}
	}
	for _, text := range []string{"", "null", "[]", `"x"`, "{"} {
		if _, err := NewDocument(json.RawMessage(text), "x"); err == nil {
			t.Errorf("%q is a plan", text)
		}
	}
}

// FuzzDocument checks that whatever is taken is what NAV takes, and that no error quotes what came.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(plan(nil)))
	f.Add([]byte(`{"employeeIdentificationNumber":"` + person + `"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := NewDocument(text, "4HUMAN")
		if err != nil {
			if len(err.Error()) > 120 {
				t.Fatalf("%v", err)
			}
			return
		}
		var fieldsOf map[string]json.RawMessage
		if err := json.Unmarshal([]byte(d.Body), &fieldsOf); err != nil || len(fieldsOf) != len(fields)+2 || strings.Count(d.Body, `"lpsName"`) < 1 {
			t.Fatalf("%s: %v", d.Body, err)
		}
	})
}
