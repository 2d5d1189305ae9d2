// Package chart draws the overview of a roll-out as SVG, each with the table behind it.
package chart

import (
	"html/template"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// Chart is a drawing with the table behind it.
type Chart struct {
	// ID is a word for anchors and file names, such as "curve".
	ID string
	// Title is the heading, and Summary one sentence with the chart's message.
	Title, Summary string
	// SVG is the drawing. It has no colours of its own: the page has to include Style. It is "" if there is nothing to
	// draw.
	SVG template.HTML
	// Header and Rows are the table. Numbers are written for people.
	Header []string
	Rows   [][]string
}

// Of returns the charts of an overview: states, curve, one funnel per service, ages, withdrawals.
func Of(o rollout.Overview, lang language.Language) []Chart {
	return nil
}

// Style is the style sheet of the drawings, for light and dark. It has no selector outside .chart.
const Style template.CSS = ""
