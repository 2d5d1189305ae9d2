package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// types are JSON schema's names of YAML's types.
var types = map[string]string{
	"!!str": "string", "!!int": "integer", "!!bool": "boolean", "!!seq": "array", "!!map": "object", "!!null": "null",
}

func writeSchema(root *value) error {
	schema, err := root.jsonSchema()
	if err != nil {
		return err
	}
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	if properties, ok := schema["properties"].(map[string]any); ok {
		properties["global"] = map[string]any{"type": "object", "description": "Set by charts that contain this one. Unused."}
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return err
	}
	return write(filepath.Join(chart, "values.schema.json"), append(text, '\n'))
}

// jsonSchema returns the JSON schema of a value. A group accepts no other values.
func (v *value) jsonSchema() (map[string]any, error) {
	schema := map[string]any{"type": types[v.initial.Tag]}
	if v.text != "" {
		schema["description"] = v.text
	}
	if len(v.children) == 0 {
		initial, err := v.decodeDefault()
		if err != nil {
			return nil, err
		}
		schema["default"] = initial
		maps.Copy(schema, v.schema)
		return schema, nil
	}
	properties := map[string]any{}
	for _, child := range v.children {
		of, err := child.jsonSchema()
		if err != nil {
			return nil, err
		}
		properties[child.key] = of
	}
	schema["properties"] = properties
	schema["additionalProperties"] = false
	return schema, nil
}

// decodeDefault decodes the default.
func (v *value) decodeDefault() (any, error) {
	var initial any
	err := v.initial.Decode(&initial)
	return initial, err
}

// formatDefault returns the default as a reader writes it.
func (v *value) formatDefault() (string, error) {
	if v.initial.Kind == yaml.ScalarNode && v.initial.Value != "" {
		return v.initial.Value, nil
	}
	initial, err := v.decodeDefault()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(initial)
	return string(text), err
}

func write(path string, text []byte) error {
	return os.WriteFile(path, text, 0o644) //nolint:gosec // It is no secret.
}
