package verdict

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/schedule"
)

// Schedule is the schedule of a service's jobs.
type Schedule struct {
	schedule.Schedule
	// Valid reports whether there is a schedule to run on.
	Valid bool
	// Fault is what is wrong with the customer's or the Supplier's schedule, nil if nothing is.
	Fault error
}

// scheduleOf returns the customer's own schedule of a service, or else the Supplier's. Jobs use the Supplier's in place
// of one that makes more runs than the Supplier allows.
func (f *Facts) scheduleOf(listed v1alpha1.CustomerService) Schedule {
	// The hash that replaces H is the customer's own.
	parse := func(text string) Schedule {
		parsed, err := schedule.Parse(text, f.Customer.Namespace+"/"+naming.Child(f.Customer.Name, listed.Name))
		return Schedule{Schedule: parsed, Valid: err == nil, Fault: err}
	}
	suppliers, most := f.Supplier.Schedule(listed.Name), f.Supplier.MaxRunsPerHour()
	if listed.Schedule == "" {
		return parse(suppliers)
	}
	own := parse(string(listed.Schedule))
	if !own.Valid || own.PerHour() <= most {
		return own
	}
	instead := parse(suppliers)
	instead.Fault = fmt.Errorf(
		"schedule %q makes %d runs per hour and Supplier/%s allows %d. Correct it; until then, jobs use the Supplier's schedule %q",
		listed.Schedule, own.PerHour(), f.Supplier.Name, most, suppliers)
	return instead
}
