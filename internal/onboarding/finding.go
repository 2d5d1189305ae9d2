package onboarding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/language"
)

// Severity is how serious a Finding is.
type Severity string

const (
	// SeverityError means that the customer would be rejected, or that it could never work.
	SeverityError Severity = "error"
	// SeverityWarning means that the customer works, and that a person should look.
	SeverityWarning Severity = "warning"
	// SeverityNote is information, such as what could not be checked.
	SeverityNote Severity = "note"
)

// Finding is one thing that is wrong, or worth knowing.
type Finding struct {
	// File is the path as it was given, or "-" for the standard input.
	File string `json:"file"`
	// Line and Column are the place in the file, from 1; 0 if it is unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Row is the row of a spreadsheet as Excel counts, from 1 and with the header; 0 for other files.
	Row int `json:"row,omitempty"`
	// Severity is error, warning or note.
	Severity Severity `json:"severity"`
	// Code names the kind of fault. It does not depend on the language.
	Code Code `json:"code"`
	// Object is the customer or the Kubernetes object, "" if the finding is about the file.
	Object string `json:"object,omitempty"`
	// Field is the path of the field, or the title of the column.
	Field string `json:"field,omitempty"`
	// Message is what is wrong.
	Message string `json:"message"`
	// Advice is what to do.
	Advice string `json:"advice,omitempty"`
}

// Text returns the message and the advice.
func (f *Finding) Text() string {
	return strings.TrimSpace(f.Message + " " + f.Advice)
}

// Report is the result of a check.
type Report struct {
	// Findings are in the order of the files and their lines.
	Findings []Finding `json:"findings"`
	// Files, Customers and Suppliers are the numbers of those that were checked.
	Files     int `json:"files"`
	Customers int `json:"customers"`
	Suppliers int `json:"suppliers"`
}

// Count returns the number of findings of a severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Severity == s {
			n++
		}
	}
	return n
}

// Failed reports whether there is an error or, if strict, a warning.
func (r *Report) Failed(strict bool) bool {
	return r.Count(SeverityError) > 0 || strict && r.Count(SeverityWarning) > 0
}

// sort puts findings in the order of the files, then of the lines. Those of one line stay in the order of the checks.
func (r *Report) sort(files []string) {
	order := map[string]int{}
	for i, file := range files {
		order[file] = i
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Row, b.Row))
	})
}

// place returns the place of a finding for a person: a row for spreadsheets, else a line.
func (f *Finding) place(lang language.Language) string {
	switch {
	case f.Row > 0:
		return fmt.Sprintf("%s, %s %d", f.File, catalogue.Text(lang, "place.row"), f.Row)
	case f.Line > 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	default:
		return f.File
	}
}
