package onboarding

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/config/crd"
	"github.com/4human/integration-operator/internal/language"
)

// codes returns the names of the constants of type Code.
func codes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			names = append(names, spec.Names[0].Name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

// TestEveryCodeHasTexts verifies that each fault has a severity and texts in both languages, which use only what it
// has.
func TestEveryCodeHasTexts(t *testing.T) {
	var known []string
	for code, f := range faults {
		known = append(known, string(code))
		for _, lang := range language.All() {
			checkTexts(t, lang, code, f)
		}
	}
	slices.Sort(known)
	if diff := cmp.Diff(codes(t), known); diff != "" {
		t.Errorf("code.go and faults.go differ (-code.go +faults.go):\n%s", diff)
	}
}

var placeholders = regexp.MustCompile(`\{([a-z]+)\}`)

func checkTexts(t *testing.T, lang language.Language, code Code, f fault) {
	t.Helper()
	var used []string
	for _, part := range []string{".message", ".advice"} {
		text := catalogue[lang]["faults."+string(code)+part]
		if text == "" && (part == ".message" || code != InvalidField) {
			t.Errorf("%s %s%s has no text", lang, code, part)
		}
		for _, m := range placeholders.FindAllStringSubmatch(text, -1) {
			used = append(used, m[1])
			if !slices.Contains(f.args, m[1]) && code != EndpointMissing { // its advice has a template
				t.Errorf("%s %s%s uses {%s}, which it does not have", lang, code, part, m[1])
			}
		}
	}
	for _, name := range f.args {
		// The reasons of the schedule's parser are in English, and the one who has to look at one sees the schedule.
		if !slices.Contains(used, name) && code != InvalidSchedule && name != "digits" {
			t.Errorf("%s %s does not use {%s}", lang, code, name)
		}
	}
}

// TestLanguagesHaveTheSameTexts verifies that no text is missing in one language.
func TestLanguagesHaveTheSameTexts(t *testing.T) {
	for key := range catalogue[language.Norwegian] {
		if catalogue[language.English][key] == "" {
			t.Errorf("%s is missing in English", key)
		}
	}
	for key := range catalogue[language.English] {
		if catalogue[language.Norwegian][key] == "" {
			t.Errorf("%s is missing in Norwegian", key)
		}
	}
}

// reportedBefore are parts of messages of rules whose faults the checks find before the rules run, or that only apply
// to changes.
var reportedBefore = []string{
	"immutable", "write the number in quotes", "nine digits in quotes", "check digit is wrong", "DNS label",
}

// TestRulesAreTranslated verifies that the messages of the rules of CustomerIntegrations are there in Norwegian.
func TestRulesAreTranslated(t *testing.T) {
	content, err := crd.Bases.ReadFile("bases/integrations.4human.no_customerintegrations.yaml")
	if err != nil {
		t.Fatal(err)
	}
	definition := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(content, definition); err != nil {
		t.Fatal(err)
	}
	spec := definition.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	found := map[string]bool{}
	collectMessages(&spec, found)
	for message := range found {
		isPartOf := func(part string) bool { return strings.Contains(message, part) }
		if norwegian[message] == "" && !slices.ContainsFunc(reportedBefore, isPartOf) {
			t.Errorf("crdtexts.go has no translation of %q", message)
		}
	}
	for message := range norwegian {
		if !found[message] {
			t.Errorf("crdtexts.go translates %q, which no rule says", message)
		}
	}
}

func collectMessages(schema *apiextensionsv1.JSONSchemaProps, into map[string]bool) {
	for _, rule := range schema.XValidations {
		into[rule.Message] = true
	}
	for name := range schema.Properties {
		property := schema.Properties[name]
		collectMessages(&property, into)
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		collectMessages(schema.Items.Schema, into)
	}
}

// TestDocumentationHasEveryCode verifies the tables of docs/onboarding.md: each code, its severity, and each title of a
// column.
func TestDocumentationHasEveryCode(t *testing.T) {
	content, err := os.ReadFile("../../docs/onboarding.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for code, f := range faults {
		_, row, _ := strings.Cut(text, fmt.Sprintf("\n| %s | ", f.severity))
		if row, _, _ = strings.Cut(row, "\n"); !strings.Contains(row, fmt.Sprintf("%#q", code)) {
			t.Errorf("docs/onboarding.md lacks the code %s in the row of severity %s", code, f.severity)
		}
	}
	text = regexp.MustCompile("(?s)```.*?```").ReplaceAllString(text, "")
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		documented[titleKey(m[1])] = true
	}
	for title := range meanings {
		if !documented[title] {
			t.Errorf("docs/onboarding.md lacks the title %q", title)
		}
	}
}
