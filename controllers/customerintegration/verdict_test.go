package customerintegration

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// priors are the states that an access can have before a response.
var priors = map[string]v1alpha1.Authorization{
	"never asked":   prior(v1alpha1.AuthorizationUnknown, v1alpha1.ReasonVerificationPending, false),
	"undecided":     prior(v1alpha1.AuthorizationUnknown, v1alpha1.ReasonRequestRejected, true),
	"granted":       prior(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, true),
	"not granted":   prior(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, true),
	"scope refused": prior(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonScopeNotGranted, true),
	"withdrawn":     prior(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, true),
}

func prior(state v1alpha1.AuthorizationState, reason string, answered bool) v1alpha1.Authorization {
	since, verified := metav1.NewTime(fixture.Noon.Add(-24*time.Hour)), metav1.NewTime(fixture.Noon.Add(-time.Hour))
	a := v1alpha1.Authorization{Kind: v1alpha1.AccessAPIDelegation, State: state, Reason: reason, Since: &since}
	if answered {
		a.LastVerifiedTime = &verified
	}
	return a
}

// describe returns "State Reason" of an access.
func describe(a v1alpha1.Authorization) string { return string(a.State) + " " + a.Reason }

// TestAccessAfterResponse lets every class meet every prior state.
func TestAccessAfterResponse(t *testing.T) {
	outages := []maskinporten.Class{
		maskinporten.ClassServerError, maskinporten.ClassRateLimited, maskinporten.ClassBlocked,
		maskinporten.ClassUnreachable, maskinporten.ClassBadResponse,
	}
	ours := []maskinporten.Class{
		maskinporten.ClassClientUnknown, maskinporten.ClassKeyExpired, maskinporten.ClassKeyUnknown,
		maskinporten.ClassSignatureRejected,
		maskinporten.ClassAudienceRejected, maskinporten.ClassCertificateRejected, maskinporten.ClassScopeNotRegistered,
		maskinporten.ClassClientRejected, maskinporten.ClassClockSkewed, maskinporten.ClassGrantReplayed,
		maskinporten.ClassMetadataInvalid, maskinporten.ClassTokenMismatch,
	}
	cases := map[string]struct {
		reason  string
		classes []maskinporten.Class
		want    map[string]string // by prior; "same": nothing changes
	}{
		"token": {
			reason: "a token proves the access, whatever was known", classes: []maskinporten.Class{""},
			want: map[string]string{
				"never asked": "Granted Delegated", "undecided": "Granted Delegated", "granted": "Granted Delegated",
				"not granted": "Granted Delegated", "scope refused": "Granted Delegated", "withdrawn": "Granted Delegated",
			},
		},
		"no": {
			reason: "MP-251 takes away what had been given, and a withdrawal is remembered", classes: []maskinporten.Class{
				maskinporten.ClassNotDelegated,
			},
			want: map[string]string{
				"never asked": "NotGranted NotDelegated", "undecided": "NotGranted NotDelegated",
				"granted":     "Withdrawn DelegationWithdrawn",
				"not granted": "NotGranted NotDelegated", "scope refused": "NotGranted NotDelegated",
				"withdrawn": "Withdrawn DelegationWithdrawn",
			},
		},
		"NAV's no": {
			reason: "MP-250 cannot be true of an access that was proved", classes: []maskinporten.Class{
				maskinporten.ClassScopeNotGranted,
			},
			want: map[string]string{
				"never asked": "NotGranted ScopeNotGranted", "undecided": "NotGranted ScopeNotGranted", "granted": "same",
				"not granted": "NotGranted ScopeNotGranted", "scope refused": "NotGranted ScopeNotGranted",
				"withdrawn": "Withdrawn ScopeNotGranted",
			},
		},
		"rejected": {
			reason: "a rejected request says nothing about the access, but it is an answer about this customer",
			classes: []maskinporten.Class{
				maskinporten.ClassRequestRejected, maskinporten.ClassConsumerIsSupplier,
				maskinporten.ClassSystemUserMissing,
			},
			want: map[string]string{
				"never asked": "Unknown RequestRejected", "undecided": "Unknown RequestRejected", "granted": "same",
				"not granted": "NotGranted RequestRejected", "scope refused": "NotGranted RequestRejected",
				"withdrawn": "Withdrawn RequestRejected",
			},
		},
		"outage": {
			reason: "an outage is not an answer", classes: outages,
			want: map[string]string{
				"never asked": "Unknown AuthorityUnavailable", "undecided": "same", "granted": "same",
				"not granted": "same", "scope refused": "same", "withdrawn": "same",
			},
		},
		"our own fault": {
			reason: "a fault of ours is not an answer, nor is a token for another party", classes: ours,
			want: map[string]string{
				"never asked": "Unknown SupplierNotReady", "undecided": "same", "granted": "same",
				"not granted": "same", "scope refused": "same", "withdrawn": "same",
			},
		},
	}
	var covered []maskinporten.Class
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			covered = append(covered, c.classes...)
			for _, class := range c.classes {
				for before, known := range priors {
					want := c.want[before]
					if want == "same" {
						want = describe(known)
					}
					got := makeCustomer().s.after(known, verdict.Response{Class: class})
					if describe(got) != want {
						t.Errorf("%q when %s: got %s, want %s: %s", class, before, describe(got), want, c.reason)
					}
					if c.want[before] == "same" {
						if diff := cmp.Diff(known, got); diff != "" {
							t.Errorf("%q when %s: %s (-want +got):\n%s", class, before, c.reason, diff)
						}
					}
				}
			}
		})
	}
	slices.Sort(covered)
	if diff := cmp.Diff(append([]maskinporten.Class{""}, maskinporten.Classes()...), covered); diff != "" {
		t.Errorf("not every class is in the table once (-want +got):\n%s", diff)
	}
}

