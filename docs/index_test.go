package docs_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// notInIndex returns the pages to which an index has no link. A folder's index, README.md, lists the pages of the
// folder and the indexes of the folders in it.
func notInIndex(index, text string, pages []string) []string {
	linked := map[string]bool{index: true}
	for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
		target, _, _ := strings.Cut(m[1], "#")
		linked[path.Join(path.Dir(index), target)] = true
	}
	var missing []string
	for _, page := range pages {
		folder := path.Dir(page)
		if path.Base(page) == "README.md" && page != index {
			folder = path.Dir(folder)
		}
		if folder == path.Dir(index) && !linked[page] {
			missing = append(missing, page)
		}
	}
	return missing
}

// TestEveryPageIsInAnIndex compares the indexes with the pages: a reader of docs/README.md finds them all.
func TestEveryPageIsInAnIndex(t *testing.T) {
	_, documents := readRepository(t)
	folders := map[string]bool{}
	for _, page := range documents {
		if strings.HasPrefix(page, "docs/") {
			folders[path.Dir(page)] = true
		}
	}
	if len(folders) < 2 {
		t.Fatalf("only %d folders were found", len(folders))
	}
	for folder := range folders {
		index := folder + "/README.md"
		if !slices.Contains(documents, index) {
			t.Errorf("%s has no README.md with its pages", folder)
			continue
		}
		for _, page := range notInIndex(index, readFile(t, index), documents) {
			t.Errorf("%s has no link to %s", index, page)
		}
	}
}

// TestIndexNoticesMissingPages reads small indexes.
func TestIndexNoticesMissingPages(t *testing.T) {
	cases := map[string]struct {
		reason string
		text   string
		page   string
		found  bool
	}{
		"linked":    {reason: "a link is enough", text: "[a](a.md#b)", page: "docs/a.md", found: true},
		"itself":    {reason: "the index needs no link to itself", page: "docs/README.md", found: true},
		"elsewhere": {reason: "other folders have indexes of their own", page: "docs/adr/1.md", found: true},
		"above":     {reason: "not a page of the folder", page: "README.md", found: true},
		"missing":   {reason: "a page that no reader finds", text: "[a](a.md)", page: "docs/b.md"},
		"folder":    {reason: "the index of a folder", text: "[a](adr/README.md)", page: "docs/adr/README.md", found: true},
		"folder's page": {
			reason: "a link into a folder is not one to its index", text: "[a](adr/1.md)", page: "docs/adr/README.md",
		},
		"in code": {reason: "an example is no link", text: "```\n[a](a.md)\n```", page: "docs/a.md"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			if !c.found {
				want = []string{c.page}
			}
			if diff := cmp.Diff(want, notInIndex("docs/README.md", c.text, []string{c.page})); diff != "" {
				t.Errorf("%s: pages, -want +got:\n%s", c.reason, diff)
			}
		})
	}
}
