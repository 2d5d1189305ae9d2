package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/internal/interruption"
)

// leaseName is the name of the leader's Lease.
const leaseName = "integration-operator.4human.no"

// election elects the leader and detects a restore of etcd. It is created before the manager, which needs its lock, and
// receives the manager's clients by use.
type election struct {
	watch  *interruption.Watch
	lock   resourcelock.Interface // nil without leader election
	events *electionEvents
}

// newElection returns an election, which calls stop to end the process.
func newElection(config *rest.Config, o options, stop func(error)) (*election, error) {
	e := &election{
		watch:  &interruption.Watch{Limit: interruption.Limit, Now: time.Now, Stop: stop},
		events: &electionEvents{},
	}
	if !o.leaderElection {
		return e, nil
	}
	var err error
	if e.lock, err = interruption.NewLock(
		config, o.namespace, o.shard.lease(), e.watch, e.events, o.lease.renewDeadline/2,
	); err != nil {
		return nil, fmt.Errorf("preparing the leader election: %w", err)
	}
	return e, nil
}

// use adds the manager's clients and the selector of its Suppliers. It must be called before the manager starts.
func (e *election) use(mgr ctrl.Manager, suppliers labels.Selector) {
	recorder := &interruption.Recorder{
		Suppliers: suppliers,
		Live:      mgr.GetAPIReader(), Client: mgr.GetClient(), Now: time.Now, Log: mgr.GetLogger().WithName("interruption"),
	}
	e.watch.Record = recorder.Record
	if e.lock != nil {
		var events resourcelock.EventRecorder = mgr.GetEventRecorderFor(e.lock.Identity()) //nolint:staticcheck // client-go's elections record the older events only.
		e.events.to.Store(&events)
	}
}

// electionEvents forwards the events of an election to a recorder that is set later.
type electionEvents struct {
	to atomic.Pointer[resourcelock.EventRecorder]
}

// Eventf records an event.
func (e *electionEvents) Eventf(o runtime.Object, kind, reason, message string, args ...any) {
	if to := e.to.Load(); to != nil {
		(*to).Eventf(o, kind, reason, message, args...)
	}
}
