package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/4human/integration-operator/internal/metrics"
)

// tag is what the dashboards have in common, by which they link to each other.
const tag = "integration-operator"

// board returns a dashboard with variables for the data source and the operator's namespace, and links to the others.
func board(name, title, text string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder(title).Uid(tag+"-"+name).Description(text).Tags([]string{tag}).
		Readonly().Refresh("1m").Time("now-6h", "now").Timezone("browser").Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Link(dashboard.NewDashboardLinkBuilder("Integration operator").Type(dashboard.DashboardLinkTypeDashboards).
			Tags([]string{tag}).KeepTime(true).IncludeVars(true)).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Prometheus").Type("prometheus")).
		WithVariable(variable("namespace", "Operator's namespace", metrics.BuildInfo.Name).IncludeAll(true).AllValue(".*"))
}

// withSuppliers adds a variable for any number of Suppliers.
func withSuppliers(b *dashboard.DashboardBuilder) *dashboard.DashboardBuilder {
	return b.WithVariable(suppliers().IncludeAll(true).AllValue(".*").Multi(true))
}

// suppliers returns a variable for one Supplier.
func suppliers() *dashboard.QueryVariableBuilder {
	return variable("supplier", "Supplier", metric("oldest_overdue_check_seconds"))
}

// variable returns a variable with the values of the label of its name in a series.
func variable(name, title, series string) *dashboard.QueryVariableBuilder {
	query := fmt.Sprintf("label_values(%s, %s)", series, name)
	return dashboard.NewQueryVariableBuilder(name).Label(title).Datasource(source()).
		Query(dashboard.StringOrMap{String: &query}).Refresh(dashboard.VariableRefreshOnTimeRangeChanged)
}
