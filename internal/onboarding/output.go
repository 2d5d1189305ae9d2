package onboarding

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/4human/integration-operator/internal/language"
)

// Format is a form of a report.
type Format string

const (
	// FormatText is one line a finding, for people.
	FormatText Format = "text"
	// FormatJSON is the Report, for programs.
	FormatJSON Format = "json"
	// FormatGitHub is GitHub's workflow commands, which GitHub shows at the lines of a change.
	FormatGitHub Format = "github"
	// FormatGitLab is GitLab's code quality report.
	FormatGitLab Format = "gitlab"
)

// Formats lists the forms of a report.
func Formats() []Format { return []Format{FormatText, FormatJSON, FormatGitHub, FormatGitLab} }

// Write writes a report.
func (r *Report) Write(w io.Writer, format Format, lang language.Language) error {
	switch format {
	case FormatJSON:
		return writeJSON(w, r)
	case FormatGitHub:
		return r.writeGitHub(w, lang)
	case FormatGitLab:
		return r.writeGitLab(w, lang)
	default:
		return r.writeText(w, lang)
	}
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// writeText writes one line a finding, and a summary.
func (r *Report) writeText(w io.Writer, lang language.Language) error {
	for i := range r.Findings {
		if _, err := fmt.Fprintln(w, r.Findings[i].line(lang)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.Summary(lang))
	return err
}

// line returns a finding on one line.
func (f *Finding) line(lang language.Language) string {
	severity := catalogue.Text(lang, "severity."+string(f.Severity))
	return fmt.Sprintf("%s: %s: %s [%s]", f.place(lang), severity, f.sentence(), f.Code)
}

// sentence returns a finding with its object and field.
func (f *Finding) sentence() string {
	parts := make([]string, 0, 3)
	for _, part := range []string{f.Object, f.Field, f.Text()} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Summary returns the numbers in one line.
func (r *Report) Summary(lang language.Language) string {
	counted := func(key string, n int) string { return catalogue.Count(lang, "summary."+key, n) }
	return catalogue.Text(lang, "summary.checked", "customers", counted("customers", r.Customers),
		"files", counted("files", r.Files), "errors", counted("errors", r.Count(SeverityError)),
		"warnings", counted("warnings", r.Count(SeverityWarning)))
}

// gitHubEscapes are those of data in workflow commands, gitHubProperty also those of their properties
// (docs.github.com/actions, workflow commands).
var (
	gitHubEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	gitHubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub writes workflow commands, and the summary as plain text.
func (r *Report) writeGitHub(w io.Writer, lang language.Language) error {
	for i := range r.Findings {
		f := &r.Findings[i]
		command := map[Severity]string{SeverityError: "error", SeverityWarning: "warning", SeverityNote: "notice"}[f.Severity]
		properties := "file=" + gitHubProperty.Replace(f.File)
		if f.Line > 0 {
			properties += ",line=" + strconv.Itoa(f.Line)
		}
		if f.Column > 0 {
			properties += ",col=" + strconv.Itoa(f.Column)
		}
		properties += ",title=" + gitHubProperty.Replace(string(f.Code))
		text := f.sentence()
		if f.Row > 0 {
			text = fmt.Sprintf("%s %d: %s", catalogue.Text(lang, "place.row"), f.Row, text)
		}
		if _, err := fmt.Fprintf(w, "::%s %s::%s\n", command, properties, gitHubEscapes.Replace(text)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.Summary(lang))
	return err
}

// issue is a finding in GitLab's code quality report (docs.gitlab.com, code quality).
type issue struct {
	Description string   `json:"description"`
	CheckName   Code     `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// writeGitLab writes a code quality report. A fingerprint does not depend on the line, so that GitLab recognizes a
// finding that moved.
func (r *Report) writeGitLab(w io.Writer, lang language.Language) error {
	issues := make([]issue, len(r.Findings))
	seen := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		text := f.sentence()
		if f.Row > 0 {
			text = fmt.Sprintf("%s %d: %s", catalogue.Text(lang, "place.row"), f.Row, text)
		}
		id := strings.Join([]string{f.File, f.Object, f.Field, string(f.Code)}, "\n")
		seen[id]++
		sum := sha256.Sum256([]byte(id + "\n" + strconv.Itoa(seen[id])))
		issues[i] = issue{
			Description: text, CheckName: f.Code, Fingerprint: hex.EncodeToString(sum[:16]),
			Severity: map[Severity]string{SeverityError: "major", SeverityWarning: "minor", SeverityNote: "info"}[f.Severity],
		}
		issues[i].Location.Path = f.File
		issues[i].Location.Lines.Begin = max(1, f.Line)
	}
	return writeJSON(w, issues)
}
