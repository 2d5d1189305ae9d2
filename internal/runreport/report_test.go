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
		"succeeded": {"rejected and unknown are written also if they are zero", Report{Outcome: Succeeded},
			`{"outcome":"Succeeded","rejected":0,"unknown":0}`},
		"numbers": {"counts are written", Report{Outcome: Succeeded, Rejected: 2, Unknown: 1},
			`{"outcome":"Succeeded","rejected":2,"unknown":1}`},
		"refused": {"plans that are offered again are counted", Report{Outcome: Succeeded, Refused: 3},
			`{"outcome":"Succeeded","rejected":0,"unknown":0,"refused":3}`},
		"undecided": {"plans that wait for a decision are counted",
			Report{Outcome: Succeeded, OpenUnknown: new(int32(0)),
				OpenUndecided: 2}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":0,"openUndecided":2}`},
		"failed": {"a run that stopped early has a reason and counts",
			Report{Outcome: Failed, Reason: TimedOut,
				Rejected: 3}, `{"outcome":"Failed","reason":"TimedOut","rejected":3,"unknown":0}`},
		"open": {"unknown plans of earlier runs are counted", Report{Outcome: Succeeded, OpenUnknown: new(int32(4))},
			`{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":4}`},
		"none open": {"zero differs from not reported", Report{Outcome: Succeeded, OpenUnknown: new(int32(0))},
			`{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":0}`},
		"aside": {"documents that were not delivered are counted",
			Report{Outcome: Failed, Reason: DocumentUnreadable, SetAside: 2,
				HiddenPages: 3}, `{"outcome":"Failed","reason":"DocumentUnreadable","rejected":0,"unknown":0,"setAside":2,"hiddenPages":3}`},
		"plans": {"volumes that are zero are left out",
			Report{Outcome: Succeeded, Volumes: Volumes{PlansSent: 2,
				GeneralPractitionersNotReached: 1}}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"plansSent":2,"generalPractitionersNotReached":1}}`},
		"documents": {"documents are counted",
			Report{Outcome: Succeeded, Volumes: Volumes{DocumentsStored: 5,
				PDFsStored: 4}}, `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"documentsStored":5,"pdfsStored":4}}`},
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
		"nothing":  {"an outcome is required", Report{}, "outcome is unknown"},
		"outcome":  {"the set is closed", Report{Outcome: "Fine"}, "outcome is unknown"},
		"no cause": {"a failed run has a reason", Report{Outcome: Failed}, "reason is unknown"},
		"cause":    {"the set is closed", Report{Outcome: Failed, Reason: "Kari Leder"}, "reason is unknown"},
		"success": {"a successful run has no reason", Report{Outcome: Succeeded, Reason: TimedOut},
			"succeeded has a reason"},
		"rejected": {"counts are not negative", Report{Outcome: Succeeded, Rejected: -1}, "negative"},
		"unknown":  {"counts are not negative", Report{Outcome: Failed, Reason: TimedOut, Unknown: -1}, "negative"},
		"refused":  {"counts are not negative", Report{Outcome: Succeeded, Refused: -1}, "negative"},
		"decision": {"counts are not negative", Report{Outcome: Succeeded, OpenUndecided: -1}, "negative"},
		"open":     {"counts are not negative", Report{Outcome: Succeeded, OpenUnknown: new(int32(-1))}, "negative"},
		"aside":    {"counts are not negative", Report{Outcome: Succeeded, SetAside: -1}, "negative"},
		"hidden":   {"counts are not negative", Report{Outcome: Succeeded, HiddenPages: -1}, "negative"},
		"sent":     {"counts are not negative", Report{Outcome: Succeeded, Volumes: Volumes{PlansSent: -1}}, "negative"},
		"doctors": {"counts are not negative",
			Report{Outcome: Succeeded, Volumes: Volumes{GeneralPractitionersNotReached: -1}}, "negative"},
		"stored": {"counts are not negative", Report{Outcome: Succeeded, Volumes: Volumes{DocumentsStored: -1}},
			"negative"},
		"PDFs": {"counts are not negative", Report{Outcome: Succeeded, Volumes: Volumes{PDFsStored: -1}}, "negative"},
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
		"white space": {"JSON may have white space", "\n{ \"outcome\" :\t\"Succeeded\" }\n", Report{Outcome: Succeeded}},
		"order":       {"fields have none", `{"unknown":7,"outcome":"Succeeded"}`, Report{Outcome: Succeeded, Unknown: 7}},
		"empty cause": {"an empty reason is none", `{"outcome":"Succeeded","reason":""}`, Report{Outcome: Succeeded}},
		"largest": {"the largest count of a status is accepted", `{"outcome":"Succeeded","rejected":2147483647}`,
			Report{Outcome: Succeeded, Rejected: 2147483647}},
		"no volumes": {"counts may be absent", `{"volumes":{},"outcome":"Succeeded"}`, Report{Outcome: Succeeded}},
		"volumes": {"fields of volumes have no order either",
			`{"volumes":{"pdfsStored":1, "plansSent":2},"outcome":"Succeeded"}`, Report{Outcome: Succeeded,
				Volumes: Volumes{PlansSent: 2, PDFsStored: 1}}},
		"largest sum": {"the largest volume is accepted",
			`{"outcome":"Succeeded","volumes":{"documentsStored":9223372036854775807}}`, Report{Outcome: Succeeded,
				Volumes: Volumes{DocumentsStored: 9223372036854775807}}},
		"newer field": {"unknown fields are skipped",
			`{"outcome":"Succeeded","newer":{"person":["05908399546",null]},"refused":2}`, Report{Outcome: Succeeded,
				Refused: 2}},
		"newer count": {"unknown volumes are skipped",
			`{"outcome":"Succeeded","volumes":{"PlansSent":1,"newer":null,"pdfsStored":3}}`, Report{Outcome: Succeeded,
				Volumes: Volumes{PDFsStored: 3}}},
		"newer twice": {"unknown fields are skipped", `{"outcome":"Succeeded","newer":1,"newer":2}`,
			Report{Outcome: Succeeded}},
		"null": {"null is the same as absent",
			`{"outcome":"Succeeded","rejected":null,"openUnknown":null,"volumes":{"plansSent":null}}`,
			Report{Outcome: Succeeded}},
		"just fits": {"a message of MaxSize is accepted", `{"outcome":"Succeeded"}` + strings.Repeat(" ", MaxSize-23),
			Report{Outcome: Succeeded}},
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
		"empty":        {"a pod may have written nothing", "", "not one JSON object"},
		"text":         {"a pod may have written something else", "panic: " + person, "not one JSON object"},
		"array":        {"a report is an object", `["` + person + `"]`, "not one JSON object"},
		"string":       {"a report is an object", `"` + person + `"`, "not one JSON object"},
		"null":         {"an outcome is required", `null`, "outcome is unknown"},
		"no fields":    {"an outcome is required", `{}`, "outcome is unknown"},
		"half":         {"the message is cut off", `{"outcome":"Succ`, "not one JSON object"},
		"not closed":   {"the message is cut off", `{"outcome":"Succeeded"`, "not one JSON object"},
		"half a field": {"the message is cut off", `{"outcome"`, "not one JSON object"},
		"other case":   {"names are case-sensitive", `{"Outcome":"Succeeded"}`, "outcome is unknown"},
		"newer half":   {"the message is cut off", `{"outcome":"Succeeded","newer":`, "not one JSON object"},
		"refused less": {"counts are not negative", `{"outcome":"Succeeded","refused":-1}`, "negative"},
		"refused huge": {"the count exceeds its type", `{"outcome":"Succeeded","refused":2147483648}`,
			"not one JSON object"},
		"twice": {"a report is unambiguous", `{"outcome":"Failed","outcome":"Succeeded"}`, "not one JSON object"},
		"two reports": {"a report is unambiguous", `{"outcome":"Succeeded"}{"outcome":"Succeeded"}`,
			"not one JSON object"},
		"trailing":       {"nothing follows a report", `{"outcome":"Succeeded"} ` + person, "not one JSON object"},
		"trailing brace": {"nothing follows a report", `{"outcome":"Succeeded"}}`, "not one JSON object"},
		"outcome":        {"the set is closed", `{"outcome":"` + person + `"}`, "outcome is unknown"},
		"outcome's case": {"names are case-sensitive", `{"outcome":"succeeded"}`, "outcome is unknown"},
		"outcome type":   {"a name is a string", `{"outcome":1}`, "not one JSON object"},
		"reason":         {"the set is closed", `{"outcome":"Failed","reason":"` + person + `"}`, "reason is unknown"},
		"no reason":      {"a failed run has a reason", `{"outcome":"Failed"}`, "reason is unknown"},
		"needless": {"a successful run has no reason", `{"outcome":"Succeeded","reason":"TimedOut"}`,
			"succeeded has a reason"},
		"negative":      {"counts are not negative", `{"outcome":"Succeeded","unknown":-1}`, "negative"},
		"fraction":      {"counts are whole numbers", `{"outcome":"Succeeded","unknown":1.5}`, "not one JSON object"},
		"exponent":      {"counts have no exponent", `{"outcome":"Succeeded","unknown":1e1}`, "not one JSON object"},
		"string number": {"a number is no string", `{"outcome":"Succeeded","unknown":"1"}`, "not one JSON object"},
		"huge": {"the count exceeds its type", `{"outcome":"Succeeded","unknown":2147483648}`,
			"not one JSON object"},
		"negative open": {"counts are not negative", `{"outcome":"Succeeded","openUnknown":-1}`, "negative"},
		"huge open": {"the count exceeds its type", `{"outcome":"Succeeded","openUnknown":2147483648}`,
			"not one JSON object"},
		"volumes' form": {"volumes are an object", `{"outcome":"Succeeded","volumes":[1]}`, "not one JSON object"},
		"volume twice": {"a report is unambiguous", `{"outcome":"Succeeded","volumes":{"plansSent":1,"plansSent":2}}`,
			"not one JSON object"},
		"volumes twice": {"a report is unambiguous", `{"outcome":"Succeeded","volumes":{},"volumes":{}}`,
			"not one JSON object"},
		"volume text": {"a number is no string", `{"outcome":"Succeeded","volumes":{"plansSent":"1"}}`,
			"not one JSON object"},
		"less than none": {"counts are not negative", `{"outcome":"Succeeded","volumes":{"pdfsStored":-1}}`, "negative"},
		"huge volume": {"the count exceeds its type",
			`{"outcome":"Succeeded","volumes":{"plansSent":9223372036854775808}}`, "not one JSON object"},
		"nested": {"an outcome is no array",
			`{"outcome":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, "not one JSON object"},
		"too long": {"the size is bounded", `{"outcome":"Succeeded"}` + strings.Repeat(" ", MaxSize-22),
			"longer than 2048 bytes"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(tc.message)
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Fatalf("%s: %+v, %v; want an error with %q", tc.reason, got, err, tc.err)
			}
			if !cmp.Equal(Report{}, got) {
				t.Errorf("%s: Parse returned %+v with an error", tc.reason, got)
			}
			if strings.Contains(err.Error(), person) {
				t.Errorf("%s: the error quotes the message: %v", tc.reason, err)
			}
		})
	}
}

// TestReasonsAreAll compares Reasons with the constants of the source, and checks that the longest report is short.
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
			t.Errorf("the value of %s is %q, want its name: %v", spec.Names[0], text, err)
		}
		declared = append(declared, Reason(text))
		return true
	})
	slices.Sort(declared)
	if diff := cmp.Diff(declared, Reasons()); diff != "" {
		t.Errorf("Reasons(): -declared, +listed:\n%s", diff)
	}
	most := Volumes{PlansSent: math.MaxInt64, GeneralPractitionersNotReached: math.MaxInt64,
		DocumentsStored: math.MaxInt64, PDFsStored: math.MaxInt64}
	for _, reason := range Reasons() {
		report := Report{Outcome: Failed, Reason: reason, Rejected: 1 << 30, Unknown: 1 << 30, Refused: 1 << 30,
			OpenUnknown: new(int32(1 << 30)), OpenUndecided: 1 << 30, Volumes: most}
		text, err := report.Encode()
		if err != nil || len(text) > MaxSize/4 {
			t.Errorf("%s: %d bytes, %v", reason, len(text), err)
		}
	}
}

func TestReasonsAreACopy(t *testing.T) {
	Reasons()[0] = "changed"
	if Reasons()[0] == "changed" {
		t.Error("a caller can change the list")
	}
}

func TestOf(t *testing.T) {
	cause := errors.New("cause")
	cases := map[string]struct {
		reason string
		err    error
		want   Report
	}{
		"nil": {"no error is a success", nil, Report{Outcome: Succeeded}},
		"ours": {"an *Error has a reason", Errorf(NAVError, "asking: %w", cause),
			Report{Outcome: Failed, Reason: NAVError}},
		"wrapped": {"ReasonOf unwraps errors", fmt.Errorf("doing: %w", Errorf(HRMUnreachable, "asking: %w", cause)),
			Report{Outcome: Failed, Reason: HRMUnreachable}},
		"foreign": {"an error without a reason is internal", io.EOF, Report{Outcome: Failed, Reason: InternalError}},
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
