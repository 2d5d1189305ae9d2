package onboarding

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// numberPath is the path of the organization number, of customers and of Suppliers.
const numberPath = "spec.organizationNumber"

// agentPath is the field of the organization number of a customer's agent.
const agentPath = string(columnAgent)

// checkNumber checks the organization number of a document. Rows have been checked when they were read.
func (c *checker) checkNumber(s *subject) {
	spec, _ := s.object["spec"].(map[string]any)
	value, exists := spec["organizationNumber"]
	if s.scalar == nil {
		return
	}
	if !exists || value == nil {
		c.addTo(s, numberPath, OrganizationNumberMissing)
		return
	}
	c.checkNumberText(s, numberPath, value)
}

// checkAgent checks the organization number of the agent of a document, if it has one.
func (c *checker) checkAgent(s *subject) {
	spec, _ := s.object["spec"].(map[string]any)
	access, _ := spec["access"].(map[string]any)
	if number := access["through"]; s.scalar != nil && number != nil {
		c.checkNumberText(s, agentPath, number)
	}
}

// checkNumberText checks a number as a document has it.
func (c *checker) checkNumberText(s *subject, path string, value any) {
	written, quoted := value.(string)
	if !quoted {
		written = s.scalar(path)
	}
	if _, err := orgnumber.Parse(written); err == nil {
		if !quoted {
			c.addTo(s, path, NumberNotQuoted, written)
		}
		return
	}
	number, fault, args := readNumber(written)
	if fault == "" {
		fault, args = NumberNotPlain, []any{quote(written), number}
	}
	c.addTo(s, path, fault, args...)
}

// checkName checks an object's name.
func (c *checker) checkName(s *subject) {
	metadata, _ := s.object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if errs := validation.IsDNS1123Label(name); len(errs) > 0 && name != "" {
		c.addTo(s, "metadata.name", InvalidName, quote(name))
	}
	if name == "" {
		c.addTo(s, "metadata.name", FieldMissing)
	}
}

// checkShape checks an object against the schema of its kind. It returns the object without what has a wrong type.
func (c *checker) checkShape(ctx context.Context, s *subject) map[string]any {
	kind := c.schemas[s.kind]
	clean := runtime.DeepCopyJSON(s.object)
	for _, path := range kind.unknownFields(clean) {
		c.addTo(s, path, UnknownField, quote(lastName(path)), c.suggestion(kind.structural, path))
	}
	c.checkMetadata(s)
	for _, err := range kind.checkShape(ctx, clean) {
		c.addFieldError(s, err)
		if err.Type == field.ErrorTypeTypeInvalid {
			removeField(clean, step.FindAllString(err.Field, -1))
		}
	}
	setNumber(clean)
	return clean
}

// checkRules checks an object against the rules of its kind.
func (c *checker) checkRules(ctx context.Context, s *subject, clean map[string]any) {
	for _, err := range c.schemas[s.kind].checkRules(ctx, clean) {
		c.addFieldError(s, err)
	}
}

// removeField removes a field, or the list of which the path names an element.
func removeField(value any, path []string) {
	if len(path) == 0 {
		return
	}
	switch within := value.(type) {
	case map[string]any:
		if len(path) == 1 || len(path) == 2 && strings.HasPrefix(path[1], "[") {
			delete(within, path[0])
			return
		}
		removeField(within[path[0]], path[1:])
	case []any:
		if i, err := strconv.Atoi(strings.Trim(path[0], "[]")); err == nil && i < len(within) {
			removeField(within[i], path[1:])
		}
	}
}

// setNumber sets the organization number as it should have been written, for the checks that need it.
func setNumber(clean map[string]any) {
	spec, _ := clean["spec"].(map[string]any)
	value, ok := spec["organizationNumber"]
	if !ok {
		return
	}
	if number, fault, _ := readNumber(fmt.Sprint(value)); fault == "" {
		spec["organizationNumber"] = number
	} else if _, text := value.(string); !text {
		delete(spec, "organizationNumber")
	}
}

