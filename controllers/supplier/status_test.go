package supplier

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestSupplierStories reconciles a Supplier several times, and verifies the last status.
func TestSupplierStories(t *testing.T) {
	guard := fixture.Guard(t)
	other := fixture.GuardOf(t, fixture.OtherKey, fixture.Always("", 0))
	type change = func(*gathered)
	proved := func(class maskinporten.Class) change {
		return func(s *gathered) { s.proof = proofOf(class) }
	}
	rotated := func(s *gathered) { s.guard = other }
	keyGone := func(s *gathered) {
		s.guard, s.config = nil, &authority.ConfigurationError{Reason: v1alpha1.ReasonKeyNotFound, Message: "Gone."}
	}
	suspended := func(s *gathered) { s.supplier.Spec.Suspend = true }
	notesRefused := func(s *gathered) {
		scope := fixture.Service(v1alpha1.ServiceSickNotes).Scope
		s.proof = &proof{scopes: map[string]proofFinding{scope: {class: maskinporten.ClassScopeNotRegistered}}}
	}
	agents := func(s *gathered) { s.supplier.Spec.SystemUser.Agents = v1alpha1.AgentsEnabled }
	listRefused := func(s *gathered) {
		met := proofFinding{class: maskinporten.ClassScopeNotRegistered}
		s.proof = &proof{scopes: map[string]proofFinding{altinn.ScopeParties: met}}
	}
	plansOnly := func(s *gathered) { s.supplier.Spec.Services = s.supplier.Spec.Services[:1] }
	noSystem := func(s *gathered) { s.supplier.Spec.SystemUser.SystemID = "" }
	systemUnknown := func(s *gathered) { s.system = v1alpha1.ReasonSystemNotRegistered }
	complained := func(s *gathered) { s.complaint = maskinporten.ClassTokenMismatch }
	pass := func(changes ...change) []change { return changes }
	const outage = maskinporten.ClassServerError
	cases := map[string]struct {
		reason    string
		passes    [][]change
		ready     string
		reachable string
	}{
		"new": {
			reason: "no request was sent",
			passes: [][]change{pass()}, ready: "Unknown VerificationPending", reachable: "Unknown VerificationPending",
		},
		"proved": {
			reason: "a token of our own",
			passes: [][]change{pass(proved(""))}, ready: "True CredentialsProved", reachable: "True Reachable",
		},
		"proved-then-pass": {
			reason: "a reconcile without a proof changes nothing",
			passes: [][]change{pass(proved("")), pass()}, ready: "True CredentialsProved", reachable: "True Reachable",
		},
		"outage-after-proof": {
			reason: "an outage says nothing about credentials",
			passes: [][]change{pass(proved("")), pass(proved(outage))}, ready: "True CredentialsProved",
			reachable: "False ServerError",
		},
		"long-outage": {
			reason: "however long it lasts",
			passes: [][]change{pass(proved("")), pass(proved(outage)), pass(), pass(proved(maskinporten.ClassUnreachable))},
			ready:  "True CredentialsProved", reachable: "False Unreachable",
		},
		"outage-first": {
			reason: "nothing is known",
			passes: [][]change{pass(proved(outage))}, ready: "Unknown AuthorityUnavailable", reachable: "False ServerError",
		},
		"outage-with-new-key": {
			reason: "what was proved was another key",
			passes: [][]change{pass(proved("")), pass(rotated, proved(outage))}, ready: "Unknown AuthorityUnavailable",
			reachable: "False ServerError",
		},
		"outage-over": {
			reason: "and all is well",
			passes: [][]change{pass(proved("")), pass(proved(outage)), pass(proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"expired": {
			reason: "our fault; but Maskinporten answers",
			passes: [][]change{pass(proved("")), pass(proved(maskinporten.ClassKeyExpired))}, ready: "False KeyExpired",
			reachable: "True Reachable",
		},
		"one-scope": {
			reason: "a scope that is missing is reported, and what it is needed for",
			passes: [][]change{pass(proved("")), pass(notesRefused)}, ready: "False ScopeNotRegistered",
			reachable: "True Reachable",
		},
		"one-scope-then-pass": {
			reason: "a reconcile without a proof changes nothing",
			passes: [][]change{pass(notesRefused), pass()}, ready: "False ScopeNotRegistered", reachable: "True Reachable",
		},
		"one-scope-then-outage": {
			reason: "an outage mends no scope",
			passes: [][]change{pass(notesRefused), pass(proved(outage)), pass()}, ready: "False ScopeNotRegistered",
			reachable: "False ServerError",
		},
		"one-scope-mended": {
			reason: "and all is well",
			passes: [][]change{pass(notesRefused), pass(proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"one-scope-not-offered": {
			reason: "what is not offered need not be there",
			passes: [][]change{pass(notesRefused), pass(plansOnly, proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"one-scope-then-expired": {
			reason: "what concerns all goes first",
			passes: [][]change{pass(notesRefused), pass(proved(maskinporten.ClassKeyExpired))}, ready: "False KeyExpired",
			reachable: "True Reachable",
		},
		"no-system": {
			reason: "no system is configured",
			passes: [][]change{pass(proved(""), noSystem)}, ready: "False SystemUserNotConfigured",
			reachable: "True Reachable",
		},
		"no-system-not-offered": {
			reason: "none is needed",
			passes: [][]change{pass(proved(""), noSystem, plansOnly)}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"system-unknown": {
			reason: "Altinn does not know our system",
			passes: [][]change{pass(proved(""), systemUnknown), pass(systemUnknown)}, ready: "False SystemNotRegistered",
			reachable: "True Reachable",
		},
		"system-mended": {
			reason: "and all is well",
			passes: [][]change{pass(proved(""), systemUnknown), pass(proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"expired-then-outage": {
			reason: "the fault was not mended by an outage",
			passes: [][]change{pass(proved("")), pass(proved(maskinporten.ClassKeyExpired)), pass(proved(outage))},
			ready:  "False KeyExpired", reachable: "False ServerError",
		},
		"customer's-class": {
			reason: "about ourselves it is our client that is refused",
			passes: [][]change{pass(proved(maskinporten.ClassNotDelegated))}, ready: "False ClientRejected",
			reachable: "True Reachable",
		},
		"NAV's-no": {
			reason: "NAV has not granted us the scope",
			passes: [][]change{pass(proved(maskinporten.ClassScopeNotGranted))}, ready: "False ScopeNotGranted",
			reachable: "True Reachable",
		},
		"complaint": {
			reason: "a token for another party",
			passes: [][]change{pass(proved("")), pass(proved(""), complained)}, ready: "False TokenMismatch",
			reachable: "True Reachable",
		},
		"complaint-unproved": {
			reason: "the alarm waits for no proof",
			passes: [][]change{pass(proved("")), pass(complained)}, ready: "False TokenMismatch",
			reachable: "True Reachable",
		},
		"complaint-in-outage": {
			reason: "what was said stays",
			passes: [][]change{pass(proved("")), pass(complained), pass(proved(outage), complained)},
			ready:  "False TokenMismatch", reachable: "False ServerError",
		},
		"complaint-over": {
			reason: "the customer was answered for",
			passes: [][]change{pass(proved("")), pass(complained), pass(proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"fault-and-complaint": {
			reason: "our own fault is to be mended first",
			passes: [][]change{pass(proved(maskinporten.ClassKeyExpired), complained)}, ready: "False KeyExpired",
			reachable: "True Reachable",
		},
		"agents-scope": {
			reason: "access through agents cannot be verified",
			passes: [][]change{pass(agents, listRefused)}, ready: "False ScopeNotRegistered", reachable: "True Reachable",
		},
		"agents-scope-stays": {
			reason: "nothing was learned since",
			passes: [][]change{pass(agents, listRefused), pass(agents), pass(agents, proved(outage))},
			ready:  "False ScopeNotRegistered", reachable: "False ServerError",
		},
		"agents-scope-registered": {
			reason: "it was added",
			passes: [][]change{pass(agents, listRefused), pass(agents, proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"agents-disabled": {
			reason: "the scope is not needed any more",
			passes: [][]change{pass(agents, listRefused), pass()}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"suspended": {
			reason: "the kill switch",
			passes: [][]change{pass(proved("")), pass(suspended)}, ready: "False Suspended", reachable: "Unknown Suspended",
		},
		"resumed": {
			reason: "what was known may be old",
			passes: [][]change{pass(proved("")), pass(suspended), pass()}, ready: "Unknown VerificationPending",
			reachable: "Unknown VerificationPending",
		},
		"resumed-and-proved": {
			reason: "as before",
			passes: [][]change{pass(proved("")), pass(suspended), pass(proved(""))}, ready: "True CredentialsProved",
			reachable: "True Reachable",
		},
		"resumed-in-outage": {
			reason: "nothing is known any more",
			passes: [][]change{pass(proved("")), pass(suspended), pass(proved(outage))},
			ready:  "Unknown AuthorityUnavailable", reachable: "False ServerError",
		},
		"suspended-without-key": {
			reason: "the switch goes before everything",
			passes: [][]change{pass(keyGone, suspended)}, ready: "False Suspended", reachable: "Unknown Suspended",
		},
		"key-gone": {
			reason: "the Secret is gone; Maskinporten is not",
			passes: [][]change{pass(proved("")), pass(keyGone)}, ready: "False KeyNotFound", reachable: "True Reachable",
		},
		"key-back": {
			reason: "the Secret is there again",
			passes: [][]change{pass(proved("")), pass(keyGone), pass()}, ready: "Unknown VerificationPending",
			reachable: "True Reachable",
		},
		"key-back-in-outage": {
			reason: "the Secret is there again: it is not reported missing",
			passes: [][]change{pass(proved("")), pass(keyGone), pass(proved(outage))}, ready: "Unknown AuthorityUnavailable",
			reachable: "False ServerError",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeSupplier()
			for i, changes := range c.passes {
				b = makeSupplier().with(func(s *gathered) {
					s.guard, s.now, s.supplier.Status = guard, fixture.Noon.Add(time.Duration(i)*time.Hour), b.s.supplier.Status
				})
				for _, change := range changes {
					change(b.s)
				}
				b.s.supplier.Status = statusOf(b.s.readGuard())
			}
			conditions := b.s.supplier.Status.Conditions
			if got := fixture.StatusOf(conditions, v1alpha1.ConditionReady); got != c.ready {
				t.Errorf("%s: Ready %s, want %s", c.reason, got, c.ready)
			}
			if got := fixture.StatusOf(conditions, v1alpha1.ConditionMaskinportenReachable); got != c.reachable {
				t.Errorf("%s: MaskinportenReachable %s, want %s", c.reason, got, c.reachable)
			}
		})
	}
}

// TestCredentials verifies that status.credentials is written only after a token.
func TestCredentials(t *testing.T) {
	guard := fixture.Guard(t)
	for _, class := range append(maskinporten.Classes(), "") {
		b := makeSupplier().with(func(s *gathered) { s.guard = guard }).proved(class)
		got := statusOf(b.s.readGuard()).Credentials
		if class != "" {
			if got != (v1alpha1.CredentialsStatus{}) {
				t.Errorf("%s: %v are reported as proved", class, got)
			}
			continue
		}
		if got.KeyID != guard.KeyID() || got.KeyThumbprint != guard.Thumbprint() ||
			!got.LastVerifiedTime.Time.Equal(fixture.Noon) {
			t.Errorf("proved: %v", got)
		}
	}
}

// TestSupplierRequestHandled acknowledges a request when Maskinporten has answered.
func TestSupplierRequestHandled(t *testing.T) {
	guard := fixture.Guard(t)
	cases := map[string]struct {
		reason string
		class  maskinporten.Class
		proof  bool
		want   string
	}{
		"token":   {reason: "an answer", proof: true, want: "now"},
		"refusal": {reason: "an answer too", class: maskinporten.ClassKeyExpired, proof: true, want: "now"},
		"mismatch": {
			reason: "an answer too, though not believed: asking again at once would not help",
			class:  maskinporten.ClassTokenMismatch, proof: true, want: "now",
		},
		"outage":   {reason: "none", class: maskinporten.ClassServerError, proof: true, want: ""},
		"no-proof": {reason: "no request was sent", proof: false, want: ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeSupplier().with(func(s *gathered) {
				s.guard = guard
				s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
			})
			if c.proof {
				b = b.proved(c.class)
			}
			if got := statusOf(b.s.readGuard()).LastHandledReconcileAt; got != c.want {
				t.Errorf("%s: acknowledged %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestScopeOutage has Maskinporten not respond to requests for the scope of one service alone. That service is not
// available until a proof meets a response; the credentials, and what is known of the scope, stay.
func TestScopeOutage(t *testing.T) {
	met := func(class maskinporten.Class) func(*gathered) {
		return func(s *gathered) {
			s.proof = &proof{scopes: map[string]proofFinding{}}
			if class != "" {
				s.proof.scopes[fixture.PlansScope] = proofFinding{class: class}
			}
		}
	}
	nothing := func(*gathered) {}
	besideRefusal := func(s *gathered) { // of another scope that the service needs
		s.supplier.Spec.Services = []v1alpha1.OfferedService{fixture.Settlements()}
		s.proof = &proof{scopes: map[string]proofFinding{
			"nav:utbetaling/oppgjorsrapporter": {class: maskinporten.ClassServerError},
			altinn.ScopeRegister:               {class: maskinporten.ClassScopeNotRegistered},
		}}
	}
	const reachable, out, unregistered = "True CredentialsProved", "AuthorityUnavailable", "ScopeNotRegistered"
	cases := map[string]struct {
		reason  string
		passes  []func(*gathered)
		ready   string
		service string
		due     bool // a proof before the interval
	}{
		"out": {
			reason: "an outage is no fault of the client",
			passes: []func(*gathered){met(""), met(maskinporten.ClassServerError)},
			ready:  reachable, service: out, due: true,
		},
		"still out": {
			reason: "a reconcile without a proof learns nothing", ready: reachable, service: out, due: true,
			passes: []func(*gathered){met(""), met(maskinporten.ClassUnreachable), nothing},
		},
		"out for all meanwhile": {
			reason: "the proof after it meets no response for the scope again", ready: reachable, service: out, due: true,
			passes: []func(*gathered){
				met(maskinporten.ClassServerError),
				func(s *gathered) { s.proof = proofOf(maskinporten.ClassUnreachable) }, nothing,
				met(maskinporten.ClassServerError), nothing,
			},
		},
		"over": {
			reason: "the scope has a token", passes: []func(*gathered){met(maskinporten.ClassServerError), nothing, met("")},
			ready: reachable,
		},
		"refused before": {
			reason: "an outage does not mend the refusal", ready: "False " + unregistered, service: unregistered, due: true,
			passes: []func(*gathered){met(maskinporten.ClassScopeNotRegistered), met(maskinporten.ClassServerError), nothing},
		},
		"beside a refusal": {
			reason: "a person must add the other scope, whatever the outage", ready: "False " + unregistered,
			service: unregistered, due: true, passes: []func(*gathered){besideRefusal},
		},
		"refused": {
			reason: "a response to the declared scope may be about the client", ready: "False ClientRejected",
			service: "ClientRejected", due: true, passes: []func(*gathered){met(""), met(maskinporten.ClassClientRejected)},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			guard := fixture.Guard(t)
			b := makeSupplier()
			for _, pass := range c.passes {
				before := b
				b = makeSupplier().with(func(s *gathered) { s.guard = guard })
				b.s.supplier.Status = before.s.supplier.Status
				pass(b.s)
				b.s.readGuard()
				b.s.supplier.Status = statusOf(b.s.facts)
			}
			b.s.proof = nil
			status := b.s.supplier.Status
			if got := fixture.StatusOf(status.Conditions, v1alpha1.ConditionReady); got != c.ready {
				t.Errorf("%s: Ready %s, want %s", c.reason, got, c.ready)
			}
			for _, service := range status.Services {
				want := ""
				if service.Name != fixture.SickNotes {
					want = c.service
				}
				if service.Reason != want || *service.Available != (want == "") {
					t.Errorf("%s: %s is available %t, %q, want %q", c.reason, service.Name, *service.Available, service.Reason, want)
				}
			}
			if isWellProved(b.s.facts) == c.due {
				t.Errorf("%s: the proof is due before the interval %t, want %t", c.reason, !c.due, c.due)
			}
		})
	}
}
