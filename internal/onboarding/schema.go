package onboarding

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/config/crd"
)

// schemas validates objects as an API server does that has our CustomResourceDefinitions, by kind.
type schemas map[string]*kindSchema

// kindSchema is the schema of one kind.
type kindSchema struct {
	namespaced bool
	structural *schema.Structural
	openAPI    validation.SchemaValidator
	rules      *cel.Validator
}

// embeddedSchemas returns the schemas of the embedded CustomResourceDefinitions. Compiling them takes a tenth of a second.
var embeddedSchemas = sync.OnceValues(loadSchemas)

// loadSchemas reads the embedded CustomResourceDefinitions.
func loadSchemas() (schemas, error) {
	files, err := fs.Glob(crd.Bases, "bases/*.yaml")
	if err != nil {
		return nil, err
	}
	all := schemas{}
	for _, file := range files {
		text, err := crd.Bases.ReadFile(file)
		if err != nil {
			return nil, err
		}
		definition := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(text, definition); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		if all[definition.Spec.Names.Kind], err = newKindSchema(definition); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
	}
	return all, nil
}

// newKindSchema compiles the schema of a kind, which has one version.
func newKindSchema(definition *apiextensionsv1.CustomResourceDefinition) (*kindSchema, error) {
	internal := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
		definition.Spec.Versions[0].Schema.OpenAPIV3Schema, internal, nil); err != nil {
		return nil, err
	}
	structural, err := schema.NewStructural(internal)
	if err != nil {
		return nil, err
	}
	openAPI, _, err := validation.NewSchemaValidator(internal)
	if err != nil {
		return nil, err
	}
	return &kindSchema{
		namespaced: definition.Spec.Scope == apiextensionsv1.NamespaceScoped,
		structural: structural,
		openAPI:    openAPI,
		rules:      cel.NewValidator(structural, true, celconfig.PerCallLimit),
	}, nil
}

// checkShape returns where an object does not match the schema, rules apart.
func (k *kindSchema) checkShape(ctx context.Context, object map[string]any) field.ErrorList {
	errs := validation.ValidateCustomResource(nil, object, k.openAPI)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, k.structural, object)...)
	return append(errs, objectmeta.Validate(ctx, nil, object, k.structural, true)...)
}

// notEvaluated are parts of the errors of rules that could not be evaluated, because a field is missing or has a wrong
// type. That is reported already.
var notEvaluated = []string{"evaluating rule", "call arguments did not match", "no further validation rules"}

// checkRules returns which CEL rules of a new object are broken. The API server evaluates them only if the object
// matches the schema; here they are evaluated as far as it does, so that all faults are found at once.
func (k *kindSchema) checkRules(ctx context.Context, object map[string]any) field.ErrorList {
	broken, _ := k.rules.Validate(ctx, nil, k.structural, object, nil, celconfig.RuntimeCELCostBudget)
	return slices.DeleteFunc(broken, func(err *field.Error) bool {
		return slices.ContainsFunc(notEvaluated, func(part string) bool { return strings.Contains(err.Detail, part) })
	})
}

// unknownFields returns the paths of fields that the API server would drop, such as spec.hrm.endpont.
func (k *kindSchema) unknownFields(object map[string]any) []string {
	options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	return pruning.PruneWithOptions(object, k.structural, true, options)
}
