package supplier

import (
	"cmp"
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/services"
)

// scope is all that one pass over a Supplier knows.
type scope struct {
	// supplier is without times that lie in the future. The reconcile gives it its new status.
	supplier *v1alpha1.Supplier
	// read is the Supplier as it was read, for the patch of its status.
	read *v1alpha1.Supplier
	// guard is nil if config is not.
	guard *authority.Guard
	// config says why no client can be made of the spec and the Secret.
	config *authority.ConfigurationError
	// now is the time of the pass, in whole seconds, as the API keeps it.
	now time.Time
	// mayProve is when the next proof may be made, however often one is asked for: now, or later.
	mayProve time.Time
	// proof is what the supplier's own questions met in this pass, nil if none was asked.
	proof *proof
	// system is the reason for which our system at Altinn cannot be used, "" if nothing is known against it.
	system string
	// register is what Altinn was last met with that says nothing of a customer, "" if it was well.
	register altinn.Class
	// complaint is an answer for some customer that cannot be true, "" if there is none.
	complaint maskinporten.Class
	// unanswered is what the requests of all customers of some services meet, nil if they are answered.
	unanswered *failingRequests
	// census is what the customers say together, nil if they were not counted in this pass.
	census *census
	// taken is when the last run began in which NAV took plans and refused none, the zero time if none is known.
	taken time.Time
	// recount is when they are to be counted because it was too early in this pass, the zero time if it was not.
	recount time.Time
}

// proof is what the supplier's own questions met.
type proof struct {
	// What holds all customers back, unless its class is "".
	proofFinding
	// at is when the questions were asked; the zero time is in this reconcile.
	at time.Time
	// scopes has what is wrong with single scopes.
	scopes map[string]proofFinding
}

// hadToken reports whether the proof got a token for any of the Supplier's scopes.
func (p *proof) hadToken(s *v1alpha1.Supplier) bool {
	return p.class == "" && len(p.scopes) < len(services.ProofScopes(s))
}

// proofFinding is what one question met.
type proofFinding struct {
	// class is "" for a token.
	class maskinporten.Class
	// detail is what Maskinporten said, without what changes from call to call.
	detail string
}

// requested returns the value of the annotation that asks for a proof now, "" if it has been handled.
func (s *scope) requested() string {
	return request.Of(s.supplier, s.supplier.Status.LastHandledReconcileAt, s.supplier.Status.PendingReconcileAt)
}

// cause says what a proof in this pass is for: a spec, and a request, whether it has been handled or not. Another cause is
// not made to wait.
func (s *scope) cause() string {
	request := cmp.Or(s.requested(), s.supplier.Status.LastHandledReconcileAt)
	return fmt.Sprintf("generation %d, request %q", s.supplier.Generation, request)
}

// credentials are the ones that a proof in this pass is of.
func (s *scope) credentials() v1alpha1.CredentialsStatus {
	issuer, _ := authority.Issuer(s.supplier)
	return v1alpha1.CredentialsStatus{
		Issuer:        issuer,
		ClientID:      s.supplier.Spec.Maskinporten.ClientID,
		KeyID:         s.guard.KeyID(),
		KeyThumbprint: s.guard.Thumbprint(),
	}
}

// sameCredentials reports whether the credentials are the ones that were last proved.
func (s *scope) sameCredentials() bool {
	proved := s.supplier.Status.Credentials
	proved.LastVerifiedTime = nil
	return proved == s.credentials()
}
