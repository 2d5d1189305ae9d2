package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/internal/interruption"
)

// leaseName is the name of the leader's Lease.
const leaseName = "integration-operator.4human.no"

// election is the election of the leader, which notices that etcd was restored. The lock is made before the manager, and
// what it needs of the manager is set by use.
type election struct {
	watch  *interruption.Watch
	lock   resourcelock.Interface // nil: there is no election
	events *electionEvents
}

// newElection returns an election. It stops the process by stop.
func newElection(config *rest.Config, o options, stop func(error)) (*election, error) {
	e := &election{
		watch:  &interruption.Watch{Limit: interruption.Limit, Now: time.Now, Stop: stop},
		events: &electionEvents{},
	}
	if !o.leaderElection {
		return e, nil
	}
	var err error
	if e.lock, err = interruption.NewLock(config, o.namespace, leaseName, e.watch, e.events); err != nil {
		return nil, fmt.Errorf("preparing the leader election: %w", err)
	}
	return e, nil
}

// use completes the election with the manager's clients. It is called before the manager starts.
func (e *election) use(mgr ctrl.Manager) {
	recorder := &interruption.Recorder{Live: mgr.GetAPIReader(), Client: mgr.GetClient(), Now: time.Now}
	e.watch.Record = func(ctx context.Context) error {
		mgr.GetLogger().Info("Recording an interruption: etcd was restored from a snapshot, or no manager led", "limit", interruption.Limit.String())
		return recorder.Record(ctx)
	}
	if e.lock != nil {
		var events resourcelock.EventRecorder = mgr.GetEventRecorderFor(e.lock.Identity()) //nolint:staticcheck // client-go's elections know the older events only.
		e.events.to.Store(&events)
	}
}

// electionEvents passes the events of an election on to a recorder that is made later.
type electionEvents struct {
	to atomic.Pointer[resourcelock.EventRecorder]
}

// Eventf records an event.
func (e *electionEvents) Eventf(o runtime.Object, kind, reason, message string, args ...any) {
	if to := e.to.Load(); to != nil {
		(*to).Eventf(o, kind, reason, message, args...)
	}
}
