package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/language/languagetest"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

func TestWords(t *testing.T) { languagetest.Check(t, words) }

// overview summarizes a population.
func overview(n int) rollout.Overview {
	customers, suppliers := rollouttest.Population(n, now)
	all := make([]rollout.Customer, 0, n)
	for i := range customers {
		all = append(all, rollout.Of(&customers[i], &suppliers[0]))
	}
	return rollout.Summarize(all, now)
}

func chartsOf(t *testing.T, o rollout.Overview, lang language.Language) []Chart {
	t.Helper()
	all, err := Of(o, lang)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestGolden compares the charts of 200 customers with a page. Look at it in a browser if it changes.
func TestGolden(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<meta charset=\"utf-8\">\n<style>\n%s</style>\n", Style)
	for _, c := range chartsOf(t, overview(200), language.Norwegian) {
		fmt.Fprintf(&b, "<h2>%s</h2>\n<p>%s</p>\n%s\n<pre>\n%s\n", c.Title, c.Summary, c.SVG, strings.Join(c.Header, " | "))
		for _, r := range c.Rows {
			fmt.Fprintln(&b, strings.Join(r, " | "))
		}
		b.WriteString("</pre>\n")
	}
	path := filepath.Join("testdata", "charts.html")
	if *fixture.Update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("not as %s has it (-want +got):\n%s", path, diff)
	}
}

// TestFirstDay draws a curve of one day as one that rises from zero.
func TestFirstDay(t *testing.T) {
	o := rollout.Overview{Customers: 1, Curve: []rollout.Point{{Day: now, Given: 2, Total: 2}}}
	curve := chartsOf(t, o, language.English)[1]
	if !strings.Contains(string(curve.SVG), "21 Nov<") || !strings.Contains(string(curve.SVG), "22 Nov<") {
		t.Errorf("%s", curve.SVG)
	}
	if diff := cmp.Diff([][]string{{"November 2026", "2", "2"}}, curve.Rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSVG checks what a page with a strict Content-Security-Policy and a screen reader need of each drawing.
func TestSVG(t *testing.T) {
	for name, n := range map[string]int{"one": 1, "some": 37, "many": 10_000} {
		t.Run(name, func(t *testing.T) {
			o := overview(n)
			again := chartsOf(t, o, language.Norwegian)
			for i, c := range chartsOf(t, o, language.Norwegian) {
				if c.SVG == "" {
					continue
				}
				if c.SVG != again[i].SVG {
					t.Errorf("%s is drawn differently the second time", c.ID)
				}
				if len(c.SVG) > 16<<10 {
					t.Errorf("%s has %d bytes", c.ID, len(c.SVG))
				}
				checkElements(t, &c)
			}
		})
	}
}

// attributes are those that elements of a drawing may have.
var attributes = map[string][]string{
	"svg":   {"xmlns", "class", "viewBox", "role", "aria-labelledby"},
	"title": {"id"},
	"desc":  {"id"},
	"text":  {"class", "x", "y", "font-size", "fill", "textLength", "lengthAdjust"},
	"path":  {"class", "d", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity"},
}

// checkElements fails the test unless a drawing has known elements and attributes only, and nothing lies outside it.
func checkElements(t *testing.T, c *Chart) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(string(c.SVG)))
	decoder.Strict = true
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if !slices.Contains(attributes[e.Name.Local], a.Name.Local) {
				t.Errorf("%s: %s has the attribute %s", c.ID, e.Name.Local, a.Name.Local)
			}
			if class := "." + a.Value; a.Name.Local == "class" && !strings.Contains(style, class) {
				t.Errorf("%s: the style sheet has no %s", c.ID, class)
			}
			if a.Name.Local == "textLength" && (a.Value == "0" || len(a.Value) > 3) {
				t.Errorf("%s: a text is %s units long", c.ID, a.Value)
			}
		}
	}
	for _, want := range []string{
		`role="img"`, `<title id="chart-` + c.ID + `-title">`, `<desc id="chart-` + c.ID + `-desc">`,
		`aria-labelledby="chart-` + c.ID + `-title chart-` + c.ID + `-desc"`, "<text ", `class="series-1"`,
	} {
		if !strings.Contains(string(c.SVG), want) {
			t.Errorf("%s has no %s", c.ID, want)
		}
	}
}

