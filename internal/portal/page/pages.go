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

// Pages renders. It is safe for concurrent use.
type Pages struct {
	templates *template.Template
	assets    *Assets
}

// New parses the templates.
func New() (*Pages, error) {
	assets, err := newAssets()
	if err != nil {
		return nil, err
	}
	t, err := template.New("").Funcs(template.FuncMap{"asset": assets.Path, "languages": language.All}).
		ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parsing the templates: %w", err)
	}
	return &Pages{templates: t, assets: assets}, nil
}

// Assets returns the files that the pages refer to.
func (p *Pages) Assets() *Assets { return p.assets }

// List writes the list of customers.
func (p *Pages) List(w io.Writer, d ListData) error { return p.write(w, "list.html", d) }

// Customer writes the page of one customer.
func (p *Pages) Customer(w io.Writer, d CustomerData) error { return p.write(w, "customer.html", d) }

// Overview writes the overview.
func (p *Pages) Overview(w io.Writer, d OverviewData) error { return p.write(w, "overview.html", d) }

// Guest writes the customer's own page.
func (p *Pages) Guest(w io.Writer, d GuestData) error { return p.write(w, "guest.html", d) }

// SignedOut writes the page after the logout.
func (p *Pages) SignedOut(w io.Writer, d SignedOutData) error { return p.write(w, "signedout.html", d) }

// Error writes the page of a problem.
func (p *Pages) Error(w io.Writer, d ErrorData) error { return p.write(w, "error.html", d) }

func (p *Pages) write(w io.Writer, name string, data any) error {
	if err := p.templates.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	return nil
}
