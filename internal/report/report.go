// Package report writes the overview of a roll-out as one file: HTML, text or CSV.
package report

import (
	"fmt"
	"html"
	"io"
	"time"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// Options say what a report has.
type Options struct {
	// Language is Norwegian by default.
	Language language.Language
	// Now is the time of the report.
	Now time.Time
	// Waiting lists the customers who have been awaited for at least this long. It is 0 for all who have to act.
	Waiting time.Duration
	// Lights are what the Suppliers depend on.
	Lights []rollout.Light
}

// HTML writes a page that needs no network.
func HTML(w io.Writer, o rollout.Overview, all []rollout.Customer, opts Options) error {
	_, err := fmt.Fprintf(w, "<!doctype html><title>%s</title>", html.EscapeString(rollout.Date(opts.Now, opts.Language)))
	return err
}

// Text writes the overview for a terminal or an e-mail.
func Text(w io.Writer, o rollout.Overview, all []rollout.Customer, opts Options) error {
	for _, s := range o.ByState {
		if _, err := fmt.Fprintf(w, "%-20s %6d\n", s.State.Title(opts.Language), s.Count); err != nil {
			return err
		}
	}
	return nil
}

// CSV writes one row per customer of the report's list.
func CSV(w io.Writer, all []rollout.Customer, opts Options) error {
	return rollout.WriteCSV(w, all, opts.Language)
}
