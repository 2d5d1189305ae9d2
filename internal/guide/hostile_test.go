package guide_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
)

// hostile are names that would be markup if they were not escaped.
var hostile = map[string]string{
	"element":        `<script>alert(1)</script> AS`,
	"attribute":      `" onmouseover="alert(1)" x="`,
	"single quote":   `' onmouseover='alert(1)`,
	"entity":         `&lt;b&gt; &amp; &copy; S&P AS`,
	"comment":        `<!-- AS -->`,
	"template":       `{{.Customer}} {supplierName} {confirmURL}`,
	"emphasis":       `**BOLD** _AS_ *x* ~~y~~`,
	"link":           `[klikk her](https://evil.example)`,
	"image":          `![x](https://evil.example/x.png)`,
	"autolink":       `<https://evil.example> https://evil.example www.evil.example`,
	"heading":        `# HEADING`,
	"list":           `- item`,
	"plus list":      `+ item`,
	"ordered list":   `1. item`,
	"quote":          `> quote`,
	"code":           "`code` ``x``",
	"table":          `a | b`,
	"backslash":      `\*x\* AS \`,
	"line breaks":    "A\n\n# B\r\n- C\tD",
	"underline":      "=== AS",
	"direction":      "A\u202eSA\u2066 B",
	"zero width":     "A\u200bS",
	"null":           "A\x00S",
	"invalid UTF-8":  "A\xffS",
	"plain":          "Å. Ærlig & Sønner (Øst) AS/DA, avd. 2",
	"html in tables": `</td></tr></table><h1>`,
	"footnote":       `[^1] AS`,
	"reference":      `[x]: https://evil.example`,
	"rule":           `--- ***`,
	"spaces":         "   A    B   ",
	"javascript":     `javascript:alert(1)`,
}

// named returns a Subject in which customer, supplier and contact have a name.
func named(s guide.Subject, name string) guide.Subject {
	s.Customer.Name, s.Supplier.Name, s.Contact.Name = name, name, name
	return s
}

// visible returns a name as a reader sees it: without characters that have no width, and with single blanks.
func visible(name string) string {
	name = regexp.MustCompile(`[\x00-\x08\x0e-\x1f\x7f\x{200b}\x{202e}\x{2066}\x{fffd}]`).ReplaceAllString(
		strings.ToValidUTF8(name, ""), "")
	return strings.Join(strings.Fields(name), " ")
}

// page is what a reader of a page sees: its text, and its elements except for those of typography.
type page struct {
	text     string
	elements []string
}

// read parses HTML as a browser does.
func read(t testing.TB, source string) page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	var p page
	var text strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case html.TextNode:
			text.WriteString(n.Data)
		case html.ElementNode:
			element := n.Data
			for _, a := range n.Attr {
				if a.Key == "href" || a.Key == "src" {
					element += " " + a.Val
				} else if a.Key != "data-copy" {
					element += " " + a.Key
				}
			}
			p.elements = append(p.elements, element)
		case html.CommentNode:
			p.elements = append(p.elements, "comment")
		case html.RawNode, html.DocumentNode, html.DoctypeNode, html.ErrorNode: // Parse makes none, or they show nothing
		}
	}
	p.text = strings.Join(strings.Fields(text.String()), " ")
	return p
}

