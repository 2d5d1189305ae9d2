package main

import (
	"cmp"
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/controllers/customerintegration"
	suppliers "github.com/4human/integration-operator/controllers/supplier"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/version"
)

// addMetrics registers the operator's metrics.
func addMetrics(
	registry prometheus.Registerer, mgr ctrl.Manager, counted *metrics.Metrics, process *metrics.Process,
	pool *authority.Pool,
) error {
	zone, err := time.LoadLocation(syncjob.TimeZone)
	if err != nil {
		return fmt.Errorf("loading the time zone of schedules: %w", err)
	}
	log := mgr.GetLogger().WithName("metrics")
	for _, c := range []prometheus.Collector{
		counted,
		process,
		metrics.NewBreakerCollector(pool.Breakers),
		customerintegration.NewCustomerCollector(mgr.GetCache(), zone, time.Now, log),
		suppliers.NewCollector(mgr.GetCache(), pool.Certificates, log),
	} {
		if err := registry.Register(c); err != nil {
			return fmt.Errorf("registering metrics: %w", err)
		}
	}
	return nil
}

// build returns the build of this program.
func build() metrics.Build {
	return metrics.Build{
		Version: version.Number(), Revision: cmp.Or(version.Commit(), "unknown"), GoVersion: runtime.Version(),
	}
}
