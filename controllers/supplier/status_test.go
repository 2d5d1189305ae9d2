package supplier

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
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
		scope := services.Of(v1alpha1.ServiceSickNotes).Scope
		s.proof = &proof{scopes: map[string]proofFinding{scope: {class: maskinporten.ClassScopeNotRegistered}}}
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
		"new":    {"no request was sent", [][]change{pass()}, "Unknown VerificationPending", "Unknown VerificationPending"},
		"proved": {"a token of our own", [][]change{pass(proved(""))}, "True CredentialsProved", "True Reachable"},
		"proved-then-pass": {
			"a reconcile without a proof changes nothing", [][]change{
				pass(proved("")),
				pass(),
			}, "True CredentialsProved", "True Reachable",
		},
		"outage-after-proof": {
			"an outage says nothing about credentials", [][]change{
				pass(proved("")),
				pass(proved(outage)),
			}, "True CredentialsProved", "False ServerError",
		},
		"long-outage": {
			"however long it lasts",
			[][]change{pass(proved("")), pass(proved(outage)), pass(), pass(proved(maskinporten.ClassUnreachable))},
			"True CredentialsProved", "False Unreachable",
		},
		"outage-first": {
			"nothing is known",
			[][]change{pass(proved(outage))},
			"Unknown AuthorityUnavailable",
			"False ServerError",
		},
		"outage-with-new-key": {
			"what was proved was another key", [][]change{
				pass(proved("")),
				pass(rotated, proved(outage)),
			}, "Unknown AuthorityUnavailable", "False ServerError",
		},
		"outage-over": {
			"and all is well",
			[][]change{pass(proved("")), pass(proved(outage)), pass(proved(""))},
			"True CredentialsProved", "True Reachable",
		},
		"expired": {
			"our fault; but Maskinporten answers",
			[][]change{pass(proved("")), pass(proved(maskinporten.ClassKeyExpired))},
			"False KeyExpired", "True Reachable",
		},
		"one-scope": {
			"a scope that is missing is reported, and what it is needed for", [][]change{
				pass(proved("")),
				pass(notesRefused),
			}, "False ScopeNotRegistered", "True Reachable",
		},
		"one-scope-then-pass": {
			"a reconcile without a proof changes nothing", [][]change{
				pass(notesRefused),
				pass(),
			}, "False ScopeNotRegistered", "True Reachable",
		},
		"one-scope-then-outage": {
			"an outage mends no scope", [][]change{
				pass(notesRefused), pass(proved(outage)),
				pass(),
			}, "False ScopeNotRegistered", "False ServerError",
		},
		"one-scope-mended": {
			"and all is well",
			[][]change{pass(notesRefused), pass(proved(""))},
			"True CredentialsProved",
			"True Reachable",
		},
		"one-scope-not-offered": {
			"what is not offered need not be there", [][]change{
				pass(notesRefused),
				pass(plansOnly, proved("")),
			}, "True CredentialsProved", "True Reachable",
		},
		"one-scope-then-expired": {
			"what concerns all goes first", [][]change{
				pass(notesRefused),
				pass(proved(maskinporten.ClassKeyExpired)),
			}, "False KeyExpired", "True Reachable",
		},
		"no-system": {
			"no system is configured", [][]change{pass(proved(""), noSystem)}, "False SystemUserNotConfigured", "True Reachable",
		},
		"no-system-not-offered": {
			"none is needed",
			[][]change{pass(proved(""), noSystem, plansOnly)},
			"True CredentialsProved", "True Reachable",
		},
		"system-unknown": {
			"Altinn does not know our system", [][]change{
				pass(proved(""), systemUnknown),
				pass(systemUnknown),
			}, "False SystemNotRegistered", "True Reachable",
		},
		"system-mended": {
			"and all is well",
			[][]change{pass(proved(""), systemUnknown), pass(proved(""))},
			"True CredentialsProved", "True Reachable",
		},
		"expired-then-outage": {
			"the fault was not mended by an outage",
			[][]change{pass(proved("")), pass(proved(maskinporten.ClassKeyExpired)), pass(proved(outage))},
			"False KeyExpired", "False ServerError",
		},
		"customer's-class": {
			"about ourselves it is our client that is refused", [][]change{
				pass(proved(maskinporten.ClassNotDelegated)),
			}, "False ClientRejected", "True Reachable",
		},
		"NAV's-no": {
			"NAV has not granted us the scope",
			[][]change{pass(proved(maskinporten.ClassScopeNotGranted))},
			"False ScopeNotGranted", "True Reachable",
		},
		"complaint": {
			"a token for another party",
			[][]change{pass(proved("")), pass(proved(""), complained)},
			"False TokenMismatch", "True Reachable",
		},
		"complaint-unproved": {
			"the alarm waits for no proof", [][]change{
				pass(proved("")),
				pass(complained),
			}, "False TokenMismatch", "True Reachable",
		},
		"complaint-in-outage": {
			"what was said stays", [][]change{
				pass(proved("")), pass(complained),
				pass(proved(outage), complained),
			}, "False TokenMismatch", "False ServerError",
		},
		"complaint-over": {
			"the customer was answered for",
			[][]change{pass(proved("")), pass(complained), pass(proved(""))},
			"True CredentialsProved", "True Reachable",
		},
		"fault-and-complaint": {
			"our own fault is to be mended first", [][]change{
				pass(proved(maskinporten.ClassKeyExpired), complained),
			}, "False KeyExpired", "True Reachable",
		},
		"suspended": {
			"the kill switch",
			[][]change{pass(proved("")), pass(suspended)},
			"False Suspended",
			"Unknown Suspended",
		},
		"resumed": {
			"what was known may be old",
			[][]change{pass(proved("")), pass(suspended), pass()},
			"Unknown VerificationPending", "Unknown VerificationPending",
		},
		"resumed-and-proved": {
			"as before", [][]change{
				pass(proved("")), pass(suspended),
				pass(proved("")),
			}, "True CredentialsProved", "True Reachable",
		},
		"resumed-in-outage": {
			"nothing is known any more", [][]change{
				pass(proved("")), pass(suspended),
				pass(proved(outage)),
			}, "Unknown AuthorityUnavailable", "False ServerError",
		},
		"suspended-without-key": {
			"the switch goes before everything",
			[][]change{pass(keyGone, suspended)},
			"False Suspended", "Unknown Suspended",
		},
		"key-gone": {
			"the Secret is gone; Maskinporten is not",
			[][]change{pass(proved("")), pass(keyGone)},
			"False KeyNotFound", "True Reachable",
		},
		"key-back": {
			"the Secret is there again",
			[][]change{pass(proved("")), pass(keyGone), pass()},
			"Unknown VerificationPending", "True Reachable",
		},
		"key-back-in-outage": {
			"the Secret is there again: it is not reported missing",
			[][]change{pass(proved("")), pass(keyGone), pass(proved(outage))},
			"Unknown AuthorityUnavailable", "False ServerError",
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
				b.s.supplier.Status = statusOf(b.s.look())
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

// TestCredentials are written with a token, and with nothing else.
func TestCredentials(t *testing.T) {
	guard := fixture.Guard(t)
	for _, class := range append(maskinporten.Classes(), "") {
		b := makeSupplier().with(func(s *gathered) { s.guard = guard }).proved(class)
		got := statusOf(b.s.look()).Credentials
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
		"token":   {"an answer", "", true, "now"},
		"refusal": {"an answer too", maskinporten.ClassKeyExpired, true, "now"},
		"mismatch": {
			"an answer too, though not believed: asking again at once would not help",
			maskinporten.ClassTokenMismatch, true, "now",
		},
		"outage":   {"none", maskinporten.ClassServerError, true, ""},
		"no-proof": {"no request was sent", "", false, ""},
	}
	for name, c := range cases {
		b := makeSupplier().with(func(s *gathered) {
			s.guard = guard
			s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
		})
		if c.proof {
			b = b.proved(c.class)
		}
		if got := statusOf(b.s.look()).LastHandledReconcileAt; got != c.want {
			t.Errorf("%s: %s: acknowledged %q, want %q", name, c.reason, got, c.want)
		}
	}
}
