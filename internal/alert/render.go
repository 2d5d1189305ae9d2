package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// group is the name of the group of rules.
const group = "integration-operator"

// Rules returns the alerts as a file of rules for Prometheus, in YAML.
func Rules() string { return groups("") }

// PrometheusRule returns the alerts as an object of the Prometheus operator, in YAML.
func PrometheusRule(namespace string) string {
	return fmt.Sprintf(`apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: integration-operator
  namespace: %s
  labels:
    app.kubernetes.io/name: integration-operator
spec:
`, namespace) + groups("  ")
}

// groups returns the field groups with its alerts, indented.
func groups(indent string) string {
	var b strings.Builder
	b.WriteString("groups:\n- name: " + group + "\n  rules:\n")
	for _, a := range All() {
		fmt.Fprintf(&b, "  - alert: %s\n", a.Name)
		fmt.Fprintf(&b, "    expr: |\n      %s\n", strings.ReplaceAll(a.Expr, "\n", "\n      "))
		fmt.Fprintf(&b, "    for: %s\n", promDuration(a.For))
		fmt.Fprintf(&b, "    labels:\n      severity: %s\n    annotations:\n", a.Severity)
		fmt.Fprintf(&b, "      summary: %s\n", yamlString(a.Summary))
		fmt.Fprintf(&b, "      description: %s\n", yamlString(a.Description))
		fmt.Fprintf(&b, "      runbook_url: %s\n", a.RunbookURL())
	}
	return indent + strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n"+indent) + "\n"
}

// promDuration returns a duration in Prometheus' notation.
func promDuration(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// yamlString returns a string of YAML.
func yamlString(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Index returns the rows of the index of runbooks, in Markdown: each alert with its urgency.
func Index() string {
	var b strings.Builder
	b.WriteString("| alert | act |\n|---|---|")
	seen := map[string]bool{}
	for _, a := range All() {
		if seen[a.Name] {
			continue
		}
		seen[a.Name] = true
		fmt.Fprintf(&b, "\n| [%[1]s](%[1]s.md) | %s |", a.Name, UrgencyOf(a.Name))
	}
	return b.String()
}

// UrgencyOf returns how soon a person has to act on an alert, in words. An alert with two severities has both.
func UrgencyOf(name string) string {
	var all []string
	for _, a := range All() {
		if a.Name == name {
			all = append(all, a.Severity.Urgency())
		}
	}
	all = slices.Compact(all)
	return strings.Join(all, ", or ") + map[bool]string{true: " (label `severity`)"}[len(all) > 1]
}
