package metrics

import (
	"cmp"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requestBuckets bound how long requests take, in seconds. Each ends after 10 s.
var requestBuckets = []float64{0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// delayBuckets bound how late a change of access is found, in seconds: from the first steps of a customer who waits (1, 2, 4
// and 8 min), over waitingInterval and interval as they are by default (15 min, 6 h, each and a tenth), to a week.
var delayBuckets = []float64{60, 120, 240, 480, 990, 3600, 3 * 3600, 23760, 12 * 3600, 24 * 3600, 72 * 3600, 168 * 3600}

// Metrics are the metrics that are counted as things happen. It is a prometheus.Collector, and its methods may be called at
// the same time. A nil one counts nothing.
type Metrics struct {
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	refusals    *prometheus.CounterVec
	withdrawals *prometheus.CounterVec
	delays      *prometheus.HistogramVec
	runs        *prometheus.CounterVec
	plans       *prometheus.CounterVec
	documents   *prometheus.CounterVec
	pdfs        *prometheus.CounterVec
}

var _ prometheus.Collector = (*Metrics)(nil)

// New makes Metrics that have counted nothing.
func New() *Metrics {
	return &Metrics{
		requests:    counter(OutsideRequests),
		durations:   histogram(OutsideRequestDuration, requestBuckets),
		refusals:    counter(LimiterRefusals),
		withdrawals: counter(AccessWithdrawals),
		delays:      histogram(DetectionDelay, delayBuckets),
		runs:        counter(SyncRuns),
		plans:       counter(Plans),
		documents:   counter(Documents),
		pdfs:        counter(PDFs),
	}
}

func counter(d Definition) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.Name, Help: d.Help}, d.Labels)
}

func histogram(d Definition, buckets []float64) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: d.Name, Help: d.Help, Buckets: buckets}, d.Labels)
}

func (m *Metrics) parts() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.durations, m.refusals, m.withdrawals, m.delays, m.runs, m.plans, m.documents, m.pdfs}
}

// Describe tells what is counted.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, part := range m.parts() {
		part.Describe(ch)
	}
}

// Collect tells what has been counted.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	for _, part := range m.parts() {
		part.Collect(ch)
	}
}

// ObserveRequest counts a request that was sent to service (ServiceMaskinporten, ServiceAltinn) for an operation, and ended
// after d with a class of a closed set; "" is OK.
func (m *Metrics) ObserveRequest(service, operation, class string, d time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(service, operation, cmp.Or(class, OK)).Inc()
	m.durations.WithLabelValues(service, operation).Observe(d.Seconds())
}

// LimiterRefused counts a question for a Supplier's customer that was put off because too many were asked. The priority is
// of a closed set.
func (m *Metrics) LimiterRefused(supplier, priority string) {
	if m == nil {
		return
	}
	m.refusals.WithLabelValues(supplier, priority).Inc()
}

// AccessWithdrawn counts an access to a service that was found to be taken back.
func (m *Metrics) AccessWithdrawn(supplier, service string) {
	if m == nil {
		return
	}
	m.withdrawals.WithLabelValues(supplier, service).Inc()
}

// DetectionDelayed counts a change of access (TransitionGranted, TransitionWithdrawn) that was found at most d after it.
func (m *Metrics) DetectionDelayed(supplier, transition string, d time.Duration) {
	if m == nil {
		return
	}
	m.delays.WithLabelValues(supplier, transition).Observe(d.Seconds())
}

// RunEnded counts a run of a service's jobs by its outcome and reason, both of closed sets; the reason of one that ended well
// is "", and counted as OK.
func (m *Metrics) RunEnded(service, outcome, reason string) {
	if m == nil {
		return
	}
	m.runs.WithLabelValues(service, outcome, cmp.Or(reason, OK)).Inc()
}

// PlansCarried counts n plans of a run by what became of them (PlanSent and the like). None, or fewer, is nothing to count.
func (m *Metrics) PlansCarried(outcome string, n int64) {
	if m == nil || n <= 0 {
		return
	}
	m.plans.WithLabelValues(outcome).Add(float64(n))
}

// DocumentsStored counts what a run of a service brought to a HRM solution: documents, and their PDFs.
func (m *Metrics) DocumentsStored(service string, documents, pdfs int64) {
	if m == nil {
		return
	}
	if documents > 0 {
		m.documents.WithLabelValues(service).Add(float64(documents))
	}
	if pdfs > 0 {
		m.pdfs.WithLabelValues(service).Add(float64(pdfs))
	}
}
