package guide

import (
	"bytes"
	_ "embed" // for the template
	"html/template"
)

//go:embed guide.html.tmpl
var htmlSource string

var htmlTemplate = template.Must(template.New("guide").Funcs(template.FuncMap{
	"address": func(s Span) template.URL {
		return template.URL(s.URL) //nolint:gosec // link makes Spans with the schemes of linkSchemes only.
	},
}).Parse(htmlSource))

// HTML returns the guide as a fragment of HTML, without title, style and script: sections with headings of the third
// level. Its classes are guide-<section> for sections, guide-label for what Altinn's pages say, guide-copy for values to
// copy, which are in data-copy too, and guide-digits for the groups of an organization number. No blanks are between the
// groups, so a copy has nine digits.
func (g *Guide) HTML() template.HTML {
	var b bytes.Buffer
	if err := htmlTemplate.Execute(&b, g); err != nil {
		panic(err) // Writing to memory cannot fail, and tests execute every branch.
	}
	return template.HTML(b.String()) //nolint:gosec // The template has escaped it.
}
