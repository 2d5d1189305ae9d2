package customerintegration

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/fixture"
)

// availableSupplier returns a Supplier that runs follow-up plans at every full hour, available since yesterday.
func availableSupplier() *v1alpha1.Supplier {
	s := fixture.Supplier()
	s.Spec.Services[0].Schedule = "0 * * * *"
	s.Status.Services = []v1alpha1.OfferedServiceStatus{{
		Name: fixture.FollowUpPlans, Available: new(true), Since: before(24 * time.Hour),
	}}
	return s
}

// before returns a time before noon.
func before(d time.Duration) *metav1.Time { return new(metav1.NewTime(fixture.Noon.Add(-d))) }

// runsOf returns a customer with access for a day, and what its status has of the runs of follow-up plans.
func runsOf(sync v1alpha1.ServiceSync) *v1alpha1.CustomerIntegration {
	c := fixture.Customer()
	c.Status.Services = []v1alpha1.CustomerServiceStatus{{Name: fixture.FollowUpPlans, Sync: sync}}
	return c
}

// TestOverdueRun verifies since when a run is due, by the schedule, the last run and what keeps runs from being due.
func TestOverdueRun(t *testing.T) {
	const minute, hour = time.Minute, time.Hour
	ended := func(ago time.Duration) v1alpha1.ServiceSync {
		return v1alpha1.ServiceSync{
			ActiveSince: before(24 * hour),
			LastRun:     v1alpha1.SyncRun{Outcome: v1alpha1.SyncFailed, FinishedTime: *before(ago)},
		}
	}
	cases := map[string]struct {
		reason   string
		sync     v1alpha1.ServiceSync
		supplier func(s *v1alpha1.Supplier)
		customer func(c *v1alpha1.CustomerIntegration)
		want     time.Duration
	}{
		"on-time": {reason: "the run of 11:00 ended", sync: ended(58 * minute), want: 0},
		"late":    {reason: "the run of 10:00 did not", sync: ended(2*hour + 5*minute), want: 2 * hour},
		"no-run": {
			reason: "the first was due at 13:00 yesterday", sync: v1alpha1.ServiceSync{ActiveSince: before(24 * hour)},
			want: 23 * hour,
		},
		"inactive": {reason: "sync is not allowed", sync: v1alpha1.ServiceSync{LastRun: ended(5 * hour).LastRun}, want: 0},
		"own-schedule": {
			reason: "the customer's own runs are at 06:00", sync: ended(7 * hour), want: 6 * hour,
			customer: func(c *v1alpha1.CustomerIntegration) { c.Spec.Services[0].Schedule = "0 6 * * *" },
		},
		"invalid": {
			reason: "there is no schedule", sync: ended(5 * hour), want: 0,
			customer: func(c *v1alpha1.CustomerIntegration) { c.Spec.Services[0].Schedule = "at noon" },
		},
		"outage": {
			reason: "NAV is down", sync: ended(5 * hour), want: 0,
			supplier: func(s *v1alpha1.Supplier) { s.Status.Services[0].Available = new(false) },
		},
		"recovered": {
			reason: "NAV was down until an hour and a half ago", sync: ended(5 * hour), want: hour,
			supplier: func(s *v1alpha1.Supplier) { s.Status.Services[0].Since = before(90 * minute) },
		},
		"restored": {
			reason: "the manager was away until 11:30", sync: ended(5 * hour), want: 0,
			supplier: func(s *v1alpha1.Supplier) { s.Status.InterruptedTime = before(30 * minute) },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			supplier, customer := availableSupplier(), runsOf(c.sync)
			if c.supplier != nil {
				c.supplier(supplier)
			}
			if c.customer != nil {
				c.customer(customer)
			}
			known := &customer.Status.Services[0]
			if got := verdict.OverdueRun(supplier, customer, known, time.UTC, fixture.Noon); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

// TestRunsOfCustomers collects the runs of three customers as totals.
func TestRunsOfCustomers(t *testing.T) {
	late := v1alpha1.ServiceSync{
		ActiveSince: before(24 * time.Hour), LastSuccessTime: before(26 * time.Hour), OpenUnknown: 2,
	}
	punctual := v1alpha1.ServiceSync{
		ActiveSince: before(24 * time.Hour), LastSuccessTime: before(10 * time.Minute), OpenUnknown: 1, OpenUndecided: 4,
		LastRun: v1alpha1.SyncRun{FinishedTime: *before(10 * time.Minute)},
	}
	cache := &cacheOf{
		suppliers: []runtime.Object{availableSupplier()},
		customers: []runtime.Object{runsOf(late), runsOf(punctual), runsOf(late)},
	}
	all := scraped(t, NewCustomerCollector(cache, time.UTC, fixture.NowIsNoon, logr.Discard()))
	var got []string
	for _, series := range all {
		for _, prefix := range []string{"last_", "oldest_overdue_run", "overdue_runs", "unsettled"} {
			if len(series) > len(prefix) && series[:len(prefix)] == prefix {
				got = append(got, series)
			}
		}
	}
	want := []string{
		"last_successful_run_timestamp_seconds{FollowUpPlans,default} " + unix(before(10*time.Minute)),
		"oldest_overdue_run_seconds{default} 82800",
		"overdue_runs{FollowUpPlans,default} 2",
		"overdue_runs{SickNotes,default} 0",
		"unsettled_plans{undecided,default} 4",
		"unsettled_plans{unknown,default} 5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// unix returns a time as a scrape has it.
func unix(t *metav1.Time) string { return fmt.Sprintf("%g", float64(t.Unix())) }
