package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/4human/integration-operator/internal/condition"
)

// fleet shows all customers: who has granted access, who waits, who fails, and whose turn it is.
func fleet() *dashboard.DashboardBuilder {
	b := board("fleet", "Integration operator / Fleet", "All customers: access, roll-out, whose turn it is.")
	return withSuppliers(b).
		WithPanel(figure("Customers", "All customers.", number, 0, 0, query{expression: customers()})).
		WithPanel(figure("Ready", "All their services have access, and their runs succeed.", number, 0, 0,
			query{expression: customers(`ready="True"`)})).
		WithPanel(figure("Customer's turn", "They have not given access, or have withdrawn it. They may take weeks.", number,
			0, 0, query{expression: customersOn(condition.Administrator)})).
		WithPanel(figure("Supplier's turn", "The supplier's staff act.", number, 0, 0,
			query{expression: customersOn(condition.SupplierStaff)})).
		WithPanel(figure("Platform team's turn", "You act. The panel of reasons says on what.", number, 1, 10,
			query{expression: customersOn(condition.PlatformTeam)})).
		WithPanel(figure("Most overdue verification", "How long it has been due. More than half an hour: the operator is "+
			"too slow, has no leader, or a service is down.", seconds, 900, 1800,
			query{expression: "max(" + metric("oldest_overdue_check_seconds", ofSupplier) + ")"})).
		WithPanel(figure("Overdue runs", "Services whose run should have ended 15 minutes ago.", number, 1, 10,
			query{expression: "sum(" + gauge("supplier, service", "overdue_runs", ofSupplier) + ")"})).
		WithPanel(figure("Withdrawals in a day", "Accesses that were found withdrawn in the last 24 hours.", number, 0, 0,
			query{expression: "sum(increase(" + metric("access_withdrawals_total", ofSupplier) + "[1d]))"})).
		WithPanel(stackedLines("Roll-out", "Services of customers, by the state of their access.", query{
			expression: "sum by (state) (" + gauge("supplier, service, state", "customer_services", ofSupplier) + ")",
			legend:     "{{state}}",
		})).
		WithPanel(stackedLines("Whose turn it is", "Customers that are not ready, by who acts.", turns()...)).
		WithPanel(lines("Not ready, by reason", "What each reason means: docs/reasons.md.", number, query{
			expression: "sum by (reason) (" +
				gauge("supplier, ready, reason", "customers", ofSupplier, `ready!="True"`) + ")",
			legend: "{{reason}}",
		})).
		WithPanel(lines("Withdrawals found", "Accesses, by service.", number, query{
			expression: increase("service", "access_withdrawals_total", ofSupplier), legend: "{{service}}",
		})).
		WithPanel(lines("Time until a change is found", "19 of 20 changes of access are found within it.", seconds, query{
			expression: quantile("0.95", "transition", "detection_delay_seconds", ofSupplier), legend: "{{transition}}",
		})).
		WithPanel(lines("Runs", "Finished runs, by outcome.", number, query{
			expression: increase("outcome", "sync_runs_total", ofSupplier), legend: "{{outcome}}",
		})).
		WithPanel(lines("Runs start late", "9 of 10 runs get their pod within it after they are due. Kubernetes leaves out "+
			"runs that are two minutes late.", seconds, query{
			expression: quantile("0.9", "service", "run_start_delay_seconds"), legend: "{{service}}",
		}))
}

// turns returns a query per actor.
func turns() []query {
	var queries []query
	for _, actor := range []condition.Actor{
		condition.Administrator, condition.SupplierStaff, condition.PlatformTeam, condition.NAV, condition.Digdir,
		condition.Operator,
	} {
		if reasonsOf(actor) == "" {
			continue
		}
		name := string(actor)
		if actor == condition.Operator {
			name = "operator"
		}
		queries = append(queries, query{expression: customersOn(actor), legend: name})
	}
	return queries
}
