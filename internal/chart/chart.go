// Package chart draws the overview of a roll-out as SVG, each drawing with the table behind it. The drawings need no
// font, script or address; their colours are classes, which Style has for light and dark.
package chart

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// Chart is a drawing with the table behind it.
type Chart struct {
	// ID is a word for anchors and file names, such as "curve".
	ID string
	// Title is the heading, and Summary what the chart shows, in one or two sentences.
	Title, Summary string
	// SVG is the drawing. Its colours are those of Style, or else of the text around it. It is "" if there is nothing to
	// draw; Summary says so.
	SVG template.HTML
	// Header and Rows are the table. Numbers are written for people. Rows is empty if there is nothing to draw.
	Header []string
	Rows   [][]string
}

//go:embed words
var files embed.FS

var words = language.MustLoad(files, "words")

// Of returns the charts of an overview: customers by state, accesses over time, how long customers have been awaited,
// withdrawals, and one funnel per service. An error is the library's, and not to be expected.
func Of(o rollout.Overview, lang language.Language) ([]Chart, error) {
	w := writer{o: o, lang: lang}
	all := make([]*sheet, 0, 4+len(o.Funnels))
	all = append(all, w.states(), w.curve(), w.ages(), w.withdrawals())
	for i := range o.Funnels {
		all = append(all, w.funnel(&o.Funnels[i]))
	}
	charts := make([]Chart, 0, len(all))
	for _, s := range all {
		c, err := s.chart()
		if err != nil {
			return nil, fmt.Errorf("drawing the chart %s: %w", s.id, err)
		}
		charts = append(charts, c)
	}
	return charts, nil
}

// sheet is a chart before it is drawn.
type sheet struct {
	drawing
	draw   func(*drawing) (string, error)
	header []string
	rows   [][]string
}

func (s *sheet) chart() (Chart, error) {
	c := Chart{ID: s.id, Title: s.title, Summary: s.summary, Header: s.header}
	if !s.hasValue() {
		return c, nil
	}
	drawn, err := s.draw(&s.drawing)
	if err != nil {
		return Chart{}, err
	}
	c.SVG, c.Rows = template.HTML(drawn), s.rows //nolint:gosec // rewrite escapes all texts.
	return c, nil
}

func (s *sheet) hasValue() bool {
	for _, m := range s.marks {
		if m.value > 0 {
			return true
		}
	}
	return false
}

// writer writes the sheets of an overview.
type writer struct {
	o    rollout.Overview
	lang language.Language
}

// sheet returns a sheet with its texts. The summary is the text with the key "none" if there is no value.
func (w *writer) sheet(id, key string, marks []mark, draw func(*drawing) (string, error), args ...string) *sheet {
	s := &sheet{draw: draw}
	s.marks, s.number = marks, w.number
	s.description = description{id, w.text(key+".title", args...), w.text(key+".summary", args...)}
	if !s.hasValue() {
		s.summary = w.text(key+".none", args...)
	}
	s.header = strings.Split(w.text(key+".header"), "|")
	return s
}

func (w *writer) text(key string, args ...string) string { return words.Text(w.lang, key, args...) }

func (w *writer) number(n int) string { return language.Number(n, w.lang) }

// percent returns a share in whole percent, such as "67 %".
func (w *writer) percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return w.text("percent", "n", w.number((part*100+whole/2)/whole))
}

func (w *writer) states() *sheet {
	marks := make([]mark, 0, len(w.o.ByState))
	rows := make([][]string, 0, len(w.o.ByState))
	granted := 0
	for _, s := range w.o.ByState {
		if s.State == rollout.Granted {
			granted = s.Count
		}
		marks = append(marks, mark{s.State.Title(w.lang), s.Count})
		rows = append(rows, []string{s.State.Title(w.lang), w.number(s.Count), w.percent(s.Count, w.o.Customers)})
	}
	s := w.sheet("states", "states", marks, (*drawing).bars,
		"customers", w.number(w.o.Customers), "granted", w.number(granted))
	s.rows = rows
	return s
}

