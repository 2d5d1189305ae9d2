package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/4human/integration-operator/internal/chart"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

//go:embed report.html.tmpl
var pageText string

//go:embed report.css
var style string

var page = template.Must(template.New("report").Parse(pageText))

// data is what the page shows.
type data struct {
	Language  language.Language
	Title     string
	Made      string
	Style     template.CSS
	Text      map[string]string
	Tiles     []tile
	Turns     []tile
	Lights    []lightStrip
	Charts    []chart.Chart
	ListTitle string
	Hint      string
	Groups    []htmlGroup
}

// lightStrip are the lights of one Supplier.
type lightStrip struct {
	Title   string
	Signals []signal
}

// htmlGroup is a group of the list.
type htmlGroup struct {
	Title string
	Open  bool
	Rows  []row
}

// row is a customer of the list.
type row struct {
	Title, Number, State, Class, Date, Span, Step string
	Services                                      []string
}

// openAtMost is the greatest number of customers of a group that is unfolded at first.
const openAtMost = 25

// HTML writes a page that is complete in itself: it has no script and requests nothing.
func HTML(w io.Writer, o rollout.Overview, all []rollout.Customer, opts Options) error {
	charts, err := chart.Of(o, opts.lang())
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	d := data{
		Language: opts.lang(), Title: opts.text("title"), Charts: charts,
		Made:      opts.text("made", "date", rollout.DateTime(opts.Now, opts.lang())),
		Style:     template.CSS(style) + chart.Style, //nolint:gosec // Both are ours.
		Text:      map[string]string{},
		Tiles:     tiles(&o, &opts),
		ListTitle: opts.listTitle(), Hint: opts.hint(),
	}
	for _, key := range []string{
		"turns", "turn.actor", "turn.customers", "charts", "lights", "list.none", "list.customer", "list.state",
		"list.since", "list.services", "list.step", "table", "footer",
	} {
		d.Text[strings.ReplaceAll(key, ".", "_")] = opts.text(key)
	}
	for _, t := range o.ByTurn {
		d.Turns = append(d.Turns, tile{opts.number(t.Count), rollout.ActorTitle(t.Actor, opts.lang())})
	}
	for i := range opts.Lights {
		l := &opts.Lights[i]
		d.Lights = append(d.Lights, lightStrip{l.Title + " (" + l.Supplier + ")", signals(l, &opts)})
	}
	for _, g := range groups(all, &opts) {
		d.Groups = append(d.Groups, htmlGroup{
			Title: opts.groupTitle(&g), Open: len(g.customers) <= openAtMost, Rows: rowsOf(g.customers, &opts),
		})
	}
	if err := page.Execute(w, d); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// hint returns how the list is ordered.
func (o *Options) hint() string {
	if o.Waiting > 0 {
		return o.text("list.hintWaiting")
	}
	return o.text("list.hint")
}

// rowsOf returns the rows of customers.
func rowsOf(all []rollout.Customer, opts *Options) []row {
	rows := make([]row, 0, len(all))
	for i := range all {
		c := &all[i]
		r := row{
			Title: c.Title, Number: rollout.Organization(c.Organization),
			State: c.State.Title(opts.lang()), Class: strings.ToLower(string(c.State)), Step: firstStep(c, opts),
		}
		if since := opts.listedSince(c); !since.IsZero() {
			r.Date, r.Span = rollout.ShortDate(since, opts.lang(), opts.Now), rollout.Span(opts.Now.Sub(since), opts.lang())
		}
		for _, s := range c.Services {
			title := s.Title(opts.lang())
			r.Services = append(r.Services, title+": "+rollout.Chip(s, opts.lang(), opts.Now))
		}
		rows = append(rows, r)
	}
	return rows
}

// firstStep returns the first thing to do about a customer, "" if there is none.
func firstStep(c *rollout.Customer, opts *Options) string {
	steps := rollout.Tell(*c, opts.lang(), opts.Now).Steps
	if len(steps) == 0 {
		return ""
	}
	return steps[0].Text
}
