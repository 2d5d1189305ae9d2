package runreport

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaFile is the schema of reports for vendors.
const schemaFile = "../../api/worker/report.schema.json"

// schema has the parts of the schema that are compared with Report.
type schema struct {
	Properties map[string]struct {
		Properties map[string]any `json:"properties"`
	} `json:"properties"`
	Else struct {
		Properties struct {
			Reason struct {
				Enum []Reason `json:"enum"`
			} `json:"reason"`
		} `json:"properties"`
	} `json:"else"`
}

// TestSchemaIsReport compares the schema with Report: it has the same fields, and the reasons of vendors.
func TestSchemaIsReport(t *testing.T) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fieldsOf(reflect.TypeFor[Report]()), keysOf(s.Properties)); diff != "" {
		t.Errorf("fields (-Report +schema):\n%s", diff)
	}
	if diff := cmp.Diff(fieldsOf(reflect.TypeFor[Volumes]()), keysOf(s.Properties["volumes"].Properties)); diff != "" {
		t.Errorf("volumes (-Volumes +schema):\n%s", diff)
	}
	if diff := cmp.Diff(vendorReasons, s.Else.Properties.Reason.Enum); diff != "" {
		t.Errorf("reasons (-vendorReasons +schema):\n%s", diff)
	}
	page, err := os.ReadFile("../../docs/worker-contract.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| reason | when |")
	table, _, _ = strings.Cut(table, "[Reasons](")
	for _, reason := range Reasons() {
		if got := strings.Contains(table, "`"+string(reason)+"`"); got != slices.Contains(vendorReasons, reason) {
			t.Errorf("the contract's table has %s: %t", reason, got)
		}
	}
	for _, cause := range Causes() {
		if !strings.Contains(string(text), string(cause)) {
			t.Errorf("the schema does not name the cause %s", cause)
		}
	}
}

// fieldsOf returns the names of a struct's fields in JSON, sorted.
func fieldsOf(of reflect.Type) []string {
	var names []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func keysOf[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// TestSchemaAgreesWithParse checks that the schema accepts what Parse and OfVendor accept, and nothing else.
func TestSchemaAgreesWithParse(t *testing.T) {
	compiled, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	most := Report{Outcome: Succeeded, Rejected: math.MaxInt32, Volumes: Volumes{ItemsSent: math.MaxInt64 - 1}}
	largest, err := most.Encode()
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		reason, message string
		valid           bool
	}{
		"least":  {reason: "a worker needs no more", message: `{"outcome":"Succeeded"}`, valid: true},
		"items":  {reason: "of the page", message: `{"outcome":"Succeeded","volumes":{"itemsSent":12}}`, valid: true},
		"failed": {reason: "of the page", message: `{"outcome":"Failed","reason":"ServiceUnreachable"}`, valid: true},
		"later":  {reason: "a newer worker has more", message: `{"outcome":"Succeeded","later":{"a":1}}`, valid: true},
		"cause": {
			reason: "another cause is ignored", message: `{"outcome":"Failed","reason":"TimedOut","cause":"X"}`, valid: true,
		},
		"null": {
			reason: "null is zero", message: `{"outcome":"Succeeded","reason":null,"setAside":null,"volumes":null}`, valid: true,
		},
		"largest":     {reason: "counts have a bound", message: string(largest), valid: true},
		"no outcome":  {reason: "it is required", message: `{}`},
		"outcome":     {reason: "the set is closed", message: `{"outcome":"succeeded"}`},
		"no reason":   {reason: "a failure has one", message: `{"outcome":"Failed"}`},
		"reason":      {reason: "the set is closed", message: `{"outcome":"Failed","reason":"SkatteetatenDown"}`},
		"NAV's":       {reason: "of built-in services", message: `{"outcome":"Failed","reason":"NAVError"}`},
		"both":        {reason: "a success has no reason", message: `{"outcome":"Succeeded","reason":"TimedOut"}`},
		"negative":    {reason: "a count is not", message: `{"outcome":"Succeeded","volumes":{"itemsReceived":-1}}`},
		"text":        {reason: "a count is a number", message: `{"outcome":"Succeeded","setAside":"1"}`},
		"too many":    {reason: "a count has 31 bits", message: `{"outcome":"Succeeded","setAside":2147483648}`},
		"fraction":    {reason: "a count is whole", message: `{"outcome":"Succeeded","setAside":1.5}`},
		"no object":   {reason: "free text reaches no status", message: `"Succeeded"`},
		"list":        {reason: "one report", message: `[{"outcome":"Succeeded"}]`},
		"volume text": {reason: "volumes are an object", message: `{"outcome":"Succeeded","volumes":1}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			document, err := jsonschema.UnmarshalJSON(strings.NewReader(c.message))
			if err != nil {
				t.Fatal(err)
			}
			invalid := compiled.Validate(document)
			report, refused := Parse(c.message)
			if _, ok := report.OfVendor(); !ok {
				refused = errors.New("the reason is not a vendor's")
			}
			if (invalid == nil) != c.valid || (refused == nil) != c.valid {
				t.Errorf("%s: valid should be %t: the schema: %v; Parse: %v", c.reason, c.valid, invalid, refused)
			}
		})
	}
}
