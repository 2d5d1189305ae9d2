package controllers

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/services"
)

// Priorities in the controllers' queues: whoever is new or has changed goes first, then customers who wait for
// access, then routine. They are set on every result, for a queue otherwise keeps an item's old one.
const (
	priorityChanged = 0
	priorityWaiting = -50
	priorityRoutine = -100
)

// waitingSteps are when a customer without access is asked for after the state's change, before waitingInterval
// takes over: who has just been told no is likely to be in Altinn now.
var waitingSteps = []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute}

// intervals are a Supplier's, with its defaults.
type intervals struct {
	granted time.Duration
	waiting time.Duration
}

func intervalsOf(s *v1alpha1.Supplier) intervals {
	return intervals{granted: s.VerificationInterval(), waiting: s.WaitingInterval()}
}

// nextCheckOf returns when a service of a customer is to be verified again: now if it never was, or if its last verification
// is outdated.
func nextCheckOf(s *customerScope, name v1alpha1.ServiceName) time.Time {
	known := s.authorization(name)
	next := nextCheck(known, intervalsOf(s.supplier), s.customer.UID)
	if entitlement.Outdated(s.supplier, known) && s.supplier.Status.InterruptedTime.Time.Before(next) {
		return s.supplier.Status.InterruptedTime.Time
	}
	return next
}

// nextCheck gives when an access is to be asked for again; the zero time when it never was. It is in whole seconds, as
// the time of a pass is: a pass that comes on time must not find that it is a fraction early.
func nextCheck(a v1alpha1.Authorization, iv intervals, uid types.UID) time.Time {
	return nextCheckTime(a, iv, uid).Truncate(time.Second)
}

func nextCheckTime(a v1alpha1.Authorization, iv intervals, uid types.UID) time.Time {
	if a.LastVerifiedTime == nil {
		return time.Time{}
	}
	last := a.LastVerifiedTime.Time
	if a.State == v1alpha1.AuthorizationGranted {
		return last.Add(jitter(iv.granted, uid))
	}
	next := last.Add(jitter(iv.waiting, uid))
	if a.Since == nil {
		return next
	}
	for _, step := range waitingSteps {
		if t := a.Since.Add(step); t.After(last) {
			return earlier(t, next)
		}
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// priorityOf gives the priority of a customer's next check: that of the service that matters most.
func priorityOf(s *customerScope, all []v1alpha1.CustomerServiceStatus) int {
	p := priorityRoutine
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
		return priorityRoutine
	case v1alpha1.AuthorizationUnknown, "": // "" in a customer's first pass
		return priorityChanged
	default:
		return priorityWaiting
	}
}

// nextPass gives how long until the customer is to be looked at again, 0 if only an event can change anything. Pure.
func nextPass(s *customerScope, all []v1alpha1.CustomerServiceStatus) time.Duration {
	var first time.Time
	names := askable(s)
	for _, known := range all {
		if slices.Contains(names, known.Name) {
			first = firstOf(first, nextQuestion(s, known))
		}
		first = firstOf(first, nextLook(s, known))
		first = firstOf(first, withoutSystemUntil(s, known))
	}
	if first.IsZero() {
		return 0
	}
	return max(first.Sub(s.now), time.Second)
}

// withoutSystemUntil gives when the grace period of a service ends that cannot be asked for, because the Supplier no longer
// says of which system: no question leads to a look at it then. The zero time if it has ended, or there is none.
func withoutSystemUntil(s *customerScope, known v1alpha1.CustomerServiceStatus) time.Time {
	if blockOf(s) != nil || !withoutSystem(s.supplier, known.Name) || known.Authorization.LastVerifiedTime == nil {
		return time.Time{}
	}
	if t := graceEnds(s, known.Authorization).Add(time.Second); t.After(s.now) {
		return t
	}
	return time.Time{}
}

// firstOf gives the earlier of two times; one that is zero is none.
func firstOf(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// conflictRetry is how long after somebody else's object was found in our place it is looked for again: nobody tells of
// its end.
const conflictRetry = time.Minute

// nextLook gives when a service's jobs are to be looked at though nothing has happened to them: when its data becomes
// stale, when a pod has been starting for too long, and when somebody else's object may have gone. The zero time if none
// can be.
func nextLook(s *customerScope, known v1alpha1.CustomerServiceStatus) time.Time {
	if known.Sync.ActiveSince == nil {
		return time.Time{}
	}
	var first time.Time
	if t := staleAt(s, known.Name, known.Sync); t.After(s.now) {
		first = t
	}
	if t := runAt(s, known.Name); t.After(s.now) && waitsForRun(s, known.Name) {
		first = firstOf(first, t)
	}
	if c := s.children.of(known.Name); c.conflict != "" || c.leftOver {
		first = firstOf(first, s.now.Add(jitter(conflictRetry, s.customer.UID)))
	}
	for i := range s.children.of(known.Name).pods {
		pod := &s.children.of(known.Name).pods[i]
		if limit := pod.CreationTimestamp.Add(limitOf(pendingFor(pod))); pod.Status.Phase == corev1.PodPending && limit.After(s.now) {
			first = firstOf(first, limit)
		}
	}
	return first
}

// waitsForRun reports whether a service waits for a run beside the schedule that none of its Jobs is in the way of.
func waitsForRun(s *customerScope, name v1alpha1.ServiceName) bool {
	c := s.children.of(name)
	return !hasRunningJob(c) && wantedJob(s, name, c, c.cronJob) != nil
}

// nextQuestion gives when one service is to be asked for again. A question that was just asked in vain, or held back, is
// asked again after a pause, whether its time had come or somebody had requested it.
func nextQuestion(s *customerScope, known v1alpha1.CustomerServiceStatus) time.Time {
	iv := intervalsOf(s.supplier)
	next := nextCheck(known.Authorization, iv, s.customer.UID)
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
		return s.now.Add(jitter(iv.waiting, s.customer.UID))
	}
}

// heldInterval is how often a customer with a known state is reconciled while it is held back. When the Guard no longer holds
// customers back, the Supplier's reconcile wakes them; this is for a wake-up that was lost.
const heldInterval = 10 * time.Minute

// retryTime gives when to ask again after a fault: after a pause, and not before Maskinporten wants to see us again. While
// nobody is asked for, it is enough to be there when the grace period ends.
func retryTime(s *customerScope, iv intervals, known v1alpha1.CustomerServiceStatus) time.Time {
	next := s.now.Add(retryAfter(iv.granted, s.customer.UID))
	if s.guard == nil {
		return next
	}
	if heldBack(s.guard, known.Name) && known.Authorization.LastVerifiedTime != nil {
		return held(s, known.Authorization)
	}
	if t := postponedUntil(s.guard, s.now); t.After(next) {
		return t
	}
	return next
}

// heldBack reports whether no customer is verified for a service until the Supplier, whose own proofs go on, is well.
func heldBack(g *authority.Guard, name v1alpha1.ServiceName) bool {
	standing := g.ScopesStanding()
	return g.Standing() != "" ||
		slices.ContainsFunc(services.Scopes(name), func(scope string) bool { return standing[scope] != "" }) ||
		services.Of(name).Kind == v1alpha1.AccessSystemUser && g.RegisterMet().Kind() == conclusion.Outage
}

// held gives when to look again at a customer of whom something is known while nobody is asked for.
func held(s *customerScope, known v1alpha1.Authorization) time.Time {
	next := s.now.Add(jitter(heldInterval, s.customer.UID))
	if t := graceEnds(s, known).Add(time.Second); t.After(s.now) {
		return earlier(t, next)
	}
	return next
}
