package rollout

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/language"
)

// columns are the columns of WriteCSV.
var columns = []struct {
	key   string
	value func(c *Customer, lang language.Language) string
}{
	{"number", func(c *Customer, _ language.Language) string { return c.Organization }},
	{"name", func(c *Customer, _ language.Language) string { return c.Title }},
	{"state", func(c *Customer, lang language.Language) string { return c.State.Title(lang) }},
	{"turn", func(c *Customer, lang language.Language) string { return ActorTitle(c.Turn, lang) }},
	{"turnSince", func(c *Customer, _ language.Language) string { return isoDate(c.TurnSince) }},
	{"services", serviceList},
	{"waitingSince", func(c *Customer, _ language.Language) string { return isoDate(c.WaitingSince) }},
	{"lastData", func(c *Customer, _ language.Language) string { return isoTime(c.LastData) }},
	{"verified", func(c *Customer, _ language.Language) string { return isoTime(c.Verified) }},
	{"reason", func(c *Customer, _ language.Language) string { return c.Reason }},
	{"namespace", func(c *Customer, _ language.Language) string { return c.Namespace }},
	{"object", func(c *Customer, _ language.Language) string { return c.Name }},
	{"supplier", func(c *Customer, _ language.Language) string { return c.Supplier }},
}

// WriteCSV writes one row per customer, with a heading, as a spreadsheet in the language's country reads it: in UTF-8
// with a byte order mark, and separated by semicolons in Norwegian. Times are Oslo's.
func WriteCSV(w io.Writer, rows []Customer, lang language.Language) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if lang == language.Norwegian {
		out.Comma = ';'
	}
	record := make([]string, len(columns))
	for i, column := range columns {
		record[i] = words.Text(lang, "column."+column.key)
	}
	_ = out.Write(record) // Error reports it
	for i := range rows {
		for j, column := range columns {
			record[j] = escapeFormula(column.value(&rows[i], lang))
		}
		_ = out.Write(record)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// escapeFormula returns a text that no spreadsheet reads as a formula.
func escapeFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func serviceList(c *Customer, lang language.Language) string {
	all := make([]string, 0, len(c.Services))
	for _, s := range c.Services {
		all = append(all, s.Title(lang)+": "+s.State.Title(lang))
	}
	return strings.Join(all, ", ")
}

func isoDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(oslo).Format(time.DateOnly)
}

func isoTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(oslo).Format("2006-01-02 15:04")
}
