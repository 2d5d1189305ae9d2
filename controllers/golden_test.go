package controllers

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write the golden files anew")

var capital = regexp.MustCompile(`[A-Z]`)

func kebab(name string) string {
	return strings.TrimPrefix(strings.ToLower(capital.ReplaceAllString(name, "-$0")), "-")
}

// golden compares an object with its golden file.
func golden(t *testing.T, name string, object any) {
	t.Helper()
	got, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "states", name+".yaml")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("not as %s has it (-want +got):\n%s", path, diff)
	}
}

// goldenFiles fails if there are more golden files of a kind than states.
func goldenFiles(t *testing.T, kind string, states int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "states", kind+"-*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != states {
		t.Errorf("%d golden files for %d states", len(files), states)
	}
}
