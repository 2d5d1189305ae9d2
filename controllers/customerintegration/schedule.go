package customerintegration

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// nextCheckOf returns when a service of a customer is to be verified again: now if it never was, or if its last verification
// is outdated.
func nextCheckOf(s *scope, name v1alpha1.ServiceName) time.Time {
	known := s.authorization(name)
	next := pacing.NextCheck(known, pacing.IntervalsOf(s.supplier), s.customer.UID)
	if entitlement.Outdated(s.supplier, known) && s.supplier.Status.InterruptedTime.Time.Before(next) {
		return s.supplier.Status.InterruptedTime.Time
	}
	return next
}

// priorityOf gives the priority of a customer's next check: that of the service that matters most.
func priorityOf(s *scope, all []v1alpha1.CustomerServiceStatus) int {
	p := pacing.PriorityRoutine
	names := askable(s)
	for _, known := range all {
		if slices.Contains(names, known.Name) {
			p = max(p, statePriority(known.Authorization.State))
		}
	}
	return p
}

func statePriority(state v1alpha1.AuthorizationState) int {
	switch state {
	case v1alpha1.AuthorizationGranted:
		return pacing.PriorityRoutine
	case v1alpha1.AuthorizationUnknown, "": // "" in a customer's first pass
		return pacing.PriorityChanged
	default:
		return pacing.PriorityWaiting
	}
}

// nextPass gives how long until the customer is to be looked at again, 0 if only an event can change anything. Pure.
func nextPass(s *scope, all []v1alpha1.CustomerServiceStatus) time.Duration {
	var first time.Time
	names := askable(s)
	for _, known := range all {
		if slices.Contains(names, known.Name) {
			first = clock.FirstOf(first, nextQuestion(s, known))
		}
		first = clock.FirstOf(first, nextLook(s, known))
		first = clock.FirstOf(first, withoutSystemUntil(s, known))
	}
	if first.IsZero() {
		return 0
	}
	return max(first.Sub(s.now), time.Second)
}

// withoutSystemUntil gives when the grace period of a service ends that cannot be asked for, because the Supplier no longer
// says of which system: no question leads to a look at it then. The zero time if it has ended, or there is none.
func withoutSystemUntil(s *scope, known v1alpha1.CustomerServiceStatus) time.Time {
	if blockOf(s) != nil || !services.WithoutSystem(s.supplier, known.Name) || known.Authorization.LastVerifiedTime == nil {
		return time.Time{}
	}
	if t := graceEnds(s, known.Authorization).Add(time.Second); t.After(s.now) {
		return t
	}
	return time.Time{}
}

// conflictRetry is how long after somebody else's object was found in our place it is looked for again: nobody tells of
// its end.
const conflictRetry = time.Minute

// nextLook gives when a service's jobs are to be looked at though nothing has happened to them: when its data becomes
// stale, when a pod has been starting for too long, and when somebody else's object may have gone. The zero time if none
// can be.
func nextLook(s *scope, known v1alpha1.CustomerServiceStatus) time.Time {
	if known.Sync.ActiveSince == nil {
		return time.Time{}
	}
	var first time.Time
	if t := staleAt(s, known.Name, known.Sync); t.After(s.now) {
		first = t
	}
	if t := runAt(s, known.Name); t.After(s.now) && waitsForRun(s, known.Name) {
		first = clock.FirstOf(first, t)
	}
	if c := s.children.Of(known.Name); c.Conflict != "" || c.LeftOver {
		first = clock.FirstOf(first, s.now.Add(pacing.Jitter(conflictRetry, s.customer.UID)))
	}
	for i := range s.children.Of(known.Name).Pods {
		pod := &s.children.Of(known.Name).Pods[i]
		if limit := pod.CreationTimestamp.Add(syncjob.LimitOf(syncjob.PendingFor(pod))); pod.Status.Phase == corev1.PodPending && limit.After(s.now) {
			first = clock.FirstOf(first, limit)
		}
	}
	return first
}

// waitsForRun reports whether a service waits for a run beside the schedule that none of its Jobs is in the way of.
func waitsForRun(s *scope, name v1alpha1.ServiceName) bool {
	c := s.children.Of(name)
	return !syncjob.HasRunningJob(c) && wantedJob(s, name, c, c.CronJob) != nil
}

// nextQuestion gives when one service is to be asked for again. A question that was just asked in vain, or held back, is
// asked again after a pause, whether its time had come or somebody had requested it.
func nextQuestion(s *scope, known v1alpha1.CustomerServiceStatus) time.Time {
	iv := pacing.IntervalsOf(s.supplier)
	next := pacing.NextCheck(known.Authorization, iv, s.customer.UID)
	if entitlement.Outdated(s.supplier, known.Authorization) {
		next = s.now
	}
	a, asked := s.answers[known.Name]
	until, busy := s.busy[known.Name]
	switch {
	case busy:
		return until
	case asked && authority.IsFault(a.class):
		return retryTime(s, iv, known)
	case next.After(s.now):
		return next
	case s.kept[known.Name].retry.After(s.now):
		return s.kept[known.Name].retry
	default: // an answer that decided nothing
		return s.now.Add(pacing.Jitter(iv.Waiting, s.customer.UID))
	}
}

// heldInterval is how often a customer with a known state is reconciled while it is held back. When the Guard no longer holds
// customers back, the Supplier's reconcile wakes them; this is for a wake-up that was lost.
const heldInterval = 10 * time.Minute

// retryTime gives when to ask again after a fault: after a pause, and not before Maskinporten wants to see us again. While
// nobody is asked for, it is enough to be there when the grace period ends.
func retryTime(s *scope, iv pacing.Intervals, known v1alpha1.CustomerServiceStatus) time.Time {
	next := s.now.Add(pacing.RetryAfter(iv.Granted, s.customer.UID))
	if s.guard == nil {
		return next
	}
	if authority.HeldBack(s.guard, known.Name) && known.Authorization.LastVerifiedTime != nil {
		return held(s, known.Authorization)
	}
	if t := authority.PostponedUntil(s.guard, s.now); t.After(next) {
		return t
	}
	return next
}

// held gives when to look again at a customer of whom something is known while nobody is asked for.
func held(s *scope, known v1alpha1.Authorization) time.Time {
	next := s.now.Add(pacing.Jitter(heldInterval, s.customer.UID))
	if t := graceEnds(s, known).Add(time.Second); t.After(s.now) {
		return clock.Earlier(t, next)
	}
	return next
}
