package api

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// schemas returns the schemas of both kinds' CRDs.
func schemas(t *testing.T) map[string]*apiextensionsv1.JSONSchemaProps {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*apiextensionsv1.JSONSchemaProps{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(content, crd); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, version := range crd.Spec.Versions {
			found[crd.Spec.Names.Kind+" "+version.Name] = version.Schema.OpenAPIV3Schema
		}
	}
	kinds := slices.Sorted(maps.Keys(found))
	if !slices.Equal(kinds, []string{"CustomerIntegration v1alpha1", "Supplier v1alpha1"}) {
		t.Fatalf("config/crd/bases has %v", kinds)
	}
	return found
}

// generated are the fields that every object has, whose schema is Kubernetes'.
var generated = []string{".apiVersion", ".kind", ".metadata"}

// walk visits every node of a schema, with its path.
func walk(path string, schema *apiextensionsv1.JSONSchemaProps,
	visit func(path string, schema *apiextensionsv1.JSONSchemaProps),
) {
	if slices.Contains(generated, path) {
		return
	}
	visit(path, schema)
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name]
		walk(path+"."+name, &property, visit)
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		walk(path+"[]", schema.Items.Schema, visit)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		walk(path+"{}", schema.AdditionalProperties.Schema, visit)
	}
}

// faults returns what a node of a schema lacks.
func faults(path string, s *apiextensionsv1.JSONSchemaProps) []string {
	var found []string
	if s.Description == "" && !strings.HasSuffix(path, "]") && !strings.HasSuffix(path, "}") {
		found = append(found, "has no description")
	}
	if s.Default != nil {
		found = append(found, "has a default, which GitOps tools report as drift")
	}
	if s.XPreserveUnknownFields != nil {
		found = append(found, "allows unknown fields")
	}
	switch s.Type {
	case "string":
		if s.MaxLength == nil && len(s.Enum) == 0 && s.Format != "date-time" {
			found = append(found, "is a string without bound")
		}
	case "array":
		if s.MaxItems == nil {
			found = append(found, "is a list without bound")
		}
		if s.XListType == nil {
			found = append(found, "is a list without list type, which server-side apply replaces as a whole")
		}
	case "object":
		if s.AdditionalProperties != nil && s.MaxProperties == nil {
			found = append(found, "is a map without bound")
		}
	case "boolean", "integer":
	default:
		found = append(found, "has the type "+s.Type)
	}
	return found
}

func TestSchemasAreDescribedAndBounded(t *testing.T) {
	for kind, schema := range schemas(t) {
		visited := 0
		walk("", schema, func(path string, s *apiextensionsv1.JSONSchemaProps) {
			visited++
			for _, fault := range faults(path, s) {
				t.Errorf("%s: %q %s", kind, path, fault)
			}
		})
		if visited < 20 {
			t.Errorf("%s: only %d nodes were visited", kind, visited)
		}
	}
}

// TestFaultsAreFound verifies that faults finds each fault.
func TestFaultsAreFound(t *testing.T) {
	yes, bound, list := true, int64(8), "atomic"
	text := &apiextensionsv1.JSONSchemaPropsOrBool{Schema: &apiextensionsv1.JSONSchemaProps{
		Type:      "string",
		MaxLength: &bound,
	}}
	for want, s := range map[string]apiextensionsv1.JSONSchemaProps{
		"":                      {Type: "array", Description: "d", XListType: &list, MaxItems: &bound},
		"has no description":    {Type: "boolean"},
		"has a default":         {Type: "boolean", Description: "d", Default: &apiextensionsv1.JSON{Raw: []byte("true")}},
		"allows unknown fields": {Type: "object", Description: "d", XPreserveUnknownFields: &yes},
		"string without bound":  {Type: "string", Description: "d"},
		"list without bound":    {Type: "array", Description: "d", XListType: &list},
		"server-side apply":     {Type: "array", Description: "d", MaxItems: &bound},
		"map without bound":     {Type: "object", Description: "d", AdditionalProperties: text},
		"has the type number":   {Type: "number", Description: "d"},
	} {
		t.Run(want, func(t *testing.T) {
			found := strings.Join(faults(".field", &s), "; ")
			if !strings.Contains(found, want) || (want == "") != (found == "") {
				t.Errorf("found %q, want %q", found, want)
			}
		})
	}
}

// literal matches the strings in a messageExpression.
var literal = regexp.MustCompile(`'([^']*)'`)

// messages returns the messages that a rule can return.
func messages(rule *apiextensionsv1.ValidationRule) []string {
	if rule.MessageExpression == "" {
		return []string{rule.Message}
	}
	var found []string
	for _, match := range literal.FindAllStringSubmatch(rule.MessageExpression, -1) {
		if strings.Contains(match[1], " ") { // otherwise it is a pattern
			found = append(found, match[1])
		}
	}
	return found
}

// expectedMessages returns all messages that the tables of mistakes and changes expect. Their tests verify them.
func expectedMessages() string {
	var all []string
	for _, table := range []map[string]mistake{
		numberMistakes(), customerMistakes(), agentMistakes(), endpointMistakes(), hrmMistakes(),
		durationMistakes(), supplierMistakes(), hostMistakes(), addressMistakes(), nat64Mistakes(), podMistakes(),
		platformMistakes(), serviceMistakes(), nameMistakes(), portMistakes(), scheduleMistakes(), reachMistakes(),
		contactMistakes(), ownServiceMistakes(),
	} {
		for _, m := range table {
			all = append(all, m.want...)
		}
	}
	for _, c := range changes() {
		all = append(all, c.want...)
	}
	return strings.Join(all, "\n")
}

// TestEveryRuleSaysWhatToDo verifies that each message of a CEL rule is one sentence of advice that a test expects.
func TestEveryRuleSaysWhatToDo(t *testing.T) {
	advice := regexp.MustCompile(`write|such as|must|required|allowed|immutable|reserved|look .* up|has 9 digits`)
	said, rules := expectedMessages(), 0
	for kind, schema := range schemas(t) {
		walk("", schema, func(path string, s *apiextensionsv1.JSONSchemaProps) {
			for _, rule := range s.XValidations {
				rules++
				if rule.Message == "" {
					t.Errorf("%s: the rule %q of %s has no message", kind, rule.Rule, path)
				}
				for _, message := range messages(&rule) {
					if len(strings.Fields(message)) < 6 || strings.HasSuffix(message, ".") || !advice.MatchString(message) {
						t.Errorf("%s: the message of a rule of %s is %q: want a sentence of advice without full stop", kind, path,
							message)
					}
					if !strings.Contains(said, message) {
						t.Errorf("%s: no test expects the message of a rule of %s: %q", kind, path, message)
					}
				}
			}
		})
	}
	if rules < 15 {
		t.Errorf("only %d rules", rules)
	}
}
