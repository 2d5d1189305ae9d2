package portal

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
	simlogin "github.com/4human/integration-operator/internal/simulator/login"
)

// startWithMany starts a portal with many customers, and returns the browser of a person who may see all.
func startWithMany(t testing.TB, n int) (*World, *http.Client) {
	t.Helper()
	w := Start(t, Options{Namespaces: rollouttest.Namespaces()})
	customers, suppliers := rollouttest.Population(n, w.Now())
	for i := range suppliers {
		w.Cluster.PutSupplier(&suppliers[i])
	}
	for i := range customers {
		w.Cluster.Put(&customers[i])
	}
	w.Cluster.Allow(simlogin.GroupAll, rollouttest.Namespaces()...)
	b := w.Browser()
	w.LogIn(b, "consultant-all", "/login")
	return w, b
}

var rowLink = regexp.MustCompile(`href="(/customers/[^"]+)"`)

// TestPages walks the pages of the list: each customer is on one of them.
func TestPages(t *testing.T) {
	w, b := startWithMany(t, 350)
	seen := map[string]int{}
	path := "/?sort=number"
	for range 10 {
		got := w.Get(b, path)
		for _, match := range rowLink.FindAllStringSubmatch(got.Body, -1) {
			if !strings.HasPrefix(match[1], "/customers.csv") {
				seen[match[1]]++
			}
		}
		next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(got.Body)
		if next == nil {
			break
		}
		path = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	if len(seen) != 350 {
		t.Errorf("%d customers, want 350", len(seen))
	}
	for link, times := range seen {
		if times != 1 {
			t.Errorf("%s is there %d times", link, times)
		}
	}
	for _, path := range []string{"/?page=0", "/?page=-1", "/?page=99999", "/?page=x", "/?page=9223372036854775807"} {
		if got := w.Get(b, path); got.Status != http.StatusOK || !rowLink.MatchString(got.Body) {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}

// TestQueries verifies that the list is served for any query.
func TestQueries(t *testing.T) {
	w, b := startWithMany(t, 20)
	for _, query := range []string{
		"q=%00", "q=%ff%fe", "q=" + strings.Repeat("x", 4000), "state=None&state=Waiting", "service=x", "turn=x",
		"waiting=-5", "waiting=99999999999999999999", "label=%3D%3D", "label=a+in+(b", "sort=x&desc=7",
		"q=<script>alert(1)</script>",
	} {
		got := w.Get(b, "/?"+query)
		if got.Status != http.StatusOK {
			t.Errorf("%s: %d", query, got.Status)
		}
		if strings.Contains(got.Body, "<script>alert") {
			t.Errorf("%s: a script", query)
		}
	}
	got := w.Get(b, "/?label="+rollouttest.LabelConsultant+"%3D"+rollouttest.Consultants()[0])
	if n := len(rowLink.FindAllString(got.Body, -1)); n != 5 {
		t.Errorf("%d customers of one consultant, want 5", n)
	}
}

// TestCSV verifies that the CSV has the rows of the list, and no formula that a spreadsheet would run.
func TestCSV(t *testing.T) {
	w := startWithTwo(t, Options{})
	for i, name := range []string{"=1+1", "+47", "-2", "@SUM(A1)", "\tx", "a;b\"c"} {
		c := customer("customers-nord", fmt.Sprintf("evil-%d", i), "310330701")
		c.Status.Organization = &v1alpha1.Organization{Name: name}
		w.Cluster.Put(c)
	}
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	got := w.Get(b, "/customers.csv?q=evil")
	if !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment; filename=") {
		t.Errorf("Content-Disposition is %q", got.Header.Get("Content-Disposition"))
	}
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body, "\ufeff")))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a cell begins as a formula: %q", cell)
			}
		}
	}
}

