package docs_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/controllers/supplier"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/metrics"
)

// documented describes a metric, on the page or in a scrape.
type documented struct {
	kind   string
	labels []string // sorted
}

var (
	metricRow = regexp.MustCompile("(?m)^\\| `(" + metrics.Prefix +
		"\\w+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$")
	labelRow  = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| [^|]+ \\|$")
	labelName = regexp.MustCompile("`(\\w+)`")
)

// metricsOf returns the page's table of metrics and its mistakes.
func metricsOf(page string) (table map[string]documented, wrong []string) {
	table = map[string]documented{}
	var order []string
	for _, m := range metricRow.FindAllStringSubmatch(page, -1) {
		var labels []string
		for _, l := range labelName.FindAllStringSubmatch(m[3], -1) {
			labels = append(labels, l[1])
		}
		slices.Sort(labels)
		order = append(order, m[1])
		table[m[1]] = documented{kind: m[2], labels: labels}
	}
	if !slices.IsSorted(order) || len(order) != len(table) {
		wrong = append(wrong, "the table of metrics is not in order, or has a row twice")
	}
	return table, wrong
}

// metricComplaints returns the page's differences from a scrape.
func metricComplaints(page string, scraped map[string]documented) []string {
	table, wrong := metricsOf(page)
	if diff := cmp.Diff(scraped, table, cmp.AllowUnexported(documented{}), cmpopts.EquateEmpty()); diff != "" {
		wrong = append(wrong, "the table of metrics, -scrape +table:\n"+diff)
	}
	var used, explained []string
	for _, d := range scraped {
		used = append(used, d.labels...)
	}
	for _, m := range labelRow.FindAllStringSubmatch(page, -1) {
		explained = append(explained, m[1])
	}
	slices.Sort(used)
	if diff := cmp.Diff(slices.Compact(used), explained); diff != "" {
		wrong = append(wrong, "the table of labels, -scrape +table:\n"+diff)
	}
	return wrong
}

// everything returns a registry with all metrics of one customer.
func everything(t *testing.T) *prometheus.Registry {
	t.Helper()
	return registryOf(t, customerWith(0))
}

// customerWith returns a customer with a run, whose name and organization number are those of a number.
func customerWith(i int) *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("tiger-%d", i), Namespace: "customers"},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: v1alpha1.OrganizationNumber(fmt.Sprint(310_000_000 + i)),
			Services:           []v1alpha1.CustomerService{{Name: "FollowUpPlans"}},
		},
		Status: v1alpha1.CustomerIntegrationStatus{Services: []v1alpha1.CustomerServiceStatus{{
			Name: "FollowUpPlans", Sync: v1alpha1.ServiceSync{LastSuccessTime: new(metav1.Now())},
		}}},
	}
}

// registryOf returns a registry with all metrics of some customers.
func registryOf(t *testing.T, customers ...*v1alpha1.CustomerIntegration) *prometheus.Registry {
	t.Helper()
	m := metrics.New()
	declares := fixture.Supplier()
	declares.Spec.Services = append(declares.Spec.Services, v1alpha1.OfferedService{
		Name: "NetRegistration", Custom: &v1alpha1.CustomService{Title: "Innrapportering til NRL"},
	})
	m.AddSupplier(declares, "routine")
	m.AddTokenRequests(metrics.OK, metrics.OK)
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(&v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: "default"},
		Spec: v1alpha1.SupplierSpec{
			Maskinporten: v1alpha1.MaskinportenClient{KeyRegisteredAt: "2026-11-01"},
			Services:     []v1alpha1.OfferedService{{Name: "FollowUpPlans"}},
		},
		Status: v1alpha1.SupplierStatus{Conditions: []metav1.Condition{{Type: "Ready", Status: "True", Reason: "Ready"}}},
	})
	for _, c := range customers {
		builder = builder.WithObjects(c)
	}
	cache, now := builder.Build(), func() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }
	process := metrics.NewProcess(metrics.Build{Version: "v1.0.0", Revision: "abc", GoVersion: "go1.26"},
		"integration-operator.4human.no", make(chan struct{}), now)
	process.SetReady("caches", true)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(m, process, metrics.NewBreakerCollector(oneBreaker),
		customerintegration.NewCustomerCollector(cache, time.UTC, now, logr.Discard()),
		supplier.NewCollector(cache, func() map[string]time.Time { return nil }, logr.Discard()))
	return registry
}

func oneBreaker() []metrics.BreakerState {
	return []metrics.BreakerState{{Supplier: "default", Service: metrics.ServiceMaskinporten}}
}

