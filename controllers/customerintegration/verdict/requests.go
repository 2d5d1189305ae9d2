package verdict

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/request"
)

// Requests are values of the two annotations by which a person requests something, "" if there is none.
type Requests struct {
	// Verify requests a verification and a run.
	Verify string
	// Ask requests a system user again from a customer that rejected or deleted it.
	Ask string
}

// ForKind returns the requests that concern a kind of access: an API delegation cannot be requested of a customer.
func (r Requests) ForKind(kind v1alpha1.AccessKind) Requests {
	if kind != v1alpha1.AccessSystemUser {
		r.Ask = ""
	}
	return r
}

// openRequests returns the requests of a customer that were not handled yet.
func openRequests(c *v1alpha1.CustomerIntegration) Requests {
	s := &c.Status
	return Requests{
		Verify: request.Of(c, v1alpha1.AnnotationReconcileRequestedAt, s.LastHandledReconcileAt, s.PendingReconcileAt),
		Ask: request.Of(c, v1alpha1.AnnotationAskCustomerAgain, s.LastHandledAskCustomerAgain,
			s.PendingAskCustomerAgain),
	}
}

// recordRequests decides what the status records of requests.
func (v *Verdict) recordRequests() {
	s, mayReplace := &v.Customer.Status, !v.Limits.Record.After(v.Now)
	v.Handled.Verify, v.Pending.Verify = request.Record(
		v.Requested.Verify, v.isHandled(isAny), s.LastHandledReconcileAt, s.PendingReconcileAt, mayReplace)
	v.Handled.Ask, v.Pending.Ask = request.Record(
		v.Requested.Ask, v.isHandled(hasSystemUser), s.LastHandledAskCustomerAgain, s.PendingAskCustomerAgain, mayReplace)
}

func isAny(*ServiceFacts) bool { return true }

func hasSystemUser(s *ServiceFacts) bool { return s.Definition.NeedsSystemUser() }

// isHandled reports whether a request that concerns some services is done: each verifiable one of them was verified. It
// is not done while the customer is blocked, or while none is verifiable and one only lacks the Supplier's system.
func (v *Verdict) isHandled(concerns func(*ServiceFacts) bool) bool {
	if v.Block != nil {
		return false
	}
	verified, withoutSystem := false, false
	for i := range v.Facts.Services {
		s := &v.Facts.Services[i]
		if !concerns(s) {
			continue
		}
		_, isDeferred := v.Deferred[s.Name]
		if isDeferred || v.Responses[s.Name].Fault() {
			return false
		}
		verified = verified || s.Verifiable
		withoutSystem = withoutSystem || !s.isDuplicate() && entitlement.OffersTo(v.Supplier, v.Customer, s.Name) &&
			s.Definition.LacksSystem(v.Supplier)
	}
	return verified || !withoutSystem
}
