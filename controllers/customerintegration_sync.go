package controllers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/schedule"
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
func syncOf(s *customerScope, after *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) v1alpha1.ServiceSync {
	sync := knownSync(s.customer, name)
	c := s.children.of(name)
	sync.CronJobName = ""
	if c.cronJob != nil {
		sync.CronJobName = c.cronJob.Name
	}
	may, reason := entitlement.MaySync(s.supplier, after, name)
	if entitlement.Paused(reason) {
		return foldAll(sync, c)
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
	if !may || first != sync.FirstJobName || hasJob(c, requested) {
		sync.RequestedJobName = requested
	}
	if first != "" && hasJob(c, first) {
		sync.FirstJobName = first
	}
	return foldAll(sync, c)
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

func hasJob(c *child, name string) bool {
	for i := range c.jobs {
		if c.jobs[i].Name == name {
			return true
		}
	}
	return false
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
func scheduleOf(s *customerScope, name v1alpha1.ServiceName) (schedule.Schedule, error) {
	own, suppliers := wantedService(s.customer, name).Schedule, s.supplier.Schedule(name)
	parsed, err := parseSchedule(s, name, cmp.Or(own, suppliers))
	if most := s.supplier.MaxRunsPerHour(); err == nil && own != "" && parsed.PerHour() > most {
		return schedule.Schedule{}, &tooOftenError{fmt.Sprintf(
			"schedule %q makes %d runs in an hour, and Supplier %s allows %d. Until it is changed, jobs run on the Supplier's schedule %q",
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
func runningSchedule(s *customerScope, name v1alpha1.ServiceName) (schedule.Schedule, error) {
	parsed, err := scheduleOf(s, name)
	if _, ok := errors.AsType[*tooOftenError](err); ok {
		return parseSchedule(s, name, s.supplier.Schedule(name))
	}
	return parsed, err
}

// parseSchedule reads a schedule, with the values of the customer's own for H.
func parseSchedule(s *customerScope, name v1alpha1.ServiceName, text string) (schedule.Schedule, error) {
	return schedule.Parse(text, s.customer.Namespace+"/"+naming.Child(s.customer.Name, name))
}

// staleAt gives when a service's data is stale if no run ends well before; the zero time if nothing flows. Time in which
// the Supplier could not give tokens does not count: that stands on the Supplier.
func staleAt(s *customerScope, name v1alpha1.ServiceName, sync v1alpha1.ServiceSync) time.Time {
	if sync.ActiveSince == nil {
		return time.Time{}
	}
	since := sync.ActiveSince.Time
	for _, t := range []*metav1.Time{sync.LastSuccessTime, inOrderSince(s.supplier, name), watchedSince(s)} {
		if t != nil && t.After(since) {
			since = t.Time
		}
	}
	parsed, err := runningSchedule(s, name)
	if err != nil {
		return time.Time{}
	}
	return since.Add(max(stalePeriods*parsed.Period(since.In(s.zone)), staleAtLeast))
}

// stale reports whether a service's data is stale, or was when its Supplier last could give tokens.
func stale(s *customerScope, name v1alpha1.ServiceName, sync v1alpha1.ServiceSync) bool {
	at := staleAt(s, name, sync)
	until := s.now
	if t := outOfOrderSince(s.supplier, name); t != nil {
		until = t.Time
	}
	return !at.IsZero() && !until.Before(at)
}

// watchedSince gives since when the manager has been looking: while it was not, nobody gave tokens. Whoever is known to be
// stale stays so, nil.
func watchedSince(s *customerScope) *metav1.Time {
	health := meta.FindStatusCondition(s.customer.Status.Conditions, v1alpha1.ConditionSyncHealthy)
	if health != nil && health.Reason == v1alpha1.ReasonSyncStale {
		return nil
	}
	since := metav1.NewTime(s.watched)
	return &since
}

// inOrderSince gives since when a Supplier has been able to give tokens for a service, nil if it is not now, or is not known
// to be.
func inOrderSince(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *metav1.Time {
	var since *metav1.Time
	for _, conditionType := range orderConditions() {
		c := meta.FindStatusCondition(s.Status.Conditions, conditionType)
		if c == nil || hindersTokens(s, name, c) {
			return nil
		}
		if c.Status == metav1.ConditionTrue && (since == nil || since.Before(&c.LastTransitionTime)) {
			since = &c.LastTransitionTime
		}
	}
	return offeredSince(s, name, since)
}

// offeredSince returns the later of a time and the time since when plans of a service are offered to NAV, nil if they are not.
func offeredSince(s *v1alpha1.Supplier, name v1alpha1.ServiceName, since *metav1.Time) *metav1.Time {
	c := entitlement.Offering(s, name)
	switch {
	case c == nil:
		return since
	case c.Status == metav1.ConditionTrue:
		return nil
	case since != nil && since.Before(&c.LastTransitionTime):
		return &c.LastTransitionTime
	default:
		return since
	}
}

// hindersTokens reports whether a condition of a Supplier says that it can give no tokens for a service. What was answered
// for one customer and cannot be true hinders nobody else's, what is wrong with one service hinders no other, and tokens are
// not Altinn's.
func hindersTokens(s *v1alpha1.Supplier, name v1alpha1.ServiceName, c *metav1.Condition) bool {
	if c.Type == v1alpha1.ConditionReady && aboutServices(s) {
		return !slices.Contains(usableServices(s), name)
	}
	if c.Type == v1alpha1.ConditionAuthorityReachable && altinnAlone(s) {
		return false
	}
	return c.Status != metav1.ConditionTrue &&
		c.Reason != v1alpha1.ReasonTokenMismatch && c.Reason != v1alpha1.ReasonScopeNotGranted
}

// outOfOrderSince gives since when a Supplier has not been able to give tokens for a service, nil if it is, or if nothing is
// known.
func outOfOrderSince(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *metav1.Time {
	var since *metav1.Time
	if c := entitlement.OfferingStopped(s, name); c != nil {
		since = &c.LastTransitionTime
	}
	for _, conditionType := range orderConditions() {
		c := meta.FindStatusCondition(s.Status.Conditions, conditionType)
		if c == nil || !hindersTokens(s, name, c) {
			continue
		}
		if since == nil || c.LastTransitionTime.Before(since) {
			since = &c.LastTransitionTime
		}
	}
	return since
}

// orderConditions are the conditions of a Supplier that can give tokens.
func orderConditions() []string {
	return []string{v1alpha1.ConditionReady, v1alpha1.ConditionAuthorityReachable}
}
