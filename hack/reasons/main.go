// Command reasons writes what is generated from the tables of internal/condition and internal/alert: docs/reasons.md,
// the lists of reasons in the health checks of config/health, the alerting rules of config/monitoring, and the index of
// docs/runbooks. It runs in the repository's root.
package main

import (
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/4human/integration-operator/internal/condition"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "reasons:", err)
		os.Exit(1)
	}
}

func run() error {
	page, err := renderPage("internal/condition/reasons.md.tmpl")
	if err != nil {
		return fmt.Errorf("rendering the page: %w", err)
	}
	if err := os.WriteFile("docs/reasons.md", []byte(page), 0o644); err != nil { //nolint:gosec // A document is no secret.
		return fmt.Errorf("writing the page: %w", err)
	}
	if err := writeChecks("config/health"); err != nil {
		return err
	}
	return writeAlerts()
}

// renderPage returns docs/reasons.md.
func renderPage(path string) (string, error) {
	text, err := os.ReadFile(path) //nolint:gosec // The path is a constant.
	if err != nil {
		return "", err
	}
	functions := template.FuncMap{"table": table, "runs": runs}
	parsed, err := template.New(path).Delims("{{", "}}").Funcs(functions).Parse(string(text))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = parsed.Execute(&b, nil)
	return b.String(), err
}

// table returns the rows of a group as a table of Markdown.
func table(title string) (string, error) {
	for _, g := range condition.Groups() {
		if g.Title != title {
			continue
		}
		var b strings.Builder
		b.WriteString("| reason | seen as | who, when | cause and action |\n|---|---|---|---|")
		for i := range g.Rows {
			r := &g.Rows[i]
			fmt.Fprintf(&b, "\n| <a id=\"%s\"></a>%s | %s | %s | %s |",
				strings.ToLower(r.Reason), r.Reason, seenAs(r), whoActs(r), strings.TrimSuffix(r.Cause+" "+r.Action, " Nothing."))
		}
		return b.String(), nil
	}
	return "", fmt.Errorf("there is no group %q", title)
}

// runs returns the reasons of failed runs as a table of Markdown.
func runs() string {
	var b strings.Builder
	b.WriteString("| reason | who | cause and action |\n|---|---|---|")
	for _, r := range condition.Runs() {
		who := string(r.Actor)
		if r.When != "" {
			who += ", " + r.When
		}
		fmt.Fprintf(&b, "\n| `%s` | %s | %s |", r.Reason, who, r.Cause)
	}
	return b.String()
}

// seenAs lists the conditions in which a reason occurs.
func seenAs(r *condition.Row) string {
	var all []string
	kind := condition.Customer
	if _, mixed := r.At(kind, "Ready"); !mixed {
		kind = r.Places[0].Kind
	}
	for _, p := range r.Places {
		text := fmt.Sprintf("`%s=%s`", p.Type, p.Status)
		if p.Kind != kind {
			text = p.Kind + " " + text
			kind = p.Kind
		}
		all = append(all, text)
	}
	if r.Progress != condition.Settled {
		all = append(all, "*"+string(r.Progress)+"*")
	}
	return strings.Join(all, ", ")
}

// whoActs returns the actor, and how soon it should act.
func whoActs(r *condition.Row) string {
	if r.Urgency == condition.Never || r.Urgency == condition.Eventually {
		return string(r.Actor)
	}
	return fmt.Sprintf("%s, %s", r.Actor, r.Urgency)
}
