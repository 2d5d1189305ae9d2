package supplier

import (
	"cmp"
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/services"
)

// facts are what one reconcile of a Supplier knows. Status and next reconcile are read from them.
type facts struct {
	// supplier has no times in the future. After the write it has its new status.
	supplier *v1alpha1.Supplier
	// guard is the state of the Supplier's Guard. It is nil if config is not.
	guard *guardState
	// config is why no client can be made from the spec and the Secret.
	config *authority.ConfigurationError
	// now is the time of the reconcile in whole seconds, as the API stores it.
	now time.Time
	// mayProve is when the next proof may be made, however often one is requested.
	mayProve time.Time
	// proof is what the supplier's own requests met, nil if none was sent.
	proof *proof
	// system is the reason for which our system at Altinn cannot be used, "" if none is known.
	system string
	// register is the last fault of Altinn, "" if it responded.
	register altinn.Class
	// registerCause is why there was no response from Altinn, "" if it is not known.
	registerCause outbound.Cause
	// complaint is a response for some customer that cannot be true, "" if there is none.
	complaint maskinporten.Class
	// unanswered is what the requests of all customers of some services meet, nil if they are answered.
	unanswered *failingRequests
	// census is the state of all customers, nil if they were not counted.
	census *census
	// inaccessible lists the namespaces in which the Supplier may have customers and the manager lacks rights.
	inaccessible []string
	// taken is when the last run began in which NAV accepted plans and refused none, zero if none is known.
	taken time.Time
	// recount is when the customers are counted, if it was too early in this reconcile.
	recount time.Time
}

// guardState is a snapshot of a Guard.
type guardState struct {
	keyID, thumbprint string
	// certificateExpires is zero if requests are signed with a registered key.
	certificateExpires time.Time
	// fault is why the supplier's own proof failed, "" if it succeeded or was not made.
	fault maskinporten.Class
	// succeeded reports whether the last proof succeeded.
	succeeded bool
	// tried is when the last proof for the same cause was made, zero if none was.
	tried time.Time
	// suspect reports whether something casts doubt on the last proof.
	suspect bool
	// postponedUntil is when Maskinporten accepts requests again, and postponedBy is why it does not.
	postponedUntil time.Time
	postponedBy    maskinporten.Class
}

// gathered is what gather returns: the facts, and what later steps send and write with.
type gathered struct {
	*facts
	// read is the Supplier as it was read, for the patch of its status.
	read *v1alpha1.Supplier
	// guard is nil if there is no client.
	guard *authority.Guard
}

// look updates the facts with the present state of the Guard, and returns them.
func (g *gathered) look() *facts {
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

// proof is what the supplier's own requests met.
type proof struct {
	// The fault that holds all customers back, unless its class is "".
	proofFinding
	// at is when the requests were sent. Zero means in this reconcile.
	at time.Time
	// scopes has the faults of single scopes.
	scopes map[string]proofFinding
}

// hadToken reports whether the proof got a token for any of the Supplier's scopes.
func (p *proof) hadToken(s *v1alpha1.Supplier) bool {
	return p.class == "" && len(p.scopes) < len(services.ProofScopes(s))
}

// proofFinding is what one request met.
type proofFinding struct {
	// class is "" for a token.
	class maskinporten.Class
	// detail is Maskinporten's description, without what changes from call to call.
	detail string
	// cause is why there was no response, "" if it is not known.
	cause outbound.Cause
}

// requestedValue returns the requested verification that was not handled yet, "" if there is none.
func (s *facts) requestedValue() string {
	return request.Of(s.supplier, v1alpha1.AnnotationReconcileRequestedAt, s.supplier.Status.LastHandledReconcileAt,
		s.supplier.Status.PendingReconcileAt)
}

// cause names what a proof is for: a spec, and a request, handled or not. A proof for another cause does not wait.
func (s *facts) cause() string {
	value := cmp.Or(s.requestedValue(), s.supplier.Status.LastHandledReconcileAt)
	return fmt.Sprintf("generation %d, request %q", s.supplier.Generation, value)
}

// credentials returns the credentials that a proof in this reconcile is of.
func (s *facts) credentials() v1alpha1.CredentialsStatus {
	issuer, _ := authority.Issuer(s.supplier)
	return v1alpha1.CredentialsStatus{
		Issuer:        issuer,
		ClientID:      s.supplier.Spec.Maskinporten.ClientID,
		KeyID:         s.guard.keyID,
		KeyThumbprint: s.guard.thumbprint,
	}
}

// hasSameCredentials reports whether the credentials are the last proved ones.
func (s *facts) hasSameCredentials() bool {
	proved := s.supplier.Status.Credentials
	proved.LastVerifiedTime = nil
	return proved == s.credentials()
}
