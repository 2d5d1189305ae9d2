package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the portal's. No label is about a customer or a person.
type Metrics struct {
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	logins     *prometheus.CounterVec
	checks     *prometheus.CounterVec
	wrongLinks prometheus.Counter
}

// NewMetrics returns the metrics, registered.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "integration_portal_http_requests_total",
			Help: "Requests by route and HTTP status.",
		}, []string{"route", "code"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "integration_portal_http_request_duration_seconds",
			Help:    "Duration of requests by route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .2, .3, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "integration_portal_logins_total",
			Help: "Finished logins by result: Succeeded, or the problem.",
		}, []string{"result"}),
		checks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "integration_portal_checks_total",
			Help: "Verifications that people requested, by origin (consultant, guest) and result (Requested, TooSoon, Failed).",
		}, []string{"origin", "result"}),
		wrongLinks: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "integration_portal_wrong_links_total",
			Help: "Requests for customers' own pages by a link that is wrong or revoked.",
		}),
	}
	registry.MustRegister(m.requests, m.durations, m.logins, m.checks, m.wrongLinks)
	return m
}

func (m *Metrics) login(result string) { m.logins.WithLabelValues(result).Inc() }

func (m *Metrics) check(origin, result string) { m.checks.WithLabelValues(origin, result).Inc() }

func (m *Metrics) wrongLink() { m.wrongLinks.Inc() }

// observe serves a request and counts it by the pattern of its route. Its path may have a link.
func (m *Metrics) observe(w http.ResponseWriter, r *http.Request, next http.Handler, now func() time.Time) {
	begin := now()
	counted := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(counted, r)
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(counted.status)).Inc()
	m.durations.WithLabelValues(route).Observe(now().Sub(begin).Seconds())
}

// statusWriter remembers the status of a response.
type statusWriter struct {
	http.ResponseWriter

	status int
}

// WriteHeader writes the header.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the writer below, for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
