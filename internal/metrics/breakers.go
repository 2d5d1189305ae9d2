package metrics

import "github.com/prometheus/client_golang/prometheus"

// BreakerPosition is where a circuit breaker stands.
type BreakerPosition int

// The positions of a breaker, with the values that they have in the metric.
const (
	// BreakerClosed lets requests through.
	BreakerClosed BreakerPosition = 0
	// BreakerHalfOpen lets one try.
	BreakerHalfOpen BreakerPosition = 1
	// BreakerOpen holds requests back.
	BreakerOpen BreakerPosition = 2
)

// BreakerState says where the breaker of a Supplier before a service stands.
type BreakerState struct {
	// Supplier is the Supplier's name.
	Supplier string
	// Service is who is asked: ServiceMaskinporten or ServiceAltinn.
	Service string
	// Position is where the breaker stands.
	Position BreakerPosition
}

// Breakers knows circuit breakers.
type Breakers interface {
	// Breakers gives where each stands now. A Supplier that is gone has none. It asks nobody, and may be called at any time.
	Breakers() []BreakerState
}

// breakerCollector tells where breakers stand when it is asked.
type breakerCollector struct {
	breakers Breakers
	desc     *prometheus.Desc
}

// NewBreakerCollector gives a collector that tells where breakers stand at the time of a scrape.
func NewBreakerCollector(b Breakers) prometheus.Collector {
	return &breakerCollector{breakers: b, desc: BreakerStates.Desc()}
}

// Describe tells what is collected.
func (c *breakerCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect tells where each breaker stands.
func (c *breakerCollector) Collect(ch chan<- prometheus.Metric) {
	for _, b := range c.breakers.Breakers() {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(b.Position), b.Supplier, b.Service)
	}
}
