package health

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
)

var update = flag.Bool("update", false, "rewrite the generated files")

// compare compares a text with a file, or writes the file with -update.
func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: run `go test ./test/health -update`: -want, +got:\n%s", path, diff)
	}
}

// configMapHead is the head of argocd-cm.yaml.
const configMapHead = `# The health checks of both kinds and the actions on them, as a patch of Argo CD's ConfigMap. Made from the Lua files
# beside it by go test ./test/health -update: change those.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
data:
`

// configMapKey returns Argo CD's key for the check of a kind.
func configMapKey(kind string) string {
	return "resource.customizations.health." + v1alpha1.GroupVersion.Group + "_" + kind
}

// indented returns a text whose lines are indented, except the empty ones.
func indented(text string, by int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", by))
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestConfigMapHoldsTheScripts generates argocd-cm.yaml and reads it as Argo CD does.
func TestConfigMapHoldsTheScripts(t *testing.T) {
	scripts := load(t).argo
	var b strings.Builder
	b.WriteString(configMapHead)
	for _, kind := range []string{customerKind, supplierKind} {
		fmt.Fprintf(&b, "  %s: |\n%s", configMapKey(kind), indented(scripts[kind], 4))
		fmt.Fprintf(&b, "  %s: |\n%s", actionsKey(kind), indented(actionsOf(t, kind), 4))
	}
	compare(t, folder+"argocd-cm.yaml", b.String())

	content, err := os.ReadFile(folder + "argocd-cm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var configMap corev1.ConfigMap
	if err := yaml.UnmarshalStrict(content, &configMap); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		configMapKey(customerKind): scripts[customerKind],
		configMapKey(supplierKind): scripts[supplierKind],
		actionsKey(customerKind):   actionsOf(t, customerKind),
		actionsKey(supplierKind):   actionsOf(t, supplierKind),
	}
	if diff := cmp.Diff(want, configMap.Data); diff != "" {
		t.Errorf("the ConfigMap differs from the Lua files: -want, +got:\n%s", diff)
	}
}

// compute returns kstatus' status.
func compute(t *testing.T, u *unstructured.Unstructured) status.Status {
	t.Helper()
	result, err := status.Compute(u)
	if err != nil {
		t.Fatal(err)
	}
	return result.Status
}

// cell formats a status, in bold if it differs from kstatus'.
func cell(verdict, kstatus status.Status) string {
	if verdict == kstatus {
		return string(verdict)
	}
	return "**" + string(verdict) + "**"
}

// table returns a table of the reasons of Ready by the statuses of kstatus, Flux and Argo CD.
func table(t *testing.T) string {
	t.Helper()
	type verdict struct{ kind, kstatus, flux, argo string }
	var order []verdict
	reasons := map[verdict][]string{}
	add := func(v verdict, reason string) {
		if reasons[v] == nil {
			order = append(order, v)
		}
		if !slices.Contains(reasons[v], reason) {
			reasons[v] = append(reasons[v], reason)
		}
	}
	for _, e := range expectations() {
		kstatus := compute(t, e.object(e.holds))
		add(verdict{kind: e.kind, kstatus: string(kstatus), flux: cell(e.flux, kstatus), argo: e.argo}, e.ready.reason)
	}
	for _, kind := range []string{customerKind, supplierKind} {
		none := compute(t, withStatus(kind, nil))
		flux := cell(status.UnknownStatus, none)
		add(verdict{kind: kind, kstatus: string(none), flux: flux, argo: "Progressing"}, "no status")
	}
	var b strings.Builder
	b.WriteString("| kind | kstatus | Flux | Argo CD | reason of `Ready` |\n|---|---|---|---|---|\n")
	for _, v := range order {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", v.kind, v.kstatus, v.flux, v.argo, strings.Join(reasons[v], ", "))
	}
	return b.String()
}

// TestKstatusOfAnOldGeneration verifies that kstatus' status of an old generation is the same for all states.
func TestKstatusOfAnOldGeneration(t *testing.T) {
	for _, e := range expectations() {
		u := e.object(e.holds)
		u.SetGeneration(generation + 1)
		if got := compute(t, u); got != status.InProgressStatus {
			t.Errorf("kstatus of %s with %[3]s of an old generation is %[1]s", got, e.kind, e.ready)
		}
	}
}

// TestReadmeHasTheTable generates the table of README.md.
func TestReadmeHasTheTable(t *testing.T) {
	path := folder + "README.md"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- states -->\n", "<!-- /states -->\n"
	before, rest, found := strings.Cut(string(content), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no section between %q and %q", path, begin, end)
	}
	compare(t, path, before+begin+table(t)+end+after)
}
