package controllers

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
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
}

// lost returns when a customer was last verified, if its status as it was read is older than that; else the zero time. A time in
// the future was noted while the clock was wrong, and says nothing.
func (l *latestAnswers) lost(c *integrationsv1alpha1.CustomerIntegration, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.all[client.ObjectKeyFromObject(c)]
	at := lastAnswer(c)
	if known.uid == c.UID && at.Before(known.at) && !inFuture(known.at, now) {
		return known.at
	}
	l.set(c, at)
	return time.Time{}
}

// note remembers a status that was just written.
func (l *latestAnswers) note(c *integrationsv1alpha1.CustomerIntegration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(c, lastAnswer(c))
}

func (l *latestAnswers) set(c *integrationsv1alpha1.CustomerIntegration, at time.Time) {
	if l.all == nil {
		l.all = map[types.NamespacedName]latestAnswer{}
	}
	l.all[client.ObjectKeyFromObject(c)] = latestAnswer{c.UID, at}
}

// forget drops what is remembered of a customer that is gone.
func (l *latestAnswers) forget(key types.NamespacedName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// lastAnswer returns when the service of a customer that was verified last was verified, the zero time if none was.
func lastAnswer(c *integrationsv1alpha1.CustomerIntegration) time.Time {
	var last time.Time
	for i := range c.Status.Services {
		if t := c.Status.Services[i].Authorization.LastVerifiedTime; t != nil && t.After(last) {
			last = t.Time
		}
	}
	return last
}

// answersLost passes a customer whose status has become older.
func answersLost() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(*integrationsv1alpha1.CustomerIntegration)
		after, ok2 := e.ObjectNew.(*integrationsv1alpha1.CustomerIntegration)
		return ok1 && ok2 && before.UID == after.UID && lastAnswer(after).Before(lastAnswer(before))
	}}
}

// interruptedAt makes verifications before a time outdated in a reconcile's own copy of the Supplier.
func interruptedAt(s *integrationsv1alpha1.Supplier, at time.Time) {
	if s.Status.InterruptedTime == nil || s.Status.InterruptedTime.Time.Before(at) {
		t := metav1.NewTime(at)
		s.Status.InterruptedTime = &t
	}
}
