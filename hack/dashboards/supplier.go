package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// oneSupplier shows one Supplier: its conditions and key, its customers, and their data.
func oneSupplier() *dashboard.DashboardBuilder {
	b := board("supplier", "Integration operator / One supplier", "Conditions, key, customers, runs and data.")
	return b.WithVariable(suppliers()).
		WithPanel(remaining("Key expires in", "The signing key or certificate. Empty if the Supplier does not say when: set "+
			"spec.maskinporten.keyRegisteredAt.", "min("+metric("supplier_key_expiry_timestamp_seconds", ofSupplier)+")").
			NoValue("unknown")).
		WithPanel(figure("Most overdue verification", "How long it has been due.", seconds, 900, 1800,
			query{expression: "max(" + metric("oldest_overdue_check_seconds", ofSupplier) + ")"})).
		WithPanel(figure("Most overdue run", "How long ago it should have ended.", seconds, 900, 3600,
			query{expression: "max(" + metric("oldest_overdue_run_seconds", ofSupplier) + ")"})).
		WithPanel(figure("Last successful run", "How long ago the last run of any customer succeeded.", seconds, 7200, 86400,
			query{expression: "time() - max(" + metric("last_successful_run_timestamp_seconds", ofSupplier) + ")"}).
			NoValue("none yet")).
		WithPanel(figure("Unsettled plans", "Plans that may be at NAV, or that a person decides on.", number, 1, 10,
			query{expression: "sum(" + gauge("supplier, outcome", "unsettled_plans", ofSupplier) + ")"})).
		WithPanel(figure("Customers", "All customers of this Supplier.", number, 0, 0, query{expression: customers()})).
		WithPanel(figure("Ready", "All their services have access, and their runs succeed.", number, 0, 0,
			query{expression: customers(`ready="True"`)})).
		WithPanel(figure("Open breakers", "Services to which requests are held back.", number, 1, 1, query{
			expression: "sum(" + gauge("supplier, service", "breaker_state", ofSupplier) + " > bool 0)",
		})).
		WithPanel(list("Conditions", "The Supplier's conditions. What each reason means: docs/reasons.md.", half, query{
			expression: gauge("type, status, reason", "supplier_condition", ofSupplier),
		})).
		WithPanel(stackedLines("Access", "Services of customers, by service and state.", query{
			expression: gauge("service, state", "customer_services", ofSupplier), legend: "{{service}} {{state}}",
		})).
		WithPanel(stackedLines("Customers", "By the reason of Ready.", query{
			expression: "sum by (reason) (" + gauge("supplier, ready, reason", "customers", ofSupplier) + ")",
			legend:     "{{reason}}",
		})).
		WithPanel(lines("Overdue runs", "Services whose run should have ended 15 minutes ago.", number, query{
			expression: gauge("service", "overdue_runs", ofSupplier), legend: "{{service}}",
		})).
		WithPanel(lines("Runs", "Finished runs, by service and reason. OK: it succeeded.", number, query{
			expression: increase("service, reason", "sync_runs_total", ofSupplier) + " > 0", legend: "{{service}} {{reason}}",
		})).
		WithPanel(lines("Plans", "Follow-up plans of all Suppliers, by outcome at NAV.", number, query{
			expression: increase("outcome", "plans_total"), legend: "{{outcome}}",
		})).
		WithPanel(lines("Documents", "Documents and PDFs that HRM systems of all Suppliers stored.", number,
			query{expression: increase("service", "documents_stored_total"), legend: "{{service}}"},
			query{expression: increase("service", "pdfs_stored_total"), legend: "{{service}}, PDFs"})).
		WithPanel(lines("Items", "What workers of the Supplier's own services sent or received.", number, query{
			expression: increase("service, outcome", "items_total", ofSupplier), legend: "{{service}} {{outcome}}",
		})).
		WithPanel(lines("Tokens for runs", "The token broker's responses to pods of all Suppliers.", perSecond, query{
			expression: rate("code, reason", "token_requests_total"), legend: "{{code}} {{reason}}",
		}))
}
