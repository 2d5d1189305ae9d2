package runreport

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse checks that each message is either a report that survives Encode, or a short error.
func FuzzParse(f *testing.F) {
	for _, message := range []string{
		`{"outcome":"Succeeded","rejected":0,"unknown":0}`, `{"outcome":"Failed","reason":"TimedOut"}`,
		`{"outcome":"Failed","outcome":""}`,
		`{"outcome":"Succeeded","rejected":-1}`, `{"message":"x"}`, "", "null", `{"outcome":"Succeeded"} x`, "\xff",
		`{"outcome":"\ud800"}`,
		`{"rejected":9e99}`,
		`{"outcome":"Succeeded","openUnknown":0,"volumes":{"plansSent":1,"generalPractitionersNotReached":1}}`,
		`{"outcome":"Succeeded","volumes":{"documentsStored":2,"pdfsStored":-1}}`, strings.Repeat("[", 100),
	} {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		r, err := Parse(message)
		if err != nil {
			if !cmp.Equal(Report{}, r) || len(err.Error()) > 120 {
				t.Fatalf("%+v, %v", r, err)
			}
			return
		}
		text, err := r.Encode()
		if err != nil {
			t.Fatalf("Parse(%q) = %+v, which Encode refuses: %v", message, r, err)
		}
		if back, err := Parse(string(text)); err != nil || !cmp.Equal(r, back) {
			t.Fatalf("%+v became %+v, %v", r, back, err)
		}
	})
}
