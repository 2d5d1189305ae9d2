package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's root, seen from here.
const root = "../"

var (
	link        = regexp.MustCompile(`(?:\]\(|src="|srcset="|href=")([^)\s"]+)[)"]`)
	codeSpan    = regexp.MustCompile("`[^`\n]+`")
	makeCommand = regexp.MustCompile(`(?:^|[\s;&(])make((?: +[a-z][a-z0-9-]*)+)`)
	makeTarget  = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	goTest      = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w+`)
	goFunction  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Z]\w*)\(`)
	// filePath is a path from the repository's root; filename is a file somewhere in it.
	filePath = regexp.MustCompile(`(?:^|[\s"'=(./])((?:api|cmd|config|controllers|docs|hack|internal|test|\.ci)/[\w./*-]*)`)
	fileName = regexp.MustCompile(`^\*?[\w.-]+\.(?:go|sh|lua|md|ya?ml|svg)$`)
	anchorID = regexp.MustCompile(`<a id="([\w-]+)"></a>`)
	anyHead  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	address  = regexp.MustCompile(`https?://\S+`)
	notSlug  = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`)
)

// repository is what the documents may name.
type repository struct {
	files   map[string]bool // folders too
	names   map[string]bool
	targets []string
	tests   map[string]bool
}

// anchors returns the anchors of a document: those that GitHub makes of headings, and those that it names itself.
func anchors(text string) []string {
	var all []string
	for _, m := range anyHead.FindAllStringSubmatch(prose(text), -1) {
		slug := strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		all = append(all, slug)
	}
	for _, m := range anchorID.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// split takes a document apart into its prose and its fenced code.
func split(text string) (prose string, fenced []string) {
	var b strings.Builder
	parts := strings.Split("\n"+text, "```")
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		_, script, _ := strings.Cut(part, "\n") // the first line names the language
		fenced = append(fenced, script)
	}
	return b.String(), fenced
}

func prose(text string) string {
	p, _ := split(text)
	return p
}

// code returns a document's fenced code and code spans. A span may be on two lines of a paragraph.
func code(text string) []string {
	p, all := split(text)
	for paragraph := range strings.SplitSeq(p, "\n\n") {
		for _, span := range codeSpan.FindAllString(strings.Join(strings.Fields(paragraph), " "), -1) {
			all = append(all, strings.Trim(span, "`"))
		}
	}
	return all
}

// brokenLinks returns a document's relative links without a target. read returns the text of a document.
func (r repository) brokenLinks(name, text string, read func(string) (string, error)) []string {
	var broken []string
	for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
		target, anchor, _ := strings.Cut(m[1], "#")
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
		}
		file := name
		if target != "" {
			file = path.Join(path.Dir(name), target)
		}
		if !r.files[file] {
			broken = append(broken, m[1])
			continue
		}
		if anchor == "" {
			continue
		}
		if content, err := read(file); err != nil || !slices.Contains(anchors(content), anchor) {
			broken = append(broken, m[1])
		}
	}
	return broken
}

// unknownNames lists the make targets, tests and files in a document's code that do not exist.
func (r repository) unknownNames(name, text string) []string {
	var unknown []string
	for _, c := range code(text) {
		for _, m := range makeCommand.FindAllStringSubmatch(c, -1) {
			for target := range strings.FieldsSeq(m[1]) {
				if !slices.Contains(r.targets, target) {
					unknown = append(unknown, "make "+target)
				}
			}
		}
		for _, test := range goTest.FindAllString(c, -1) {
			if !r.tests[test] {
				unknown = append(unknown, test)
			}
		}
		unknown = append(unknown, r.unknownFiles(name, c)...)
	}
	return unknown
}

// unknownFiles lists the files that a piece of code names and that do not exist. A path is from the root or from the
// document's own folder; a name without a folder is any file's.
func (r repository) unknownFiles(name, code string) []string {
	var unknown []string
	for _, m := range filePath.FindAllStringSubmatch(address.ReplaceAllString(code, ""), -1) {
		file := strings.TrimRight(m[1], "./")
		if !r.has(file) && !r.has(path.Join(path.Dir(name), file)) {
			unknown = append(unknown, file)
		}
	}
	if fileName.MatchString(code) && !matches(r.names, code) {
		unknown = append(unknown, code)
	}
	return unknown
}

func (r repository) has(pattern string) bool {
	return matches(r.files, pattern)
}

// matches reports whether one of the names fits a pattern.
func matches(names map[string]bool, pattern string) bool {
	if !strings.Contains(pattern, "*") {
		return names[pattern]
	}
	for name := range names {
		if fits, err := path.Match(pattern, name); err == nil && fits {
			return true
		}
	}
	return false
}