// checkMetadata checks what every object has.
func (c *checker) checkMetadata(s *subject) {
	text, err := json.Marshal(map[string]any{"metadata": s.object["metadata"]})
	if err != nil {
		return
	}
	object := struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
	}{}
	strict, err := kjson.UnmarshalStrict(text, &object)
	if err != nil {
		c.addTo(s, "metadata", WrongType, c.word("type.other"))
		return
	}
	for _, err := range strict {
		path := strings.Trim(strings.TrimPrefix(err.Error(), "unknown field "), `"`)
		c.addTo(s, path, UnknownField, quote(lastName(path)), c.word("field.remove"))
	}
	for name, value := range object.Metadata.Labels {
		label := map[string]string{name: value}
		if len(metavalidation.ValidateLabels(label, field.NewPath("metadata", "labels"))) > 0 {
			c.addTo(s, "metadata.labels["+name+"]", InvalidLabel, quote(name+": "+value))
			s.setFaulty("metadata.labels")
		}
	}
	if namespace := object.Metadata.Namespace; namespace != "" && len(validation.IsDNS1123Label(namespace)) > 0 {
		c.addTo(s, "metadata.namespace", InvalidName, quote(namespace))
	}
}

// addFieldError adds a finding for an error of the API server's checks. It does not show the rejected value, which may
// be anything.
func (c *checker) addFieldError(s *subject, err *field.Error) {
	path := strings.TrimPrefix(err.Field, "<nil>")
	if path == "" && strings.HasPrefix(err.Detail, "metadata.name") {
		path = "metadata.name"
	}
	if s.isFaulty(path) || overlaps(s, path) {
		return
	}
	switch err.Type {
	case field.ErrorTypeRequired:
		c.addTo(s, path, FieldMissing)
	case field.ErrorTypeNotSupported:
		c.addTo(s, path, ValueNotSupported, quote(fmt.Sprint(err.BadValue)), supported(err.Detail))
	case field.ErrorTypeTypeInvalid:
		c.addTo(s, path, WrongType, c.word("type."+wantedType(err.Detail)))
	case field.ErrorTypeDuplicate:
		c.addTo(s, path, EntryTwice)
	default:
		detail := strings.TrimSuffix(strings.TrimSpace(cmp.Or(err.Detail, strings.ToLower(err.Type.String()))), ".")
		detail = strings.Replace(detail, " in body ", " ", 1)
		c.addTo(s, path, InvalidField, c.translated(detail))
	}
}

// overlaps reports whether a part of the field has a finding already: an organization number of a wrong type makes its
// schema fail, too.
func overlaps(s *subject, path string) bool {
	for faulty := range s.faulty {
		if strings.HasPrefix(path, faulty+"[") {
			return true
		}
	}
	return false
}

// typeDetail matches the wanted type in the detail of an error about a type.
var typeDetail = regexp.MustCompile(`must be of type ([a-z]+)`)

// wantedType returns the type that a field must have.
func wantedType(detail string) string {
	if m := typeDetail.FindStringSubmatch(detail); m != nil {
		return m[1]
	}
	return "other"
}

// quotedValue matches the values in the detail of an error about a value that is not supported.
var quotedValue = regexp.MustCompile(`"([^"]*)"`)

// supported returns the allowed values.
func supported(detail string) string {
	matches := quotedValue.FindAllStringSubmatch(detail, -1)
	values := make([]string, 0, len(matches))
	for _, m := range matches {
		values = append(values, m[1])
	}
	return strings.Join(values, ", ")
}

// lastName returns the last name of a path.
func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// suggestion returns advice for an unknown field: the field beside it with the most similar name, or all of them.
func (c *checker) suggestion(root *schema.Structural, path string) string {
	parent := root
	names := step.FindAllString(strings.TrimSuffix(path, "."+lastName(path)), -1)
	for _, name := range names {
		if strings.HasPrefix(name, "[") && parent.Items != nil {
			parent = parent.Items
			continue
		}
		next, ok := parent.Properties[name]
		if !ok {
			return c.word("field.remove")
		}
		parent = &next
	}
	var known []string
	for name := range parent.Properties {
		known = append(known, name)
	}
	if len(known) == 0 || !strings.Contains(path, ".") {
		return c.word("field.remove")
	}
	slices.Sort(known)
	for _, name := range known {
		if levenshtein.Distance(strings.ToLower(name), strings.ToLower(lastName(path)), nil) <= max(1, len(name)/3) {
			return c.word("field.similar", "name", name)
		}
	}
	return c.word("field.known", "names", strings.Join(known, ", "))
}
