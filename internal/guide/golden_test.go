package guide_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

// goldenFiles returns the guides that have golden files, by their names: each situation as text in both languages, and
// two of them in every format. Other tests have the rest.
func goldenFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for name, s := range samples() {
		for _, s.Language = range language.All() {
			g, base := render(t, s), name+"."+string(s.Language)
			files[base+".txt"] = g.Text()
			if name == "api" || name == "system-user" {
				files[base+".markdown"], files[base+".html"], files[base+".mail"] = g.Markdown(), string(g.HTML()), mailOf(t, g)
			}
		}
	}
	return files
}

// mailOf returns the e-mail that a guide's mailto URL opens.
func mailOf(t *testing.T, g *guide.Guide) string {
	t.Helper()
	u, err := url.Parse(g.MailTo())
	if err != nil {
		t.Fatal(err)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		t.Fatal(err)
	}
	return "Subject: " + query.Get("subject") + "\n\n" + strings.ReplaceAll(query.Get("body"), "\r\n", "\n") + "\n"
}

// TestGolden compares guides with their golden files. Read them as a customer when they change.
func TestGolden(t *testing.T) {
	files := goldenFiles(t)
	for name, got := range files {
		t.Run(name, func(t *testing.T) { compare(t, filepath.Join("testdata", "golden", name), got) })
	}
	found, err := filepath.Glob(filepath.Join("testdata", "golden", "*"))
	if err != nil || len(found) != len(files) {
		t.Errorf("%d golden files, want %d: %v", len(found), len(files), err)
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *fixture.Update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as %s has it; if this is meant, run with -update (-want +got):\n%s", file, diff)
	}
}
