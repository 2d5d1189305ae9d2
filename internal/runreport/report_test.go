package runreport

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math"
	"reflect"
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
		"succeeded": {
			reason: "rejected and unknown are written also if they are zero", report: Report{Outcome: Succeeded},
			want: `{"outcome":"Succeeded","rejected":0,"unknown":0}`,
		},
		"numbers": {
			reason: "counts are written", report: Report{Outcome: Succeeded, Rejected: 2, Unknown: 1},
			want: `{"outcome":"Succeeded","rejected":2,"unknown":1}`,
		},
		"registers": {
			reason: "refusals of NAV's registers are counted",
			report: Report{Outcome: Succeeded, Refused: 3, RefusedByRegisters: 1},
			want:   `{"outcome":"Succeeded","rejected":0,"unknown":0,"refused":3,"refusedByRegisters":1}`,
		},
		"refused": {
			reason: "plans that are offered again are counted", report: Report{Outcome: Succeeded, Refused: 3},
			want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"refused":3}`,
		},
		"undecided": {
			reason: "plans that wait for a decision are counted",
			report: Report{
				Outcome: Succeeded, OpenUnknown: new(int32(0)),
				OpenUndecided: 2,
			}, want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":0,"openUndecided":2}`,
		},
		"failed": {
			reason: "a run that stopped early has a reason and counts",
			report: Report{
				Outcome: Failed, Reason: TimedOut,
				Rejected: 3,
			}, want: `{"outcome":"Failed","reason":"TimedOut","rejected":3,"unknown":0}`,
		},
		"open": {
			reason: "unknown plans of earlier runs are counted",
			report: Report{
				Outcome:     Succeeded,
				OpenUnknown: new(int32(4)),
			}, want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":4}`,
		},
		"none open": {
			reason: "zero differs from not reported",
			report: Report{
				Outcome:     Succeeded,
				OpenUnknown: new(int32(0)),
			}, want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"openUnknown":0}`,
		},
		"aside": {
			reason: "documents that were not delivered are counted",
			report: Report{
				Outcome: Failed, Reason: DocumentUnreadable, SetAside: 2,
				HiddenPages: 3,
			}, want: `{"outcome":"Failed","reason":"DocumentUnreadable","rejected":0,"unknown":0,"setAside":2,"hiddenPages":3}`,
		},
		"plans": {
			reason: "volumes that are zero are left out",
			report: Report{Outcome: Succeeded, Volumes: Volumes{
				PlansSent:                      2,
				GeneralPractitionersNotReached: 1,
			}}, want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"plansSent":2,"generalPractitionersNotReached":1}}`,
		},
		"documents": {reason: "documents are counted", report: Report{Outcome: Succeeded, Volumes: Volumes{
			DocumentsStored: 5,
			PDFsStored:      4,
		}}, want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"documentsStored":5,"pdfsStored":4}}`},
		"items": {reason: "of a custom service", report: Report{
			Outcome: Succeeded, Volumes: Volumes{ItemsSent: 2, ItemsReceived: 3},
		}, want: `{"outcome":"Succeeded","rejected":0,"unknown":0,"volumes":{"itemsSent":2,"itemsReceived":3}}`},
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
		"nothing":  {reason: "an outcome is required", err: "outcome is unknown"},
		"outcome":  {reason: "the set is closed", report: Report{Outcome: "Fine"}, err: "outcome is unknown"},
		"no cause": {reason: "a failed run has a reason", report: Report{Outcome: Failed}, err: "reason is unknown"},
		"cause": {
			reason: "the set is closed", report: Report{Outcome: Failed, Reason: "Kari Leder"},
			err: "reason is unknown",
		},
		"success": {
			reason: "a successful run has no reason", report: Report{Outcome: Succeeded, Reason: TimedOut},
			err: "succeeded has a reason",
		},
		"rejected": {reason: "counts are not negative", report: Report{Outcome: Succeeded, Rejected: -1}, err: "negative"},
		"unknown": {
			reason: "counts are not negative", report: Report{Outcome: Failed, Reason: TimedOut, Unknown: -1},
			err: "negative",
		},
		"refused": {reason: "counts are not negative", report: Report{Outcome: Succeeded, Refused: -1}, err: "negative"},
		"registers": {
			reason: "counts are not negative", report: Report{Outcome: Succeeded, RefusedByRegisters: -1},
			err: "negative",
		},
		"decision": {
			reason: "counts are not negative", report: Report{Outcome: Succeeded, OpenUndecided: -1},
			err: "negative",
		},
		"open": {
			reason: "counts are not negative", report: Report{Outcome: Succeeded, OpenUnknown: new(int32(-1))},
			err: "negative",
		},
		"aside":  {reason: "counts are not negative", report: Report{Outcome: Succeeded, SetAside: -1}, err: "negative"},
		"hidden": {reason: "counts are not negative", report: Report{Outcome: Succeeded, HiddenPages: -1}, err: "negative"},
		"sent": {
			reason: "counts are not negative", report: Report{Outcome: Succeeded, Volumes: Volumes{PlansSent: -1}},
			err: "negative",
		},
		"doctors": {
			reason: "counts are not negative",
			report: Report{Outcome: Succeeded, Volumes: Volumes{GeneralPractitionersNotReached: -1}}, err: "negative",
		},
		"stored": {
			reason: "counts are not negative",
			report: Report{Outcome: Succeeded, Volumes: Volumes{DocumentsStored: -1}}, err: "negative",
		},
		"PDFs": {
			reason: "counts are not negative", report: Report{Outcome: Succeeded, Volumes: Volumes{PDFsStored: -1}},
			err: "negative",
		},
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
		"white space": {
			reason: "JSON may have white space", message: "\n{ \"outcome\" :\t\"Succeeded\" }\n",
			want: Report{Outcome: Succeeded},
		},
		"order": {
			reason: "fields have none", message: `{"unknown":7,"outcome":"Succeeded"}`,
			want: Report{Outcome: Succeeded, Unknown: 7},
		},
		"empty cause": {
			reason: "an empty reason is none", message: `{"outcome":"Succeeded","reason":""}`,
			want: Report{Outcome: Succeeded},
		},
		"largest": {
			reason:  "the largest count of a status is accepted",
			message: `{"outcome":"Succeeded","rejected":2147483647}`, want: Report{Outcome: Succeeded, Rejected: 2147483647},
		},
		"no volumes": {
			reason: "counts may be absent", message: `{"volumes":{},"outcome":"Succeeded"}`,
			want: Report{Outcome: Succeeded},
		},
		"volumes": {
			reason:  "fields of volumes have no order either",
			message: `{"volumes":{"pdfsStored":1, "plansSent":2},"outcome":"Succeeded"}`, want: Report{
				Outcome: Succeeded,
				Volumes: Volumes{PlansSent: 2, PDFsStored: 1},
			},
		},
		"largest sum": {
			reason:  "the largest volume is accepted",
			message: `{"outcome":"Succeeded","volumes":{"documentsStored":9223372036854775807}}`,
			want: Report{
				Outcome: Succeeded,
				Volumes: Volumes{DocumentsStored: 9223372036854775807},
			},
		},
		"newer field": {
			reason:  "unknown fields are skipped",
			message: `{"outcome":"Succeeded","newer":{"person":["05908399546",null]},"refused":2}`,
			want: Report{
				Outcome: Succeeded,
				Refused: 2,
			},
		},
		"newer count": {
			reason:  "unknown volumes are skipped",
			message: `{"outcome":"Succeeded","volumes":{"PlansSent":1,"newer":null,"pdfsStored":3}}`,
			want: Report{
				Outcome: Succeeded,
				Volumes: Volumes{PDFsStored: 3},
			},
		},
		"newer twice": {
			reason: "unknown fields are skipped", message: `{"outcome":"Succeeded","newer":1,"newer":2}`,
			want: Report{Outcome: Succeeded},
		},
		"null": {
			reason:  "null is the same as absent",
			message: `{"outcome":"Succeeded","rejected":null,"openUnknown":null,"volumes":{"plansSent":null}}`,
			want:    Report{Outcome: Succeeded},
		},
		"just fits": {
			reason:  "a message of MaxSize is accepted",
			message: `{"outcome":"Succeeded"}` + strings.Repeat(" ", MaxSize-23), want: Report{Outcome: Succeeded},
		},
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
		"empty": {reason: "a pod may have written nothing", err: "not one JSON object"},
		"text": {
			reason: "a pod may have written something else", message: "panic: " + person,
			err: "not one JSON object",
		},
		"array":        {reason: "a report is an object", message: `["` + person + `"]`, err: "not one JSON object"},
		"string":       {reason: "a report is an object", message: `"` + person + `"`, err: "not one JSON object"},
		"null":         {reason: "an outcome is required", message: `null`, err: "outcome is unknown"},
		"no fields":    {reason: "an outcome is required", message: `{}`, err: "outcome is unknown"},
		"half":         {reason: "the message is cut off", message: `{"outcome":"Succ`, err: "not one JSON object"},
		"not closed":   {reason: "the message is cut off", message: `{"outcome":"Succeeded"`, err: "not one JSON object"},
		"half a field": {reason: "the message is cut off", message: `{"outcome"`, err: "not one JSON object"},
		"other case":   {reason: "names are case-sensitive", message: `{"Outcome":"Succeeded"}`, err: "outcome is unknown"},
		"newer half": {
			reason: "the message is cut off", message: `{"outcome":"Succeeded","newer":`,
			err: "not one JSON object",
		},
		"refused less": {
			reason: "counts are not negative", message: `{"outcome":"Succeeded","refused":-1}`,
			err: "negative",
		},
		"refused huge": {
			reason: "the count exceeds its type", message: `{"outcome":"Succeeded","refused":2147483648}`,
			err: "not one JSON object",
		},
		"twice": {
			reason: "a report is unambiguous", message: `{"outcome":"Failed","outcome":"Succeeded"}`,
			err: "not one JSON object",
		},
		"two reports": {
			reason: "a report is unambiguous", message: `{"outcome":"Succeeded"}{"outcome":"Succeeded"}`,
			err: "not one JSON object",
		},
		"trailing": {
			reason: "nothing follows a report", message: `{"outcome":"Succeeded"} ` + person,
			err: "not one JSON object",
		},
		"trailing brace": {
			reason: "nothing follows a report", message: `{"outcome":"Succeeded"}}`,
			err: "not one JSON object",
		},
		"outcome":        {reason: "the set is closed", message: `{"outcome":"` + person + `"}`, err: "outcome is unknown"},
		"outcome's case": {reason: "names are case-sensitive", message: `{"outcome":"succeeded"}`, err: "outcome is unknown"},
		"outcome type":   {reason: "a name is a string", message: `{"outcome":1}`, err: "not one JSON object"},
		"reason": {
			reason: "the set is closed", message: `{"outcome":"Failed","reason":"` + person + `"}`,
			err: "reason is unknown",
		},
		"no reason": {reason: "a failed run has a reason", message: `{"outcome":"Failed"}`, err: "reason is unknown"},
		"needless": {
			reason: "a successful run has no reason", message: `{"outcome":"Succeeded","reason":"TimedOut"}`,
			err: "succeeded has a reason",
		},
		"negative": {
			reason: "counts are not negative", message: `{"outcome":"Succeeded","unknown":-1}`,
			err: "negative",
		},
		"fraction": {
			reason: "counts are whole numbers", message: `{"outcome":"Succeeded","unknown":1.5}`,
			err: "not one JSON object",
		},
		"exponent": {
			reason: "counts have no exponent", message: `{"outcome":"Succeeded","unknown":1e1}`,
			err: "not one JSON object",
		},
		"string number": {
			reason: "a number is no string", message: `{"outcome":"Succeeded","unknown":"1"}`,
			err: "not one JSON object",
		},
		"huge": {
			reason: "the count exceeds its type", message: `{"outcome":"Succeeded","unknown":2147483648}`,
			err: "not one JSON object",
		},
		"negative open": {
			reason: "counts are not negative", message: `{"outcome":"Succeeded","openUnknown":-1}`,
			err: "negative",
		},
		"huge open": {
			reason: "the count exceeds its type", message: `{"outcome":"Succeeded","openUnknown":2147483648}`,
			err: "not one JSON object",
		},
		"volumes' form": {
			reason: "volumes are an object", message: `{"outcome":"Succeeded","volumes":[1]}`,
			err: "not one JSON object",
		},
		"volume twice": {
			reason:  "a report is unambiguous",
			message: `{"outcome":"Succeeded","volumes":{"plansSent":1,"plansSent":2}}`, err: "not one JSON object",
		},
		"volumes twice": {
			reason: "a report is unambiguous", message: `{"outcome":"Succeeded","volumes":{},"volumes":{}}`,
			err: "not one JSON object",
		},
		"volume text": {
			reason: "a number is no string", message: `{"outcome":"Succeeded","volumes":{"plansSent":"1"}}`,
			err: "not one JSON object",
		},
		"less than none": {
			reason: "counts are not negative", message: `{"outcome":"Succeeded","volumes":{"pdfsStored":-1}}`,
			err: "negative",
		},
		"huge volume": {
			reason:  "the count exceeds its type",
			message: `{"outcome":"Succeeded","volumes":{"plansSent":9223372036854775808}}`, err: "not one JSON object",
		},
		"nested": {
			reason:  "an outcome is no array",
			message: `{"outcome":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, err: "not one JSON object",
		},
		"too long": {
			reason:  "the size is bounded",
			message: `{"outcome":"Succeeded"}` + strings.Repeat(" ", MaxSize-22), err: "longer than 2048 bytes",
		},
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
	most := Volumes{
		PlansSent: math.MaxInt64, GeneralPractitionersNotReached: math.MaxInt64,
		DocumentsStored: math.MaxInt64, PDFsStored: math.MaxInt64, ItemsSent: math.MaxInt64, ItemsReceived: math.MaxInt64,
	}
	for _, reason := range Reasons() {
		report := Report{
			Outcome: Failed, Reason: reason, Rejected: 1 << 30, Unknown: 1 << 30, Refused: 1 << 30,
			RefusedByRegisters: 1 << 30,
			OpenUnknown:        new(int32(1 << 30)), OpenUndecided: 1 << 30, Volumes: most,
		}
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
		"nil": {reason: "no error is a success", want: Report{Outcome: Succeeded}},
		"ours": {
			reason: "an *Error has a reason", err: Errorf(NAVError, "asking: %w", cause),
			want: Report{Outcome: Failed, Reason: NAVError},
		},
		"wrapped": {
			reason: "ReasonOf unwraps errors",
			err:    fmt.Errorf("doing: %w", Errorf(HRMUnreachable, "asking: %w", cause)), want: Report{
				Outcome: Failed,
				Reason:  HRMUnreachable,
			},
		},
		"foreign": {
			reason: "an error without a reason is internal", err: io.EOF,
			want: Report{Outcome: Failed, Reason: InternalError},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Of(t.Context(), tc.err)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
	err := Errorf(NAVError, "asking: %w", cause)
	if !errors.Is(err, cause) || err.Error() != "NAVError: asking: cause" {
		t.Errorf("got %v", err)
	}
}

// TestPlus adds every count of an earlier pod.
func TestPlus(t *testing.T) {
	full := func(n int32) Report {
		var r Report
		fill(reflect.ValueOf(&r).Elem(), int64(n))
		return r
	}
	got := full(2).Plus(full(3))
	want := full(5)
	want.OpenUnknown, want.OpenUndecided = new(int32(2)), 2 // the last pod knows the HRM system's state
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// fill sets every number of a struct.
func fill(v reflect.Value, n int64) {
	for _, field := range v.Fields() {
		switch field.Kind() { //nolint:exhaustive // A report has no others.
		case reflect.Int32, reflect.Int64:
			field.SetInt(n)
		case reflect.Pointer:
			field.Set(reflect.ValueOf(new(int32(n))))
		case reflect.Struct:
			fill(field, n)
		}
	}
}
