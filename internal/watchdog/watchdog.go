// Package watchdog notices reconcilers that hang. Everything they wait for has a time-out, so a pass that lasts for
// minutes never ends, and the kubelet had better start the process anew.
package watchdog

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Watchdog knows which passes are under way. Its zero value is not usable: see New.
type Watchdog struct {
	limit time.Duration
	now   func() time.Time

	mu      sync.Mutex
	next    uint64
	started map[uint64]pass
}

type pass struct {
	controller string
	at         time.Time
}

// New makes a Watchdog that finds fault with a pass of more than limit.
func New(limit time.Duration, now func() time.Time) *Watchdog {
	return &Watchdog{limit: limit, now: now, started: map[uint64]pass{}}
}

// Wrap gives a reconciler whose passes are watched.
func (w *Watchdog) Wrap(controller string, r reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		defer w.start(controller)()
		return r.Reconcile(ctx, req)
	})
}

// start notes the beginning of a pass and gives the function that notes its end.
func (w *Watchdog) start(controller string) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.next
	w.next++
	w.started[id] = pass{controller: controller, at: w.now()}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.started, id)
	}
}

// Check is a liveness check: an error names the controller of a pass that has lasted too long.
func (w *Watchdog) Check(*http.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.started {
		if w.now().Sub(p.at) > w.limit {
			return fmt.Errorf("a pass of the controller %s has lasted more than %s", p.controller, w.limit)
		}
	}
	return nil
}
