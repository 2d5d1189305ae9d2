package customerintegration

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// negotiate takes the next step towards a customer's access by system user.
func negotiate(
	ctx context.Context, s *scope, q authority.TokenRequest, name v1alpha1.ServiceName,
) (answer, error) {
	all := judge(s) // with what this pass has found of other services: a customer has one system user
	known := systemuser.KnownOf(all, name)
	known.Now, known.Peers = s.now, s.peers
	f := systemuser.Negotiate(ctx, listedOnce{s.guard.SystemUsers(q), s.listed}, known, systemuser.Wanted{
		Owner:          q.Request.SystemUser.Owner,
		Resource:       services.Of(name).Resource,
		AllResources:   systemuser.ResourcesOf(askable(s), all, s.requested() != ""),
		AccessPackages: s.supplier.Spec.SystemUser.AccessPackages,
		RedirectURL:    s.supplier.Spec.SystemUser.RedirectURL,
		Prompt:         s.requested(),
	})
	logNegotiation(ctx, name, f)
	noteSystem(s.guard, q, name, known, f)
	return answer{class: classOfFinding(f), finding: &f}, f.Err
}

// listedOnce reads each page of the list of system users once in a reconcile, for all services of the customer.
type listedOnce struct {
	systemuser.Authority
	pages map[string]altinn.Page[altinn.SystemUser]
}

// SystemUsers returns a page that was read in this reconcile, or reads it.
func (l listedOnce) SystemUsers(ctx context.Context, page string) (altinn.Page[altinn.SystemUser], error) {
	if there, read := l.pages[page]; read {
		return there, nil
	}
	got, err := l.Authority.SystemUsers(ctx, page)
	if err == nil {
		l.pages[page] = got
	}
	return got, err
}

// noteSystem tells the Guard what a negotiation has shown of our system at Altinn.
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
		g.System.NoteWell(q.Customer, name, v1alpha1.ReasonSystemClientMissing)
	case f.RequestID != "" && f.RequestID != known.RequestID:
		g.System.NoteWell(q.Customer, name, v1alpha1.ReasonSystemRightsRejected,
			v1alpha1.ReasonSystemNotRegistered, v1alpha1.ReasonAltinnRefused)
	default:
		g.System.NoteWell(q.Customer, name)
	}
}

// logNegotiation tells what stood in the way of one, unless it is told as a transition or nobody was asked.
func logNegotiation(ctx context.Context, name v1alpha1.ServiceName, f systemuser.Finding) {
	if failure, ok := errors.AsType[*altinn.Error](f.Err); ok && !isHeld(f.Err) {
		log.FromContext(ctx).Info("Failed to negotiate a system user", "service", name, "class", failure.Class,
			"status", failure.Status, "code", failure.Code, "error", failure.Error())
		return
	}
	if f.Fault != "" {
		log.FromContext(ctx).Info("Failed to negotiate a system user", "service", name, "fault", f.Fault)
		return
	}
	logFailure(ctx, name, f.Err)
}

// classOfFinding gives what a negotiation met, as Maskinporten's answers are classed: "" if something was learnt.
func classOfFinding(f systemuser.Finding) maskinporten.Class {
	e, isAltinns := errors.AsType[*altinn.Error](f.Err)
	switch {
	case f.Learnt():
		return ""
	case f.Fault != "":
		return maskinporten.ClassClientRejected
	case !isAltinns:
		return aboutNoDelegation(classOf(f.Err))
	case e.Class.Kind() == conclusion.CustomerFault:
		return maskinporten.ClassRequestRejected
	default:
		return authority.ClassOfRegister(e)
	}
}

// aboutNoDelegation returns a fault for an answer that means something for a delegation alone, or finds no system user: by itself
// it says nothing of a customer's system user. The scope (MP-250) is then the supplier's own, in whose name the token is.
func aboutNoDelegation(class maskinporten.Class) maskinporten.Class {
	switch class {
	case maskinporten.ClassNotDelegated, maskinporten.ClassSystemUserMissing, "":
		return maskinporten.ClassBadResponse
	case maskinporten.ClassScopeNotGranted:
		return maskinporten.ClassClientRejected
	default:
		return class
	}
}

// systemUserReasons are the reasons of states that a negotiation comes to.
var systemUserReasons = map[v1alpha1.AuthorizationState]string{
	v1alpha1.AuthorizationGranted:          v1alpha1.ReasonDelegated,
	v1alpha1.AuthorizationAwaitingApproval: v1alpha1.ReasonAwaitingApproval,
	v1alpha1.AuthorizationRejected:         v1alpha1.ReasonApprovalRejected,
	v1alpha1.AuthorizationWithdrawn:        v1alpha1.ReasonDelegationWithdrawn,
}

// judgeFinding gives what is known of an access by system user once it has been negotiated.
func judgeFinding(s *scope, known v1alpha1.Authorization, a answer) v1alpha1.Authorization {
	if !a.finding.Learnt() {
		return judgeAnswer(s, known, a.class)
	}
	f := a.finding
	known = decided(known, f.State, systemUserReasons[f.State], metav1.NewTime(s.now))
	known.RequestID, known.RequestKind = f.RequestID, f.RequestKind
	known.ExternalRef, known.ConfirmURL = f.ExternalRef, f.ConfirmURL
	known.Escalated, known.AskedAgainFor = f.Escalated, f.AskedAgainFor
	return known
}
