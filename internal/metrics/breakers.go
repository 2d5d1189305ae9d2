package metrics

import "github.com/prometheus/client_golang/prometheus"

// BreakerPosition is the position of a circuit breaker.
type BreakerPosition int

// Positions of a breaker, with their values in the metric.
const (
	BreakerClosed   BreakerPosition = 0
	BreakerHalfOpen BreakerPosition = 1
	BreakerOpen     BreakerPosition = 2
)

// BreakerState is the state of a Supplier's breaker for a service.
type BreakerState struct {
	Supplier string
	Service  string
	Position BreakerPosition
}

// breakerCollector returns the current states of existing Suppliers' breakers.
type breakerCollector func() []BreakerState

// NewBreakerCollector returns a collector of the states of breakers at the time of a scrape. The function sends no
// request, and is safe for concurrent use.
func NewBreakerCollector(states func() []BreakerState) prometheus.Collector {
	return breakerCollector(states)
}

func (breakerCollector) Describe(ch chan<- *prometheus.Desc) { ch <- BreakerStates.Desc() }

func (c breakerCollector) Collect(ch chan<- prometheus.Metric) {
	for _, b := range c() {
		ch <- BreakerStates.Value(float64(b.Position), b.Supplier, b.Service)
	}
}
