package docs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/config/crd"
)

// stateMetrics is the part of kube-state-metrics' configuration that we use.
type stateMetrics struct {
	Kind string `json:"kind"`
	Spec struct {
		Resources []stateResource `json:"resources"`
	} `json:"spec"`
}

type stateResource struct {
	GroupVersionKind struct{ Group, Version, Kind string } `json:"groupVersionKind"`
	Prefix           string                                `json:"metricNamePrefix"`
	LabelsFromPath   map[string][]string                   `json:"labelsFromPath"`
	Metrics          []struct {
		Name string `json:"name"`
		Help string `json:"help"`
		Each struct {
			Type  string     `json:"type"`
			Gauge *stateEach `json:"gauge"`
			Info  *stateEach `json:"info"`
		} `json:"each"`
	} `json:"metrics"`
}

type stateEach struct {
	Path           []string            `json:"path"`
	LabelsFromPath map[string][]string `json:"labelsFromPath"`
	ValueFrom      []string            `json:"valueFrom"`
	NilIsZero      bool                `json:"nilIsZero"`
}

// schemasOf returns the schema of each kind.
func schemasOf(t *testing.T) map[string]*apiextensionsv1.JSONSchemaProps {
	t.Helper()
	entries, err := crd.Bases.ReadDir("bases")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*apiextensionsv1.JSONSchemaProps{}
	for _, entry := range entries {
		content, err := crd.Bases.ReadFile("bases/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		var definition apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(content, &definition); err != nil {
			t.Fatal(err)
		}
		schema := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
		schema.Properties["metadata"] = metadataSchema()
		all[definition.Spec.Names.Kind] = schema
	}
	return all
}

// metadataSchema has the fields of metadata that a configuration may use. CRDs leave them out.
func metadataSchema() apiextensionsv1.JSONSchemaProps {
	text := apiextensionsv1.JSONSchemaProps{Type: "string"}
	return apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
		"name": text, "namespace": text, "creationTimestamp": {Type: "string", Format: "date-time"},
	}}
}

// follow returns the schema at a path, nil if there is none. It enters the items of a list, as kube-state-metrics does.
func follow(schema *apiextensionsv1.JSONSchemaProps, path []string) *apiextensionsv1.JSONSchemaProps {
	for _, name := range path {
		field, ok := itemsOf(schema).Properties[name]
		if !ok {
			return nil
		}
		schema = &field
	}
	return itemsOf(schema)
}

func itemsOf(schema *apiextensionsv1.JSONSchemaProps) *apiextensionsv1.JSONSchemaProps {
	if schema.Type == "array" && schema.Items != nil {
		return schema.Items.Schema
	}
	return schema
}

// numeric reports whether kube-state-metrics makes a number of a field.
func numeric(schema *apiextensionsv1.JSONSchemaProps) bool {
	return schema != nil && (slices.Contains([]string{"integer", "number", "boolean"}, schema.Type) ||
		schema.Format == "date-time")
}

// stateComplaints returns what is wrong with the configuration of a resource.
func stateComplaints(r stateResource, schema *apiextensionsv1.JSONSchemaProps) []string {
	var wrong []string
	labels := func(metric string, at *apiextensionsv1.JSONSchemaProps, all map[string][]string) {
		for label, path := range all {
			if field := follow(at, path); field == nil || field.Type != "string" {
				wrong = append(wrong, fmt.Sprintf("%s: label %s: no text at %s", metric, label, strings.Join(path, ".")))
			}
		}
	}
	labels("all", schema, r.LabelsFromPath)
	for _, m := range r.Metrics {
		each := m.Each.Info
		if m.Each.Type == "Gauge" {
			each = m.Each.Gauge
		}
		if each == nil || m.Help == "" {
			wrong = append(wrong, m.Name+": no "+m.Each.Type+", or no help")
			continue
		}
		at := follow(schema, each.Path)
		if at == nil {
			wrong = append(wrong, fmt.Sprintf("%s: nothing at %s", m.Name, strings.Join(each.Path, ".")))
			continue
		}
		labels(m.Name, at, each.LabelsFromPath)
		if m.Each.Type == "Gauge" && !numeric(follow(at, each.ValueFrom)) {
			wrong = append(wrong, m.Name+": its value is no number")
		}
	}
	return wrong
}

// readState returns the configuration, which has no field that we do not know.
func readState(t *testing.T, text string) stateMetrics {
	t.Helper()
	var config stateMetrics
	if err := yaml.UnmarshalStrict([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// TestKubeStateMetrics follows each path of the configuration through the CRDs.
func TestKubeStateMetrics(t *testing.T) {
	config, schemas := readState(t, readFile(t, "config/monitoring/kube-state-metrics.yaml")), schemasOf(t)
	if config.Kind != "CustomResourceStateMetrics" || len(config.Spec.Resources) != len(schemas) {
		t.Errorf("kind %s with %d resources, want %d", config.Kind, len(config.Spec.Resources), len(schemas))
	}
	for _, r := range config.Spec.Resources {
		schema := schemas[r.GroupVersionKind.Kind]
		if schema == nil {
			t.Fatalf("there is no kind %s", r.GroupVersionKind.Kind)
		}
		for _, wrong := range stateComplaints(r, schema) {
			t.Errorf("%s: %s", r.GroupVersionKind.Kind, wrong)
		}
	}
}

// TestKubeStateMetricsFindsMistakes changes the configuration in one place each.
func TestKubeStateMetricsFindsMistakes(t *testing.T) {
	text, schemas := readFile(t, "config/monitoring/kube-state-metrics.yaml"), schemasOf(t)
	cases := map[string]struct {
		reason, old, new, want string
	}{
		"path": {
			reason: "a field that does not exist", old: "path: [status, turn]", new: "path: [status, turns]",
			want: "nothing at status.turns",
		},
		"label": {reason: "a label from nowhere", old: "actor: [actor]", new: "actor: [who]", want: "no text at who"},
		"value": {
			reason: "a text is no number", old: "[sync, lastSuccessTime]", new: "[sync, cronJobName]", want: "no number",
		},
		"type": {reason: "a gauge without a gauge", old: "type: Info", new: "type: Gauge", want: "no Gauge"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(text, c.old, c.new, 1)
			var got []string
			for _, r := range readState(t, changed).Spec.Resources {
				got = append(got, stateComplaints(r, schemas[r.GroupVersionKind.Kind])...)
			}
			if !strings.Contains(strings.Join(got, "\n"), c.want) {
				t.Errorf("%s: complaints are %q, want one with %q", c.reason, got, c.want)
			}
		})
	}
}