// readRepository looks at everything but what is built or fetched.
func readRepository(t *testing.T) (r repository, documents []string) {
	t.Helper()
	r = repository{files: map[string]bool{}, names: map[string]bool{}, tests: map[string]bool{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("looking at %s: %w", name, err)
		}
		hidden := strings.HasPrefix(name, ".") && name != "." && name != ".ci"
		if entry.IsDir() && (hidden || name == "bin" || name == "dist") {
			return fs.SkipDir
		}
		r.files[name], r.names[path.Base(name)] = true, true
		if strings.HasSuffix(name, ".md") {
			documents = append(documents, name)
		}
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range goFunction.FindAllStringSubmatch(readFile(t, name), -1) {
				r.tests[m[1]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range makeTarget.FindAllStringSubmatch(readFile(t, "Makefile"), -1) {
		r.targets = append(r.targets, m[1])
	}
	return r, documents
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestLinks follows every relative link, and looks up every make target, test and file that a document names.
func TestLinks(t *testing.T) {
	r, documents := readRepository(t)
	for _, wanted := range []string{
		"CONTRIBUTING.md", "docs/reasons.md", "docs/architecture.md",
		"config/health/README.md",
	} {
		if !slices.Contains(documents, wanted) {
			t.Errorf("%s was not found", wanted)
		}
	}
	if len(r.targets) < 10 || len(r.tests) < 50 {
		t.Fatalf("only %d make targets and %d tests were found", len(r.targets), len(r.tests))
	}
	read := func(name string) (string, error) { return readFile(t, name), nil }
	for _, name := range documents {
		text := readFile(t, name)
		for _, broken := range r.brokenLinks(name, text, read) {
			t.Errorf("%s: the link %s leads nowhere", name, broken)
		}
		for _, unknown := range r.unknownNames(name, text) {
			t.Errorf("%s: %s does not exist", name, unknown)
		}
	}
}

// TestLinksNoticesMistakes reads documents with one mistake each.
func TestLinksNoticesMistakes(t *testing.T) {
	r := repository{
		files:   map[string]bool{"docs/page.md": true, "docs": true, "hack/tool/run.sh": true, "test/a/x.yaml": true},
		names:   map[string]bool{"page.md": true, "run.sh": true, "x_verdict.go": true},
		targets: []string{"test", "e2e"},
		tests:   map[string]bool{"TestThere": true},
	}
	cases := map[string]struct {
		reason string
		text   string
		want   string // "" for a document without mistakes
	}{
		"link":         {reason: "a file that is there", text: "[a](page.md)"},
		"link-gone":    {reason: "a file that is not", text: "[a](gone.md)", want: "gone.md"},
		"picture-gone": {reason: "an embedded picture", text: `<img src="gone.svg">`, want: "gone.svg"},
		"anchor":       {reason: "a heading that is there", text: "# It's `one` thing\n[a](#its-one-thing)"},
		"anchor-gone":  {reason: "a heading that is not", text: "[a](#gone)", want: "#gone"},
		"anchor-in-code": {
			reason: "a comment in a script is no heading", text: "```sh\n# gone\n```\n[a](#gone)",
			want: "#gone",
		},
		"anchor-elsewhere": {reason: "a heading of another document", text: "[a](page.md#here)\n# Here"},
		"outside":          {reason: "the web is not looked at", text: "[a](https://example.com/x#y)"},
		"target":           {reason: "a target that is there", text: "`make test e2e`"},
		"target-gone":      {reason: "a target that is not", text: "`make test gone`", want: "make gone"},
		"target-in-fence":  {reason: "a script", text: "```sh\nmake gone\n```", want: "make gone"},
		"prose":            {reason: "make is a word too", text: "they make gone things"},
		"path":             {reason: "a path that is there", text: "`hack/tool/run.sh --x`"},
		"path-gone":        {reason: "a path that is not", text: "`hack/tool/gone.sh`", want: "hack/tool/gone.sh"},
		"path-on-the-web":  {reason: "a path of an address", text: "`https://example.com/api/gone.go`"},
		"path-relative": {
			reason: "from the root, written as Go wants it", text: "`go test ./test/gone/...`",
			want: "test/gone",
		},
		"pattern":      {reason: "a pattern that something fits", text: "`test/a/*.yaml`"},
		"pattern-gone": {reason: "a pattern that nothing fits", text: "`test/a/*.golden`", want: "test/a/*.golden"},
		"path-wrapped": {reason: "a span of two lines", text: "a `cat hack/x\nhack/gone.sh`", want: "hack/x\nhack/gone.sh"},
		"name":         {reason: "a file somewhere", text: "`*_verdict.go` and `run.sh`"},
		"name-gone":    {reason: "a file nowhere", text: "`gone.sh`", want: "gone.sh"},
		"test":         {reason: "a test that is there", text: "`TestThere`"},
		"test-gone":    {reason: "a test that is not", text: "`TestGone`", want: "TestGone"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			read := func(string) (string, error) { return c.text, nil }
			found := append(r.brokenLinks("docs/page.md", c.text, read), r.unknownNames("docs/page.md", c.text)...)
			got := strings.Join(found, "\n")
			if got != c.want {
				t.Errorf("%s: found %q, want %q", c.reason, got, c.want)
			}
		})
	}
}
