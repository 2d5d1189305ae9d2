package customerintegration

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/wake"
)

// latestResponses remembers when each customer was last verified, as this process has read or written it. An older
// status was restored from a snapshot: a response is lost, and it may have been a withdrawal. The zero value is ready
// to use.
type latestResponses struct {
	mu  sync.Mutex
	all map[types.NamespacedName]latestResponse
}

type latestResponse struct {
	uid types.UID
	at  time.Time
	// noticed is when a lost response of any service was last found. It is zero if all have been verified since.
	noticed time.Time
}

// lostSince returns the time before which a customer's verifications are outdated, the zero time if none are. The
// reconcile that finds a loss gets the time of the lost response. Later ones get the time when it was found, until each
// service has been verified since. A time in the future was recorded by a wrong clock and proves nothing.
func (l *latestResponses) lostSince(c *v1alpha1.CustomerIntegration, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	at := lastResponse(c)
	if known.uid == c.UID && at.Before(known.at) && !clock.InFuture(known.at, now) {
		known.noticed = now
		l.all[client.ObjectKeyFromObject(c)] = known
		return known.at
	}
	if known.uid != c.UID || clock.InFuture(known.noticed, now) || !firstResponse(c).Before(known.noticed) {
		known.noticed = time.Time{}
	}
	l.set(c, at, known.noticed)
	return known.noticed
}

// note remembers a status that was just written.
func (l *latestResponses) note(c *v1alpha1.CustomerIntegration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	if known.uid != c.UID {
		known.noticed = time.Time{}
	}
	l.set(c, lastResponse(c), known.noticed)
}

func (l *latestResponses) set(c *v1alpha1.CustomerIntegration, at, noticed time.Time) {
	if l.all == nil {
		l.all = map[types.NamespacedName]latestResponse{}
	}
	l.all[client.ObjectKeyFromObject(c)] = latestResponse{c.UID, at, noticed}
}

// forget drops what is remembered of a customer that no longer exists.
func (l *latestResponses) forget(key types.NamespacedName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// lastResponse returns the last time that a service of a customer was verified, the zero time if none was.
func lastResponse(c *v1alpha1.CustomerIntegration) time.Time {
	var last time.Time
	for i := range c.Status.Services {
		if t := c.Status.Services[i].Authorization.LastVerifiedTime; t != nil && t.After(last) {
			last = t.Time
		}
	}
	return last
}

// firstResponse returns the earliest of the services' last verifications, the zero time if there is none.
func firstResponse(c *v1alpha1.CustomerIntegration) time.Time {
	var first time.Time
	for i := range c.Status.Services {
		if t := c.Status.Services[i].Authorization.LastVerifiedTime; t != nil {
			first = clock.FirstOf(first, t.Time)
		}
	}
	return first
}

// statusGoesBack passes a customer whose status became older.
func statusGoesBack() predicate.Predicate {
	return wake.Updates(func(before, after *v1alpha1.CustomerIntegration) bool {
		return before.UID == after.UID && lastResponse(after).Before(lastResponse(before))
	})
}

// outdateBefore makes verifications before a time outdated, in a reconcile's copy of the Supplier. The verification at
// that time is not outdated.
func outdateBefore(s *v1alpha1.Supplier, at time.Time) {
	at = at.Add(-time.Second)
	if s.Status.InterruptedTime == nil || s.Status.InterruptedTime.Time.Before(at) {
		t := metav1.NewTime(at)
		s.Status.InterruptedTime = &t
	}
}
