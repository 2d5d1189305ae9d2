package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"k8s.io/cli-runtime/pkg/printers"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// statusFormats are the values of status's -o. The first is the default.
var statusFormats = []string{"", "wide", "json", "yaml", "csv", "name"}

// statusTable is what status prints.
type statusTable struct {
	rows []rollout.Customer
	// total is how many customers there are before the filters.
	total int
	// spaces reports whether the rows are of several namespaces.
	spaces bool
	lang   language.Language
	now    time.Time
	colors bool
}

// printStatus prints the table in a format.
func (p *Program) printStatus(format string, t *statusTable) error {
	switch format {
	case "json", "yaml":
		return printRows(p.Out, format, t.rows)
	case "csv":
		return rollout.WriteCSV(p.Out, t.rows, t.lang)
	case "name":
		return printNames(p.Out, t.rows)
	}
	if len(t.rows) == 0 {
		_, err := fmt.Fprintln(p.ErrOut, t.nothing())
		return err
	}
	return t.print(p.Out, format == "wide")
}

// nothing returns the message of an empty table.
func (t *statusTable) nothing() string {
	switch {
	case t.total > 0:
		return words.Count(t.lang, "status.noneMatches", t.total)
	case t.spaces:
		return words.Text(t.lang, "status.noneAnywhere")
	default:
		return words.Text(t.lang, "status.none")
	}
}

// column is one column of the table.
type column struct {
	title string
	value func(c *rollout.Customer) string
}

// columns returns the columns of the table.
func (t *statusTable) columns(wide bool) []column {
	all := []column{
		{"name", func(c *rollout.Customer) string { return c.Name }},
		{"number", func(c *rollout.Customer) string { return c.Organization }},
		{"customer", customerTitle},
		{"state", t.state},
		{"services", t.services},
		{"turn", t.turn},
		{"since", func(c *rollout.Customer) string { return t.span(c.TurnSince) }},
		{"lastData", func(c *rollout.Customer) string { return t.ago(c.LastData) }},
	}
	if t.spaces {
		all = append([]column{{"namespace", func(c *rollout.Customer) string { return c.Namespace }}}, all...)
	}
	if !wide {
		return all
	}
	for i := range all {
		if all[i].title == "services" {
			all[i].value = func(c *rollout.Customer) string { return chips(c.Services, t.lang, t.now) }
		}
	}
	return append(all,
		column{"verified", func(c *rollout.Customer) string { return t.ago(c.Verified) }},
		column{"reason", func(c *rollout.Customer) string { return orDash(c.Reason) }},
		column{"supplier", func(c *rollout.Customer) string { return c.Supplier }},
	)
}

// print prints the table.
func (t *statusTable) print(w io.Writer, wide bool) error {
	tabs := printers.GetNewTabWriter(w)
	columns := t.columns(wide)
	cells := make([]string, len(columns))
	for i, column := range columns {
		cells[i] = title(t.lang, column.title)
		if column.title == "state" {
			cells[i] = t.paint(cells[i], plain)
		}
	}
	_, _ = fmt.Fprintln(tabs, strings.Join(cells, "\t"))
	for i := range t.rows {
		for j, column := range columns {
			cells[j] = column.value(&t.rows[i])
		}
		_, _ = fmt.Fprintln(tabs, strings.Join(cells, "\t"))
	}
	return tabs.Flush()
}

// customerTitle returns the organization's name, "-" if it is not known.
func customerTitle(c *rollout.Customer) string {
	if c.Title == c.Name {
		return "-"
	}
	return c.Title
}

// services lists a customer's services. Those with another state than the customer's have theirs.
func (t *statusTable) services(c *rollout.Customer) string {
	texts := make([]string, 0, len(c.Services))
	for i := range c.Services {
		text := c.Services[i].Title(t.lang)
		if c.Services[i].State != c.State {
			text += " (" + rollout.Chip(c.Services[i], t.lang, t.now) + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func (t *statusTable) turn(c *rollout.Customer) string {
	if c.Turn == "" {
		return "-"
	}
	return rollout.ActorTitle(c.Turn, t.lang)
}

func (t *statusTable) span(since time.Time) string {
	if since.IsZero() {
		return "-"
	}
	return rollout.Span(t.now.Sub(since), t.lang)
}

func (t *statusTable) ago(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return rollout.Ago(t.now.Sub(at), t.lang)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// Colors of ECMA-48. All have the same length, because the table's writer counts them.
const (
	plain  = "39"
	red    = "31"
	yellow = "33"
	green  = "32"
)

// colorsOf has the color of each state.
var colorsOf = map[rollout.State]string{
	rollout.Blocked: red, rollout.Withdrawn: red, rollout.Rejected: red, rollout.Failing: red,
	rollout.Waiting: yellow, rollout.Unverified: yellow, rollout.Suspended: plain, rollout.Granted: green,
}

// state returns the title of a customer's state, in its color.
func (t *statusTable) state(c *rollout.Customer) string {
	return t.paint(c.State.Title(t.lang), colorsOf[c.State])
}

// paint colors a text, if colors are used.
func (t *statusTable) paint(text, color string) string {
	if !t.colors || color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[39m"
}

// printNames prints the names of objects, as kubectl -o name.
func printNames(w io.Writer, rows []rollout.Customer) error {
	for i := range rows {
		if _, err := fmt.Fprintf(w, "customerintegration.%s/%s\n", v1alpha1.GroupVersion.Group, rows[i].Name); err != nil {
			return err
		}
	}
	return nil
}

// printRows prints the rows as JSON or YAML.
func printRows(w io.Writer, format string, rows []rollout.Customer) error {
	all := make([]statusRow, 0, len(rows))
	for i := range rows {
		all = append(all, newStatusRow(&rows[i]))
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false) // links are to be copied
	if err := encoder.Encode(all); err != nil {
		return fmt.Errorf("printing %s: %w", format, err)
	}
	if format == "yaml" {
		converted, err := yaml.JSONToYAML(text.Bytes())
		if err != nil {
			return fmt.Errorf("printing %s: %w", format, err)
		}
		text = *bytes.NewBuffer(converted)
	}
	_, err := text.WriteTo(w)
	return err
}
