package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	"github.com/4human/integration-operator/controllers"
	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/namespacecache"
	"github.com/4human/integration-operator/internal/watchdog"
)

// addChecks adds /healthz (no reconcile hangs) and /readyz (the caches are filled, a namespace can be read, and jobs
// can get tokens).
func addChecks(
	mgr ctrl.Manager, spaces *namespacecache.Cache, dog *watchdog.Watchdog, tokens *broker.Broker, denied *deniedReads,
	process *metrics.Process,
) error {
	if err := mgr.AddHealthzCheck("reconciles", dog.Check); err != nil {
		return fmt.Errorf("adding the liveness check: %w", err)
	}
	caches := &cachesCheck{cache: mgr.GetCache(), kinds: controllers.CachedKinds(), denied: denied}
	if err := mgr.Add(caches); err != nil {
		return fmt.Errorf("adding the readiness check: %w", err)
	}
	for name, check := range map[string]healthz.Checker{
		"caches": caches.Check, "namespaces": namespacesCheck(spaces.AllInaccessible), "token-broker": tokens.Check,
	} {
		log := mgr.GetLogger().WithName("readiness").WithValues("check", name)
		if err := mgr.AddReadyzCheck(name, loggedCheck(log, countedCheck(process, name, check))); err != nil {
			return fmt.Errorf("adding the readiness check %s: %w", name, err)
		}
	}
	return nil
}

// namespacesCheck returns a readiness check: it fails while no namespace can be read. One that can be read is enough.
func namespacesCheck(allInaccessible func() bool) healthz.Checker {
	return func(*http.Request) error {
		if allInaccessible() {
			return errors.New("the manager has no rights in any namespace of --namespaces: apply config/customer-namespace " +
				"there")
		}
		return nil
	}
}

// countedCheck returns a check that records each of its results in the metrics.
func countedCheck(process *metrics.Process, name string, check healthz.Checker) healthz.Checker {
	return func(r *http.Request) error {
		err := check(r)
		process.SetReady(name, err == nil)
		return err
	}
}

// loggedCheck returns a check that logs each change of its result, rather than each of its calls.
func loggedCheck(log logr.Logger, check healthz.Checker) healthz.Checker {
	var mu sync.Mutex
	var last string
	return func(r *http.Request) error {
		err := check(r)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil && err.Error() != last:
			last = err.Error()
			log.Info("Not ready", "err", last)
		case err == nil && last != "":
			last = ""
			log.Info("Ready")
		}
		return err
	}
}

// unlogged are lines of controller-runtime that are left out.
var unlogged = map[string]bool{"healthz check failed": true}

// withoutProbes leaves out the line that controller-runtime logs for each failed probe. loggedCheck logs the changes.
type withoutProbes struct{ slog.Handler }

// Handle handles a record.
func (h withoutProbes) Handle(ctx context.Context, r slog.Record) error {
	if unlogged[r.Message] {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a handler with attributes.
func (h withoutProbes) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withoutProbes{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a handler with a group.
func (h withoutProbes) WithGroup(name string) slog.Handler {
	return withoutProbes{h.Handler.WithGroup(name)}
}
