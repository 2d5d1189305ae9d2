package supplier

import (
	"cmp"
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/services"
)

// facts is the input of one reconcile of a Supplier. Status and next reconcile follow from it alone.
type facts struct {
	// supplier has no times in the future. After the write it has its new status.
	supplier *v1alpha1.Supplier
	// guard is the state of the Supplier's Guard. It is nil if config is not.
	guard *guardState
	// stop is the Supplier's emergency stop, nil if there is none.
	stop *entitlement.Block
	// config is why no client can be created from the spec and the Secret, nil if one can.
	config *authority.ConfigurationError
	// now is the time of the reconcile in whole seconds, as the API stores it.
	now time.Time
	// mayProve is the earliest time of the next proof. A request does not change it.
	mayProve time.Time
	// proof is the result of the supplier's own requests, nil if none was sent.
	proof *proof
	// system is the reason why our system at Altinn cannot be used, "" if it works.
	system string
	// altinnFault is the last fault of Altinn, "" if it responded.
	altinnFault altinn.Class
	// altinnCause is why Altinn did not respond, "" if that is unknown.
	altinnCause outbound.Cause
	// complaint is the class of an impossible response for a customer, "" if there was none.
	complaint maskinporten.Class
	// unanswered describes the services for which the requests of all customers fail, nil if there are none.
	unanswered *failingRequests
	// census is the state of all customers, nil if they were not counted.
	census *census
	// inaccessible lists the namespaces in which the Supplier may have customers and the manager lacks rights.
	inaccessible []string
	// plansAccepted is when the last run began in which NAV accepted plans and refused none. It is zero without such a
	// run.
	plansAccepted time.Time
	// recount is when to count the customers, if this reconcile was too early for it.
	recount time.Time
}

// halt returns what keeps the Supplier from sending requests, nil if nothing does.
func (s *facts) halt() *entitlement.Block { return entitlement.HaltOf(s.supplier, s.stop) }

// guardState is a snapshot of a Guard.
type guardState struct {
	keyID, thumbprint string
	// certificateExpires is zero if requests are signed with a registered key.
	certificateExpires time.Time
	// fault is why the supplier's own proof failed, "" if it succeeded or was not tried.
	fault maskinporten.Class
	// succeeded reports whether the last proof succeeded.
	succeeded bool
	// tried is the time of the last proof for the same cause. It is zero if there was none.
	tried time.Time
	// suspect reports whether something casts doubt on the last proof.
	suspect bool
	// postponedUntil is when Maskinporten accepts requests again, and postponedBy is why it refuses them until then.
	postponedUntil time.Time
	postponedBy    maskinporten.Class
}

// gathered is the result of gather: the facts, and the clients that later steps use.
type gathered struct {
	*facts
	// read is the Supplier before this reconcile, for the patch of its status.
	read *v1alpha1.Supplier
	// guard is nil without a client.
	guard *authority.Guard
}

// readGuard updates the facts with the current state of the Guard, and returns them.
func (g *gathered) readGuard() *facts {
	if g.guard == nil {
		g.facts.guard = nil
		return g.facts
	}
	state := &guardState{
		keyID: g.guard.KeyID(), thumbprint: g.guard.Thumbprint(), certificateExpires: g.guard.CertificateExpires(),
		fault: g.guard.Proof.Fault(), succeeded: g.guard.Proof.HasSucceeded(), suspect: g.guard.Alarm.Suspect(),
		postponedUntil: authority.PostponementEnd(g.guard, g.now), postponedBy: g.guard.Postponement().Class,
	}
	if g.guard.Proof.WasTriedFor(g.cause()) {
		state.tried = g.guard.Proof.LastTry()
	}
	g.facts.guard = state
	return g.facts
}

// proof is the result of the supplier's own requests.
type proof struct {
	// The fault that stops the requests of all customers. Its class is "" if there is none.
	proofFinding
	// at is when the requests were sent. The zero time means in this reconcile.
	at time.Time
	// scopes has the faults of single scopes.
	scopes map[string]proofFinding
}

// hadToken reports whether the proof got a token for any of the Supplier's scopes.
func (p *proof) hadToken(s *v1alpha1.Supplier) bool {
	return p.class == "" && len(p.scopes) < len(services.ProofScopes(s))
}

// proofFinding is the result of one request.
type proofFinding struct {
	// class is "" if the request returned a token.
	class maskinporten.Class
	// detail is Maskinporten's description, without the parts that differ per request.
	detail string
	// cause is why Maskinporten did not respond, "" if that is unknown.
	cause outbound.Cause
}

// requestedValue returns the value of the requested verification that is not handled yet, "" if there is none.
func (s *facts) requestedValue() string {
	return request.Of(s.supplier, v1alpha1.AnnotationReconcileRequestedAt, s.supplier.Status.LastHandledReconcileAt,
		s.supplier.Status.PendingReconcileAt)
}

// cause identifies the spec and the requested verification that a proof is for. After a change of either, the next
// proof does not wait.
func (s *facts) cause() string {
	value := cmp.Or(s.requestedValue(), s.supplier.Status.LastHandledReconcileAt)
	return fmt.Sprintf("generation %d, request %q", s.supplier.Generation, value)
}

// credentials returns the credentials that a proof in this reconcile uses.
func (s *facts) credentials() v1alpha1.CredentialsStatus {
	issuer, _ := authority.Issuer(s.supplier)
	return v1alpha1.CredentialsStatus{
		Issuer:        issuer,
		ClientID:      s.supplier.Spec.Maskinporten.ClientID,
		KeyID:         s.guard.keyID,
		KeyThumbprint: s.guard.thumbprint,
	}
}

// hasSameCredentials reports whether the credentials are those of the last proof.
func (s *facts) hasSameCredentials() bool {
	proved := s.supplier.Status.Credentials
	proved.LastVerifiedTime = nil
	return proved == s.credentials()
}