// fromMarkdown renders Markdown as GitHub does.
func fromMarkdown(t testing.TB, source string) string {
	t.Helper()
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte(source), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// checkName fails the test if a name changes more of a guide than where it is read.
func checkName(t testing.TB, s guide.Subject, name string) {
	t.Helper()
	const harmless = "HARMLESS NAME"
	got, want := render(t, named(s, name)), render(t, named(s, harmless))
	shown := visible(name)
	for format, pages := range map[string][2]page{
		"HTML":     {read(t, string(got.HTML())), read(t, string(want.HTML()))},
		"Markdown": {read(t, fromMarkdown(t, got.Markdown())), read(t, fromMarkdown(t, want.Markdown()))},
	} {
		if !slices.Equal(pages[0].elements, pages[1].elements) {
			t.Errorf("%s: the name %q changes the elements to %q from %q", format, name, pages[0].elements, pages[1].elements)
		}
		wantText := strings.Join(strings.Fields(strings.ReplaceAll(pages[1].text, harmless, shown)), " ")
		if pages[0].text != wantText {
			t.Errorf("%s: the name %q is read as\n%s\nwant\n%s", format, name, pages[0].text, wantText)
		}
	}
	checkText(t, got)
}

// checkText fails the test if the plain text has a wrong form.
func checkText(t testing.TB, g *guide.Guide) {
	t.Helper()
	for line := range strings.Lines(g.Text()) {
		line = strings.TrimSuffix(line, "\n")
		isOneWord := strings.Count(strings.TrimLeft(line, " "), " ") == 0
		if utf8.RuneCountInString(line) > 72 && !isOneWord {
			t.Errorf("a line is longer than 72 columns: %q", line)
		}
		if strings.TrimRight(line, " ") != line || strings.ContainsAny(line, "\t\r\x00\u202e\u00a0") {
			t.Errorf("a line has characters that are not seen: %q", line)
		}
	}
}

func TestHostileNames(t *testing.T) {
	for reason, name := range hostile {
		t.Run(reason, func(t *testing.T) {
			all := samples()
			for _, s := range []guide.Subject{
				all["api"], all["system-user-change"], all["system-user-rejected"], all["api-granted"],
			} {
				checkName(t, s, name)
			}
		})
	}
}

// TestRandomNames verifies names of random pieces of markup.
func TestRandomNames(t *testing.T) {
	pieces := []string{
		"A", "ø", " ", " ", "*", "_", "`", "[", "]", "(", ")", "<", ">", "&", "#", "!", "|", "~", "\\", "-", "+", "1.", "2)", ":",
		"//", "www.", "@", ".no", "https:", "&amp;", "{", "}", "$", "^", "=", "\"", "'", "/", "b", "a@b.no", "%", ";", ",",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var name strings.Builder
		for range 1 + random.IntN(12) {
			name.WriteString(pieces[random.IntN(len(pieces))])
		}
		if trimmed := visible(name.String()); trimmed != "" {
			checkName(t, tiger(), trimmed)
		}
	}
}

// TestHostileValues verifies the values that are not names: they come from Altinn and from Suppliers.
func TestHostileValues(t *testing.T) {
	s := with(tigerSystemUser(), func(s *guide.Subject) {
		s.ConfirmURL = `javascript:alert("<b>")`
		s.PageURL = `https://portal.4human.example/g/"><script>`
		s.Contact = v1alpha1.Contact{Email: `a@b.example"><img src=x>`, Phone: `"><b>1`}
		s.Customer.Number, s.Supplier.Number = `<i>`, "`x`*"
	})
	g := render(t, s)
	for format, p := range map[string]page{
		"HTML": read(t, string(g.HTML())), "Markdown": read(t, fromMarkdown(t, g.Markdown())),
	} {
		for _, element := range p.elements {
			if regexp.MustCompile(`^(script|img|i)\b|javascript|onerror`).MatchString(element) {
				t.Errorf("%s: has the element %q", format, element)
			}
		}
	}
	if strings.Contains(string(g.HTML()), `href="javascript`) {
		t.Error("a link runs a script")
	}
}

// FuzzNames verifies that no name is markup, and that none breaks the lengths of text and mail.
func FuzzNames(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.TrimSpace(visible(name)) != visible(name) || !isPrintable(name) || visible(name) == "" {
			t.Skip("the name is shown otherwise; TestHostileNames has such names")
		}
		for _, s := range []guide.Subject{tiger(), tigerSystemUser()} {
			checkName(t, s, name)
			checkMail(t, render(t, named(s, name)))
		}
	})
}

// isPrintable reports whether a name has only characters that are seen.
func isPrintable(name string) bool {
	isOther := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	return utf8.ValidString(name) && !strings.ContainsFunc(name, isOther)
}
