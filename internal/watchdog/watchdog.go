// Package watchdog detects reconcilers that hang. Every wait in a reconciler has a time-out. A reconcile that takes
// minutes therefore never ends, and the kubelet has to restart the process.
package watchdog

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Watchdog tracks the reconciles that are running. Use New: the zero value is not usable.
type Watchdog struct {
	limit time.Duration
	now   func() time.Time

	mu      sync.Mutex
	next    uint64
	running map[uint64]reconciling
}

type reconciling struct {
	controller string
	since      time.Time
}

// New returns a Watchdog whose Check fails if a reconcile takes longer than limit.
func New(limit time.Duration, now func() time.Time) *Watchdog {
	return &Watchdog{limit: limit, now: now, running: map[uint64]reconciling{}}
}

// Wrap returns a reconciler that calls r. The Watchdog tracks its reconciles under the name of the controller.
func (w *Watchdog) Wrap(controller string, r reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		defer w.start(controller)()
		return r.Reconcile(ctx, req)
	})
}

// start records the start of a reconcile. It returns the function that records the end.
func (w *Watchdog) start(controller string) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.next
	w.next++
	w.running[id] = reconciling{controller: controller, since: w.now()}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.running, id)
	}
}

// Check is a liveness check. Its error names the controller of a reconcile that takes longer than the limit.
func (w *Watchdog) Check(*http.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.running {
		if w.now().Sub(r.since) > w.limit {
			return fmt.Errorf("a reconcile of controller %s takes longer than %s", r.controller, w.limit)
		}
	}
	return nil
}
