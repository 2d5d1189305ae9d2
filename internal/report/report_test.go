package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/language/languagetest"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

func TestWords(t *testing.T) { languagetest.Check(t, words) }

// TestWordsOfSignals verifies that each signal of a service and of a key has words.
func TestWordsOfSignals(t *testing.T) {
	for _, s := range []rollout.Signal{rollout.Green, rollout.Red, rollout.Grey} {
		for _, key := range []string{"light." + string(s), "light.key" + string(s)} {
			if !words.Has(key) {
				t.Errorf("there is no text %s", key)
			}
		}
	}
	if !words.Has("light." + string(rollout.Off)) {
		t.Error("there is no text for what is not in use")
	}
}

// population returns n customers and their overview. It adds the time and the signals of the suppliers to opts.
func population(n int, opts Options) ([]rollout.Customer, rollout.Overview, Options) {
	customers, suppliers := rollouttest.Population(n, now)
	all := make([]rollout.Customer, 0, n)
	for i := range customers {
		all = append(all, rollout.Of(&customers[i], &suppliers[0]))
	}
	opts.Now, opts.Lights = now, rollout.Lights(suppliers, now)
	return all, rollout.Summarize(all, now), opts
}

// write writes a report of a population.
func write(
	t *testing.T, n int, opts Options, report func(io.Writer, rollout.Overview, []rollout.Customer, Options) error,
) string {
	t.Helper()
	all, o, opts := population(n, opts)
	var b bytes.Buffer
	if err := report(&b, o, all, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// writeCSV writes a CSV report; it has the signature of the other forms.
func writeCSV(w io.Writer, _ rollout.Overview, all []rollout.Customer, opts Options) error {
	return CSV(w, all, opts)
}

// TestGolden compares reports of 40 customers with files. Look at the page in a browser if it changes.
func TestGolden(t *testing.T) {
	fortnight := 14 * 24 * time.Hour
	cases := map[string]struct {
		opts   Options
		report func(io.Writer, rollout.Overview, []rollout.Customer, Options) error
	}{
		"report.html":     {report: HTML},
		"waiting.en.html": {opts: Options{Language: language.English, Waiting: fortnight}, report: HTML},
		"report.txt":      {report: Text},
		"waiting.en.txt":  {opts: Options{Language: language.English, Waiting: fortnight}, report: Text},
		"report.csv":      {report: writeCSV},
		"waiting.csv":     {opts: Options{Waiting: fortnight}, report: writeCSV},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, path := write(t, 40, c.opts, c.report), filepath.Join("testdata", name)
			if *fixture.Update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(filepath.Clean(path))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("not as %s has it (-want +got):\n%s", path, diff)
			}
		})
	}
}

// outside matches what a browser would fetch or run.
var outside = regexp.MustCompile(`(?i)<(script|link|img|iframe|object|form|base)|\s(src|href|action|on\w+|style)=|url\(|@import`)

// TestPageIsCompleteInItself verifies that the page loads nothing, runs no script, and is small enough to send by
// e-mail.
func TestPageIsCompleteInItself(t *testing.T) {
	page := write(t, 10_000, Options{}, HTML)
	if found := outside.FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	if len(page) > 2<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	if _, err := html.Parse(strings.NewReader(page)); err != nil {
		t.Error(err)
	}
}

// TestPageEscapes verifies that a name with markup is shown as text.
func TestPageEscapes(t *testing.T) {
	all, o, opts := population(1, Options{})
	all[0].Title, all[0].Turn, all[0].TurnSince = "<script>alert(1)</script>", "Supplier", now
	var b strings.Builder
	if err := HTML(&b, o, all, opts); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "<script>") || !strings.Contains(b.String(), "&lt;script&gt;alert(1)") {
		t.Error("the name is markup")
	}
}

// TestEmpty verifies that all forms report no customers.
func TestEmpty(t *testing.T) {
	for name, report := range map[string]func(io.Writer, rollout.Overview, []rollout.Customer, Options) error{
		"html": HTML, "text": Text,
	} {
		t.Run(name, func(t *testing.T) {
			if got := write(t, 0, Options{}, report); !strings.Contains(got, "Ingen kunder er på listen.") {
				t.Error(got)
			}
		})
	}
}

// TestListHasEachOnce verifies that each customer that waits, or for whom a person must act, is listed exactly once.
func TestListHasEachOnce(t *testing.T) {
	cases := map[string]struct {
		waiting time.Duration
		listed  func(rollout.Customer) bool
	}{
		"all": {listed: func(c rollout.Customer) bool { return c.Turn != "" }},
		"waiting": {
			waiting: 24 * time.Hour,
			listed: func(c rollout.Customer) bool {
				return !c.WaitingSince.IsZero() && now.Sub(c.WaitingSince) >= 24*time.Hour
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			all, _, opts := population(2000, Options{Waiting: c.waiting})
			want, got := map[string]int{}, map[string]int{}
			for i := range all {
				if c.listed(all[i]) {
					want[all[i].Organization]++
				}
			}
			for _, g := range groups(all, &opts) {
				for i := range g.customers {
					got[g.customers[i].Organization]++
					if g.customers[i].Turn != g.actor {
						t.Errorf("%s is in the group of %q", g.customers[i].Name, g.actor)
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestKeyText verifies the text for the remaining lifetime of a key.
func TestKeyText(t *testing.T) {
	cases := map[string]struct {
		light rollout.Light
		want  string
	}{
		"days":        {light: rollout.Light{Key: rollout.Green, KeyEnd: now, KeyDays: 44}, want: "44 dager igjen"},
		"day":         {light: rollout.Light{Key: rollout.Red, KeyEnd: now, KeyDays: 1}, want: "1 dag igjen"},
		"expired":     {light: rollout.Light{Key: rollout.Red, KeyEnd: now, KeyDays: -1}, want: "utløpt"},
		"certificate": {light: rollout.Light{Key: rollout.Green}, want: "mer enn 30 dager igjen"},
		"soon":        {light: rollout.Light{Key: rollout.Red}, want: "utløper snart"},
		"unknown":     {light: rollout.Light{Key: rollout.Grey}, want: "ukjent"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := keyText(&c.light, &Options{}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// closed is a writer that returns an error for every write.
type closed struct{}

var errClosed = errors.New("broken pipe")

func (closed) Write([]byte) (int, error) { return 0, errClosed }

func TestErrors(t *testing.T) {
	all, o, opts := population(3, Options{})
	for name, report := range map[string]func(io.Writer, rollout.Overview, []rollout.Customer, Options) error{
		"html": HTML, "text": Text, "csv": writeCSV,
	} {
		t.Run(name, func(t *testing.T) {
			if err := report(closed{}, o, all, opts); !errors.Is(err, errClosed) {
				t.Errorf("%v", err)
			}
		})
	}
}

func BenchmarkHTML(b *testing.B) {
	all, o, opts := population(10_000, Options{})
	for b.Loop() {
		if err := HTML(io.Discard, o, all, opts); err != nil {
			b.Fatal(err)
		}
	}
}
