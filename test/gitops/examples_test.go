package gitops

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yannh/kubeconform/pkg/resource"
	"github.com/yannh/kubeconform/pkg/validator"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const (
	root     = "../.."
	example  = root + "/examples/gitops"
	schemas  = root + "/config/schemas"
	template = "/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
	ours     = "integrations.4human.no/v1alpha1"
)

// render returns the objects of a kustomization as YAML.
func render(t *testing.T, folder string) [][]byte {
	t.Helper()
	all, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatalf("%s: %v", folder, err)
	}
	var texts [][]byte
	for _, r := range all.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

// conformity returns what kubeconform says of an object of ours, "" if nothing.
func conformity(t *testing.T, object []byte) string {
	t.Helper()
	v, err := validator.New([]string{schemas + template}, validator.Opts{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if result := v.ValidateResource(resource.Resource{Bytes: object}); result.Status != validator.Valid {
		return result.Err.Error()
	}
	return ""
}

// TestKustomizationsRender renders every kustomization of the example, of the repository that create.sh makes of it and
// of the samples. Our objects in it conform to the schemas, and no image of the base's registry is left in the example.
func TestKustomizationsRender(t *testing.T) {
	checked := map[string]int{}
	for _, top := range []string{example, created(t), root + "/config/samples"} {
		err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Base(path) != "kustomization.yaml" {
				return err
			}
			for _, object := range render(t, filepath.Dir(path)) {
				checked[kindOf(t, object)]++
				if strings.HasPrefix(string(object), "apiVersion: "+ours+"\n") {
					if problem := conformity(t, object); problem != "" {
						t.Errorf("%s: %s\n%s", path, problem, object)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{
		"Supplier", "CustomerIntegration", "ApplicationSet", "Kustomization", "ExternalSecret", "Deployment",
	} {
		if checked[kind] == 0 {
			t.Errorf("no %s among %v", kind, checked)
		}
	}
	for _, environment := range []string{"test", "production"} {
		for _, object := range render(t, example+"/operator/"+environment) {
			if strings.Contains(string(object), "image: localhost/") ||
				strings.Contains(string(object), "integration-operator-system") {
				t.Errorf("%s: the base's registry or namespace is left:\n%s", environment, object)
			}
		}
	}
}

func kindOf(t *testing.T, object []byte) string {
	t.Helper()
	var meta struct{ Kind string }
	if err := yaml.Unmarshal(object, &meta); err != nil {
		t.Fatal(err)
	}
	return meta.Kind
}

// TestSchemas verifies that wrong objects do not conform.
func TestSchemas(t *testing.T) {
	right := read(t, example+"/integrations/base/dynamisk-altetende-tiger.yaml")
	cases := map[string]struct {
		reason, old, replacement, want string
	}{
		"right":         {reason: "the example itself"},
		"misspelt":      {reason: "a typo", old: "endpoint:", replacement: "endpont:", want: "endpont"},
		"misspelt-meta": {reason: "a typo in metadata", old: "namespace:", replacement: "namspace:", want: "namspace"},
		"not-quoted":    {reason: "YAML reads a number", old: `"310330701"`, replacement: "310330701", want: "string"},
		"missing": {
			reason:      "required",
			old:         `organizationNumber: "310330701"`,
			replacement: "suspend: true",
			want:        "organizationNumber",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(right, c.old, c.replacement, 1)
			got := conformity(t, []byte(text))
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// created returns a repository that create.sh has made.
func created(t *testing.T, version ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "integrations")
	create := exec.CommandContext(t.Context(), example+"/create.sh", append([]string{folder}, version...)...)
	out, err := create.CombinedOutput()
	lists := strings.Contains(string(out), "clusters/base/source.yaml:8:  url: https://git.example/")
	if err != nil || lists != (version != nil) {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

// TestCreate verifies that a repository for a release has its bases, schemas and images, and nothing of this checkout.
func TestCreate(t *testing.T) {
	folder := created(t, "v9.8.7")
	const github = `"https://github.com/4human/integration-operator//config/`
	want := map[string]string{
		"operator/base/kept/kustomization.yaml":      "resources: [" + github + `kept?ref=v9.8.7"]`,
		"operator/base/manager/kustomization.yaml":   "resources: [" + github + `default?ref=v9.8.7"]`,
		"operator/base/customers/kustomization.yaml": "resources: [" + github + `customer-namespace?ref=v9.8.7"]`,
		"argocd/kustomization.yaml":                  "- " + github + `health?ref=v9.8.7"`,
		"operator/production/kustomization.yaml":     "newTag: v9.8.7}",
		"ci/gitlab-ci.yaml":                          "VERSION: v9.8.7",
		"integrations/base/supplier.yaml": "schema=https://raw.githubusercontent.com/4human/integration-operator/" +
			"v9.8.7/config/schemas/supplier_v1alpha1.json\napiVersion",
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(path, "/.git/") {
			return err
		}
		text, name := read(t, path), strings.TrimPrefix(path, folder+"/")
		if !strings.Contains(text, want[name]) {
			t.Errorf("%s does not contain %q:\n%s", name, want[name], text)
		}
		delete(want, name)
		for _, ours := range []string{"../config", "../upstream", "v0.1.0", "simulator"} {
			if strings.Contains(text, ours) {
				t.Errorf("%s contains %q:\n%s", name, ours, text)
			}
		}
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("not created: %v (%v)", want, err)
	}
}

// TestCreateInItself verifies that create.sh does not copy the example into itself.
func TestCreateInItself(t *testing.T) {
	for _, folder := range []string{"team", "ci/team"} {
		create := exec.CommandContext(t.Context(), "./create.sh", folder, "v0.1.0")
		create.Dir = filepath.Join(t.TempDir(), "gitops")
		if out, err := exec.CommandContext(t.Context(), "cp", "-r", example, create.Dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		out, err := create.CombinedOutput()
		if err == nil || !strings.Contains(string(out), folder+" is inside the example") {
			t.Errorf("%s: %v\n%s", folder, err, out)
		}
		if _, err := os.Stat(filepath.Join(create.Dir, folder)); err == nil {
			t.Errorf("%s was created", folder)
		}
	}
}

// TestHealthIsCopied verifies that the example's health checks are those of config/health.
func TestHealthIsCopied(t *testing.T) {
	checks := func(path string) any {
		var object struct {
			Spec struct{ HealthCheckExprs any }
		}
		if err := yaml.Unmarshal([]byte(read(t, path)), &object); err != nil {
			t.Fatal(err)
		}
		return object.Spec.HealthCheckExprs
	}
	want := checks(root + "/config/health/flux-kustomization.yaml")
	if diff := cmp.Diff(want, checks(example+"/clusters/base/integrations.yaml")); diff != "" || want == nil {
		t.Errorf("copy healthCheckExprs of config/health (-there +here):\n%s", diff)
	}
}

// TestModelines verifies that each file of the example names the schema of its kind for editors.
func TestModelines(t *testing.T) {
	files, err := filepath.Glob(example + "/integrations/base/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		kind := kindOf(t, []byte(read(t, file)))
		if kind == "" {
			continue // a kustomization
		}
		first, _, _ := strings.Cut(read(t, file), "\n")
		path, found := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		var schema struct {
			Properties struct{ Kind struct{ Const string } }
		}
		if err := json.Unmarshal([]byte(read(t, filepath.Join(filepath.Dir(file), path))), &schema); err != nil {
			t.Fatal(err)
		}
		if !found || schema.Properties.Kind.Const != kind {
			t.Errorf("%s: the first line names the schema of %q", file, schema.Properties.Kind.Const)
		}
	}
}

// TestCI runs the checks of the CI files over the example, and over copies of it with a fault that each must find.
func TestCI(t *testing.T) {
	for _, file := range []string{"github-actions.yaml", "gitlab-ci.yaml"} {
		commands := checks(t, example+"/ci/"+file)
		if len(commands) != 2 {
			t.Fatalf("%s has the checks %q, want those of kubeconform and kubectl cint", file, commands)
		}
		cases := map[string]struct {
			reason, old, replacement string
			fails                    [2]bool
		}{
			"right":    {reason: "the example"},
			"misspelt": {reason: "a field", old: "hrm:", replacement: "hmr:", fails: [2]bool{true, true}},
			"duplicate": {
				reason:      "another customer's number",
				old:         "315339138",
				replacement: "310330701",
				fails:       [2]bool{false, true},
			},
			"digit": {reason: "a check digit", old: "315339138", replacement: "315339139", fails: [2]bool{false, true}},
			"host": {
				reason:      "the Supplier does not allow it",
				old:         "elk.hrm.",
				replacement: "elk.",
				fails:       [2]bool{false, true},
			},
		}
		for name, c := range cases {
			t.Run(file+"/"+name, func(t *testing.T) {
				folder := t.TempDir()
				if err := os.CopyFS(folder, os.DirFS(example)); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(folder, "integrations", "base", "sjelden-flink-elg.yaml")
				text := strings.ReplaceAll(read(t, path), c.old, c.replacement)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				for i, command := range commands {
					if out, err := inCI(t, folder, command); (err != nil) != c.fails[i] {
						t.Errorf("%s: %s: %v, want an error: %t\n%s", c.reason, command, err, c.fails[i], out)
					}
				}
			})
		}
	}
}

// checks returns the commands of a CI file that check the integrations.
func checks(t *testing.T, path string) []string {
	t.Helper()
	var file any
	if err := yaml.Unmarshal([]byte(read(t, path)), &file); err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			for _, key := range []string{"integrations", "jobs", "steps", "script", "run"} {
				walk(node[key])
			}
		case []any:
			for _, item := range node {
				walk(item)
			}
		case string:
			if strings.Contains(node, "integrations/base") {
				found = append(found, node)
			}
		}
	}
	walk(file)
	return found
}

// inCI runs a command as CI does, with this test's programs and the schemas of config.
func inCI(t *testing.T, folder, command string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	location, err := filepath.Abs(schemas)
	if err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	for name, text := range map[string]string{
		"kubeconform":  "exec env " + programVariable + "=kubeconform " + self + ` "$@"`,
		"kubectl":      `exec kubectl-cint "${@:2}"`,
		"kubectl-cint": "exec env " + programVariable + "=kubectl-cint " + self + ` "$@"`,
	} {
		text = "#!/usr/bin/env bash\n" + text + "\n"
		if err := os.WriteFile(filepath.Join(programs, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	shell := exec.CommandContext(t.Context(), "bash", "-ec", command)
	shell.Dir = folder
	shell.Env = append(os.Environ(), "PATH="+programs+":"+os.Getenv("PATH"), "SCHEMAS="+location)
	out, err := shell.CombinedOutput()
	return string(out), err
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
