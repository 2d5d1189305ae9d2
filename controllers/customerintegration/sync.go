package customerintegration

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/syncjob"
)

const (
	// tolerated is how many runs in a row may fail before a person is told: one failure is an everyday thing.
	tolerated = 2
	// stalePeriods is how many periods of its schedule a service may be without a run that ended well.
	stalePeriods = 3
	// staleAtLeast is the least time after which that is said.
	staleAtLeast = time.Hour
)

// syncOf gives what is known of a service's jobs after this pass. Pure.
func syncOf(s *scope, after *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) v1alpha1.ServiceSync {
	sync := knownSync(s.customer, name)
	c := s.children.Of(name)
	sync.CronJobName = ""
	if c.CronJob != nil {
		sync.CronJobName = c.CronJob.Name
	}
	may, reason := entitlement.MaySync(s.supplier, after, name)
	if entitlement.Paused(reason) {
		return syncjob.FoldAll(sync, c)
	}
	switch {
	case !may:
		sync.ActiveSince = nil
	case sync.ActiveSince == nil:
		now := metav1.NewTime(s.now)
		sync.ActiveSince, sync.Failures, sync.SameFailures, sync.RightMissingTime = &now, 0, 0, nil
	}
	first, requested := firstJobNameOf(after, name), requestedJobNameOf(after, name)
	// The first run is what was requested, too. While nothing may flow a request is over: nobody wants the run of weeks ago.
	if !may || first != sync.FirstJobName || syncjob.HasJob(c, requested) {
		sync.RequestedJobName = requested
	}
	if first != "" && syncjob.HasJob(c, first) {
		sync.FirstJobName = first
	}
	return syncjob.FoldAll(sync, c)
}

// knownSync gives what the status says of a service's jobs so far.
func knownSync(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) v1alpha1.ServiceSync {
	for _, known := range c.Status.Services {
		if known.Name == name {
			return *known.Sync.DeepCopy()
		}
	}
	return v1alpha1.ServiceSync{}
}

// firstJobNameOf gives the name of the Job that is made at once for the access as it is, "" if there is none.
func firstJobNameOf(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) string {
	for _, known := range c.Status.Services {
		a := known.Authorization
		if known.Name == name && a.State == v1alpha1.AuthorizationGranted && a.Since != nil {
			return naming.FirstJob(c.Name, name, a.Since.Time)
		}
	}
	return ""
}

// requestedJobNameOf gives the name of the Job that is made for the request that was last answered, "" if none was.
func requestedJobNameOf(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) string {
	if c.Status.LastHandledReconcileAt == "" {
		return ""
	}
	return naming.RequestedJob(c.Name, name, c.Status.LastHandledReconcileAt)
}

// lastSyncTime gives the oldest of the last successes of the services that have had one, nil if none has.
func lastSyncTime(all []v1alpha1.CustomerServiceStatus) *metav1.Time {
	var oldest *metav1.Time
	for i := range all {
		if t := all[i].Sync.LastSuccessTime; t != nil && (oldest == nil || t.Before(oldest)) {
			oldest = t
		}
	}
	return oldest
}

// scheduleOf returns the schedule of a service of a customer: its own, or else its Supplier's. The error says what is wrong with
// it; it is a *tooOftenError if it is a schedule, but not one that the Supplier allows.
func scheduleOf(s *scope, name v1alpha1.ServiceName) (schedule.Schedule, error) {
	own, suppliers := syncjob.WantedService(s.customer, name).Schedule, s.supplier.Schedule(name)
	parsed, err := parseSchedule(s, name, cmp.Or(own, suppliers))
	if most := s.supplier.MaxRunsPerHour(); err == nil && own != "" && parsed.PerHour() > most {
		return schedule.Schedule{}, &tooOftenError{fmt.Sprintf(
			"schedule %q makes %d runs per hour and Supplier/%s allows %d. Correct it; until then, jobs use the Supplier's schedule %q",
			own, parsed.PerHour(), s.supplier.Name, most, suppliers)}
	}
	return parsed, err
}

// tooOftenError says that a customer's own schedule makes more runs than its Supplier allows.
type tooOftenError struct{ message string }

// Error says so, and which schedule is used in its place.
func (e *tooOftenError) Error() string { return e.message }

// runningSchedule returns the schedule on which the jobs of a service run: scheduleOf, or the Supplier's in place of one that it
// does not allow.
func runningSchedule(s *scope, name v1alpha1.ServiceName) (schedule.Schedule, error) {
	parsed, err := scheduleOf(s, name)
	if _, ok := errors.AsType[*tooOftenError](err); ok {
		return parseSchedule(s, name, s.supplier.Schedule(name))
	}
	return parsed, err
}

// parseSchedule reads a schedule, with the values of the customer's own for H.
func parseSchedule(s *scope, name v1alpha1.ServiceName, text string) (schedule.Schedule, error) {
	return schedule.Parse(text, s.customer.Namespace+"/"+naming.Child(s.customer.Name, name))
}

// staleAt returns when a service's data becomes stale if no run succeeds before, the zero time if sync is not allowed. Time in
// which the service is not available does not count.
func staleAt(s *scope, name v1alpha1.ServiceName, sync v1alpha1.ServiceSync) time.Time {
	if sync.ActiveSince == nil {
		return time.Time{}
	}
	since := sync.ActiveSince.Time
	for _, t := range []*metav1.Time{sync.LastSuccessTime, watchedSince(s)} {
		if t != nil {
			since = clock.Later(since, t.Time)
		}
	}
	if ok, available := availability.Of(s.supplier, name); ok {
		since = clock.Later(since, available)
	}
	parsed, err := runningSchedule(s, name)
	if err != nil {
		return time.Time{}
	}
	return since.Add(max(stalePeriods*parsed.Period(since.In(s.zone)), staleAtLeast))
}

// stale reports whether a service's data is stale, or was when the service was last available.
func stale(s *scope, name v1alpha1.ServiceName, sync v1alpha1.ServiceSync) bool {
	at, until := staleAt(s, name, sync), s.now
	if ok, since := availability.Of(s.supplier, name); !ok && !since.IsZero() {
		until = since
	}
	return !at.IsZero() && !until.Before(at)
}

// watchedSince gives since when the manager has been looking: while it was not, nobody gave tokens. Whoever is known to be
// stale stays so, nil.
func watchedSince(s *scope) *metav1.Time {
	health := meta.FindStatusCondition(s.customer.Status.Conditions, v1alpha1.ConditionSyncHealthy)
	if health != nil && health.Reason == v1alpha1.ReasonSyncStale {
		return nil
	}
	since := metav1.NewTime(s.watched)
	return &since
}
