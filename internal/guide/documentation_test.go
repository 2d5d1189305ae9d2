package guide

import (
	"os"
	"strings"
	"testing"
)

// TestDocumentation verifies that docs/guide.md names each file, situation and placeholder.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	names := FileNames()
	for situation := range situationsOf(&Subject{}) {
		names = append(names, string(situation))
	}
	for _, p := range placeholders {
		names = append(names, "{"+string(p)+"}")
	}
	for _, name := range names {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/guide.md lacks `%s`", name)
		}
	}
}