// TestStoriesOfAnswers tries every sequence of three responses from every prior state, and verifies each step.
func TestStoriesOfAnswers(t *testing.T) {
	classes := append(maskinporten.Classes(), "")
	for before, known := range priors {
		for _, first := range classes {
			a := step(t, before, known, first, 1)
			for _, second := range classes {
				b := step(t, before, a, second, 2)
				for _, third := range classes {
					step(t, before, b, third, 3)
				}
			}
		}
	}
}

// step decides one response, at its own minute, and verifies what must hold of every step.
func step(
	t *testing.T, story string, before v1alpha1.Authorization, class maskinporten.Class, minute int,
) v1alpha1.Authorization {
	t.Helper()
	now := metav1.NewTime(fixture.Noon.Add(time.Duration(minute) * time.Minute))
	after := makeCustomer().with(func(s *scope) { s.now = now.Time }).s.after(before, verdict.Response{Class: class})
	fail := func(promise string) {
		t.Errorf("%s: %q made %s of %s: %s", story, class, describe(after), describe(before), promise)
	}
	const granted, withdrawn = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationWithdrawn
	if after.State == granted && before.State != granted && class != "" {
		fail("only a token grants")
	}
	if before.State == granted && after.State != granted && class != maskinporten.ClassNotDelegated {
		fail("only NotDelegated takes away")
	}
	if before.State == withdrawn && after.State != withdrawn && class != "" {
		fail("only a token ends a withdrawal")
	}
	if after.State == withdrawn && before.State != withdrawn && before.State != granted {
		fail("only what was given can be withdrawn")
	}
	if moved := after.Since.Equal(&now); moved != (before.State != after.State) {
		fail("since moves exactly with the state")
	}
	if after.Since != before.Since && !after.Since.Equal(&now) {
		fail("since moves to now, or not at all")
	}
	decides := class == "" || class == maskinporten.ClassNotDelegated ||
		(before.State != granted && (class.Kind() == conclusion.Answer || class.Kind() == conclusion.CustomerFault))
	if moved := after.LastVerifiedTime != nil && after.LastVerifiedTime.Equal(&now); moved != decides {
		fail("lastVerifiedTime moves exactly when the authority answered for the customer")
	}
	if known := before.State != v1alpha1.AuthorizationUnknown || before.LastVerifiedTime != nil; known && !decides &&
		!cmp.Equal(before, after) {
		fail("what decides nothing changes nothing that is known")
	}
	return after
}

// TestBlocks verifies that the first of several blocks is reported.
func TestBlocks(t *testing.T) {
	type change = func(*scope)
	suspended := func(s *scope) { s.customer.Spec.Suspend = true }
	notFound := func(s *scope) { s.supplier = nil }
	notAllowed := func(s *scope) {
		s.supplier.Spec.AllowedNamespaces = []string{"other", "customer", "customers-2"}
	}
	supplierSuspended := func(s *scope) { s.supplier.Spec.Suspend = true }
	ourselves := func(s *scope) { s.customer.Spec.OrganizationNumber = s.supplier.Spec.OrganizationNumber }
	cases := map[string]struct {
		reason  string
		changes []change
		want    string
		message string
	}{
		"nothing": {reason: "an ordinary customer"},
		"all": {
			reason:  "the customer's own switch goes before everything, also before a Supplier that is missing",
			changes: []change{ourselves, supplierSuspended, notAllowed, suspended},
			want:    v1alpha1.ReasonSuspended, message: "spec.suspend is true: access is not verified and no jobs run.",
		},
		"suspended-without-supplier": {
			reason:  "a missing Supplier's spec does not matter",
			changes: []change{suspended, notFound},
			want:    v1alpha1.ReasonSuspended, message: "spec.suspend is true: access is not verified and no jobs run.",
		},
		"not-found": {
			reason: "no Supplier, nothing to ask", changes: []change{notFound},
			want:    v1alpha1.ReasonSupplierNotFound,
			message: "Supplier/default does not exist. Create it; spec.supplierRef is immutable.",
		},
		"not-allowed": {
			reason:  "a customer that may not use the Supplier does not learn its state; a similar name is another",
			changes: []change{ourselves, supplierSuspended, notAllowed},
			want:    v1alpha1.ReasonSupplierNotAllowed,
			message: "Supplier/default does not allow namespace customers. Add it to the Supplier's spec.allowedNamespaces.",
		},
		"supplier-suspended": {
			reason: "the kill switch", changes: []change{ourselves, supplierSuspended},
			want: v1alpha1.ReasonSuspended, message: "Supplier/default is suspended (spec.suspend): access is not verified and no jobs run.",
		},
		"ourselves": {
			reason: "an organization cannot delegate to itself", changes: []change{ourselves},
			want: v1alpha1.ReasonOrganizationIsSupplier,
			message: "897757222 is the supplier's own organization number, which is immutable. Create the object again with " +
				"the customer's.",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(time.Hour)
			for _, change := range c.changes {
				b = b.with(change)
			}
			var got entitlement.Block
			if p := b.s.facts().Block; p != nil {
				got = *p
			}
			if diff := cmp.Diff(entitlement.Block{Reason: c.want, Message: c.message}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if kept := b.s.verdict().Statuses()[0].Authorization; describe(kept) != "Granted Delegated" {
				t.Errorf("%s: what was known has become %s", c.reason, describe(kept))
			}
		})
	}
}

