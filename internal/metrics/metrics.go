package metrics

import (
	"cmp"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requestBuckets are the buckets of requests' durations, in seconds. Requests time out after 10 s.
var requestBuckets = []float64{0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// delayBuckets are the buckets of detection delays, in seconds: the first steps for waiting customers (1, 2, 4 and 8
// min), the default waitingInterval and interval (15 min and 6 h, plus a tenth), and up to a week.
var delayBuckets = []float64{60, 120, 240, 480, 990, 3600, 3 * 3600, 23760, 12 * 3600, 24 * 3600, 72 * 3600, 168 * 3600}

// startBuckets are the buckets of runs' start delays, in seconds. After two minutes a CronJob leaves its run out, and
// the Job controller may be later still.
var startBuckets = []float64{1, 2, 5, 10, 30, 60, 120, 300, 900, 3600}

// Metrics are the metrics that count events. It is a prometheus.Collector, and is safe for concurrent use.
type Metrics struct {
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	refusals    *prometheus.CounterVec
	withdrawals *prometheus.CounterVec
	delays      *prometheus.HistogramVec
	runs        *prometheus.CounterVec
	starts      *prometheus.HistogramVec
	plans       *prometheus.CounterVec
	documents   *prometheus.CounterVec
	pdfs        *prometheus.CounterVec
	items       *prometheus.CounterVec
	tokens      *prometheus.CounterVec
}

var _ prometheus.Collector = (*Metrics)(nil)

// New returns Metrics whose counts are zero. AddSupplier and AddTokenRequests add the series of Suppliers and of the
// token broker.
func New() *Metrics {
	m := &Metrics{
		requests:    counter(OutsideRequests),
		durations:   histogram(OutsideRequestDuration, requestBuckets),
		refusals:    counter(LimiterRefusals),
		withdrawals: counter(AccessWithdrawals),
		delays:      histogram(DetectionDelay, delayBuckets),
		runs:        counter(SyncRuns),
		starts:      histogram(RunStartDelay, startBuckets),
		plans:       counter(Plans),
		documents:   counter(Documents),
		pdfs:        counter(PDFs),
		items:       counter(Items),
		tokens:      counter(TokenRequests),
	}
	m.addRequests()
	m.addVolumes()
	return m
}

func counter(d Definition) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.Name, Help: d.Help}, d.Labels)
}

func histogram(d Definition, buckets []float64) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: d.Name, Help: d.Help, Buckets: buckets}, d.Labels)
}

func (m *Metrics) parts() []prometheus.Collector {
	return []prometheus.Collector{
		m.requests, m.durations, m.refusals, m.withdrawals, m.delays, m.runs, m.starts, m.plans,
		m.documents, m.pdfs, m.items, m.tokens,
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, part := range m.parts() {
		part.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	for _, part := range m.parts() {
		part.Collect(ch)
	}
}

// ObserveRequest counts a request to service (ServiceMaskinporten, ServiceAltinn) for an operation. It took d and ended
// with a class of a closed set, "" for OK.
func (m *Metrics) ObserveRequest(service, operation, class string, d time.Duration) {
	m.requests.WithLabelValues(service, operation, cmp.Or(class, OK)).Inc()
	m.durations.WithLabelValues(service, operation).Observe(d.Seconds())
}

// CountDeferral counts a deferred request for a Supplier's customer. The priority is of a closed set.
func (m *Metrics) CountDeferral(supplier, priority string) {
	m.refusals.WithLabelValues(supplier, priority).Inc()
}

// CountWithdrawal counts a withdrawal of access to a service.
func (m *Metrics) CountWithdrawal(supplier, service string) {
	m.withdrawals.WithLabelValues(supplier, service).Inc()
}

// ObserveDelay counts a change of access (TransitionGranted, TransitionWithdrawn) that was detected at most d after
// it.
func (m *Metrics) ObserveDelay(supplier, transition string, d time.Duration) {
	m.delays.WithLabelValues(supplier, transition).Observe(d.Seconds())
}

// CountRun counts a run of a service for a Supplier's customer, by outcome and reason, both of closed sets. The reason
// "" of a successful run is counted as OK.
func (m *Metrics) CountRun(supplier, service, outcome, reason string) {
	m.runs.WithLabelValues(supplier, service, outcome, cmp.Or(reason, OK)).Inc()
}

// ObserveStart counts a run of a service that Kubernetes started d after it was due by its schedule.
func (m *Metrics) ObserveStart(service string, d time.Duration) {
	m.starts.WithLabelValues(service).Observe(d.Seconds())
}

// CountPlans counts n plans of a run by outcome (PlanSent and the like). It ignores n < 1.
func (m *Metrics) CountPlans(outcome string, n int64) {
	if n <= 0 {
		return
	}
	m.plans.WithLabelValues(outcome).Add(float64(n))
}

// CountDocuments counts the documents and PDFs that a run of a service delivered to an HRM system.
func (m *Metrics) CountDocuments(service string, documents, pdfs int64) {
	if documents > 0 {
		m.documents.WithLabelValues(service).Add(float64(documents))
	}
	if pdfs > 0 {
		m.pdfs.WithLabelValues(service).Add(float64(pdfs))
	}
}

// CountItems counts the items that a run of a custom service sent to its API, or received from it. Both may be 0.
func (m *Metrics) CountItems(supplier, service string, sent, received int64) {
	if sent > 0 {
		m.items.WithLabelValues(supplier, service, ItemSent).Add(float64(sent))
	}
	if received > 0 {
		m.items.WithLabelValues(supplier, service, ItemReceived).Add(float64(received))
	}
}

// CountTokenRequest counts a response of the token broker, by its code (OK, or an error) and reason ("" if there is
// none), both of closed sets.
func (m *Metrics) CountTokenRequest(code, reason string) {
	m.tokens.WithLabelValues(code, cmp.Or(reason, NoReason)).Inc()
}
