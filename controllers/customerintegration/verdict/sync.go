package verdict

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/syncjob"
)

const (
	// stalePeriods is how many periods of its schedule a service may be without a run that succeeds.
	stalePeriods = 3
	// staleAtLeast is the least time after which its data is stale.
	staleAtLeast = time.Hour
	// staleAtMost is how long after a scheduled run its data is stale, however rare runs are.
	staleAtMost = 14 * 24 * time.Hour
)

// syncOf returns what the status reports of a service's jobs.
func (v *Verdict) syncOf(s *Service) v1alpha1.ServiceSync {
	sync := s.KnownSync
	sync.CronJobName = ""
	if s.Child.CronJob != nil {
		sync.CronJobName = s.Child.CronJob.Name
	}
	if s.Paused {
		return syncjob.FoldAll(sync, s.Runs)
	}
	switch {
	case !s.MaySync:
		sync.ActiveSince, sync.JobRefusedTime, sync.StartFailure = nil, nil, ""
	case sync.ActiveSince == nil:
		now := metav1.NewTime(v.Now)
		sync.ActiveSince, sync.Failures, sync.SameFailures, sync.RightMissingTime = &now, 0, 0, nil
	}
	if s.FirstJob != "" && v.hasChanged(s) {
		sync.FirstJobName = s.FirstJob
	}
	// A first run serves as the requested run. A requested run is dropped while sync is not allowed, so that it does not
	// start weeks later.
	if !s.MaySync || s.FirstJob != sync.FirstJobName || syncjob.HasJob(s.Child, s.RequestedJob) {
		sync.RequestedJobName = s.RequestedJob
	}
	if s.FirstJob != "" && syncjob.HasJob(s.Child, s.FirstJob) {
		sync.FirstJobName = s.FirstJob
	}
	if s.MaySync {
		sync.JobRefusedTime = syncjob.JobRefusedSince(s.Child, sync.JobRefusedTime, v.Now)
	}
	sync = syncjob.FoldAll(sync, s.Runs)
	if s.MaySync {
		sync.StartFailure = syncjob.StartFailureOf(s.Child, &sync, v.Now)
	}
	return sync
}

// hasChanged reports whether the status as read has another access to a service than the one that the service needs
// now. If the new one is granted at once, the schedule runs it: a Supplier's change concerns all customers, whose first
// Jobs would all start together.
func (v *Verdict) hasChanged(s *Service) bool {
	for i := range v.Customer.Status.Services {
		if known := &v.Customer.Status.Services[i]; known.Name == s.Name {
			access := known.Authorization.Access
			return access != "" && s.Definition.Kind != "" && access != s.Definition.AccessID()
		}
	}
	return false
}

// staleAt returns when a service's data becomes stale. Time in which the service is not available, or in which no
// manager led, does not count.
func (v *Verdict) staleAt(s *Service) time.Time {
	if s.Sync.ActiveSince == nil || !s.Schedule.Valid {
		return time.Time{}
	}
	since := s.Sync.ActiveSince.Time
	if last := s.Sync.LastSuccessTime; last != nil {
		since = clock.Later(since, last.Time)
	}
	if t := v.Supplier.Status.InterruptedTime; t != nil && !v.wasStale() {
		since = clock.Later(since, t.Time)
	}
	if ok, available := availability.Of(v.Supplier, s.Name); ok {
		since = clock.Later(since, available)
	}
	return staleTime(s.Schedule.Schedule, since.In(v.Zone))
}

// staleTime returns when data becomes stale if no run succeeds after a time: after three periods of the schedule, or
// two weeks after the next run, whichever is earlier, and after at least an hour. A period is one of a clock that is
// never changed: three are longer than a pause in which March skips a run.
func staleTime(s schedule.Schedule, since time.Time) time.Time {
	periods := since.Add(stalePeriods * s.Period(since.UTC()))
	return clock.Later(clock.Earlier(periods, s.Next(since).Add(staleAtMost)), since.Add(staleAtLeast))
}

// wasStale reports whether the status has stale data. An interruption of the operator does not make it fresh.
func (v *Verdict) wasStale() bool {
	health := meta.FindStatusCondition(v.Customer.Status.Conditions, v1alpha1.ConditionSyncHealthy)
	return health != nil && health.Reason == v1alpha1.ReasonSyncStale
}

// isStale reports whether a service's data is stale, or was when the service was last available.
func (v *Verdict) isStale(s *Service) bool {
	if s.StaleAt.IsZero() {
		return false
	}
	until := v.Now
	if ok, since := availability.Of(v.Supplier, s.Name); !ok && !since.IsZero() {
		until = since
	}
	return !until.Before(s.StaleAt)
}
