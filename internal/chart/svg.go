package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/go-analyze/charts"
)

// part is a part of a drawing, by the colour that the library writes for it: the class by which Style colours it, and
// how it looks without Style.
type part struct {
	class, opacity string
}

var parts = map[string]part{
	colorText.String():                          {"chart-text", ""},
	colorGrid.String():                          {"chart-grid", "0.2"},
	colorAxis.String():                          {"chart-axis", "0.6"},
	colorSeries.String():                        {"series-1", ""},
	colorSeries.WithAlpha(areaOpacity).String(): {"series-1-area", "0.15"},
}

// description is what a screen reader says of a drawing.
type description struct{ id, title, summary string }

// rewrite makes the library's SVG fit for a page: it is described for screen readers, its colours are classes, it has
// no style attributes, which a Content-Security-Policy forbids, and its texts have the page's font. Because that font
// may be wider than the one that the library measures with, each text keeps its measured length.
func rewrite(drawn []byte, p *charts.Painter, d description) (string, error) {
	r := &rewriter{painter: p, description: d}
	decoder := xml.NewDecoder(strings.NewReader(string(drawn)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return r.out.String(), nil
		}
		if err != nil {
			return "", fmt.Errorf("reading SVG: %w", err)
		}
		if err := r.token(token); err != nil {
			return "", err
		}
	}
}

type rewriter struct {
	painter     *charts.Painter
	description description
	out         strings.Builder
	// text is the start of a text element, which is written with its content.
	text *xml.StartElement
}

func (r *rewriter) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.start(t)
	case xml.CharData:
		if r.text == nil {
			return nil
		}
		return r.writeText(string(t))
	case xml.EndElement:
		if t.Name.Local == "svg" {
			r.out.WriteString("</svg>")
		}
	}
	return nil
}

func (r *rewriter) start(e xml.StartElement) error {
	r.text = nil
	switch e.Name.Local {
	case "svg":
		r.writeHead(attribute(e, "viewBox"))
		return nil
	case "text":
		r.text = &e
		return nil
	case "path":
		return r.writePath(e)
	default:
		return fmt.Errorf("the drawing has an unexpected element %q", e.Name.Local)
	}
}

func (r *rewriter) writeHead(viewBox string) {
	d := r.description
	fmt.Fprintf(&r.out, `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="%s" role="img" `+
		`aria-labelledby="chart-%s-title chart-%s-desc">`, viewBox, d.id, d.id)
	fmt.Fprintf(&r.out, `<title id="chart-%s-title">%s</title><desc id="chart-%s-desc">%s</desc>`,
		d.id, html.EscapeString(d.title), d.id, html.EscapeString(d.summary))
}

// writePath writes a path with its class. One without colour is left out.
func (r *rewriter) writePath(e xml.StartElement) error {
	style := styleOf(e)
	fill, stroke := visible(style["fill"]), visible(style["stroke"])
	if fill == "" && stroke == "" {
		return nil
	}
	d := strings.ReplaceAll(attribute(e, "d"), "\n", "")
	d = strings.NewReplacer("M ", "M", "L ", "L", " L", "L").Replace(d)
	color := fill + stroke
	if fill != "" && stroke != "" {
		color = fill
	}
	known, ok := parts[color]
	if !ok {
		return fmt.Errorf("the drawing has an unexpected colour %q", color)
	}
	fmt.Fprintf(&r.out, `<path class="%s" d="%s"`, known.class, d)
	if fill == "" {
		fmt.Fprintf(&r.out, ` fill="none" stroke="currentColor" stroke-width="%s"`, style["stroke-width"])
		writeOpacity(&r.out, "stroke-opacity", known)
	} else {
		r.out.WriteString(` fill="currentColor"`)
		writeOpacity(&r.out, "fill-opacity", known)
	}
	r.out.WriteString("/>")
	return nil
}

func writeOpacity(out *strings.Builder, name string, of part) {
	if of.opacity != "" {
		fmt.Fprintf(out, ` %s="%s"`, name, of.opacity)
	}
}

// writeText writes a text with its class, in the length that the library measured.
func (r *rewriter) writeText(content string) error {
	e := *r.text
	style := styleOf(e)
	known, ok := parts[style["fill"]]
	if !ok {
		return fmt.Errorf("the drawing has a text in an unexpected colour %q", style["fill"])
	}
	length := r.painter.MeasureText(content, 0, charts.FontStyle{FontSize: textSize, FontColor: colorText}).Width()
	fmt.Fprintf(&r.out, `<text class="%s" x="%s" y="%s" font-size="%s" fill="currentColor" textLength="%d" `+
		`lengthAdjust="spacingAndGlyphs">%s</text>`, known.class, attribute(e, "x"), attribute(e, "y"),
		strings.TrimSuffix(style["font-size"], "px"), length, html.EscapeString(content))
	return nil
}

// visible returns a colour, "" if it is none.
func visible(color string) string {
	if color == "none" {
		return ""
	}
	return color
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// styleOf returns the declarations of an element's style.
func styleOf(e xml.StartElement) map[string]string {
	style := map[string]string{}
	for declaration := range strings.SplitSeq(attribute(e, "style"), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		style[name] = value
	}
	return style
}
