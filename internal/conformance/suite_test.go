package conformance_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/internal/conformance"
	"github.com/4human/integration-operator/internal/conformance/conformancetest"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const (
	customer = "310330701"
	token    = "hrm-hush-0123456789"
	// hourOfRefusals is longer than the seconds that an HRM system has to do what it does by itself.
	hourOfRefusals = time.Minute
)

// clock advances only when the suite waits, so that concurrent requests have one time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pause(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

// world is an HRM system with everything that the suite requires.
type world struct {
	hrm    *conformancetest.HRM
	server *httptest.Server
	config conformance.Config
}

func newWorld(t *testing.T, change func(*conformancetest.HRM)) *world {
	t.Helper()
	now := &clock{now: time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)}
	w := &world{hrm: &conformancetest.HRM{
		Organization: customer, Units: []string{"315587336", "315339138"}, Token: token, WantsPDFs: true, Now: now.Now,
		RefusalHour: hourOfRefusals,
	}}
	if change != nil {
		change(w.hrm)
	}
	if err := w.hrm.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.hrm.Close() })
	w.server = outboundtest.Serve(t, w.hrm.ServeHTTP)
	w.offer(t)
	bearer, err := outbound.NewBearer(token)
	if err != nil {
		t.Fatal(err)
	}
	w.config = conformance.Config{
		Endpoint: w.server.URL, Token: bearer, Customer: orgnumber.MustParse(customer), DocumentsURL: w.server.URL +
			"/stored",
		Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: now.Now},
		Pause: now.Pause, Random: rand.NewChaCha8([32]byte{}), RefusalHour: hourOfRefusals,
	}
	return w
}

// offer offers as many plans as the suite requires.
func (w *world) offer(t *testing.T) {
	t.Helper()
	if err := w.hrm.Offer(conformance.PlansNeeded()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) run(t *testing.T) conformance.Report {
	t.Helper()
	report, err := conformance.Run(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// verdicts returns the checks with a verdict.
func verdicts(r conformance.Report, v conformance.Verdict) []string {
	var names []string
	for _, result := range r.Results {
		if result.Verdict == v {
			names = append(names, result.Name)
		}
	}
	return names
}

// TestAllHolds runs the suite twice against an HRM system that keeps its promises, with as many plans as the suite
// requires. The second run starts with the data of the first.
func TestAllHolds(t *testing.T) {
	w := newWorld(t, nil)
	for range 2 {
		report := w.run(t)
		for _, result := range report.Results {
			if result.Verdict != conformance.Holds {
				t.Errorf("%s: %s: %s\n%s", result.Name, result.Verdict, result.Found, strings.Join(result.Requests, "\n"))
			}
		}
		if report.PlansOffered < report.PlansNeeded || report.Units != 2 { // those refused in the first run come again
			t.Errorf("%d plans were offered and %d needed; %d units", report.PlansOffered, report.PlansNeeded, report.Units)
		}
		w.offer(t)
	}
}

// TestNotChecked removes what the suite requires: a check that could not run must not pass.
func TestNotChecked(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*conformancetest.HRM)
		config func(*conformance.Config)
		plans  bool
		want   []string
	}{
		"no reading, PDFs wanted": {
			reason: "which version is stored, no PDF tells", config: noReading, plans: true,
			want: []string{"higher-number", "lower-number"},
		},
		"no reading, no PDFs": {
			reason: "the contract has no way to read a document",
			change: func(h *conformancetest.HRM) { h.WantsPDFs = false }, config: noReading, plans: true,
			want: []string{"page-stored", "page-whole-or-not", "page-elsewhere-stored", "higher-number", "lower-number"},
		},
		"hours are hours": {
			reason: "no check waits for an hour", config: func(c *conformance.Config) { c.RefusalHour = 0 }, plans: true,
			want: []string{"refused-again", "refused-last", "undecided"},
		},
		"one unit": {
			reason: "two cursors need two units", change: func(h *conformancetest.HRM) { h.Units = h.Units[:1] },
			plans: true,
			want:  []string{"cursor-per-unit"},
		},
		"another organization's": {
			reason: "nothing of it may be changed",
			change: func(h *conformancetest.HRM) { h.Broken = conformancetest.OtherOrganization }, config: nil,
			plans: true,
			want:  names()[1:],
		},
		"no plans": {
			reason: "everything about plans needs one", change: nil,
			config: func(c *conformance.Config) { c.Only = []string{"claim", "deadline", "claims-at-once"} }, plans: false,
			want: []string{"claim", "claims-at-once", "deadline"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tc.change)
			if !tc.plans {
				w = withoutPlans(t)
			}
			if tc.config != nil {
				tc.config(&w.config)
			}
			report := w.run(t)
			if diff := cmp.Diff(tc.want, verdicts(report, conformance.NotChecked)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			for _, r := range report.Results {
				if r.Verdict == conformance.NotChecked && r.Do == "" {
					t.Errorf("%s says nothing of what to prepare", r.Name)
				}
			}
		})
	}
}

// TestOlderHRMSystems runs the checks of tokens against HRM systems that respond to requests that they do not support
// with 404, before they look at the token. One that does so to requests that it supports breaks the contract.
func TestOlderHRMSystems(t *testing.T) {
	cases := map[string]struct {
		reason      string
		lacks       []string // parts of paths
		onlyWithout bool     // only requests without the right token
		want        conformance.Verdict
	}{
		"no letters": {reason: "version 1.1.0", lacks: []string{"/letters/", "-csvs", "/csv"}, want: conformance.Holds},
		"no CSV files": {
			reason: "it wants none", lacks: []string{"-csvs", "/csv"}, want: conformance.Holds,
		},
		"no documents": {reason: "each version has them", lacks: []string{"/pdf"}, want: conformance.Broken},
		"404 instead of 401": {
			reason: "it supports CSV files", lacks: []string{"-csvs", "/csv"}, onlyWithout: true, want: conformance.Broken,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.config.Endpoint = outboundtest.Serve(t, func(rw http.ResponseWriter, r *http.Request) {
				isLacking := slices.ContainsFunc(tc.lacks, func(part string) bool { return strings.Contains(r.URL.Path, part) })
				if isLacking && (!tc.onlyWithout || r.Header.Get("Authorization") != "Bearer "+token) {
					rw.WriteHeader(http.StatusNotFound)
					return
				}
				w.hrm.ServeHTTP(rw, r)
			}).URL
			w.config.Only = []string{"without-token", "another-token"}
			report := w.run(t)
			for _, check := range w.config.Only {
				if got := result(t, report, check); got.Verdict != tc.want {
					t.Errorf("%s: %s is %s: %s", tc.reason, check, got.Verdict, strings.Join(got.Requests, "\n"))
				}
			}
		})
	}
}

