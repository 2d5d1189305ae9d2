package controllers

import (
	"maps"
	"sync"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// pace is how often something may be done: burst times at once after a rest, and once in every in the long run.
type pace struct {
	burst int
	every time.Duration
}

var (
	// runPace bounds the runs that are made at once, beside the schedule.
	runPace = pace{burst: 4, every: time.Minute}
	// recordPace bounds the writes that record a request.
	recordPace = pace{burst: 4, every: 15 * time.Second}
)

// questionPace bounds the requests on behalf of one organization for one service, whatever they are sent for: annotations, edits
// of the spec, or a CustomerIntegration that is deleted and created again. What is due by time alone is slower than it.
func questionPace(iv intervals) pace {
	return pace{burst: 4, every: min(15*time.Second, iv.granted/2, iv.waiting/2)}
}

// paced is what a pace is for: one service of one organization. It survives the CustomerIntegration.
type paced struct {
	authority    v1alpha1.Authority
	organization v1alpha1.OrganizationNumber
	service      v1alpha1.ServiceName
}

// allowanceSweep is how often what is whole again is dropped.
const allowanceSweep = time.Hour

// allowance remembers how often something was done, by a key. The zero value is ready to use.
type allowance[K comparable] struct {
	mu sync.Mutex
	// whole has when each key's burst is whole again.
	whole map[K]time.Time
	swept time.Time
}

// next returns when something may be done again: now, or later.
func (a *allowance[K]) next(key K, p pace, now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return later(now, a.wholeAt(key, p, now).Add(-time.Duration(p.burst-1)*p.every))
}

// take notes that it was done.
func (a *allowance[K]) take(key K, p pace, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.whole == nil {
		a.whole = map[K]time.Time{}
	}
	if now.Sub(a.swept).Abs() > allowanceSweep {
		maps.DeleteFunc(a.whole, func(_ K, at time.Time) bool { return !at.After(now) })
		a.swept = now
	}
	a.whole[key] = later(now, a.wholeAt(key, p, now)).Add(p.every)
}

// wholeAt returns when the burst of a key is whole again. A time that is later than can be was noted before the clock was set
// back. It is replaced, or nothing would be allowed until the clock is there again.
func (a *allowance[K]) wholeAt(key K, p pace, now time.Time) time.Time {
	if latest := now.Add(time.Duration(p.burst) * p.every); a.whole[key].After(latest) {
		a.whole[key] = latest
	}
	return a.whole[key]
}

// allowances are all that bound what one customer can cause. The zero value is ready to use.
type allowances struct {
	questions, runs, records allowance[paced]
}

// pacedOf returns what the paces of one service of a customer are for.
func pacedOf(s *customerScope, name v1alpha1.ServiceName) paced {
	return paced{s.authority(), s.customer.Spec.OrganizationNumber, name}
}

// questionAt returns when the next request for a service may be sent: now, or later.
func questionAt(s *customerScope, name v1alpha1.ServiceName) time.Time {
	return s.allowed.questions.next(pacedOf(s, name), questionPace(intervalsOf(s.supplier)), s.now)
}

// runAt returns when the next run of a service may be made at once: now, or later.
func runAt(s *customerScope, name v1alpha1.ServiceName) time.Time {
	return s.allowed.runs.next(pacedOf(s, name), runPace, s.now)
}

// recordAt returns when a request that replaces a pending one may be recorded: now, or later.
func recordAt(s *customerScope) time.Time {
	return s.allowed.records.next(pacedOf(s, ""), recordPace, s.now)
}
