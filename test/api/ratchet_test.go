package api

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// TestStoredObjectsStayUpdatable stores objects that the rules reject, as an upgrade from a version without a rule
// leaves them, and changes another field of each. It uses copies of the CRDs, so that no other test meets them.
func TestStoredObjectsStayUpdatable(t *testing.T) {
	for name, tc := range map[string]struct {
		crd, file string
		edits     []edit
		unrelated edit
	}{
		"customer": {
			crd: "customerintegrations", file: customerFull,
			edits: []edit{
				{was: "name: tiger-hrm", is: "name: A_HRM"},
				{was: customerEndpoint, is: "endpoint: https://a.example:99999"},
				{was: "20 6 * * *", is: "@daily"},
			},
			unrelated: edit{was: "suspend: false", is: "suspend: true"},
		},
		"supplier": {
			crd: "suppliers", file: supplierFull,
			edits: []edit{
				{was: supplierHosts, is: "    - \"*.no\"\n"},
				{was: supplierAddresses, is: "    - 0.0.0.0/0\n"},
				{was: "image: registry.4human", is: "image: Registry.4human"},
				{was: "keyID: 2026-09", is: `keyID: "2026 09"`},
				{was: `"2026-09-01"`, is: `"2026-02-31"`},
			},
			unrelated: edit{was: "interval: 6h", is: "interval: 12h"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			crd := copyWithoutRules(t, tc.crd)
			group := edit{was: "apiVersion: integrations.4human.no/", is: "apiVersion: " + crd.Spec.Group + "/"}
			stored := object(t, manifest(t, tc.file, append(tc.edits, group)...))
			eventually(t, "the copy is served", func() bool { return strict().Create(t.Context(), stored) == nil })

			restoreRules(t, crd, tc.crd)
			another := stored.DeepCopy()
			another.SetName("another")
			another.SetResourceVersion("")
			eventually(t, "the rules apply", func() bool {
				return strict().Create(t.Context(), another.DeepCopy(), client.DryRunAll) != nil
			})

			changed := object(t, manifest(t, tc.file, append(tc.edits, group, tc.unrelated)...))
			changed.SetResourceVersion(stored.GetResourceVersion())
			if err := strict().Update(t.Context(), changed); err != nil {
				t.Errorf("an unrelated field cannot be changed: %v", err)
			}
		})
	}
}

// copyWithoutRules creates a copy of a CRD in a group of its own, without CEL rules.
func copyWithoutRules(t *testing.T, plural string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	crd := definition(t, plural)
	group := "unruled." + crd.Spec.Group
	crd.ObjectMeta = metav1.ObjectMeta{Name: plural + "." + group}
	crd.Spec.Group, crd.Status = group, apiextensionsv1.CustomResourceDefinitionStatus{}
	crd.Spec.Names.ShortNames = nil
	withoutRules(crd.Spec.Versions[0].Schema.OpenAPIV3Schema)
	if err := server.Client.Create(t.Context(), crd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Client.Delete(context.Background(), crd); err != nil {
			t.Error(err)
		}
	})
	return crd
}

// withoutRules removes the CEL rules of a schema.
func withoutRules(s *apiextensionsv1.JSONSchemaProps) {
	s.XValidations = nil
	for name := range s.Properties {
		p := s.Properties[name]
		withoutRules(&p)
		s.Properties[name] = p
	}
	if s.Items != nil && s.Items.Schema != nil {
		withoutRules(s.Items.Schema)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		withoutRules(s.AdditionalProperties.Schema)
	}
}

// restoreRules replaces the schema of a copy by that of the CRD.
func restoreRules(t *testing.T, crd *apiextensionsv1.CustomResourceDefinition, plural string) {
	t.Helper()
	if err := server.Client.Get(t.Context(), client.ObjectKeyFromObject(crd), crd); err != nil {
		t.Fatal(err)
	}
	crd.Spec.Versions[0].Schema = definition(t, plural).Spec.Versions[0].Schema
	if err := server.Client.Update(t.Context(), crd); err != nil {
		t.Fatal(err)
	}
}

// definition returns a CRD of config/crd/bases.
func definition(t *testing.T, plural string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	crd := &apiextensionsv1.CustomResourceDefinition{}
	path := filepath.Join("..", "..", "config", "crd", "bases", "integrations.4human.no_"+plural+".yaml")
	content, err := os.ReadFile(path)
	if err == nil {
		err = yaml.UnmarshalStrict(content, crd)
	}
	if err != nil {
		t.Fatal(err)
	}
	return crd
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, time.Minute, true,
		func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		t.Fatalf("not in time: %s", what)
	}
}
