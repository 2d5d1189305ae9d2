package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packageRow is a row of the table of packages: the packages in backticks, and what they do.
var packageRow = regexp.MustCompile("(?m)^\\| ((?:`[\\w./-]+`(?:, )?)+) \\| [^|]+ \\|$")

// packagesOf returns the packages in the section Packages of a page.
func packagesOf(page string) []string {
	_, section, _ := strings.Cut(page, "\n## Packages\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var named []string
	for _, row := range packageRow.FindAllStringSubmatch(section, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			named = append(named, strings.Trim(name, "`"))
		}
	}
	return named
}

// goPackages returns the folders with Go files other than tests, except tools of the repository.
func goPackages(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		if entry.IsDir() && (strings.HasPrefix(name, ".") && name != "." || name == "bin" || name == "hack") {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			found[path.Dir(name)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	packages := make([]string, 0, len(found))
	for name := range found {
		packages = append(packages, name)
	}
	return packages
}

// TestPackagesAreNamed compares the table of packages with the packages of the module.
func TestPackagesAreNamed(t *testing.T) {
	existing := goPackages(t)
	if len(existing) < 20 {
		t.Fatalf("only %d packages were found", len(existing))
	}
	if diff := cmp.Diff(sorted(existing), sorted(packagesOf(readFile(t, "docs/architecture.md")))); diff != "" {
		t.Errorf("packages, -existing +table:\n%s", diff)
	}
}

// TestPackagesOf reads small pages.
func TestPackagesOf(t *testing.T) {
	cases := map[string]struct {
		page string
		want []string
	}{
		"rows":              {page: "# A\n\n## Packages\n\n| `a/b`, `c` | both |\n| `d` | one |\n", want: []string{"a/b", "c", "d"}},
		"no meaning":        {page: "# A\n\n## Packages\n\n| `a` |\n"},
		"another section":   {page: "# A\n\n| `x` | before |\n\n## Packages\n\n| `a` | one |\n\n## B\n\n| `y` | after |\n", want: []string{"a"}},
		"no section at all": {page: "# A\n\n| `a` | one |\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := packagesOf(c.page); !slices.Equal(got, c.want) {
				t.Errorf("packages are %q, want %q", got, c.want)
			}
		})
	}
}