func noReading(c *conformance.Config) { c.DocumentsURL = "" }

// withoutPlans is a world in which all plans are claimed.
func withoutPlans(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, func(h *conformancetest.HRM) { h.RefusalHour = 1000 * time.Hour })
	w.config.RefusalHour = 0
	w.config.Pause = func(context.Context, time.Duration) error { return nil }
	for range conformance.PlansNeeded() {
		w.config.Only = []string{"refused"}
		w.run(t) // uses one up
	}
	return w
}

func names() []string {
	var all []string
	for _, c := range conformance.Checks() {
		all = append(all, c.Name)
	}
	return all
}

// TestPlaces verifies that each promise is quoted from the place in the contract that the check names.
func TestPlaces(t *testing.T) {
	text, err := os.ReadFile("../../api/hrm/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var contract any
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	for _, c := range conformance.Checks() {
		at := contract
		for name := range strings.SplitSeq(c.Place, " > ") {
			at = step(at, name)
		}
		words, ok := at.(string)
		if !ok {
			t.Errorf("%s: there is no text at %s", c.Name, c.Place)
			continue
		}
		if !strings.Contains(flat(words), flat(c.Promise)) {
			t.Errorf("%s: %q does not stand at %s", c.Name, c.Promise, c.Place)
		}
	}
	if all := names(); len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) {
		t.Errorf("two checks have one name: %v", all)
	}
}

// step descends to a member, or to the tag of a name.
func step(at any, name string) any {
	switch node := at.(type) {
	case map[string]any:
		return node[name]
	case []any:
		for _, item := range node {
			if m, ok := item.(map[string]any); ok && m["name"] == name {
				return m
			}
		}
	}
	return nil
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestDocumentation verifies that docs/hrm-contract.md names every check.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/hrm-contract.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names() {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("the check %s is not in docs/hrm-contract.md", name)
		}
	}
}
