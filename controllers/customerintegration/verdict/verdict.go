package verdict

import (
	"slices"
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

// Results are what verify returns.
type Results struct {
	// Responses are the results of the requests of this reconcile.
	Responses map[v1alpha1.ServiceName]Response
	// Deferred are the services that are due and whose request has to wait, and until when.
	Deferred map[v1alpha1.ServiceName]time.Time
	// LookedUp is what Enhetsregisteret returned, nil if nothing. Its kind is empty if it has no such organization.
	LookedUp *v1alpha1.Organization
	// Guard is the state of the Supplier's Guard after the requests.
	Guard map[v1alpha1.ServiceName]Guard
}

// Guard is what the Supplier's Guard allows for one service.
type Guard struct {
	// HeldBack reports whether no customer is verified until the Supplier's own proof succeeds.
	HeldBack bool
	// PostponedUntil is when Maskinporten accepts requests again.
	PostponedUntil time.Time
}

// Verdict is what a reconcile decided. Status, plan and next reconcile are read from it.
type Verdict struct {
	*Facts
	Results
	// Handled and Pending are what the status records of requests by annotation.
	Handled, Pending Requests
	// Organization is what the status reports of the organization, nil if it was not looked up.
	Organization *v1alpha1.Organization
	// Services are the listed services, in the order of the spec.
	Services []Service
}

// Service is what was decided for one listed service.
type Service struct {
	*ServiceFacts
	// Access is its access after this reconcile.
	Access v1alpha1.Authorization
	// MaySync reports whether its data may be exchanged. Paused reports that access is granted, and new runs wait
	// until it is verified again.
	MaySync, Paused bool
	// FirstJob is the name of the Job that runs once access is granted, "" if it is not.
	FirstJob string
	// RequestedJob is the name of the Job for the verification that was handled last, "" if none was.
	RequestedJob string
	// Sync is what the status reports of its jobs.
	Sync v1alpha1.ServiceSync
	// StaleAt is when its data becomes stale if no run succeeds before. It is zero if sync is not allowed.
	StaleAt time.Time
	// Stale reports whether its data is stale, or was when the service was last available.
	Stale bool
}

// Of decides what follows from facts and results.
func Of(f *Facts, r Results) *Verdict {
	v := &Verdict{Facts: f, Results: r}
	v.recordRequests()
	v.Organization = v.organization()
	for i := range f.Services {
		v.Services = append(v.Services, v.withAccess(&f.Services[i]))
	}
	after := f.Customer.DeepCopy()
	after.Status.Authority, after.Status.Services = f.Authority, v.Statuses()
	for i := range v.Services {
		v.decideSync(&v.Services[i], after)
	}
	return v
}

// withAccess returns a service with its access after the response, if there is one and the service is still verifiable.
func (v *Verdict) withAccess(facts *ServiceFacts) Service {
	s := Service{ServiceFacts: facts, Access: facts.WithoutRequest}
	if r, ok := v.Responses[s.Name]; ok && s.Verifiable { // meanwhile it may have become a duplicate
		s.Access = r.Access
	}
	return s
}

// decideSync decides what may run for a service. The customer has the accesses after this reconcile.
func (v *Verdict) decideSync(s *Service, after *v1alpha1.CustomerIntegration) {
	may, reason := entitlement.MaySync(v.Supplier, after, v.Stop, s.Name)
	s.MaySync, s.Paused = may, entitlement.IsPaused(reason)
	if s.Access.State == v1alpha1.AuthorizationGranted && s.Access.Since != nil {
		s.FirstJob = naming.FirstJob(after.Name, s.Name, s.Access.Since.Time)
	}
	if v.Handled.Verify != "" {
		s.RequestedJob = naming.RequestedJob(after.Name, s.Name, v.Handled.Verify)
	}
	s.Sync = v.syncOf(s)
	s.StaleAt = v.staleAt(s)
	s.Stale = v.isStale(s)
}

// Statuses returns what the status reports of the services.
func (v *Verdict) Statuses() []v1alpha1.CustomerServiceStatus {
	all := make([]v1alpha1.CustomerServiceStatus, 0, len(v.Services))
	for i := range v.Services {
		s := &v.Services[i]
		all = append(all, v1alpha1.CustomerServiceStatus{
			Name: s.Name, Authorization: s.Access, DuplicateOf: s.DuplicateOf, Sync: s.Sync,
		})
	}
	return all
}

// Service returns what was decided for a listed service.
func (v *Verdict) Service(name v1alpha1.ServiceName) *Service {
	i := slices.IndexFunc(v.Services, func(s Service) bool { return s.Name == name })
	if i < 0 {
		return &Service{ServiceFacts: &ServiceFacts{Child: &syncjob.Child{}}}
	}
	return &v.Services[i]
}

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
// now. If the new one is granted at once, there is no first Job, and the next run follows the schedule: a Supplier's
// change concerns all customers, whose first Jobs would all start together.
func (v *Verdict) hasChanged(s *Service) bool {
	access := v.Customer.Status.Service(s.Name).Authorization.Access
	return access != "" && s.Definition.Kind != "" && access != s.Definition.AccessID()
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
