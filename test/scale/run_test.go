package scale

import (
	"context"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
)

// workers is the number of concurrent reconciles of customers, as in the manager.
const workers = 10

// run advances the clock by d, and reconciles each object when it is due.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	end := time.Now().Add(d)
	ended := make(chan struct{}, workers)
	for active := 0; ; {
		key, due, next := client.ObjectKey{}, false, time.Time{}
		if active < workers {
			key, due, next = w.queue.next()
		}
		if due {
			active++
			go func() {
				w.reconcile(key)
				ended <- struct{}{}
			}()
			synctest.Wait() // until the reconcile has ended or waits for a response
			active -= drain(ended)
			continue
		}
		if active == 0 && (next.IsZero() || next.After(end)) {
			<-time.After(time.Until(end))
			return
		}
		active -= w.await(ended, next)
	}
}

// drain returns the number of reconciles that have ended.
func drain(ended <-chan struct{}) int {
	for n := 0; ; n++ {
		select {
		case <-ended:
		default:
			return n
		}
	}
}

// await waits until a reconcile ends or the next is due, and returns the number that have ended.
func (w *world) await(ended <-chan struct{}, next time.Time) int {
	wait := time.Hour
	if !next.IsZero() {
		wait = max(time.Until(next), time.Nanosecond)
	}
	select {
	case <-ended:
		return 1
	case <-time.After(wait):
		return 0
	}
}

// reconcile reconciles an object.
func (w *world) reconcile(key client.ObjectKey) {
	w.queue.mu.Lock()
	w.reconciles[key]++
	w.queue.mu.Unlock()
	reconcileOne, wake := w.customers, w.wakeSupplier
	if key.Namespace == "" {
		reconcileOne, wake = w.suppliers, w.wakeCustomers
	}
	changed := wake(key)
	result, err := reconcileOne.Reconcile(context.Background(), reconcile.Request{NamespacedName: key})
	w.queue.done(key)
	if err != nil {
		w.t.Errorf("reconciling %s: %v", key, err)
		return
	}
	changed()
	if result.RequeueAfter > 0 {
		w.queue.add(key, *result.Priority, result.RequeueAfter)
	}
}

// wakeCustomers returns a function that enqueues the customers if the Supplier has become available, as the manager's
// watch does.
func (w *world) wakeCustomers(client.ObjectKey) func() {
	before := w.current()
	return func() {
		if !availability.HasRecovered(before, w.current()) {
			return
		}
		for _, key := range w.keys {
			w.queue.add(key, -50, 0)
		}
	}
}

// wakeSupplier returns a function that enqueues the Supplier if a customer's verdict has changed, as the manager's
// watch does.
func (w *world) wakeSupplier(key client.ObjectKey) func() {
	before := verdict(w.peek(key))
	return func() {
		if verdict(w.peek(key)) != before {
			w.queue.add(client.ObjectKey{Name: supplierName}, 0, 0)
		}
	}
}

// peek returns the conditions of a customer, or nil if it does not exist.
func (w *world) peek(key client.ObjectKey) []metav1.Condition {
	var c v1alpha1.CustomerIntegration
	err := w.api.Get(context.Background(), key, &c)
	if client.IgnoreNotFound(err) != nil {
		w.t.Error(err)
	}
	return c.Status.Conditions
}
