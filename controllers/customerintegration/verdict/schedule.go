package verdict

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Schedule is the schedule of a service's jobs.
type Schedule struct {
	schedule.Schedule
	// Valid reports whether there is a schedule to run on.
	Valid bool
	// Fault is what is wrong with the customer's own schedule, nil if nothing is.
	Fault error
}

// scheduleOf returns the schedule of a service's jobs. While the wanted one is invalid, they keep that of the CronJob.
func (f *Facts) scheduleOf(listed v1alpha1.CustomerService, child *syncjob.Child) Schedule {
	s := f.wantedSchedule(listed)
	if s.Valid || child.CronJob == nil {
		return s
	}
	kept, err := f.parseSchedule(listed.Name, child.CronJob.Spec.Schedule)
	return Schedule{Schedule: kept, Valid: err == nil, Fault: s.Fault}
}

// parseSchedule parses a schedule. The hash that replaces H is the customer's own.
func (f *Facts) parseSchedule(name v1alpha1.ServiceName, text string) (schedule.Schedule, error) {
	return schedule.Parse(text, f.Customer.Namespace+"/"+naming.Child(f.Customer.Name, name))
}

// suppliersSchedule returns the Supplier's schedule of a service, "" if it does not offer it.
func (f *Facts) suppliersSchedule(name v1alpha1.ServiceName) string {
	if !services.Offers(f.Supplier, name) {
		return ""
	}
	service, _ := services.Of(f.Supplier, name)
	return service.Schedule
}

// wantedSchedule returns the customer's own schedule of a service, or else the Supplier's. It also returns the
// Supplier's if the customer's makes more runs than the Supplier allows. The Supplier reports a fault of its own.
func (f *Facts) wantedSchedule(listed v1alpha1.CustomerService) Schedule {
	suppliers, most := f.suppliersSchedule(listed.Name), f.Supplier.MaxRunsPerHour()
	parsed, invalid := f.parseSchedule(listed.Name, suppliers)
	instead := Schedule{Schedule: parsed, Valid: invalid == nil}
	if listed.Schedule == "" {
		return instead
	}
	own, err := f.parseSchedule(listed.Name, string(listed.Schedule))
	if err != nil || own.PerHour() <= most {
		return Schedule{Schedule: own, Valid: err == nil, Fault: err}
	}
	instead.Fault = fmt.Errorf(
		"schedule %q makes %d runs per hour and Supplier/%s allows %d. Correct it; until then, jobs use the Supplier's schedule %q",
		listed.Schedule, own.PerHour(), f.Supplier.Name, most, suppliers)
	return instead
}
