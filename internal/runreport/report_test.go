package runreport

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEncode(t *testing.T) {
	cases := map[string]struct {
		reason string
		report Report
		want   string
	}{
		"succeeded": {"numbers are written also when they are nought", Report{Outcome: Succeeded}, `{"outcome":"Succeeded","rejected":0,"unknown":0}`},
		"numbers":   {"a run that others must look after", Report{Outcome: Succeeded, Rejected: 2, Unknown: 1}, `{"outcome":"Succeeded","rejected":2,"unknown":1}`},
		"refused":   {"plans that are offered again", Report{Outcome: Succeeded, Refused: 3}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"refused":3}`},
		"registers": {"of which NAV's registers refuse one", Report{Outcome: Succeeded, Refused: 3, RefusedByRegisters: 1}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"refused":3,"refusedByRegisters":1}`},
		"undecided": {"plans that a person decides on", Report{Outcome: Succeeded, OpenUnknown: new(int32(0)), OpenUndecided: 2}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":0,"openUndecided":2}`},
		"failed":    {"a run that stopped half-way", Report{Outcome: Failed, Reason: TimedOut, Rejected: 3}, `{"outcome":"Failed","reason":"TimedOut","rejected":3,"unknown":0}`},
		"open":      {"what waits for a person from earlier runs", Report{Outcome: Succeeded, OpenUnknown: new(int32(4))}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":4}`},
		"none open": {"none is an answer, and is not the same as none asked", Report{Outcome: Succeeded, OpenUnknown: new(int32(0))}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":0}`},
		"aside":     {"documents that were not handed over", Report{Outcome: Failed, Reason: DocumentUnreadable, SetAside: 2, HiddenPages: 3}, `{"outcome":"Failed","reason":"DocumentUnreadable","rejected":0,"unknown":0,"setAside":2,"hiddenPages":3}`},
		"plans":     {"volumes that are nought are left out", Report{Outcome: Succeeded, Volumes: Volumes{PlansSent: 2, GeneralPractitionersNotReached: 1}}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"plansSent":2,"generalPractitionersNotReached":1}}`},
		"documents": {"the other services' volumes", Report{Outcome: Succeeded, Volumes: Volumes{DocumentsStored: 5, PDFsStored: 4}}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"documentsStored":5,"pdfsStored":4}}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			text, err := tc.report.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(text)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if back, err := Parse(string(text)); err != nil || !cmp.Equal(tc.report, back) {
				t.Errorf("%s: read back: %+v, %v", tc.reason, back, err)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	cases := map[string]struct {
		reason string
		report Report
		err    string
	}{
		"nothing":   {"a run ends in one way or the other", Report{}, "outcome is not one"},
		"outcome":   {"the set is closed", Report{Outcome: "Fine"}, "outcome is not one"},
		"no cause":  {"whoever fails says why", Report{Outcome: Failed}, "reason is not one"},
		"cause":     {"the set is closed", Report{Outcome: Failed, Reason: "Kari Leder"}, "reason is not one"},
		"success":   {"it has no reason", Report{Outcome: Succeeded, Reason: TimedOut}, "has a reason for failing"},
		"rejected":  {"there is no less than none", Report{Outcome: Succeeded, Rejected: -1}, "negative"},
		"unknown":   {"likewise", Report{Outcome: Failed, Reason: TimedOut, Unknown: -1}, "negative"},
		"refused":   {"likewise", Report{Outcome: Succeeded, Refused: -1}, "negative"},
		"registers": {"likewise", Report{Outcome: Succeeded, RefusedByRegisters: -1}, "negative"},
		"decision":  {"likewise", Report{Outcome: Succeeded, OpenUndecided: -1}, "negative"},
		"open":      {"likewise", Report{Outcome: Succeeded, OpenUnknown: new(int32(-1))}, "negative"},
		"aside":     {"likewise", Report{Outcome: Succeeded, SetAside: -1}, "negative"},
		"hidden":    {"likewise", Report{Outcome: Succeeded, HiddenPages: -1}, "negative"},
		"sent":      {"likewise", Report{Outcome: Succeeded, Volumes: Volumes{PlansSent: -1}}, "negative"},
		"doctors":   {"likewise", Report{Outcome: Succeeded, Volumes: Volumes{GeneralPractitionersNotReached: -1}}, "negative"},
		"stored":    {"likewise", Report{Outcome: Succeeded, Volumes: Volumes{DocumentsStored: -1}}, "negative"},
		"PDFs":      {"likewise", Report{Outcome: Succeeded, Volumes: Volumes{PDFsStored: -1}}, "negative"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			text, err := tc.report.Encode()
			if text != nil || err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%s: %s, %v; want an error with %q", tc.reason, text, err, tc.err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	cases := map[string]struct {
		reason  string
		message string
		want    Report
	}{
		"white space": {"JSON may be written by hand", "\n{ \"outcome\" :\t\"Succeeded\" }\n", Report{Outcome: Succeeded}},
		"order":       {"fields have none", `{"unknown":7,"outcome":"Succeeded"}`, Report{Outcome: Succeeded, Unknown: 7}},
		"empty cause": {"an empty reason is none", `{"outcome":"Succeeded","reason":""}`, Report{Outcome: Succeeded}},
		"largest":     {"as many as a status can hold", `{"outcome":"Succeeded","rejected":2147483647}`, Report{Outcome: Succeeded, Rejected: 2147483647}},
		"no volumes":  {"numbers may be left out", `{"volumes":{},"outcome":"Succeeded"}`, Report{Outcome: Succeeded}},
		"volumes":     {"fields of volumes have no order either", `{"volumes":{"pdfsStored":1, "plansSent":2},"outcome":"Succeeded"}`, Report{Outcome: Succeeded, Volumes: Volumes{PlansSent: 2, PDFsStored: 1}}},
		"largest sum": {"as many as a counter can hold", `{"outcome":"Succeeded","volumes":{"documentsStored":9223372036854775807}}`, Report{Outcome: Succeeded, Volumes: Volumes{DocumentsStored: 9223372036854775807}}},
		"newer field": {"a newer worker's report is read, and its text is not kept", `{"outcome":"Succeeded","newer":{"person":["05908399546",null]},"refused":2}`, Report{Outcome: Succeeded, Refused: 2}},
		"newer count": {"the same of volumes", `{"outcome":"Succeeded","volumes":{"PlansSent":1,"newer":null,"pdfsStored":3}}`, Report{Outcome: Succeeded, Volumes: Volumes{PDFsStored: 3}}},
		"just fits":   {"the bound itself is allowed", `{"outcome":"Succeeded"}` + strings.Repeat(" ", MaxSize-23), Report{Outcome: Succeeded}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(tc.message)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const person = "05908399546"
	cases := map[string]struct {
		reason  string
		message string
		err     string
	}{
		"empty":          {"a pod that said nothing", "", "not one JSON object"},
		"text":           {"a pod that said something else", "panic: " + person, "not one JSON object"},
		"array":          {"JSON of another form", `["` + person + `"]`, "not one JSON object"},
		"string":         {"likewise", `"` + person + `"`, "not one JSON object"},
		"null":           {"likewise", `null`, "not one JSON object"},
		"no fields":      {"an object that says nothing", `{}`, "outcome is not one"},
		"half":           {"a message that was cut", `{"outcome":"Succ`, "not one JSON object"},
		"not closed":     {"likewise", `{"outcome":"Succeeded"`, "not one JSON object"},
		"half a field":   {"likewise", `{"outcome"`, "not one JSON object"},
		"other case":     {"names have one form", `{"Outcome":"Succeeded"}`, "outcome is not one"},
		"newer twice":    {"which of them counts?", `{"outcome":"Succeeded","newer":1,"newer":2}`, "not one JSON object"},
		"newer half":     {"a message that was cut", `{"outcome":"Succeeded","newer":`, "not one JSON object"},
		"refused less":   {"there is no less than none", `{"outcome":"Succeeded","refused":-1}`, "negative"},
		"refused huge":   {"more than there can be", `{"outcome":"Succeeded","refused":2147483648}`, "not one JSON object"},
		"twice":          {"which of them counts?", `{"outcome":"Failed","outcome":"Succeeded"}`, "not one JSON object"},
		"two reports":    {"which of them counts?", `{"outcome":"Succeeded"}{"outcome":"Succeeded"}`, "not one JSON object"},
		"trailing":       {"nothing follows", `{"outcome":"Succeeded"} ` + person, "not one JSON object"},
		"trailing brace": {"nothing follows", `{"outcome":"Succeeded"}}`, "not one JSON object"},
		"null field":     {"null is no value", `{"outcome":"Succeeded","rejected":null}`, "not one JSON object"},
		"outcome":        {"the set is closed", `{"outcome":"` + person + `"}`, "outcome is not one"},
		"outcome's case": {"names have one form", `{"outcome":"succeeded"}`, "outcome is not one"},
		"outcome type":   {"a name is a string", `{"outcome":1}`, "not one JSON object"},
		"reason":         {"the set is closed", `{"outcome":"Failed","reason":"` + person + `"}`, "reason is not one"},
		"no reason":      {"whoever fails says why", `{"outcome":"Failed"}`, "reason is not one"},
		"needless":       {"success has no reason", `{"outcome":"Succeeded","reason":"TimedOut"}`, "has a reason for failing"},
		"negative":       {"there is no less than none", `{"outcome":"Succeeded","unknown":-1}`, "negative"},
		"fraction":       {"plans are whole", `{"outcome":"Succeeded","unknown":1.5}`, "not one JSON object"},
		"exponent":       {"and written as we do", `{"outcome":"Succeeded","unknown":1e1}`, "not one JSON object"},
		"string number":  {"a number is no string", `{"outcome":"Succeeded","unknown":"1"}`, "not one JSON object"},
		"huge":           {"more than there can be", `{"outcome":"Succeeded","unknown":2147483648}`, "not one JSON object"},
		"null open":      {"not asked is not written", `{"outcome":"Succeeded","openUnknown":null}`, "not one JSON object"},
		"negative open":  {"there is no less than none", `{"outcome":"Succeeded","openUnknown":-1}`, "negative"},
		"huge open":      {"more than there can be", `{"outcome":"Succeeded","openUnknown":2147483648}`, "not one JSON object"},
		"null volumes":   {"null is no value", `{"outcome":"Succeeded","volumes":null}`, "not one JSON object"},
		"volumes' form":  {"volumes are an object", `{"outcome":"Succeeded","volumes":[1]}`, "not one JSON object"},
		"volume twice":   {"which of them counts?", `{"outcome":"Succeeded","volumes":{"plansSent":1,"plansSent":2}}`, "not one JSON object"},
		"volumes twice":  {"which of them counts?", `{"outcome":"Succeeded","volumes":{},"volumes":{}}`, "not one JSON object"},
		"null volume":    {"null is no value", `{"outcome":"Succeeded","volumes":{"plansSent":null}}`, "not one JSON object"},
		"volume text":    {"a number is no string", `{"outcome":"Succeeded","volumes":{"plansSent":"1"}}`, "not one JSON object"},
		"less than none": {"there is no less than none", `{"outcome":"Succeeded","volumes":{"pdfsStored":-1}}`, "negative"},
		"huge volume":    {"more than there can be", `{"outcome":"Succeeded","volumes":{"plansSent":9223372036854775808}}`, "not one JSON object"},
		"nested":         {"nothing is that deep", `{"outcome":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, "not one JSON object"},
		"too long":       {"a pod cannot make us read on", `{"outcome":"Succeeded"}` + strings.Repeat(" ", MaxSize-22), "longer than 2048 bytes"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(tc.message)
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Fatalf("%s: %+v, %v; want an error with %q", tc.reason, got, err, tc.err)
			}
			if !cmp.Equal(Report{}, got) {
				t.Errorf("%s: something was kept: %+v", tc.reason, got)
			}
			if strings.Contains(err.Error(), person) {
				t.Errorf("%s: the error quotes the message: %v", tc.reason, err)
			}
		})
	}
}

// TestReasonsAreAll compares the list with the constants of the source, and sees
// that the longest report is short.
func TestReasonsAreAll(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Reason
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || fmt.Sprint(spec.Type) != "Reason" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || text != spec.Names[0].Name {
			t.Errorf("%s is written %q, want its name: %v", spec.Names[0], text, err)
		}
		declared = append(declared, Reason(text))
		return true
	})
	slices.Sort(declared)
	if diff := cmp.Diff(declared, Reasons()); diff != "" {
		t.Errorf("Reasons(): -declared, +listed:\n%s", diff)
	}
	most := Volumes{PlansSent: math.MaxInt64, GeneralPractitionersNotReached: math.MaxInt64, DocumentsStored: math.MaxInt64, PDFsStored: math.MaxInt64}
	for _, reason := range Reasons() {
		report := Report{Outcome: Failed, Reason: reason, Rejected: 1 << 30, Unknown: 1 << 30, Refused: 1 << 30, RefusedByRegisters: 1 << 30, OpenUnknown: new(int32(1 << 30)), OpenUndecided: 1 << 30, Volumes: most}
		text, err := report.Encode()
		if err != nil || len(text) > MaxSize/4 {
			t.Errorf("%s: %d bytes, %v", reason, len(text), err)
		}
	}
}

func TestReasonsAreACopy(t *testing.T) {
	Reasons()[0] = "changed"
	if Reasons()[0] == "changed" {
		t.Error("the list can be changed from outside")
	}
}

func TestOf(t *testing.T) {
	cause := errors.New("cause")
	cases := map[string]struct {
		reason string
		err    error
		want   Report
	}{
		"nil":     {"no error is a success", nil, Report{Outcome: Succeeded}},
		"ours":    {"an error with a reason", Errorf(NAVError, "asking: %w", cause), Report{Outcome: Failed, Reason: NAVError}},
		"wrapped": {"wherever it stands", fmt.Errorf("doing: %w", Errorf(HRMUnreachable, "asking: %w", cause)), Report{Outcome: Failed, Reason: HRMUnreachable}},
		"foreign": {"one that nobody thought of", io.EOF, Report{Outcome: Failed, Reason: InternalError}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Of(tc.err)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
	err := Errorf(NAVError, "asking: %w", cause)
	if !errors.Is(err, cause) || err.Error() != "NAVError: asking: cause" {
		t.Errorf("got %v", err)
	}
}
