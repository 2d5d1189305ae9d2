package customerintegration

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/metrics"
)

// runTally is the counts of customers' runs, by their statuses.
type runTally struct {
	zone      *time.Location
	now       time.Time
	oldest    map[string]time.Duration // how long the most overdue run has been due, by Supplier
	overdue   map[runKey]int
	succeeded map[runKey]time.Time
	unsettled map[planKey]int
}

type (
	runKey  struct{ supplier, service string }
	planKey struct{ supplier, outcome string }
)

func newRunTally(zone *time.Location, now time.Time) *runTally {
	return &runTally{
		zone: zone, now: now, oldest: map[string]time.Duration{}, overdue: map[runKey]int{},
		succeeded: map[runKey]time.Time{}, unsettled: map[planKey]int{},
	}
}

// addSupplier adds the series of a Supplier that may have no customer.
func (t *runTally) addSupplier(s *v1alpha1.Supplier) {
	t.oldest[s.Name] = 0
	for _, offered := range s.Spec.Services {
		t.overdue[runKey{s.Name, string(offered.Name)}] = 0
	}
	t.unsettled[planKey{s.Name, metrics.PlanUnknown}] = 0
	t.unsettled[planKey{s.Name, metrics.PlanUndecided}] = 0
}

// add counts the runs of a customer.
func (t *runTally) add(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		known := &c.Status.Services[i]
		key := runKey{s.Name, string(known.Name)}
		late := verdict.OverdueRun(s, c, known, t.zone, t.now)
		t.oldest[s.Name] = max(t.oldest[s.Name], late)
		if late > runPatience {
			t.overdue[key]++
		}
		if last := known.Sync.LastSuccessTime; last != nil && last.After(t.succeeded[key]) {
			t.succeeded[key] = last.Time
		}
		t.unsettled[planKey{s.Name, metrics.PlanUnknown}] += int(known.Sync.OpenUnknown)
		t.unsettled[planKey{s.Name, metrics.PlanUndecided}] += int(known.Sync.OpenUndecided)
	}
}

func (t *runTally) collect(ch chan<- prometheus.Metric) {
	for supplier, d := range t.oldest {
		ch <- metrics.OldestOverdueRun.Value(d.Seconds(), supplier)
	}
	for k, n := range t.overdue {
		ch <- metrics.OverdueRuns.Value(float64(n), k.supplier, k.service)
	}
	for k, at := range t.succeeded {
		ch <- metrics.LastSuccessfulRun.Value(float64(at.Unix()), k.supplier, k.service)
	}
	for k, n := range t.unsettled {
		ch <- metrics.UnsettledPlans.Value(float64(n), k.supplier, k.outcome)
	}
}
