// Command schemas writes config/schemas: JSON schemas of our kinds for editors and kubeconform, made from the CRDs. It
// runs in the repository's root.
package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/config/crd"
)

// folder is where the schemas are, named as kubeconform's template {{.ResourceKind}}_{{.ResourceAPIVersion}}.json.
const folder = "config/schemas"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := fs.Glob(crd.Bases, "bases/*.yaml")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // It holds no secret.
		return err
	}
	for _, file := range files {
		text, err := crd.Bases.ReadFile(file)
		if err != nil {
			return err
		}
		var definition apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(text, &definition); err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		for i := range definition.Spec.Versions {
			if err := write(&definition, &definition.Spec.Versions[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes the schema of a version of a kind.
func write(
	definition *apiextensionsv1.CustomResourceDefinition,
	version *apiextensionsv1.CustomResourceDefinitionVersion,
) error {
	kind := definition.Spec.Names.Kind
	text, err := json.Marshal(version.Schema.OpenAPIV3Schema)
	if err != nil {
		return err
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		return err
	}
	properties, ok := schema["properties"].(map[string]any)
	if !ok {
		return fmt.Errorf("%s has no properties", kind)
	}
	properties["apiVersion"] = map[string]any{"const": definition.Spec.Group + "/" + version.Name}
	properties["kind"] = map[string]any{"const": kind}
	properties["metadata"] = metadata(definition.Spec.Scope)
	delete(properties, "status") // the operator's
	strict(schema)
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	schema["required"] = []string{"apiVersion", "kind", "metadata", "spec"}
	text, err = json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return err
	}
	name := strings.ToLower(kind) + "_" + version.Name + ".json"
	return os.WriteFile(filepath.Join(folder, name), append(text, '\n'), 0o644) //nolint:gosec // It is no secret.
}

// metadata returns the schema of what people write of an object's metadata.
func metadata(scope apiextensionsv1.ResourceScope) map[string]any {
	texts := map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}}
	fields := map[string]any{
		"name": map[string]any{"type": "string", "minLength": 1, "maxLength": 253}, "labels": texts, "annotations": texts,
		"finalizers": map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
	}
	if scope == apiextensionsv1.NamespaceScoped {
		fields["namespace"] = map[string]any{"type": "string"}
	}
	return map[string]any{"type": "object", "properties": fields, "required": []string{"name"}}
}

// strict rejects unknown fields, as kubectl does, and removes what only an API server reads.
func strict(schema map[string]any) {
	for key := range schema {
		if strings.HasPrefix(key, "x-kubernetes-") {
			delete(schema, key)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	if _, open := schema["additionalProperties"]; properties != nil && !open {
		schema["additionalProperties"] = false
	}
	for _, property := range properties {
		if nested, ok := property.(map[string]any); ok {
			strict(nested)
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if nested, ok := schema[key].(map[string]any); ok {
			strict(nested)
		}
	}
}
