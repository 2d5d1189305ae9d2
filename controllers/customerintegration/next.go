package customerintegration

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

const (
	// conflictRetry is how often the operator checks whether an object of another owner still has our name. No event
	// reports its deletion.
	conflictRetry = time.Minute
	// heldInterval is how often a customer with a known state is reconciled while it is held back. The Supplier's
	// reconcile wakes customers when that ends; the interval is for a lost wake-up.
	heldInterval = 10 * time.Minute
)

// priorityOf returns the priority of a customer's next reconcile: that of the service that matters most.
func priorityOf(v *verdict.Verdict) int {
	p := pacing.PriorityRoutine
	for i := range v.Services {
		if s := &v.Services[i]; s.Verifiable {
			p = max(p, statePriority(s.Access.State))
		}
	}
	return p
}

// statePriority returns the priority of a service whose access has a state.
func statePriority(state v1alpha1.AuthorizationState) int {
	switch state {
	case v1alpha1.AuthorizationGranted:
		return pacing.PriorityRoutine
	case v1alpha1.AuthorizationUnknown, "": // "" before a customer's first verification
		return pacing.PriorityChanged
	default:
		return pacing.PriorityWaiting
	}
}

// nextReconcile returns how long until the customer is to be reconciled again, 0 if only an event can change anything.
func nextReconcile(v *verdict.Verdict) time.Duration {
	var first time.Time
	for i := range v.Services {
		s := &v.Services[i]
		if s.Verifiable {
			first = clock.FirstOf(first, nextRequest(v, s))
		}
		first = clock.FirstOf(first, nextChange(v, s))
		first = clock.FirstOf(first, graceEndWithoutSystem(v, s))
	}
	if first.IsZero() {
		return 0
	}
	return max(first.Sub(v.Now), time.Second)
}

// graceEndWithoutSystem returns the end of the grace period of a service that cannot be verified because the Supplier
// names no system: no request leads to a reconcile then. It is zero if the period has ended, or there is none.
func graceEndWithoutSystem(v *verdict.Verdict, s *verdict.Service) time.Time {
	if v.Block != nil || !s.Definition.LacksSystem(v.Supplier) || s.Access.LastVerifiedTime == nil {
		return time.Time{}
	}
	return v.After(v.GraceEnds(s.Access).Add(time.Second))
}

// nextChange returns when what the status reports of a service's jobs changes without an event: its data becomes stale,
// a pod has been starting for too long, a run has no Job, another run may be created, or the object of another owner
// may have gone.
func nextChange(v *verdict.Verdict, s *verdict.Service) time.Time {
	if s.Sync.ActiveSince == nil {
		return time.Time{}
	}
	first := v.After(s.StaleAt)
	if waitsForRun(s) {
		first = clock.FirstOf(first, v.After(v.Limits.Runs[s.Name]))
	}
	if s.Child.Conflict.Exists() || s.Child.LeftOver {
		first = clock.FirstOf(first, v.Now.Add(pacing.Jitter(conflictRetry, v.Customer.UID)))
	}
	if !s.Paused {
		first = clock.FirstOf(first, syncjob.NextJobLook(s.Child, v.Now, v.Zone))
	}
	return clock.FirstOf(first, nextChangeOfRuns(v, s))
}

// nextChangeOfRuns returns when what the status reports of Jobs and pods changes without an event.
func nextChangeOfRuns(v *verdict.Verdict, s *verdict.Service) time.Time {
	var first time.Time
	for i := range s.Child.Jobs {
		first = clock.FirstOf(first, syncjob.NextLook(s.Child, &s.Child.Jobs[i], v.Now))
	}
	for _, outlasted := range syncjob.OutlastedJobs(s.Child) {
		first = clock.FirstOf(first, v.After(outlasted.Until))
	}
	for i := range s.Child.Pods {
		pod := &s.Child.Pods[i]
		if pod.Status.Phase == corev1.PodPending {
			first = clock.FirstOf(first, v.After(pod.CreationTimestamp.Add(syncjob.LimitOf(syncjob.PendingReason(pod)))))
		}
	}
	return first
}

// waitsForRun reports whether a service waits for a run besides the schedule that none of its Jobs prevents.
func waitsForRun(s *verdict.Service) bool {
	return hasActiveCronJob(s.Child) && !syncjob.HasRunningJob(s.Child) && wantedJob(s, s.Child.CronJob) != nil
}

// nextRequest returns when to send the next request of a service. After a fault or a deferral, it is sent again after a
// pause.
func nextRequest(v *verdict.Verdict, s *verdict.Service) time.Time {
	iv := pacing.IntervalsOf(v.Supplier)
	next := v.NextCheck(s.Access)
	until, isDeferred := v.Deferred[s.Name]
	switch {
	case isDeferred:
		return until
	case v.Responses[s.Name].Fault():
		return retryTime(v, iv, s)
	case next.After(v.Now):
		return next
	case v.Kept[s.Name].Retry.After(v.Now):
		return v.Kept[s.Name].Retry
	default: // a response that decided nothing
		return v.Now.Add(pacing.Jitter(iv.Waiting, v.Customer.UID))
	}
}

// retryTime returns when to send a request again after a fault: after a pause, and not before Maskinporten accepts
// requests. While customers are held back, a reconcile at the end of the grace period is enough.
func retryTime(v *verdict.Verdict, iv pacing.Intervals, s *verdict.Service) time.Time {
	next, guard := v.Now.Add(pacing.FaultPause(iv.Granted, v.Customer.UID)), v.Guard[s.Name]
	if guard.HeldBack && s.Access.LastVerifiedTime != nil {
		return holdEnd(v, s)
	}
	return clock.Later(next, guard.PostponedUntil)
}

// holdEnd returns when to reconcile a customer with a known state that is held back.
func holdEnd(v *verdict.Verdict, s *verdict.Service) time.Time {
	next := v.Now.Add(pacing.Jitter(heldInterval, v.Customer.UID))
	if t := v.After(v.GraceEnds(s.Access).Add(time.Second)); !t.IsZero() {
		return clock.Earlier(t, next)
	}
	return next
}
