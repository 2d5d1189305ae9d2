// Package chart tests charts/integration-operator: that Helm renders what kustomize renders of config/, and what each
// value changes.
package chart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

const (
	root      = "../.."
	folder    = root + "/charts/integration-operator"
	system    = "integration-operator-system"
	customers = "customers"
)

// objects are objects by "Kind namespace/name".
type objects map[string]*unstructured.Unstructured

// helm runs helm, and returns its output and its error's text.
func helm(t testing.TB, args ...string) (out, problem string) {
	t.Helper()
	binary, err := filepath.Abs(root + "/bin/helm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("build helm first: make bin/helm: %v", err)
	}
	return run(t, binary, args...)
}

// run runs a program, and returns its output and its error's text, which is empty if it succeeded.
func run(t testing.TB, program string, args ...string) (out, problem string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), "KUBECONFIG=/dev/null")
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return stdout.String(), err.Error() + "\n" + stderr.String()
	}
	return stdout.String(), ""
}

// template renders the chart with values as of --set, or with the prefix "json:" as of --set-json.
func template(t testing.TB, release, namespace string, set ...string) string {
	t.Helper()
	out, problem := helm(t, templateArgs(release, namespace, set)...)
	if problem != "" {
		t.Fatalf("helm template: %s", problem)
	}
	return out
}

func templateArgs(release, namespace string, set []string) []string {
	args := []string{"template", release, folder, "-n", namespace}
	for _, s := range set {
		if json, ok := strings.CutPrefix(s, "json:"); ok {
			args = append(args, "--set-json", json)
			continue
		}
		args = append(args, "--set", s)
	}
	return args
}

// rendered returns what Helm renders by default, with values.
func rendered(t testing.TB, set ...string) objects {
	t.Helper()
	return parsed(t, template(t, "integration-operator", system, set...))
}

// kustomized returns what kustomize renders of folders of config/.
func kustomized(t testing.TB, folders ...string) objects {
	t.Helper()
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Fatal("$KUBEBUILDER_ASSETS is not set: CONTRIBUTING.md says how to run tests")
	}
	all := objects{}
	for _, f := range folders {
		out, problem := run(t, filepath.Join(assets, "kubectl"), "kustomize", f)
		if problem != "" {
			t.Fatalf("kubectl kustomize %s: %s", f, problem)
		}
		maps.Copy(all, parsed(t, out))
	}
	return all
}

// parsed returns the objects of a YAML stream.
func parsed(t testing.TB, text string) objects {
	t.Helper()
	all := objects{}
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		o := &unstructured.Unstructured{}
		switch err := decoder.Decode(&o.Object); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		case len(o.Object) == 0:
			continue
		}
		key := keyOf(o)
		if all[key] != nil {
			t.Errorf("%s exists twice", key)
		}
		all[key] = o
	}
}

func keyOf(o *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s/%s", o.GetKind(), o.GetNamespace(), o.GetName())
}

// ownLabels are the labels that Helm's charts have on each object.
var ownLabels = []string{
	"helm.sh/chart", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by",
	"app.kubernetes.io/part-of",
}

// withoutOwnLabels removes the labels that only the chart has.
func (all objects) withoutOwnLabels() objects {
	for _, o := range all {
		labels := o.GetLabels()
		maps.DeleteFunc(labels, func(name, _ string) bool { return slices.Contains(ownLabels, name) })
		if len(labels) == 0 {
			labels = nil
		}
		o.SetLabels(labels)
	}
	return all
}

// changes lists what differs from before: whole objects, and else single fields.
func (all objects) changes(before objects) []string {
	var list []string
	for key, o := range all {
		was, ok := before[key]
		if !ok {
			list = append(list, "+ "+key)
			continue
		}
		is, old := map[string]string{}, map[string]string{}
		flatten("", o.Object, is)
		flatten("", was.Object, old)
		for path, value := range is {
			if other, ok := old[path]; !ok || other != value {
				list = append(list, fmt.Sprintf("%s: %s=%s", key, path, value))
			}
		}
		for path := range old {
			if _, ok := is[path]; !ok {
				list = append(list, fmt.Sprintf("%s: %s is gone", key, path))
			}
		}
	}
	for key := range before {
		if all[key] == nil {
			list = append(list, "- "+key)
		}
	}
	slices.Sort(list)
	return list
}

// flatten writes the leaves of a value by their paths.
func flatten(path string, value any, to map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			flatten(strings.TrimPrefix(path+"."+key, "."), below, to)
		}
	case []any:
		for i, below := range v {
			flatten(fmt.Sprintf("%s[%d]", path, i), below, to)
		}
	default:
		to[path] = fmt.Sprint(v)
	}
}
