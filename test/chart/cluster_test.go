package chart

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/apiserver"
)

// everything sets each value that is empty or off by default, so that the templates render all that they can.
const everything = "testdata/everything.yaml"

// TestAPIServer applies the chart with each of its values to a real API server, which refuses unknown fields, wrong
// types and rights in wrong places, and after that a Supplier.
func TestAPIServer(t *testing.T) {
	server, err := apiserver.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	apply := func(text string, args ...string) {
		t.Helper()
		args = append([]string{"apply", "--server-side", "--validate=strict", "-f", "-"}, args...)
		if out, problem, err := server.Kubectl(t.Context(), text, args...); err != nil {
			t.Fatalf("kubectl %s: %v\n%s%s", strings.Join(args, " "), err, out, problem)
		}
	}
	apply("{apiVersion: v1, kind: Namespace, metadata: {name: hr}}")
	initial := parsed(t, template(t, "hr", "hr"))
	apply(initial.known(t))
	out, problem := helm(t, "template", "hr", folder, "-n", "hr", "--values", everything,
		"--api-versions", "integrations.4human.no/v1alpha1/Supplier")
	all := parsed(t, out)
	if len(all) < 30 {
		t.Errorf("%s results in %d objects only: %s", everything, len(all), problem)
	}
	apply(all.known(t), "--force-conflicts")
}

// known returns the objects in YAML that the API server of the tests can apply twice: none of the Prometheus operator,
// whose kinds it does not have, and not the pod of `helm test`, which cannot be changed.
func (all objects) known(t *testing.T) string {
	t.Helper()
	var documents []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		o := all[key]
		if o.GetKind() == "Pod" || strings.HasPrefix(o.GetAPIVersion(), "monitoring.coreos.com/") {
			continue
		}
		text, err := yaml.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, string(text))
	}
	return strings.Join(documents, "---\n")
}

// TestEverythingIsSet verifies that testdata/everything.yaml sets each value that is empty or off by default.
func TestEverythingIsSet(t *testing.T) {
	set := leavesOf(t, everything)
	for path, value := range leavesOf(t, folder+"/values.yaml") {
		if !slices.Contains([]string{"", "[]", "{}", "false", "<nil>"}, value) || below(set, path) {
			continue
		}
		if is, ok := set[path]; !ok || is == value {
			t.Errorf("%s does not set %s", everything, path)
		}
	}
}

// below reports whether a value below a path is set.
func below(set map[string]string, path string) bool {
	for other := range set {
		if strings.HasPrefix(other, path+".") || strings.HasPrefix(other, path+"[") {
			return true
		}
	}
	return false
}

func leavesOf(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]any
	if err := yaml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	leaves := map[string]string{}
	flatten("", withEmpty(values), leaves)
	return leaves
}

// withEmpty returns a value whose empty lists and maps are leaves.
func withEmpty(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			v[key] = withEmpty(below)
		}
		if len(v) == 0 {
			return "{}"
		}
	case []any:
		if len(v) == 0 {
			return "[]"
		}
	}
	return value
}

// document matches a document of kubectl apply in the notes.
var document = regexp.MustCompile(`(?s)kubectl apply -f - <<EOF\n(.*?)\n   EOF`)

// TestNotes verifies that the objects that the notes tell to apply have known fields only, and that the notes name the
// release's namespaces.
func TestNotes(t *testing.T) {
	out, problem := helm(t, "install", "hr", folder, "-n", "hr-system", "--dry-run=client",
		"--set", "customerNamespaces.names={north,south}")
	if problem != "" {
		t.Fatal(problem)
	}
	_, notes, _ := strings.Cut(out, "\nNOTES:\n")
	documents := document.FindAllStringSubmatch(notes, -1)
	if len(documents) != 2 {
		t.Fatalf("the notes have %d documents:\n%s", len(documents), notes)
	}
	var supplier v1alpha1.Supplier
	var customer v1alpha1.CustomerIntegration
	for i, into := range []any{&supplier, &customer} {
		if err := yaml.UnmarshalStrict([]byte(documents[i][1]), into); err != nil {
			t.Errorf("%v\n%s", err, documents[i][1])
		}
	}
	if supplier.Name != v1alpha1.DefaultSupplierName || len(supplier.Spec.AllowedNamespaces) != 2 {
		t.Errorf("Supplier %s allows %v", supplier.Name, supplier.Spec.AllowedNamespaces)
	}
	if customer.Namespace != "north" || customer.Spec.OrganizationNumber == "" {
		t.Errorf("the customer is in %s, with number %s", customer.Namespace, customer.Spec.OrganizationNumber)
	}
	if !strings.Contains(notes, "helm test hr -n hr-system --logs") {
		t.Errorf("the notes do not name helm test:\n%s", notes)
	}
}
