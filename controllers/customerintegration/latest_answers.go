package customerintegration

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
)

// latestAnswers remembers when each customer was last verified, as this process has read or written it. A status that is
// older has been restored: an answer is lost, and it may have been a withdrawal. The zero value is ready to use.
type latestAnswers struct {
	mu  sync.Mutex
	all map[types.NamespacedName]latestAnswer
}

type latestAnswer struct {
	uid types.UID
	at  time.Time
	// noticed is when an answer was last found to be lost, of any service; the zero time if all have been verified since.
	noticed time.Time
}

// lost returns a time before which verifications are outdated: when the customer was last verified, if its status as it was
// read is older than that, and when that was noticed, until each service has been verified since. Otherwise it returns the
// zero time. A time in the future was noted while the clock was wrong, and proves nothing.
func (l *latestAnswers) lost(c *v1alpha1.CustomerIntegration, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	at := lastAnswer(c)
	if known.uid == c.UID && at.Before(known.at) && !clock.InFuture(known.at, now) {
		known.noticed = now
		l.all[client.ObjectKeyFromObject(c)] = known
		return known.at
	}
	if known.uid != c.UID || clock.InFuture(known.noticed, now) || !firstAnswer(c).Before(known.noticed) {
		known.noticed = time.Time{}
	}
	l.set(c, at, known.noticed)
	return known.noticed
}

// note remembers a status that was just written.
func (l *latestAnswers) note(c *v1alpha1.CustomerIntegration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	if known.uid != c.UID {
		known.noticed = time.Time{}
	}
	l.set(c, lastAnswer(c), known.noticed)
}

func (l *latestAnswers) set(c *v1alpha1.CustomerIntegration, at, noticed time.Time) {
	if l.all == nil {
		l.all = map[types.NamespacedName]latestAnswer{}
	}
	l.all[client.ObjectKeyFromObject(c)] = latestAnswer{c.UID, at, noticed}
}

// forget drops what is remembered of a customer that is gone.
func (l *latestAnswers) forget(key types.NamespacedName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// lastAnswer returns when the service of a customer that was verified last was verified, the zero time if none was.
func lastAnswer(c *v1alpha1.CustomerIntegration) time.Time {
	var last time.Time
	for i := range c.Status.Services {
		if t := c.Status.Services[i].Authorization.LastVerifiedTime; t != nil && t.After(last) {
			last = t.Time
		}
	}
	return last
}

// firstAnswer returns when the service of a customer that was verified longest ago was verified, the zero time if none was.
func firstAnswer(c *v1alpha1.CustomerIntegration) time.Time {
	var first time.Time
	for i := range c.Status.Services {
		if t := c.Status.Services[i].Authorization.LastVerifiedTime; t != nil {
			first = clock.FirstOf(first, t.Time)
		}
	}
	return first
}

// answersLost passes a customer whose status has become older.
func answersLost() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(*v1alpha1.CustomerIntegration)
		after, ok2 := e.ObjectNew.(*v1alpha1.CustomerIntegration)
		return ok1 && ok2 && before.UID == after.UID && lastAnswer(after).Before(lastAnswer(before))
	}}
}

// interruptedAt makes verifications before a time outdated in a reconcile's own copy of the Supplier.
func interruptedAt(s *v1alpha1.Supplier, at time.Time) {
	if s.Status.InterruptedTime == nil || s.Status.InterruptedTime.Time.Before(at) {
		t := metav1.NewTime(at)
		s.Status.InterruptedTime = &t
	}
}
