package customerintegration

import (
	"context"
	"errors"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// negotiate takes the next step towards a customer's access by system user.
func (v *verification) negotiate(
	ctx context.Context, q authority.TokenRequest, service services.Service,
) (verdict.Response, error) {
	all, name := v.accesses(), service.Name
	known := systemuser.KnownOf(all, name)
	known.Now, known.Peers = v.Now, v.peers
	wanted := systemuser.Wanted{
		Owner:          q.Request.SystemUser.Owner,
		Rights:         service.Rights(),
		Access:         service.AccessID(),
		AllRights:      systemuser.RightsOf(v.VerifiableServices(), all, v.Requested.Ask != ""),
		AccessPackages: services.AccessPackages(v.Supplier),
		RedirectURL:    v.Supplier.Spec.SystemUser.RedirectURL,
		Prompt:         v.Requested.Ask,
	}
	if q.Agent {
		wanted.Client, wanted.AccessPackages = v.organization, services.AgentPackages(v.Supplier)
		known.Clients = v.clients(service)
	}
	f := systemuser.Negotiate(ctx, readOnce{v.guard.SystemUsers(q), v.pages}, known, wanted)
	logNegotiation(ctx, name, f)
	noteSystem(v.guard, q, name, known, f)
	return verdict.Response{Class: classOfFinding(f), Finding: &f}, f.Err
}

// readOnce reads each page of the list of system users once in a reconcile, for all services of the customer.
type readOnce struct {
	systemuser.Authority
	pages map[string]altinn.Page[altinn.SystemUser]
}

// SystemUsers returns a page that this reconcile has read, or reads it.
func (o readOnce) SystemUsers(ctx context.Context, page string) (altinn.Page[altinn.SystemUser], error) {
	if there, read := o.pages[page]; read {
		return there, nil
	}
	got, err := o.Authority.SystemUsers(ctx, page)
	if err == nil {
		o.pages[page] = got
	}
	return got, err
}

// noteSystem reports to the Guard what a negotiation shows about our system at Altinn.
func noteSystem(
	g *authority.Guard, q authority.TokenRequest, name v1alpha1.ServiceName, known systemuser.Known, f systemuser.Finding,
) {
	class := altinn.ClassOf(f.Err)
	switch {
	case f.Fault != "" && known.State == v1alpha1.AuthorizationGranted: // whose token was refused
		g.System.NoteHiddenUser(q.Customer, name, f.Fault)
	case f.Fault != "":
		g.System.NoteFault(q.Customer, name, f.Fault)
	case class.Kind() == conclusion.Violation:
		g.Complaints.Add(q.Customer, q.Request.Scope, maskinporten.ClassTokenMismatch)
	case class == altinn.ClassUnauthorized || class == altinn.ClassForbidden:
		g.System.NoteFault(q.Customer, name, v1alpha1.ReasonAltinnRefused)
	case f.Err != nil:
	case f.State == v1alpha1.AuthorizationGranted:
		g.System.NoteFound(q.Customer, name)
	case f.RequestID != "" && f.RequestID != known.RequestID:
		g.System.NoteWell(q.Customer, name, v1alpha1.ReasonSystemRightsRejected,
			v1alpha1.ReasonSystemNotRegistered, v1alpha1.ReasonAltinnRefused)
	default:
		g.System.NoteWell(q.Customer, name)
	}
}

// logNegotiation logs why a negotiation failed, unless that is announced as a transition or no request was sent.
func logNegotiation(ctx context.Context, name v1alpha1.ServiceName, f systemuser.Finding) {
	if failure, ok := errors.AsType[*altinn.Error](f.Err); ok && !isHeld(f.Err) {
		log.FromContext(ctx).Info("Failed to negotiate a system user", "service", name, "class", failure.Class,
			"status", failure.Status, "code", failure.Code, "err", failure.Error())
		return
	}
	if f.Fault != "" {
		log.FromContext(ctx).Info("Failed to negotiate a system user", "service", name, "fault", f.Fault)
		return
	}
	logFailure(ctx, name, f.Err)
}

// classOfFinding returns the result of a negotiation as a class of Maskinporten, "" if it led to a state.
func classOfFinding(f systemuser.Finding) maskinporten.Class {
	e, isAltinns := errors.AsType[*altinn.Error](f.Err)
	switch {
	case f.IsConclusive():
		return ""
	case f.Fault != "":
		return maskinporten.ClassClientRejected
	case !isAltinns:
		return classBySystemUser(classOf(f.Err))
	case e.Class.Kind() == conclusion.CustomerFault:
		return maskinporten.ClassRequestRejected
	default:
		return authority.ClassOfAltinn(e)
	}
}

// classBySystemUser returns the class of a token request by system user. A class that decides about delegations only,
// or MP-303, which Negotiate decides about, becomes a fault. MP-250 is about the supplier's own scope, because the
// token is issued to the supplier.
func classBySystemUser(class maskinporten.Class) maskinporten.Class {
	switch class {
	case maskinporten.ClassNotDelegated, maskinporten.ClassSystemUserMissing, "":
		return maskinporten.ClassBadResponse
	case maskinporten.ClassScopeNotGranted:
		return maskinporten.ClassClientRejected
	default:
		return class
	}
}
