package followupplan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestDocumentIsExact sees that names are taken as they are, each once, and values as they came.
func TestDocumentIsExact(t *testing.T) {
	whole := string(plan(nil))
	cases := map[string]struct {
		reason string
		from   string
		to     string
		want   string // of the body; "": it is no plan
	}{
		"other case":  {"another name is another field", `"followUp"`, `"FollowUp"`, ""},
		"twice":       {"the last counts, and is all that is sent", `"followUp":"f"`, `"followUp":"x","followUp":"f"`, `"otherFacilitationOptions":null,"followUp":"f","evaluationDate"`},
		"twice, null": {"the last counts", `"followUp":"f"`, `"followUp":"x","followUp":null`, ""},
		"escapes":     {"a text is sent as it was written", `"followUp":"f"`, `"followUp":"\u0066\n"`, `"followUp":"\u0066\n"`},
		"spaces":      {"spaces around a value are not its own", `"followUp":"f"`, "\"followUp\" :\n \"f\" ", `"followUp":"f","evaluationDate"`},
		"null":        {"null is what is left out", `"followUp":"f"`, `"followUp":"f","needsHelpFromNav":null`, `"needsHelpFromNav":null,"needsHelpFromNavDescription":null`},
		"two plans":   {"one plan is one", `"typicalWorkday":"a"}`, `"typicalWorkday":"a"}{}`, ""},
		"our name":    {"the worker says who sends", `"followUp":"f"`, `"followUp":"f","lpsName":"x","lpsEmail":"x"`, `"lpsName":"4HUMAN","lpsEmail":null}`},
	}
	for name, tc := range cases {
		text := strings.Replace(whole, tc.from, tc.to, 1)
		got, err := NewDocument(json.RawMessage(text), "4HUMAN")
		if (err == nil) != (tc.want != "") || !strings.Contains(got.Body, tc.want) {
			t.Errorf("%s: %s: %s, %v", name, tc.reason, got.Body, err)
		}
	}
}

// problems are all that is ever said of a plan.
func problems() map[string]bool {
	all := map[string]bool{
		"the plan is no JSON object":                                                                          true,
		"needsHelpFromNav cannot be true if sendPlanToNav is false":                                           true,
		"needsHelpFromNavDescription is obligatory if needsHelpFromNav is true":                               true,
		"employeeHasNotContributedToPlanDescription is mandatory if employeeHasContributedToPlan = false":     true,
		"employeeHasNotContributedToPlanDescription should not be set if employeeHasContributedToPlan = true": true,
	}
	for _, f := range fields {
		for _, problem := range []string{
			"is missing", "is not a text", "is not a text of eleven digits", "is not a date such as 2026-10-01", "is neither true nor false",
		} {
			all[f.name+" "+problem] = true
		}
	}
	return all
}

// keysOf gives the names in an object, in their order.
func keysOf(t *testing.T, object string) []string {
	t.Helper()
	from := json.NewDecoder(strings.NewReader(object))
	if token, err := from.Token(); err != nil || token != json.Delim('{') {
		t.Fatalf("%v, %v in %s", token, err, object)
	}
	var keys []string
	for from.More() {
		key, err := from.Token()
		var value json.RawMessage
		if name, ok := key.(string); err != nil || !ok || from.Decode(&value) != nil {
			t.Fatalf("after %q: %v in %s", keys, err, object)
		} else {
			keys = append(keys, name)
		}
	}
	return keys
}

// FuzzDocument checks that whatever is taken is what NAV takes: JSON with NAV's names, each once and in its order, with
// the values that came. Of all else one of a few sentences is said, which quote nothing.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(plan(nil)))
	f.Add([]byte(plan(map[string]any{"needsHelpFromNav": true, "needsHelpFromNavDescription": "\u00a0"})))
	f.Add([]byte(plan(map[string]any{"employeeHasContributedToPlan": false})))
	f.Add([]byte(`{"employeeIdentificationNumber":"` + person + `"}`))
	said, names := problems(), make([]string, 0, len(fields)+2)
	for _, field := range fields {
		names = append(names, field.name)
	}
	names = append(names, "lpsName", "lpsEmail")
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := NewDocument(text, "4HUMAN")
		if err != nil {
			if _, ok := errors.AsType[*InvalidError](err); !ok || !said[err.Error()] || d.Body != "" {
				t.Fatalf("%v", err)
			}
			return
		}
		if diff := cmp.Diff(names, keysOf(t, d.Body)); diff != "" || !json.Valid([]byte(d.Body)) {
			t.Fatalf("%s:\n%s", d.Body, diff)
		}
		var came, sent map[string]any
		if err := errors.Join(json.Unmarshal(text, &came), json.Unmarshal([]byte(d.Body), &sent)); err != nil {
			t.Fatal(err)
		}
		for _, field := range fields {
			if diff := cmp.Diff(came[field.name], sent[field.name]); diff != "" {
				t.Fatalf("%s: %s", field.name, diff)
			}
		}
	})
}
