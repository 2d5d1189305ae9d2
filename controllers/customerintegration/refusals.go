package customerintegration

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/syncjob"
)

const (
	// refusalsPace is the least time between two lists of a namespace's events, for which the API server reads them all.
	refusalsPace = 15 * time.Second
	// refusalsPage is how many events are listed at a time.
	refusalsPage = 500
)

// refusals remembers the refused pods and Jobs of namespaces, for all customers of each. The zero value is ready to
// use.
type refusals struct {
	mu   sync.Mutex
	read map[string]readRefusals
}

type readRefusals struct {
	at  time.Time
	all syncjob.Refusals
}

// gatherRefusals adds why Jobs have no pod, and why a CronJob has no Job. It lists events only if a pod or a Job has
// been missing for a while. If events cannot be listed, verification goes on; a missing pod is then reported at its
// Job's deadline, and a missing Job as SyncStale.
func (r *Reconciler) gatherRefusals(
	ctx context.Context, o *verdict.Observed, name v1alpha1.ServiceName, c *syncjob.Child,
) {
	lacksPod := func(job batchv1.Job) bool { return syncjob.MayBeRefused(c, &job, o.Now) }
	if slices.ContainsFunc(c.Jobs, lacksPod) || lacksJob(o, name, c) {
		c.Refusals = r.refusals.in(ctx, r.Live, o.Customer.Namespace, o.Now)
	}
}

// lacksJob reports whether a service has no Job although its schedule had a run while sync was allowed.
func lacksJob(o *verdict.Observed, name v1alpha1.ServiceName, c *syncjob.Child) bool {
	known := o.Customer.Status.Service(name).Sync
	if known.ActiveSince == nil {
		return false
	}
	return syncjob.LacksJob(c, clock.Later(known.ActiveSince.Time, known.LastRun.FinishedTime.Time), o.Now, o.Zone)
}

// in returns the refused pods and Jobs of a namespace.
func (f *refusals) in(ctx context.Context, reader client.Reader, namespace string, now time.Time) syncjob.Refusals {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.read[namespace]; ok && now.Before(known.at.Add(refusalsPace)) && !now.Before(known.at) {
		return known.all
	}
	all, err := listRefusals(ctx, reader, namespace)
	if err != nil {
		log.FromContext(ctx).Error(err, "Failed to read why pods or Jobs are missing")
	}
	if f.read == nil {
		f.read = map[string]readRefusals{}
	}
	f.read[namespace] = readRefusals{at: now, all: all}
	return all
}

// listRefusals lists the events of a namespace about refused pods and Jobs.
func listRefusals(ctx context.Context, reader client.Reader, namespace string) (syncjob.Refusals, error) {
	all := syncjob.Refusals{}
	events := &eventsv1.EventList{}
	for {
		err := reader.List(ctx, events, client.InNamespace(namespace),
			client.MatchingFields{"reason": syncjob.FailedCreate},
			client.Limit(refusalsPage), client.Continue(events.Continue))
		if err != nil {
			return all, fmt.Errorf("listing events: %w", err)
		}
		for i := range events.Items {
			all.Note(&events.Items[i])
		}
		if events.Continue == "" {
			return all, nil
		}
	}
}
