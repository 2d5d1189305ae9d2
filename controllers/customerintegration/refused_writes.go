package customerintegration

import (
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/syncjob"
)

// refusedWrites remembers the operator's writes that the API server refuses, such as for a quota or a policy. The zero
// value is ready to use.
type refusedWrites struct {
	mu  sync.Mutex
	all map[types.NamespacedName][]refusedWrite
}

// refusedWrite is an action that the API server refuses.
type refusedWrite struct {
	action  string
	service v1alpha1.ServiceName
	refusal syncjob.Refusal
	since   time.Time
}

// isRefusal reports whether an error is the API server's decision about an object. Admission uses all of these codes.
func isRefusal(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsInvalid(err) || apierrors.IsBadRequest(err)
}

// refusedWriteOf returns the refusal of an action, nil if the error is no refusal or the action is not about a service.
func refusedWriteOf(a *action, err error, now time.Time) *refusedWrite {
	if a.service == "" || !isRefusal(err) {
		return nil
	}
	return &refusedWrite{
		action: a.String(), service: a.service, since: now,
		refusal: syncjob.RefusalOfWrite(a.kind, a.name, err, now),
	}
}

// set replaces a customer's refused writes. A write that was refused before keeps its time.
func (r *refusedWrites) set(customer types.NamespacedName, refused []refusedWrite) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.all[customer]
	for i := range refused {
		for j := range before {
			if before[j].action == refused[i].action {
				refused[i].since = before[j].since
			}
		}
	}
	if r.all == nil {
		r.all = map[types.NamespacedName][]refusedWrite{}
	}
	if r.all[customer] = refused; len(refused) == 0 {
		delete(r.all, customer)
	}
}

// find returns the refused write of a customer's action, nil if it was not refused.
func (r *refusedWrites) find(customer types.NamespacedName, a *action) *refusedWrite {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, known := range r.all[customer] {
		if known.action == a.String() {
			return &known
		}
	}
	return nil
}

// of returns the first action that the API server has refused for a service for a while, nil if there is none.
func (r *refusedWrites) of(customer types.NamespacedName, name v1alpha1.ServiceName, now time.Time) *syncjob.Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, known := range r.all[customer] {
		if known.service == name && !now.Before(known.since.Add(syncjob.RefusalLimit)) {
			return &known.refusal
		}
	}
	return nil
}

func (r *refusedWrites) forget(customer types.NamespacedName) { r.set(customer, nil) }
