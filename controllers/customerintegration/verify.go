package customerintegration

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// verification sends the requests of one reconcile.
type verification struct {
	*gathered
	results verdict.Results
	// organization is the customer's organization number.
	organization orgnumber.Number
	// agent is the organization number of the customer's agent, zero if it has none.
	agent orgnumber.Number
	// clients returns other customers of the agent who have access to a service. It is nil if there can be none.
	clients func(service services.Service) func(ref string) ([]orgnumber.Number, error)
	// peers returns other customers whose access by system user is verified. It is nil if there can be none.
	peers func() ([]systemuser.Peer, error)
	// pages are the pages of Altinn's list of system users that this reconcile has read, by their tokens.
	pages map[string]altinn.Page[altinn.SystemUser]
}

// verify sends the requests that are due and keeps their responses.
func (r *Reconciler) verify(ctx context.Context, g *gathered) (verdict.Results, error) {
	organization, err := orgnumber.Parse(string(g.Customer.Spec.OrganizationNumber))
	if err != nil {
		return verdict.Results{}, err // cannot happen: the CRD has the same rules
	}
	agent, err := agentOf(g.Customer)
	if err != nil {
		return verdict.Results{}, err // likewise
	}
	v := &verification{
		gathered: g, organization: organization, agent: agent, peers: r.peers(ctx, g.Facts),
		clients: func(service services.Service) func(string) ([]orgnumber.Number, error) {
			return r.clients(ctx, g.Facts, service)
		},
		pages: map[string]altinn.Page[altinn.SystemUser]{},
		results: verdict.Results{
			Responses: map[v1alpha1.ServiceName]verdict.Response{}, Deferred: map[v1alpha1.ServiceName]time.Time{},
		},
	}
	r.await(ctx, v)
	r.kept.keep(g.Facts, v.results.Responses)
	if g.guard == nil {
		return v.results, nil
	}
	g.guard.Retain(client.ObjectKeyFromObject(g.Customer), g.VerifiableServices())
	if g.guard.Alarm.Take() {
		r.Suspect(g.Supplier.Name)
	}
	v.results.Guard = guardOf(g.guard, g.Facts)
	return v.results, nil
}

// agentOf returns the organization number of a customer's agent, zero if it has none.
func agentOf(c *v1alpha1.CustomerIntegration) (orgnumber.Number, error) {
	if c.Agent() == "" {
		return orgnumber.Number{}, nil
	}
	return orgnumber.Parse(c.Agent())
}

// await sends the requests that are due and waits for their responses. If that takes long, another customer gets the
// place.
func (r *Reconciler) await(ctx context.Context, v *verification) {
	endWait := r.Places.BeginWait()
	defer endWait()
	r.beginLookup(ctx, v.gathered, v.organization)
	for i := range v.Services {
		if s := &v.Services[i]; s.Due && v.request(ctx, s) {
			r.limits.requests.Take(limitKeyOf(v.Facts, s.Name), requestPace(v.Supplier), v.Now)
		}
	}
	v.results.LookedUp = r.collectLookup(v.gathered, len(v.results.Deferred) > 0)
}

// guardOf returns what a Guard allows for each service of a customer.
func guardOf(g *authority.Guard, f *verdict.Facts) map[v1alpha1.ServiceName]verdict.Guard {
	all := map[v1alpha1.ServiceName]verdict.Guard{}
	for i := range f.Services {
		service := f.Services[i].Definition
		all[service.Name] = verdict.Guard{
			HeldBack:       authority.IsHeldBack(g, service, f.Customer.Agent() != ""),
			PostponedUntil: authority.RetryAfterEnd(g, client.ObjectKeyFromObject(f.Customer), service, f.Now),
		}
	}
	return all
}

