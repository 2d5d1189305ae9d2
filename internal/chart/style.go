package chart

import (
	_ "embed"
	"html/template"
)

//go:embed style.css
var style string

// Style is the style sheet of the drawings, for light and dark. It concerns nothing outside .chart.
var Style = template.CSS(style) //nolint:gosec // It is ours.
