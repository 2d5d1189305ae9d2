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

// latestVerifications remembers when each customer was last verified, as this process has read or written it. An older
// status was restored from a snapshot: a verification is lost, and it may have found a withdrawal. The zero value is
// ready to use.
type latestVerifications struct {
	mu  sync.Mutex
	all map[types.NamespacedName]latestVerification
}

type latestVerification struct {
	uid types.UID
	at  time.Time
	// noticed is when a lost verification of any service was last found. It is zero if all have been verified since.
	noticed time.Time
}

// lostSince returns the time before which a customer's verifications are outdated, the zero time if none are. If
// this call finds a loss, that is the time of the lost verification. After it, until each service has been verified
// again, it is the time when the loss was found. A time in the future was recorded by a wrong clock and proves nothing.
func (l *latestVerifications) lostSince(c *v1alpha1.CustomerIntegration, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	at := lastVerification(c)
	if known.uid == c.UID && at.Before(known.at) && !clock.InFuture(known.at, now) {
		known.noticed = now
		l.all[client.ObjectKeyFromObject(c)] = known
		return known.at
	}
	if known.uid != c.UID || clock.InFuture(known.noticed, now) || !firstVerification(c).Before(known.noticed) {
		known.noticed = time.Time{}
	}
	l.set(c, at, known.noticed)
	return known.noticed
}

// note remembers a status that was just written.
func (l *latestVerifications) note(c *v1alpha1.CustomerIntegration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	if known.uid != c.UID {
		known.noticed = time.Time{}
	}
	l.set(c, lastVerification(c), known.noticed)
}

func (l *latestVerifications) set(c *v1alpha1.CustomerIntegration, at, noticed time.Time) {
	if l.all == nil {
		l.all = map[types.NamespacedName]latestVerification{}
	}
	l.all[client.ObjectKeyFromObject(c)] = latestVerification{c.UID, at, noticed}
}

// forget drops what is remembered of a customer that no longer exists.
func (l *latestVerifications) forget(key types.NamespacedName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// lastVerification returns the last time that a service of a customer was verified, the zero time if none was.
func lastVerification(c *v1alpha1.CustomerIntegration) time.Time {
	var last time.Time
	for i := range c.Status.Services {
		if t := c.Status.Services[i].Authorization.LastVerifiedTime; t != nil && t.After(last) {
			last = t.Time
		}
	}
	return last
}

// firstVerification returns the earliest of the services' last verifications, the zero time if there is none.
func firstVerification(c *v1alpha1.CustomerIntegration) time.Time {
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
		return before.UID == after.UID && lastVerification(after).Before(lastVerification(before))
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
