package verdict

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/services"
)

// OverdueRun returns how long a run of a customer's service has been due by its schedule in a time zone, 0 if none is.
// A run that has started is due until it ends, because the status counts only ended runs. While the service is not
// available, or its access must be verified again, no run is due.
func OverdueRun(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, known *v1alpha1.CustomerServiceStatus, zone *time.Location,
	now time.Time,
) time.Duration {
	sync := &known.Sync
	available, since := availability.Of(s, known.Name)
	if sync.ActiveSince == nil || !available || entitlement.IsOutdated(s, known.Authorization) {
		return 0
	}
	f := &Facts{Observed: Observed{Supplier: s, Customer: c}}
	listed := c.Spec.Service(known.Name)
	listed.Name = known.Name
	schedule := f.wantedSchedule(listed)
	if !schedule.Valid {
		return 0
	}
	from := clock.Later(clock.Later(sync.ActiveSince.Time, sync.LastRun.FinishedTime.Time), since)
	if t := s.Status.InterruptedTime; t != nil {
		from = clock.Later(from, t.Time)
	}
	return max(0, now.Sub(schedule.Next(from.In(zone))))
}

// LongestOverdue returns how long a verification of a customer has been due, 0 if none is; of several services, the
// longest. A service that was never verified has been due since the customer was created. A duplicate is never due.
func LongestOverdue(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, contenders []entitlement.Contender, now time.Time,
) time.Duration {
	var longest time.Duration
	f := &Facts{
		Observed: Observed{Supplier: s, Customer: c, Contenders: contenders}, Authority: entitlement.AuthorityOf(s),
		Block: entitlement.BlockOf(s, c, availability.StopOf(s)),
	}
	for _, listed := range c.Spec.Services {
		definition, _ := services.Of(s, listed.Name)
		known := &ServiceFacts{
			CustomerService: listed, Definition: definition,
			Known: f.knownAccess(definition), DuplicateOf: f.duplicateOf(listed.Name),
		}
		if !f.isVerifiable(known) {
			continue
		}
		next := f.NextCheck(known.Known)
		if next.IsZero() {
			next = c.CreationTimestamp.Time
		}
		longest = max(longest, now.Sub(next))
	}
	return longest
}
