package page

import (
	"embed"
	"fmt"
	"html/template"
	"io"

	"github.com/4human/integration-operator/internal/language"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed words
var wordFiles embed.FS

// words are the texts of the pages.
var words = language.MustLoad(wordFiles, "words")

// frameTemplate is the file of what all pages share.
const frameTemplate = "templates/frame.html"

// names are the pages. Each has a file in templates.
func names() []string { return []string{"list", "customer", "overview", "guest", "signedout", "error"} }

// Pages renders. It is safe for concurrent use.
type Pages struct {
	// templates has a template for each page, by language.
	templates map[language.Language]map[string]*template.Template
	assets    *Assets
}

// New parses the templates.
func New() (*Pages, error) {
	assets, err := newAssets()
	if err != nil {
		return nil, err
	}
	p := &Pages{templates: map[language.Language]map[string]*template.Template{}, assets: assets}
	for _, lang := range language.All() {
		if p.templates[lang], err = parse(lang, assets); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// parse parses the pages of one language. The functions of templates are bound to it.
func parse(lang language.Language, assets *Assets) (map[string]*template.Template, error) {
	frame, err := template.New("").Funcs(functions(lang, assets)).ParseFS(templates, frameTemplate)
	if err != nil {
		return nil, fmt.Errorf("parsing the frame of the pages: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, name := range names() {
		t, err := frame.Clone()
		if err == nil {
			t, err = t.ParseFS(templates, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("parsing the page %s: %w", name, err)
		}
		pages[name] = t
	}
	return pages, nil
}

// Assets returns the files that the pages refer to.
func (p *Pages) Assets() *Assets { return p.assets }

// List writes the list of customers.
func (p *Pages) List(w io.Writer, d ListData) error { return p.write(w, "list", d.Language, d) }

// Customer writes the page of one customer.
func (p *Pages) Customer(w io.Writer, d CustomerData) error {
	return p.write(w, "customer", d.Language, d)
}

// Overview writes the overview.
func (p *Pages) Overview(w io.Writer, d OverviewData) error {
	return p.write(w, "overview", d.Language, d)
}

// Guest writes the customer's own page.
func (p *Pages) Guest(w io.Writer, d GuestData) error { return p.write(w, "guest", d.Language, d) }

// SignedOut writes the page after the logout.
func (p *Pages) SignedOut(w io.Writer, d SignedOutData) error {
	return p.write(w, "signedout", d.Language, d)
}

// Error writes the page of a problem.
func (p *Pages) Error(w io.Writer, d ErrorData) error { return p.write(w, "error", d.Language, d) }

// write renders a page in a language, or in Norwegian if the language is unknown.
func (p *Pages) write(w io.Writer, name string, lang language.Language, data any) error {
	pages, ok := p.templates[lang]
	if !ok {
		pages = p.templates[language.Norwegian]
	}
	if err := pages[name].ExecuteTemplate(w, "frame", data); err != nil {
		return fmt.Errorf("rendering the page %s: %w", name, err)
	}
	return nil
}
