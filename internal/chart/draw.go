package chart

import (
	"fmt"
	"slices"

	"github.com/go-analyze/charts"
)

// Size of a drawing in its own units, which are pixels if it is as wide as a column of a page.
const (
	width     = 420
	height    = 250
	barHeight = 34
	textSize  = 10.5 // points, which are 14 pixels
	// labelGap is how far a label is from the bar, beside what the library leaves.
	labelGap = 6
)

// areaOpacity is the alpha of the area below a line.
const areaOpacity = 40

// Colours by which the library marks the parts of a drawing. rewrite replaces them.
var (
	colorText   = charts.Color{R: 1, A: 255}
	colorGrid   = charts.Color{R: 2, A: 255}
	colorAxis   = charts.Color{R: 3, A: 255}
	colorSeries = charts.Color{R: 4, A: 255}
	colorNone   = charts.Color{R: 5, A: 0}
)

var theme = charts.MakeTheme(charts.ThemeOption{
	AxisStrokeColor: colorAxis, AxisSplitLineColor: colorGrid, BackgroundColor: colorNone, TextColor: colorText,
	SeriesColors: []charts.Color{colorSeries},
})

// margins leave room for half a label at the right.
var margins = charts.NewBox(4, 10, 14, 4)

// mark is a label and its value.
type mark struct {
	label string
	value int
}

// drawing is what is drawn.
type drawing struct {
	description
	marks []mark
	// labels is how many labels the axis has, 0 for all.
	labels int
	// axis is what the labels are, "" if they say so themselves.
	axis string
	// number writes a number.
	number func(int) string
}

// line draws the marks as a line over an area.
func (d *drawing) line() (string, error) {
	labels, values := split(d.marks)
	opt := charts.NewLineChartOptionWithData([][]float64{values})
	opt.Theme, opt.Padding = theme, margins
	opt.Symbol.Shape = charts.SymbolNone
	opt.LineStrokeWidth, opt.FillArea, opt.FillOpacity = 2, new(true), areaOpacity
	opt.Legend.Show = new(false)
	opt.XAxis.Labels, opt.XAxis.LabelCount = labels, d.labels
	opt.XAxis.BoundaryGap = new(false)
	opt.XAxis.LabelFontStyle.FontSize = textSize
	opt.YAxis = []charts.YAxisOption{d.values()}
	p := newPainter(height)
	if err := p.LineChart(opt); err != nil {
		return "", fmt.Errorf("drawing a line: %w", err)
	}
	return d.finish(p)
}

// columns draws the marks as upright bars.
func (d *drawing) columns() (string, error) {
	labels, values := split(d.marks)
	opt := charts.NewBarChartOptionWithData([][]float64{values})
	opt.Theme, opt.Padding = theme, margins
	opt.Legend.Show = new(false)
	opt.CategoryAxis.Labels, opt.CategoryAxis.LabelCount = labels, d.labels
	opt.CategoryAxis.LabelFontStyle.FontSize = textSize
	opt.CategoryAxis.Title, opt.CategoryAxis.TitleFontStyle.FontSize = d.axis, textSize
	opt.ValueAxis = []charts.ValueAxisOption{d.values()}
	p := newPainter(height)
	if err := p.BarChart(opt); err != nil {
		return "", fmt.Errorf("drawing columns: %w", err)
	}
	return d.finish(p)
}

// bars draws the marks as lying bars, the first at the top, each with its value.
func (d *drawing) bars() (string, error) {
	upwards := slices.Clone(d.marks)
	slices.Reverse(upwards)
	labels, values := split(upwards)
	opt := charts.NewBarChartOptionWithData([][]float64{values})
	opt.Theme, opt.Horizontal = theme, true
	opt.Padding = charts.NewBox(4+labelGap, 0, 56, 0) // room for a value
	opt.Legend.Show = new(false)
	opt.CategoryAxis.Labels = labels
	opt.CategoryAxis.LabelFontStyle.FontSize = textSize
	opt.CategoryAxis.LabelOffset.Left = -labelGap
	axis := d.values()
	axis.Show, axis.Max = new(false), new(float64(d.most()))
	opt.ValueAxis = []charts.ValueAxisOption{axis}
	opt.SeriesList[0].Label = charts.SeriesLabel{
		Show: new(true), FontStyle: charts.FontStyle{FontSize: textSize}, ValueFormatter: axis.ValueFormatter,
	}
	p := newPainter(len(d.marks)*barHeight + 4)
	if err := p.BarChart(opt); err != nil {
		return "", fmt.Errorf("drawing bars: %w", err)
	}
	return d.finish(p)
}

func newPainter(height int) *charts.Painter {
	return charts.NewPainter(charts.PainterOptions{
		OutputFormat: charts.ChartOutputSVG, Width: width, Height: height, Theme: theme,
	})
}

// values is an axis of whole numbers from 0, with round steps.
func (d *drawing) values() charts.ValueAxisOption {
	step := roundStep(d.most())
	steps := max((d.most()+step-1)/step, 1)
	return charts.ValueAxisOption{
		Min: new(0.0), Max: new(float64(steps * step)), LabelCount: steps + 1,
		RangeValuePaddingScale: new(0.0), PreferNiceIntervals: new(false),
		LabelFontStyle: charts.FontStyle{FontSize: textSize},
		ValueFormatter: func(v float64) string { return d.number(int(v + 0.5)) },
	}
}

// most returns the highest value.
func (d *drawing) most() int {
	most := 0
	for _, m := range d.marks {
		most = max(most, m.value)
	}
	return most
}

// roundStep returns a step of 1, 2 or 5 times a power of ten that makes at most five steps up to a number.
func roundStep(most int) int {
	for power := 1; ; power *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if step := digit * power; step*5 >= most {
				return step
			}
		}
	}
}

func split(marks []mark) (labels []string, values []float64) {
	for _, m := range marks {
		labels, values = append(labels, m.label), append(values, float64(m.value))
	}
	return labels, values
}

func (d *drawing) finish(p *charts.Painter) (string, error) {
	drawn, err := p.Bytes()
	if err != nil {
		return "", fmt.Errorf("writing SVG: %w", err)
	}
	return rewrite(drawn, p, d.description)
}
