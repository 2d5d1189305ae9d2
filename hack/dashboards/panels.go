package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// A row of panels is 24 wide.
const (
	third   = 8
	half    = 12
	whole   = 24
	eighth  = 3
	quarter = 6
	high    = 8
	low     = 4
)

// Units of Grafana.
const (
	seconds   = "s"
	bytes     = "bytes"
	perSecond = "reqps"
	number    = "short"
)

// Colors of Grafana.
const (
	green  = "green"
	yellow = "yellow"
	red    = "red"
)

// query is an expression with the names of its series in the legend.
type query struct {
	expression, legend string
}

// panel is what the builders of all panels have.
type panel[B any] interface {
	cog.Builder[dashboard.Panel]
	Title(title string) B
	Description(text string) B
	Datasource(source common.DataSourceRef) B
	Span(width uint32) B
	Height(height uint32) B
	WithTarget(target cog.Builder[variant]) B
	Unit(unit string) B
	NoValue(text string) B
}

// describe sets what all panels have.
func describe[B panel[B]](b B, title, text, unit string, width, height uint32, queries ...query) B {
	b = b.Title(title).Description(text).Unit(unit).Datasource(source()).Span(width).Height(height)
	for i, q := range queries {
		b = b.WithTarget(target(i, q, b))
	}
	return b
}

// target returns the query with index i of a panel: at one time for numbers and tables, over a range for the others.
func target(i int, q query, builder any) cog.Builder[variant] {
	t := prometheus.NewDataqueryBuilder().RefId("ABCDEFGHIJ"[i : i+1]).Expr(q.expression).LegendFormat(q.legend)
	switch builder.(type) {
	case *table.PanelBuilder:
		return t.Instant().Format(prometheus.PromQueryFormatTable)
	case *stat.PanelBuilder:
		return t.Instant()
	default:
		return t.Range()
	}
}

// source returns the data source that the reader has chosen.
func source() common.DataSourceRef {
	kind, uid := "prometheus", "${datasource}"
	return common.DataSourceRef{Type: &kind, Uid: &uid}
}

// lines returns a panel with a line per series.
func lines(title, text, unit string, queries ...query) *timeseries.PanelBuilder {
	b := timeseries.NewPanelBuilder().Min(0).ShowPoints(common.VisibilityModeNever).FillOpacity(10).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
	return describe(b, title, text, unit, half, high, queries...)
}

// stackedLines returns a panel whose series add up to a whole.
func stackedLines(title, text string, queries ...query) *timeseries.PanelBuilder {
	return lines(title, text, number, queries...).FillOpacity(60).LineWidth(0).
		Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal))
}

// figure returns a panel with one number, which is yellow from the value warning on and red from alarm on. If both are
// 0, it is green.
func figure(title, text, unit string, warning, alarm float64, q query) *stat.PanelBuilder {
	steps := []dashboard.Threshold{{Color: green}}
	if warning > 0 || alarm > 0 {
		steps = append(steps,
			dashboard.Threshold{Color: yellow, Value: &warning}, dashboard.Threshold{Color: red, Value: &alarm})
	}
	b := stat.NewPanelBuilder().GraphMode(common.BigValueGraphModeNone).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps))
	return describe(b, title, text, unit, eighth, low, q)
}

// remaining returns a panel with the time until something expires, red below 7 days and yellow below 30.
func remaining(title, text, timestamp string) *stat.PanelBuilder {
	const day = 24 * 60 * 60
	week, month := 7.0*day, 30.0*day
	return figure(title, text, seconds, 0, 0, query{expression: timestamp + " - time()"}).
		Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps([]dashboard.Threshold{
			{Color: red}, {Color: yellow, Value: &week}, {Color: green, Value: &month},
		}))
}

// states returns a panel with a colored band per series. The meanings are by value: text and color.
func states(title, text string, meanings map[string][2]string, q query) *statetimeline.PanelBuilder {
	options := map[string]dashboard.ValueMappingResult{}
	for value, meaning := range meanings {
		options[value] = dashboard.ValueMappingResult{Text: &meaning[0], Color: &meaning[1]}
	}
	mapping := &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}
	b := statetimeline.NewPanelBuilder().ShowValue(common.VisibilityModeNever).
		Mappings([]dashboard.ValueMapping{{ValueMap: mapping}})
	return describe(b, title, text, number, half, high, q)
}

// list returns a table with a row per series and a column per label.
func list(title, text string, width uint32, q query, hidden ...string) *table.PanelBuilder {
	b := table.NewPanelBuilder()
	for _, column := range append(hidden, "Time", "Value") {
		b = b.OverrideByName(column, []dashboard.DynamicConfigValue{{Id: "custom.hidden", Value: true}})
	}
	return describe(b, title, text, number, width, high, q)
}