// scraped returns the text of a scrape, as Prometheus reads it.
func scraped(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if recorder.Code != http.StatusOK {
		t.Fatal(recorder.Code, recorder.Body)
	}
	return recorder.Body.String()
}

// scrape returns the metrics of a scrape.
func scrape(t *testing.T, registry *prometheus.Registry) map[string]documented {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(scraped(t, registry)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]documented{}
	for name, f := range families {
		d := documented{kind: strings.ToLower(f.GetType().String())}
		for _, m := range f.GetMetric() {
			d.labels = labelsOf(m)
		}
		all[name] = d
	}
	return all
}

func labelsOf(m *dto.Metric) []string {
	var labels []string
	for _, l := range m.GetLabel() {
		labels = append(labels, l.GetName())
	}
	slices.Sort(labels)
	return labels
}

// TestMetrics compares the page with a scrape, and the scrape with the definitions.
func TestMetrics(t *testing.T) {
	got := scrape(t, everything(t))
	for _, wrong := range metricComplaints(readFile(t, "docs/metrics.md"), got) {
		t.Error(wrong)
	}
	defined := map[string]documented{}
	for _, d := range metrics.Definitions() {
		defined[d.Name] = documented{kind: string(d.Type), labels: sorted(d.Labels)}
	}
	if diff := cmp.Diff(defined, got, cmp.AllowUnexported(documented{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-defined +scraped:\n%s", diff)
	}
}

// metricName is a metric's name on the page, with or without a histogram's suffix.
var metricName = regexp.MustCompile(metrics.Prefix + `\w+`)

// TestMetricsFollowConventions has Prometheus' own tool check a scrape.
func TestMetricsFollowConventions(t *testing.T) {
	promtool(t, scraped(t, everything(t)), "check", "metrics")
}

// maxSeries is how many series of its own a manager with one Supplier may have, histograms' buckets included.
const maxSeries = 900

// TestSeriesAreBounded counts the series with one customer and with a thousand in the same state: there are no more,
// and none names a customer.
func TestSeriesAreBounded(t *testing.T) {
	var many []*v1alpha1.CustomerIntegration
	for i := range 1000 {
		many = append(many, customerWith(i))
	}
	lines := func(text string) int {
		return strings.Count(text, "\n"+metrics.Prefix)
	}
	one, thousand := scraped(t, everything(t)), scraped(t, registryOf(t, many...))
	if a, b := lines(one), lines(thousand); a != b || b > maxSeries {
		t.Errorf("%d series with one customer and %d with a thousand, want the same and at most %d", a, b, maxSeries)
	}
	if strings.Contains(thousand, "tiger") || strings.Contains(thousand, "310000") {
		t.Error("a series names a customer")
	}
}

// TestMetricsFindsMistakes reads small pages with one mistake each.
func TestMetricsFindsMistakes(t *testing.T) {
	const row = "| `integration_operator_a` | gauge | `one`, `two` | things | Things. | No |\n"
	const page = "# Page\n\n" + row + "\n| `one` | the first |\n| `two` | the second |\n"
	scraped := map[string]documented{"integration_operator_a": {kind: "gauge", labels: []string{"one", "two"}}}
	cases := map[string]struct {
		reason   string
		old, new string
		want     string // "" for a page without mistakes
	}{
		"right":   {reason: "the page as it is"},
		"missing": {reason: "a new metric", old: row, new: "", want: "-scrape +table"},
		"invented": {
			reason: "a metric that is gone", old: row, new: row + strings.Replace(row, "_a`", "_b`", 1),
			want: "integration_operator_b",
		},
		"twice":       {reason: "two rows", old: row, new: row + row, want: "a row twice"},
		"wrong-type":  {reason: "another type", old: "| gauge |", new: "| counter |", want: "counter"},
		"no-label":    {reason: "a label is not told", old: "`one`, `two`", new: "`one`", want: "-scrape +table"},
		"wrong-label": {reason: "another label", old: "`one`, `two`", new: "`one`, `three`", want: "three"},
		"no-meaning":  {reason: "a cell is missing", old: " Things. |", new: "", want: "-scrape +table"},
		"unexplained": {
			reason: "a label has no row", old: "| `two` | the second |\n", new: "",
			want: "the table of labels",
		},
		"explained-only": {
			reason: "a label that is gone", old: "| `two` |", new: "| `three` | gone |\n| `two` |",
			want: "the table of labels",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(metricComplaints(strings.Replace(page, c.old, c.new, 1), scraped), "\n")
			if (c.want == "" && got != "") || !strings.Contains(got, c.want) {
				t.Errorf("%s: complaints are %q, want one with %q", c.reason, got, c.want)
			}
		})
	}
}
