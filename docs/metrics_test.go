package docs_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
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
	if diff := cmp.Diff(scraped, table, cmp.AllowUnexported(documented{})); diff != "" {
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

// everything returns a registry with one series of each metric.
func everything(t *testing.T) *prometheus.Registry {
	t.Helper()
	m := metrics.New()
	m.ObserveRequest(metrics.ServiceMaskinporten, metrics.OperationToken, "", time.Second)
	m.CountDeferral("default", "routine")
	m.CountWithdrawal("default", "FollowUpPlans")
	m.ObserveDelay("default", metrics.TransitionWithdrawn, time.Hour)
	m.CountRun("FollowUpPlans", "Succeeded", "")
	m.CountPlans(metrics.PlanSent, 1)
	m.CountDocuments("SickNotes", 1, 1)
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	cache := fake.NewClientBuilder().WithScheme(scheme).WithObjects(
		&v1alpha1.Supplier{ObjectMeta: metav1.ObjectMeta{Name: "default"}},
		&v1alpha1.CustomerIntegration{
			ObjectMeta: metav1.ObjectMeta{Name: "tiger", Namespace: "customers"},
			Spec:       v1alpha1.CustomerIntegrationSpec{Services: []v1alpha1.CustomerService{{Name: "FollowUpPlans"}}},
		},
	).Build()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(m, metrics.NewBreakerCollector(oneBreaker{}), customersOf(cache))
	return registry
}

func customersOf(cache client.Reader) prometheus.Collector {
	return customerintegration.NewCustomerCollector(cache, time.Now, logr.Discard())
}

type oneBreaker struct{}

func (oneBreaker) Breakers() []metrics.BreakerState {
	return []metrics.BreakerState{{Supplier: "default", Service: metrics.ServiceMaskinporten}}
}

// scrape reads a registry over HTTP, as Prometheus does.
func scrape(t *testing.T, registry *prometheus.Registry) map[string]documented {
	t.Helper()
	recorder := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(io.LimitReader(recorder.Body, 1<<20))
	if err != nil || recorder.Code != http.StatusOK {
		t.Fatal(recorder.Code, err)
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
	scraped := scrape(t, everything(t))
	for _, wrong := range metricComplaints(readFile(t, "docs/metrics.md"), scraped) {
		t.Error(wrong)
	}
	defined := map[string]documented{}
	for _, d := range metrics.Definitions() {
		defined[d.Name] = documented{kind: string(d.Type), labels: sorted(d.Labels)}
	}
	if diff := cmp.Diff(defined, scraped, cmp.AllowUnexported(documented{})); diff != "" {
		t.Errorf("-defined +scraped:\n%s", diff)
	}
}

// metricName is a metric's name on the page, with or without a histogram's suffix.
var metricName = regexp.MustCompile(metrics.Prefix + `\w+`)

// TestMetricsInRules verifies that the alerts use existing metrics.
func TestMetricsInRules(t *testing.T) {
	var names []string
	for _, d := range metrics.Definitions() {
		names = append(names, d.Name)
	}
	found := metricName.FindAllString(readFile(t, "docs/metrics.md"), -1)
	if len(found) < len(names)+4 {
		t.Errorf("only %d names are on the page", len(found))
	}
	for _, name := range found {
		if !slices.Contains(names, name) {
			t.Errorf("there is no metric %s", name)
		}
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