// TestHeaders verifies the headers of each kind of response.
func TestHeaders(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	style := regexp.MustCompile(`href="(/static/[^"]+\.css)"`).FindStringSubmatch(w.Get(b, "/").Body)
	if style == nil {
		t.Fatal("the page has no style sheet")
	}
	for name, tc := range map[string]struct {
		path  string
		cache string
	}{
		"list":     {path: "/", cache: "no-store"},
		"CSV":      {path: "/customers.csv", cache: "no-store"},
		"customer": {path: "/customers/customers-nord/tiger", cache: "no-store"},
		"overview": {path: "/overview", cache: "no-store"},
		"guest":    {path: w.GuestURL(w.Cluster.Customer("customers-nord", "tiger")), cache: "no-store"},
		"no link":  {path: "/g/x", cache: "no-store"},
		"no page":  {path: "/x", cache: "no-store"},
		"robots":   {path: "/robots.txt", cache: "no-store"},
		"style":    {path: style[1], cache: "public, max-age=31536000, immutable"},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.Get(b, tc.path).Header
			for key, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin", "X-Frame-Options": "DENY",
				"X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": tc.cache,
				"Cross-Origin-Opener-Policy": "same-origin",
			} {
				if got.Get(key) != want {
					t.Errorf("%s is %q, want %q", key, got.Get(key), want)
				}
			}
			policy := got.Get("Content-Security-Policy")
			for _, want := range []string{
				"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
				"form-action 'self' " + w.Issuer,
			} {
				if !strings.Contains(policy, want) {
					t.Errorf("the policy lacks %s: %s", want, policy)
				}
			}
			if strings.Contains(policy, "unsafe") || got.Get("Set-Cookie") != "" {
				t.Errorf("the policy is %s, Set-Cookie %q", policy, got.Get("Set-Cookie"))
			}
		})
	}
}

// TestBounds verifies that requests that are too large are refused.
func TestBounds(t *testing.T) {
	w, address := startWithOne(t, Options{})
	for name, tc := range map[string]struct {
		body   string
		header string
		want   int
	}{
		"body":   {body: "language=" + strings.Repeat("x", 100<<10), want: http.StatusBadRequest},
		"header": {header: strings.Repeat("x", 100<<10), want: http.StatusRequestHeaderFieldsTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/language", strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Long", tc.header)
			if got := w.Do(w.Browser(), r); got.Status != tc.want {
				t.Errorf("got %d, want %d", got.Status, tc.want)
			}
		})
	}
	if got := w.Get(w.Browser(), address); got.Status != http.StatusOK {
		t.Errorf("afterwards: %d", got.Status)
	}
}

// TestUnreadable verifies that the list names the namespaces that the portal cannot read.
func TestUnreadable(t *testing.T) {
	w := startWithTwo(t, Options{Inaccessible: []string{"customers-vest"}})
	b := w.Browser()
	got := w.LogIn(b, "consultant-all", "/")
	checkBody(t, "a namespace without rights", got.Body,
		[]string{"customers-vest", "/customers/customers-nord/tiger"}, nil)
}

// TestMetrics counts requests by route, without customers, people and links.
func TestMetrics(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/customers/customers-nord/tiger")
	w.Get(b, w.GuestURL(w.Cluster.Customer("customers-nord", "tiger")))
	w.Get(b, "/g/wrong")
	families, err := w.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(families)
	for _, want := range []string{`GET /g/{token}`, `GET /customers/{namespace}/{name}`, "integration_portal_logins_total"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, secret := range []string{"tiger", "customers-nord", "Nora", "consultant-nord", "310330701"} {
		if strings.Contains(text, secret) {
			t.Errorf("a metric has %q", secret)
		}
	}
}

// processorTime returns the processor time that this process has used, which other processes do not change.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkPages measures the pages of ten thousand customers: docs/portal.md has the result.
func BenchmarkPages(b *testing.B) {
	w, browser := startWithMany(b, 10_000)
	for name, path := range map[string]string{
		"list": "/", "search": "/?q=tiger&state=Waiting", "last-page": "/?page=100&sort=name", "overview": "/overview",
		"csv": "/customers.csv",
	} {
		b.Run(name, func(b *testing.B) {
			var slowest time.Duration
			before := processorTime(b)
			for b.Loop() {
				begin := time.Now()
				if got := w.Get(browser, path); got.Status != http.StatusOK {
					b.Fatalf("got %d", got.Status)
				}
				slowest = max(slowest, time.Since(begin))
			}
			b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest")
			b.ReportMetric(float64((processorTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
