// Package guides renders the guides of one customer for the portal's pages.
package guides

import (
	"fmt"
	"html/template"
	"log/slog"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/portal/mounted"
	"github.com/4human/integration-operator/internal/portal/page"
)

// Guides renders guides from the platform team's files, which are mounted from a ConfigMap, and the built-in ones.
type Guides struct {
	loaded *mounted.Value[*guide.Guides]
}

// Open reads the folder with the platform team's files. Without a folder, the built-in guides are used.
func Open(folder string, now func() time.Time, log *slog.Logger) (*Guides, error) {
	loaded, err := mounted.Open(mounted.Options{Name: "guides", Now: now, Log: log}, mounted.Folder(folder, ".yaml"),
		func(files mounted.Contents) (*guide.Guides, error) { return load(files, log) })
	if err != nil {
		return nil, err
	}
	return &Guides{loaded: loaded}, nil
}

// load replaces built-in guides by files. Instead of a file that cannot be used, the built-in guide stays.
func load(files mounted.Contents, log *slog.Logger) (*guide.Guides, error) {
	overrides := make(map[string]string, len(files))
	for name, body := range files {
		overrides[name] = string(body)
	}
	all, err := guide.Load(overrides)
	if all == nil {
		return nil, err
	}
	if err != nil {
		log.Error("Cannot use a guide; the built-in one is used", "err", err)
	}
	return all, nil
}

// Of renders the guides of a customer: one for each API delegation, and one for all services with a system user. The
// e-mails name pageURL, the customer's own page, unless it is "".
func (g *Guides) Of(
	c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier, lang language.Language, pageURL string,
) ([]page.Guide, error) {
	all, _ := g.loaded.Get()
	var rendered []page.Guide
	for _, subject := range guide.SubjectsOf(c, s, lang) {
		subject.PageURL = pageURL
		one, err := all.Render(subject)
		if err != nil {
			return nil, fmt.Errorf("rendering a guide: %w", err)
		}
		rendered = append(rendered, page.Guide{
			Title: one.Title(), HTML: one.HTML(), Text: one.Text(), Markdown: one.Markdown(),
			MailTo:     template.URL(one.MailTo()), //nolint:gosec // It is a mailto URL with escaped fields.
			ConfirmURL: subject.ConfirmURL, Granted: subject.Granted(), Services: subject.Services, Access: subject.Access,
		})
	}
	return rendered, nil
}
