package supplier

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/keylife"
	"github.com/4human/integration-operator/internal/metrics"
)

// scrapePatience is how long a scrape waits for the cache before it leaves these metrics out.
const scrapePatience = 2 * time.Second

// Certificates returns when the enterprise certificates of Suppliers expire, by name. A Supplier that signs with a
// registered key is not among them.
type Certificates func() map[string]time.Time

// Collector reads the Suppliers in the cache at each scrape. It keeps nothing in between, so deleted Suppliers leave no
// series.
type Collector struct {
	reader       client.Reader
	certificates Certificates
	log          logr.Logger
}

var _ prometheus.Collector = (*Collector)(nil)

// NewCollector returns a collector that reads a cache.
func NewCollector(cache client.Reader, certificates Certificates, log logr.Logger) *Collector {
	return &Collector{reader: cache, certificates: certificates, log: log}
}

// Describe sends the descriptors of the metrics.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	ch <- metrics.SupplierConditions.Desc()
	ch <- metrics.SupplierKeyExpiry.Desc()
}

// Collect sends the metrics. If the cache cannot be read, it logs the error and sends none.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	var suppliers v1alpha1.SupplierList
	if err := c.reader.List(ctx, &suppliers, client.UnsafeDisableDeepCopy); err != nil {
		c.log.Error(err, "Failed to read Suppliers for a scrape")
		return
	}
	certificates := c.certificates()
	for i := range suppliers.Items {
		s := &suppliers.Items[i]
		for _, is := range s.Status.Conditions {
			ch <- metrics.SupplierConditions.Value(1, s.Name, is.Type, string(is.Status), is.Reason)
		}
		end, ok := certificates[s.Name]
		if !ok {
			end, _ = keylife.End(s) // a day that does not exist has no end
		}
		if !end.IsZero() {
			ch <- metrics.SupplierKeyExpiry.Value(float64(end.Unix()), s.Name)
		}
	}
}