// TestAccessWithoutRequest offers a service again that was not offered for a while, or that an older version could not
// verify: the last response still applies, with its reason.
func TestAccessWithoutRequest(t *testing.T) {
	cases := map[string]struct {
		reason string
		state  v1alpha1.AuthorizationState
		had    string
		want   string
	}{
		"granted": {
			reason: "the access was there all the time",
			state:  v1alpha1.AuthorizationGranted, had: v1alpha1.ReasonServiceNotOffered, want: v1alpha1.ReasonDelegated,
		},
		"withdrawn": {
			reason: "it had been withdrawn before",
			state:  v1alpha1.AuthorizationWithdrawn, had: v1alpha1.ReasonServiceNotOffered,
			want: v1alpha1.ReasonDelegationWithdrawn,
		},
		"not-granted": {
			reason: "it had not been given",
			state:  v1alpha1.AuthorizationNotGranted, had: v1alpha1.ReasonServiceNotOffered,
			want: v1alpha1.ReasonNotDelegated,
		},
		"unknown": {
			reason: "nothing was known",
			state:  v1alpha1.AuthorizationUnknown, had: v1alpha1.ReasonServiceNotOffered,
			want: v1alpha1.ReasonVerificationPending,
		},
		"awaiting": {
			reason: "the customer had a request",
			state:  v1alpha1.AuthorizationAwaitingApproval, had: v1alpha1.ReasonServiceNotOffered,
			want: v1alpha1.ReasonAwaitingApproval,
		},
		"rejected": {
			reason: "the customer had said no",
			state:  v1alpha1.AuthorizationRejected, had: v1alpha1.ReasonServiceNotOffered,
			want: v1alpha1.ReasonApprovalRejected,
		},
		"taken-over": {
			reason: "an older one of its organization has gone",
			state:  v1alpha1.AuthorizationGranted, had: v1alpha1.ReasonDuplicateOrganization, want: v1alpha1.ReasonDelegated,
		},
		"other-reason": {
			reason: "a reason that is about the access stays",
			state:  v1alpha1.AuthorizationNotGranted, had: v1alpha1.ReasonScopeNotGranted,
			want: v1alpha1.ReasonScopeNotGranted,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().known(c.state, c.had, time.Minute)
			if got := b.s.verdict().Statuses()[0].Authorization; describe(got) != string(c.state)+" "+c.want {
				t.Errorf("%s: no request: %s, want %s", c.reason, describe(got), c.want)
			}
			if c.state == v1alpha1.AuthorizationUnknown {
				return // a fault has reasons of its own then
			}
			if got := b.answered(maskinporten.ClassServerError).s.verdict().
				Statuses()[0].Authorization; describe(got) != string(c.state)+" "+c.want {
				t.Errorf("%s: after a fault: %s, want %s", c.reason, describe(got), c.want)
			}
		})
	}
}

// TestStatusesFollowTheSpec returns exactly the listed services, in their order, with the kind of access they need.
func TestStatusesFollowTheSpec(t *testing.T) {
	b := makeCustomer().granted(time.Hour).services(v1alpha1.ServiceSickNotes)
	got := b.s.verdict().Statuses()
	if len(got) != 1 || got[0].Name != v1alpha1.ServiceSickNotes ||
		got[0].Authorization.Kind != v1alpha1.AccessSystemUser {
		t.Errorf("a removed service is still reported, or the listed one is not: %v", got)
	}
	if describe(got[0].Authorization) != "Unknown VerificationPending" ||
		!got[0].Authorization.Since.Time.Equal(fixture.Noon) {
		t.Errorf("the new service is %s since %s", describe(got[0].Authorization), got[0].Authorization.Since)
	}
	b = makeCustomer().granted(time.Hour).services(v1alpha1.ServiceSickNotes, v1alpha1.ServiceFollowUpPlans)
	if got := b.s.verdict().Statuses(); describe(got[1].Authorization) != "Granted Delegated" {
		t.Errorf("adding a service changed the other: %v", got)
	}
}
