package customerintegration

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// keptResponses stores the last response of each customer's services until the status has it or the next request is
// due. If a status write fails, the next reconcile writes the response and sends no request. The zero value is ready to
// use.
type keptResponses struct {
	mu  sync.Mutex
	all map[types.NamespacedName]keptCustomer
}

// keptCustomer has the stored responses of one customer.
type keptCustomer struct {
	uid       types.UID
	authority v1alpha1.Authority
	agent     string
	services  map[v1alpha1.ServiceName]verdict.Kept
}

// isOf reports whether the responses are about a customer, its agent and the authority that verifies it.
func (k keptCustomer) isOf(c *v1alpha1.CustomerIntegration, by v1alpha1.Authority) bool {
	return k.uid == c.UID && k.authority == by && k.agent == c.Agent()
}

// keep stores the responses of a reconcile. Call it before anything that can fail.
func (k *keptResponses) keep(f *verdict.Facts, responses map[v1alpha1.ServiceName]verdict.Response) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := client.ObjectKeyFromObject(f.Customer)
	kept := k.all[key]
	if !kept.isOf(f.Customer, f.Authority) {
		kept = keptCustomer{f.Customer.UID, f.Authority, f.Customer.Agent(), map[v1alpha1.ServiceName]verdict.Kept{}}
	}
	for name, response := range responses {
		if !response.Held {
			kept.services[name] = keptOf(f, response)
		}
	}
	if len(kept.services) == 0 {
		return
	}
	if k.all == nil {
		k.all = map[types.NamespacedName]keptCustomer{}
	}
	k.all[key] = kept
}

// keptOf returns the part of a response that is stored.
func keptOf(f *verdict.Facts, response verdict.Response) verdict.Kept {
	requested := f.Requested.ForKind(response.Access.Kind)
	kept := verdict.Kept{
		Known: response.Access, Fault: response.Fault(), At: f.Now, Tried: requested, Requested: requested,
	}
	intervals, verified := pacing.IntervalsOf(f.Supplier), kept.Known.LastVerifiedTime
	switch {
	case kept.Fault:
		kept.Requested = verdict.Requests{}
		kept.Retry = f.Now.Add(pacing.FaultPause(intervals.Granted, f.Customer.UID))
	case verified == nil || !verified.Equal(&metav1.Time{Time: f.Now}):
		kept.Retry = f.Now.Add(pacing.Jitter(intervals.Waiting, f.Customer.UID))
	}
	return kept
}

// recall returns the stored responses that the status lacks. It drops the others, those that have expired,
// and those about an access that the service no longer needs.
func (k *keptResponses) recall(o *verdict.Observed, guard *authority.Guard) map[v1alpha1.ServiceName]verdict.Kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := client.ObjectKeyFromObject(o.Customer)
	kept, ok := k.all[key]
	if !ok {
		return nil
	}
	verifier := entitlement.AuthorityOf(o.Supplier)
	if !kept.isOf(o.Customer, verifier) {
		delete(k.all, key)
		return nil
	}
	recalled := map[v1alpha1.ServiceName]verdict.Kept{}
	for name, response := range kept.services {
		service, _ := services.Of(o.Supplier, name)
		written := entitlement.Authorization(verifier, o.Customer, service)
		if isOver(response, written, o.Now) || entitlement.IsSuperseded(response.Known, service) ||
			response.Fault && hasProofSince(guard, response.At) {
			delete(kept.services, name)
			continue
		}
		recalled[name] = response
	}
	if len(kept.services) == 0 {
		delete(k.all, key)
	}
	return recalled
}

// isOver reports whether to drop a stored response: the status has it or a newer one, or the next request is due.
func isOver(kept verdict.Kept, written v1alpha1.Authorization, now time.Time) bool {
	was, is := kept.Known.LastVerifiedTime, written.LastVerifiedTime
	if is != nil && (was == nil || is.After(was.Time)) {
		return true
	}
	if kept.Retry.IsZero() {
		return is != nil && is.Equal(was) || clock.InFuture(kept.At, now)
	}
	return !kept.Retry.After(now) || clock.InFuture(kept.At, now)
}

// hasProofSince reports whether the Supplier has proved its credentials since a fault, so that the fault may have
// ended.
func hasProofSince(g *authority.Guard, fault time.Time) bool {
	return g == nil || g.Proof.Fault() == "" && g.Proof.LastTry().After(fault)
}

// dropWritten drops the responses that a successful reconcile has written. It keeps inconclusive ones, which the status
// does not have, until the next request is due.
func (k *keptResponses) dropWritten(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.all[key]
	if !ok {
		return
	}
	for name, response := range kept.services {
		if response.Retry.IsZero() {
			delete(kept.services, name)
		}
	}
	if len(kept.services) == 0 {
		delete(k.all, key)
	}
}

// forget drops the responses of a customer that no longer exists.
func (k *keptResponses) forget(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, key)
}
