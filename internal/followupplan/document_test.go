package followupplan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocument checks that the body has NAV's fields, in NAV's order, each once.
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

// TestInvalid checks which plans are invalid, and their problems.
func TestInvalid(t *testing.T) {
	cases := map[string]struct {
		reason  string
		changes map[string]any
		want    string // "": it is valid
	}{
		"good": {reason: "a plan may be valid"},
		"help": {
			reason:  "help has a description",
			changes: map[string]any{"needsHelpFromNav": true, "needsHelpFromNavDescription": "x"},
		},
		"not there": {
			reason:  "an absence has an explanation",
			changes: map[string]any{"employeeHasContributedToPlan": false, "employeeHasNotContributedToPlanDescription": "x"},
		},
		"empty": {reason: "NAV accepts empty texts", changes: map[string]any{"typicalWorkday": ""}},
		"empty why": {
			reason:  "an empty explanation is none",
			changes: map[string]any{"employeeHasNotContributedToPlanDescription": ""},
		},
		"missing": {
			reason: "a text is required", changes: map[string]any{"followUp": nil},
			want: "followUp is missing",
		},
		"no flag": {
			reason: "NAV would read an absent flag as false", changes: map[string]any{"sendPlanToNav": nil},
			want: "sendPlanToNav is missing",
		},
		"flag as text": {
			reason: "a flag is a boolean", changes: map[string]any{"sendPlanToNav": "true"},
			want: "sendPlanToNav is neither true nor false",
		},
		"number": {
			reason: "a text is a string", changes: map[string]any{"typicalWorkday": 7},
			want: "typicalWorkday is not a text",
		},
		"short": {
			reason:  "an identity number has eleven digits",
			changes: map[string]any{"employeeIdentificationNumber": "0144784209"},
			want:    "employeeIdentificationNumber is not a text of eleven digits",
		},
		"spaced": {
			reason:  "an identity number has only digits",
			changes: map[string]any{"employeeIdentificationNumber": "014478 42099"},
			want:    "employeeIdentificationNumber is not a text of eleven digits",
		},
		"date": {
			reason: "a date has one layout", changes: map[string]any{"evaluationDate": "1.10.2026"},
			want: "evaluationDate is not a date such as 2026-10-01",
		},
		"no such day": {
			reason: "the day must exist", changes: map[string]any{"evaluationDate": "2026-02-30"},
			want: "evaluationDate is not a date such as 2026-10-01",
		},
		"help for what": {
			reason: "NAV cannot help without the plan",
			changes: map[string]any{
				"needsHelpFromNav": true,
				"sendPlanToNav":    false,
			}, want: "needsHelpFromNav cannot be true if sendPlanToNav is false",
		},
		"help with what": {
			reason: "a blank description is none",
			changes: map[string]any{
				"needsHelpFromNav":            true,
				"needsHelpFromNavDescription": " ",
			}, want: "needsHelpFromNavDescription is obligatory if needsHelpFromNav is true",
		},
		"why not": {
			reason:  "an explanation is required",
			changes: map[string]any{"employeeHasContributedToPlan": false},
			want:    "employeeHasNotContributedToPlanDescription is mandatory if employeeHasContributedToPlan = false",
		},
		"why": {
			reason:  "an explanation contradicts the flag",
			changes: map[string]any{"employeeHasNotContributedToPlanDescription": "x"},
			want:    "employeeHasNotContributedToPlanDescription should not be set if employeeHasContributedToPlan = true",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := NewDocument(plan(tc.changes), "x")
			if tc.want == "" && err == nil {
				return
			}
			if invalid, ok := errors.AsType[*InvalidError](err); !ok || invalid.Error() != tc.want {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
	for _, text := range []string{"", "null", "[]", `"x"`, "{"} {
		if _, err := NewDocument(json.RawMessage(text), "x"); err == nil {
			t.Errorf("NewDocument accepts %q", text)
		}
	}
}

// TestDocumentIsExact checks that names are case-sensitive, and that values are sent as written.
func TestDocumentIsExact(t *testing.T) {
	whole := string(plan(nil))
	cases := map[string]struct {
		reason string
		from   string
		to     string
		want   string // in the body; "": it is invalid
	}{
		"other case": {reason: "names are case-sensitive", from: `"followUp"`, to: `"FollowUp"`},
		"twice": {
			reason: "the last value is sent", from: `"followUp":"f"`, to: `"followUp":"x","followUp":"f"`,
			want: `"otherFacilitationOptions":null,"followUp":"f","evaluationDate"`,
		},
		"twice, null": {reason: "the last value counts", from: `"followUp":"f"`, to: `"followUp":"x","followUp":null`},
		"escapes": {
			reason: "a text is sent as written", from: `"followUp":"f"`, to: `"followUp":"\u0066\n"`,
			want: `"followUp":"\u0066\n"`,
		},
		"spaces": {
			reason: "spaces around a value are removed", from: `"followUp":"f"`, to: "\"followUp\" :\n \"f\" ",
			want: `"followUp":"f","evaluationDate"`,
		},
		"null": {
			reason: "null is the same as absent", from: `"followUp":"f"`,
			to: `"followUp":"f","needsHelpFromNav":null`, want: `"needsHelpFromNav":null,"needsHelpFromNavDescription":null`,
		},
		"two plans": {reason: "a plan is one object", from: `"typicalWorkday":"a"}`, to: `"typicalWorkday":"a"}{}`},
		"our name": {
			reason: "the worker sets the name of the system", from: `"followUp":"f"`,
			to: `"followUp":"f","lpsName":"x","lpsEmail":"x"`, want: `"lpsName":"4HUMAN","lpsEmail":null}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(whole, tc.from, tc.to, 1)
			got, err := NewDocument(json.RawMessage(text), "4HUMAN")
			if (err == nil) != (tc.want != "") || !strings.Contains(got.Body, tc.want) {
				t.Errorf("%s: %s, %v", tc.reason, got.Body, err)
			}
		})
	}
}

// problems returns all problems that an InvalidError may have.
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
			"is missing", "is not a text", "is not a text of eleven digits", "is not a date such as 2026-10-01",
			"is neither true nor false",
		} {
			all[f.name+" "+problem] = true
		}
	}
	return all
}

// keysOf returns the names in an object, in order.
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

// FuzzDocument checks that a valid plan becomes JSON with NAV's fields, in NAV's order, each once, with the plan's
// values. The error of any other plan is one of problems.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(plan(nil)))
	f.Add([]byte(plan(map[string]any{"needsHelpFromNav": true, "needsHelpFromNavDescription": "\u00a0"})))
	f.Add([]byte(plan(map[string]any{"employeeHasContributedToPlan": false})))
	f.Add([]byte(`{"employeeIdentificationNumber":"` + person + `"}`))
	known, names := problems(), make([]string, 0, len(fields)+2)
	for _, field := range fields {
		names = append(names, field.name)
	}
	names = append(names, "lpsName", "lpsEmail")
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := NewDocument(text, "4HUMAN")
		if err != nil {
			if _, ok := errors.AsType[*InvalidError](err); !ok || !known[err.Error()] || d.Body != "" {
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
