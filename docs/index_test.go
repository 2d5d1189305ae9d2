package docs_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// index is the page that lists the others in reading order.
const index = "docs/README.md"

// notInIndex returns the pages to which the index has no link. A folder within docs, such as that of the decisions,
// needs one link into it.
func notInIndex(text string, pages []string) []string {
	linked := map[string]bool{}
	for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
		target, _, _ := strings.Cut(m[1], "#")
		page := path.Join(path.Dir(index), target)
		linked[page], linked[path.Dir(page)] = true, true
	}
	var missing []string
	for _, page := range pages {
		folder := path.Dir(page)
		isPage := folder == path.Dir(index)
		if page != index && strings.HasPrefix(page, path.Dir(index)+"/") && !linked[page] && (isPage || !linked[folder]) {
			missing = append(missing, page)
		}
	}
	return missing
}

// TestEveryPageIsInTheIndex compares the index with the pages.
func TestEveryPageIsInTheIndex(t *testing.T) {
	_, documents := readRepository(t)
	if !slices.Contains(documents, index) {
		t.Fatalf("%s was not found", index)
	}
	for _, page := range notInIndex(readFile(t, index), documents) {
		t.Errorf("%s has no link to %s", index, page)
	}
}

// TestIndexNoticesMissingPages reads small indexes.
func TestIndexNoticesMissingPages(t *testing.T) {
	cases := map[string]struct {
		reason string
		text   string
		pages  []string
		want   []string
	}{
		"linked":    {reason: "a link is enough", text: "[a](a.md#b)", pages: []string{"docs/a.md"}},
		"itself":    {reason: "the index needs no link to itself", pages: []string{index}},
		"elsewhere": {reason: "other folders have no page of the book", pages: []string{"hack/README.md", "README.md"}},
		"missing": {
			reason: "a page that nobody finds", text: "[a](a.md)", pages: []string{"docs/b.md"},
			want: []string{"docs/b.md"},
		},
		"folder": {reason: "one link into a folder", text: "[a](adr/1.md)", pages: []string{"docs/adr/2.md"}},
		"other folder": {
			reason: "a folder without a link", text: "[a](adr/1.md)", pages: []string{"docs/x/2.md"},
			want: []string{"docs/x/2.md"},
		},
		"in code": {
			reason: "an example is no link", text: "```\n[a](a.md)\n```", pages: []string{"docs/a.md"},
			want: []string{"docs/a.md"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, notInIndex(c.text, c.pages)); diff != "" {
				t.Errorf("%s: pages, -want +got:\n%s", c.reason, diff)
			}
		})
	}
}