// request sends the request of a service that is due. It reports whether one was sent.
func (v *verification) request(ctx context.Context, s *verdict.ServiceFacts) (sent bool) {
	if until := v.WaitUntil(s.Name); !until.IsZero() {
		v.results.Deferred[s.Name] = until
		return false
	}
	response, err := v.send(ctx, s)
	if busy, ok := errors.AsType[*authority.BusyError](err); ok {
		v.results.Deferred[s.Name] = busy.Until
		return false
	}
	response.Witnessed = authority.IsWitnessed(err)
	response.Held = response.Finding == nil && (v.guard == nil || isHeld(err)) // a negotiation may have sent requests
	v.results.Responses[s.Name] = v.AddAccess(s.Name, response)
	if !s.Definition.HeldByCustomers() && contradicts(s.Known, authority.ResponseClass(err)) {
		v.guard.Complaints.Add(client.ObjectKeyFromObject(v.Customer), s.Definition.Scope, authority.ResponseClass(err))
	}
	return !response.Held
}

// send sends the request of one service. It returns the request's error beside the Response.
func (v *verification) send(ctx context.Context, s *verdict.ServiceFacts) (verdict.Response, error) {
	if v.guard == nil {
		return verdict.Response{Class: maskinporten.ClassClientRejected}, nil
	}
	q := authority.TokenRequest{
		Customer: client.ObjectKeyFromObject(v.Customer),
		Request:  maskinporten.Request{Scope: s.Definition.Scope},
		Priority: v.priority(s),
		Granted:  s.Known.State == v1alpha1.AuthorizationGranted,
	}
	if s.Definition.NeedsSystemUser() {
		q.Request.SystemUser.Owner, q.Agent = v.organization, !v.agent.IsZero()
		if q.Agent {
			q.Request.SystemUser.Owner = v.agent
		}
		return v.negotiate(ctx, q, s.Definition)
	}
	q.Request.Consumer = v.organization
	_, err := v.guard.Token(ctx, q)
	logFailure(ctx, s.Name, err)
	return verdict.Response{Class: classOf(err)}, err
}

// accesses returns the access to each service after the responses so far. A negotiation needs them all, because a
// customer has one system user for all its services.
func (v *verification) accesses() []v1alpha1.CustomerServiceStatus {
	all := make([]v1alpha1.CustomerServiceStatus, 0, len(v.Services))
	for i := range v.Services {
		s := &v.Services[i]
		access := s.WithoutRequest
		if response, ok := v.results.Responses[s.Name]; ok {
			access = response.Access
		}
		all = append(all, v1alpha1.CustomerServiceStatus{Name: s.Name, Authorization: access, DuplicateOf: s.DuplicateOf})
	}
	return all
}

// classOf returns the class of a request's error. If the request was held, it is the class of the fault that holds it.
func classOf(err error) maskinporten.Class {
	if held, ok := errors.AsType[*authority.HeldError](err); ok {
		return held.Fault
	}
	return maskinporten.ClassOf(err)
}

// priority returns the priority of a request when not all can be sent.
func (v *verification) priority(s *verdict.ServiceFacts) authority.Priority {
	if v.Requested.ForKind(s.Definition.Kind) != (verdict.Requests{}) {
		return authority.PriorityChanged
	}
	switch statePriority(s.Known.State) {
	case pacing.PriorityRoutine:
		return authority.PriorityRoutine
	case pacing.PriorityWaiting:
		return authority.PriorityWaiting
	default:
		return authority.PriorityChanged
	}
}

// logFailure logs a request's fault, of which the status has at most the class. Answers are announced as transitions.
func logFailure(ctx context.Context, name v1alpha1.ServiceName, err error) {
	failure, ok := errors.AsType[*maskinporten.Error](err)
	if !ok || isHeld(err) || failure.Class.Kind() == conclusion.Answer {
		return
	}
	log.FromContext(ctx).Info("Failed to verify", "service", name, "class", failure.Class, "status", failure.Status,
		"code", failure.Code, "err", failure.Error())
}

func isHeld(err error) bool {
	_, held := errors.AsType[*authority.HeldError](err)
	return held
}

// contradicts reports whether a response contradicts a granted access and does not end it.
func contradicts(known v1alpha1.Authorization, class maskinporten.Class) bool {
	return known.State == v1alpha1.AuthorizationGranted && class == maskinporten.ClassScopeNotGranted
}