// curve draws every day. Its table has one row per month.
func (w *writer) curve() *sheet {
	marks := make([]mark, 0, len(w.o.Curve))
	var rows [][]string
	var last rollout.Point
	monthly, recent := 0, 0
	for i, p := range w.o.Curve {
		last, monthly = p, monthly+p.Given
		marks = append(marks, mark{rollout.ShortDate(p.Day, w.lang, w.today()), p.Total})
		if i >= len(w.o.Curve)-30 {
			recent += p.Given
		}
		if i == len(w.o.Curve)-1 || w.o.Curve[i+1].Day.Month() != p.Day.Month() {
			rows = append(rows, []string{rollout.Month(p.Day, w.lang), w.number(monthly), w.number(p.Total)})
			monthly = 0
		}
	}
	if len(marks) == 1 { // one point is no line
		marks = append([]mark{{rollout.ShortDate(last.Day.AddDate(0, 0, -1), w.lang, w.today()), 0}}, marks...)
	}
	s := w.sheet("curve", "curve", marks, (*drawing).line,
		"total", w.number(last.Total), "recent", w.number(recent), "date", rollout.Date(last.Day, w.lang))
	s.labels, s.rows = 4, rows
	return s
}

// today returns the last day of the overview.
func (w *writer) today() time.Time {
	if len(w.o.Curve) == 0 {
		return time.Time{}
	}
	return w.o.Curve[len(w.o.Curve)-1].Day
}

func (w *writer) funnel(f *rollout.Funnel) *sheet {
	steps := []struct {
		key   string
		count int
	}{{"listed", f.Listed}, {"asked", f.Asked}, {"access", f.Access}, {"data", f.FirstData}}
	marks := make([]mark, 0, len(steps))
	rows := make([][]string, 0, len(steps))
	for _, step := range steps {
		label := w.text("funnel." + step.key)
		marks = append(marks, mark{label, step.count})
		rows = append(rows, []string{label, w.number(step.count), w.percent(step.count, f.Listed)})
	}
	s := w.sheet("funnel-"+string(f.Service), "funnel", marks, (*drawing).bars,
		"service", rollout.Service{Name: f.Service, Custom: f.Custom}.Title(w.lang), "listed", w.number(f.Listed), "access", w.number(f.Access),
		"share", w.percent(f.Access, f.Listed), "data", w.number(f.FirstData))
	s.rows = rows
	return s
}

func (w *writer) ages() *sheet {
	marks := make([]mark, 0, len(w.o.Ages))
	rows := make([][]string, 0, len(w.o.Ages))
	total, longest := 0, 0
	for _, a := range w.o.Ages {
		label := w.age(a)
		total, longest = total+a.Count, a.Count
		marks = append(marks, mark{label, a.Count})
		rows = append(rows, []string{label, w.number(a.Count)})
	}
	s := w.sheet("ages", "ages", marks, (*drawing).columns, "total", w.number(total), "longest", w.number(longest))
	s.rows, s.labels, s.axis = rows, len(marks), s.header[0]
	return s
}

// age returns the bounds of an age in days, such as "3–7".
func (w *writer) age(a rollout.AgeCount) string {
	const day = 24 * time.Hour
	least, most := w.number(int(a.Least/day)), w.number(int(a.Most/day))
	switch {
	case a.Least == 0:
		return w.text("ages.below", "most", most)
	case a.Most == 0:
		return w.text("ages.above", "least", least)
	default:
		return least + "–" + most
	}
}

func (w *writer) withdrawals() *sheet {
	marks := make([]mark, 0, len(w.o.Withdrawals))
	var rows [][]string
	total := 0
	for _, d := range w.o.Withdrawals {
		total += d.Count
		marks = append(marks, mark{rollout.ShortDate(d.Day, w.lang, d.Day), d.Count})
		if d.Count > 0 {
			rows = append(rows, []string{rollout.Date(d.Day, w.lang), w.number(d.Count)})
		}
	}
	s := w.sheet("withdrawals", "withdrawals", marks, (*drawing).columns,
		"total", w.number(total), "days", w.number(len(w.o.Withdrawals)))
	s.labels, s.rows = 4, rows
	return s
}
