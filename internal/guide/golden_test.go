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
)

// formats returns a guide in all formats, by the ending of a file's name.
func formats(t *testing.T, g *guide.Guide) map[string]string {
	t.Helper()
	return map[string]string{
		"txt":  g.Text(),
		"md":   g.Markdown(),
		"html": string(g.HTML()),
		"mail": mailOf(t, g),
	}
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

// TestGolden compares every guide in every format with its golden file. Read them as a customer when they change.
func TestGolden(t *testing.T) {
	for name, s := range everySample() {
		t.Run(name, func(t *testing.T) {
			for ending, got := range formats(t, render(t, s)) {
				compare(t, filepath.Join("testdata", "golden", name+"."+ending), got)
			}
		})
	}
}

// TestGoldenFilesAreUsed finds golden files that no guide is compared with.
func TestGoldenFilesAreUsed(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if want := 4 * len(everySample()); len(files) != want {
		t.Errorf("%d golden files, want %d", len(files), want)
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
