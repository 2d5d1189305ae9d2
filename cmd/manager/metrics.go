package main

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/metrics"
)

func addMetrics(
	registry prometheus.Registerer, mgr ctrl.Manager, counted *metrics.Metrics, pool *authority.Pool,
) error {
	for _, c := range []prometheus.Collector{
		counted,
		metrics.NewBreakerCollector(pool),
		customerintegration.NewCustomerCollector(mgr.GetCache(), time.Now, mgr.GetLogger().WithName("metrics")),
	} {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("registering metrics: %w", err)
		}
	}
	return nil
}
