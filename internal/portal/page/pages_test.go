package page

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/4human/integration-operator/internal/language"
)

// TestPages renders each page in each language and checks what the strict Content-Security-Policy and readers need.
func TestPages(t *testing.T) {
	pages := newPages(t)
	for name, render := range samples() {
		for _, lang := range language.All() {
			t.Run(name+" in "+string(lang), func(t *testing.T) {
				var out bytes.Buffer
				if err := render(pages, &out, lang); err != nil {
					t.Fatal(err)
				}
				document, err := html.Parse(&out)
				if err != nil {
					t.Fatal(err)
				}
				checkDocument(t, document, lang)
			})
		}
	}
}

func checkDocument(t *testing.T, document *html.Node, lang language.Language) {
	t.Helper()
	d := describe(document)
	if d.language != string(lang) {
		t.Errorf("lang is %q", d.language)
	}
	if d.title == "" || strings.HasPrefix(d.title, " –") {
		t.Errorf("the title is %q", d.title)
	}
	if d.count["h1"] != 1 || d.count["main"] != 1 {
		t.Errorf("there are %d h1 and %d main", d.count["h1"], d.count["main"])
	}
	for _, fault := range d.faults {
		t.Error(fault)
	}
	for _, id := range d.references {
		if !slices.Contains(d.ids, id) {
			t.Errorf("nothing has the id %q", id)
		}
	}
}

// description is what matters of a document.
type description struct {
	language, title string
	count           map[string]int
	ids, references []string
	faults          []string
	heading         int
}

func describe(document *html.Node) *description {
	d := &description{count: map[string]int{}}
	for node := range document.Descendants() {
		switch node.Type {
		case html.ElementNode:
			d.element(node)
		case html.TextNode:
			d.text(node)
		default:
		}
	}
	return d
}

func (d *description) element(node *html.Node) {
	d.count[node.Data]++
	if level := slices.Index([]string{"h1", "h2", "h3", "h4"}, node.Data) + 1; level > 0 {
		if level > d.heading+1 {
			d.faults = append(d.faults, "a heading of level "+node.Data+" skips one")
		}
		d.heading = level
	}
	switch node.Data {
	case "html":
		d.language = attribute(node, "lang")
	case "title":
		if node.Parent.Data == "head" {
			d.title = node.FirstChild.Data
		}
	case "style":
		d.faults = append(d.faults, "there is a style element")
	default:
	}
	for _, a := range node.Attr {
		d.attribute(node, a)
	}
}

func (d *description) attribute(node *html.Node, a html.Attribute) {
	switch {
	case a.Key == "id":
		if slices.Contains(d.ids, a.Val) {
			d.faults = append(d.faults, "two elements have the id "+a.Val)
		}
		d.ids = append(d.ids, a.Val)
	case a.Key == "for", a.Key == "aria-labelledby", a.Key == "aria-describedby", a.Key == "data-copies":
		d.references = append(d.references, strings.Fields(a.Val)...)
	case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
		d.references = append(d.references, a.Val[1:])
	case a.Key == "style", strings.HasPrefix(a.Key, "on"):
		d.faults = append(d.faults, "an element "+node.Data+" has the attribute "+a.Key)
	case strings.Contains(a.Val, "ZgotmplZ"):
		d.faults = append(d.faults, "html/template rejected the value of "+a.Key)
	}
	if isKey(a.Val) {
		d.faults = append(d.faults, "there is no text for "+a.Val)
	}
}

func (d *description) text(node *html.Node) {
	text := strings.TrimSpace(node.Data)
	if isKey(text) || regexp.MustCompile(`\{\w+\}`).MatchString(text) {
		d.faults = append(d.faults, "the text is "+text)
	}
}

// isKey reports whether a text is the key of one that is missing.
func isKey(text string) bool {
	return regexp.MustCompile(`^(site|list|quick|customer|check|overview|light|guest|signedOut|problem|transition)\.\S+$`).
		MatchString(text)
}

func attribute(node *html.Node, key string) string {
	for _, a := range node.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