var zero = regexp.MustCompile(`\b0\b`)

// TestNothingToDraw draws nothing of what is zero, and says so.
func TestNothingToDraw(t *testing.T) {
	o := rollout.Summarize(nil, now)
	o.Funnels = []rollout.Funnel{{Service: v1alpha1.ServiceSickNotes}}
	for _, lang := range language.All() {
		for _, c := range chartsOf(t, o, lang) {
			t.Run(string(lang)+"-"+c.ID, func(t *testing.T) {
				if c.SVG != "" || c.Rows != nil || zero.MatchString(c.Summary) || c.Summary == "" || c.Title == "" {
					t.Errorf("%+v", c)
				}
			})
		}
	}
}

// TestTables have a cell for each heading.
func TestTables(t *testing.T) {
	for _, c := range chartsOf(t, overview(500), language.English) {
		t.Run(c.ID, func(t *testing.T) {
			if len(c.Rows) == 0 {
				t.Fatal("there is no row")
			}
			for _, r := range c.Rows {
				if len(r) != len(c.Header) || slices.Contains(r, "") {
					t.Errorf("%q below %q", r, c.Header)
				}
			}
		})
	}
}

// TestTextIsEscaped draws a text with markup as text.
func TestTextIsEscaped(t *testing.T) {
	d := drawing{
		description: description{id: "x", title: "<b>", summary: `"&"`}, marks: []mark{{"<script>", 1}, {"a&b", 2}},
		number: func(n int) string { return fmt.Sprint(n) },
	}
	drawn, err := d.bars()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"&lt;b&gt;", "&#34;&amp;&#34;", "&lt;script&gt;", "a&amp;b"} {
		if !strings.Contains(drawn, want) {
			t.Errorf("there is no %s in %s", want, drawn)
		}
	}
}

// TestRewriteRefuses what a later version of the library may write, so that it is not shown in black.
func TestRewriteRefuses(t *testing.T) {
	cases := map[string]string{
		"element": `<svg viewBox="0 0 1 1"><circle r="1"/></svg>`,
		"colour":  `<svg viewBox="0 0 1 1"><path d="M 0 0" style="fill:rgb(9,9,9)"/></svg>`,
		"text":    `<svg viewBox="0 0 1 1"><text x="1" y="1" style="fill:red">a</text></svg>`,
		"no-xml":  `<svg viewBox="0 0 1 1"><path`,
	}
	for name, drawn := range cases {
		t.Run(name, func(t *testing.T) {
			if got, err := rewrite([]byte(drawn), newPainter(height), description{}); err == nil {
				t.Errorf("it became %s", got)
			}
		})
	}
}

func TestRoundStep(t *testing.T) {
	for most, want := range map[int]int{0: 1, 1: 1, 5: 1, 6: 2, 10: 2, 11: 5, 26: 10, 100: 20, 101: 50, 12_345: 5_000} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			if got := roundStep(most); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		})
	}
}

var colour = regexp.MustCompile(`--chart-(series|text|line): (#[0-9a-f]{6}|#000);`)

// TestContrast demands WCAG's contrasts: 4.5 for texts and 3 for the rest, on the lightest and the darkest ground of a
// page in light, and of one in dark.
func TestContrast(t *testing.T) {
	grounds := [][]string{{"#ffffff", "#efefea"}, {"#101614", "#202a26"}, {"#ffffff"}} // light, dark, print
	found := colour.FindAllStringSubmatch(strings.ReplaceAll(style, "#000;", "#000000;"), -1)
	if len(found) != 9 {
		t.Fatalf("%d colours", len(found))
	}
	for i, f := range found {
		least := 3.0
		if f[1] == "text" {
			least = 4.5
		}
		for _, ground := range grounds[i/3] {
			t.Run(fmt.Sprintf("%s-%d-on-%s", f[1], i/3, ground), func(t *testing.T) {
				if got := contrast(t, f[2], ground); got < least {
					t.Errorf("%s has a contrast of %.1f, want %.1f", f[2], got, least)
				}
			})
		}
	}
}
