// Package alert has the operator's alerts. The rules for Prometheus and the index of runbooks are generated from its
// table.
package alert

import (
	"slices"
	"time"
)

// Severity is how soon a person has to act.
type Severity string

// Severities, with their values of the label severity.
const (
	// Critical wakes a person up: data stops for many customers, or no withdrawal is detected.
	Critical Severity = "critical"
	// Warning is for the same day: data of some customers stops, or will stop within days.
	Warning Severity = "warning"
	// Info is for the same week: a customer waits, and no data is lost meanwhile.
	Info Severity = "info"
)

// Urgency returns the severity in words, as runbooks have it.
func (s Severity) Urgency() string {
	return map[Severity]string{Critical: "Wake up", Warning: "Today", Info: "This week"}[s]
}

// Prefix is the prefix of the names of alerts.
const Prefix = "IntegrationOperator"

// runbooks is where runbooks are published. The name of the alert and ".md" follow.
const runbooks = "https://github.com/4human/integration-operator/blob/main/docs/runbooks/"

// Alert is one alerting rule. Two rules may have the same name: then they have different severities and one runbook.
type Alert struct {
	// Name with Prefix.
	Name     string
	Severity Severity
	// For is how long the expression has to hold before the alert fires.
	For time.Duration
	// Summary says in one sentence what is wrong, with Prometheus' template functions.
	Summary string
	// Description says what to do first.
	Description string
	// Expr is the expression in PromQL.
	Expr string
}

// RunbookURL returns the address of the alert's runbook.
func (a *Alert) RunbookURL() string { return runbooks + a.Name + ".md" }

// All returns all alerts, the most severe first.
func All() []Alert {
	return slices.Concat(managerAlerts(), accessAlerts(), alarmAlerts(), fleetAlerts(), customerAlerts())
}
