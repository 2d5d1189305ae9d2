package main

import (
	"fmt"
	"os"
	"regexp"

	"github.com/4human/integration-operator/internal/alert"
)

// operatorNamespace is the operator's namespace in config/default.
const operatorNamespace = "integration-operator-system"

const generated = "# Written by make generate from internal/alert.\n"

// writeAlerts writes the alerting rules and the index of their runbooks.
func writeAlerts() error {
	for path, text := range map[string]string{
		"config/monitoring/prometheus-rule.yaml": generated + alert.PrometheusRule(operatorNamespace),
		"config/monitoring/prometheus.yaml":      generated + alert.Rules(),
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // Rules are no secret.
			return fmt.Errorf("writing rules: %w", err)
		}
	}
	const index = "docs/runbooks/README.md"
	page, err := os.ReadFile(index)
	if err != nil {
		return fmt.Errorf("reading the index of runbooks: %w", err)
	}
	table := regexp.MustCompile(`(?s)\| alert \| act \|.*?\n\n`)
	if n := len(table.FindAll(page, -1)); n != 1 {
		return fmt.Errorf("%s has %d tables of alerts, want one", index, n)
	}
	page = table.ReplaceAllLiteral(page, []byte(alert.Index()+"\n\n"))
	return os.WriteFile(index, page, 0o644) //nolint:gosec // A document is no secret.
}
