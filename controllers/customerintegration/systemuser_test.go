package customerintegration

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// TestFailedNegotiationChangesNoAccess verifies that the access stays if a negotiation fails, with every class of
// Maskinporten and Altinn, whatever the class means for a delegation.
func TestFailedNegotiationChangesNoAccess(t *testing.T) {
	findings := map[string]systemuser.Finding{}
	for _, c := range maskinporten.Classes() {
		findings["maskinporten "+string(c)] = systemuser.Finding{Err: &maskinporten.Error{Class: c}}
	}
	for _, c := range altinn.Classes() {
		findings["altinn "+string(c)] = systemuser.Finding{Err: &altinn.Error{Class: c}}
	}
	for _, fault := range []string{
		v1alpha1.ReasonSystemClientMissing, v1alpha1.ReasonSystemNotRegistered, v1alpha1.ReasonSystemRightsRejected,
	} {
		findings["fault "+fault] = systemuser.Finding{Fault: fault}
	}
	for name, f := range findings {
		t.Run(name, func(t *testing.T) {
			for _, state := range []v1alpha1.AuthorizationState{
				v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationWithdrawn, v1alpha1.AuthorizationRejected,
			} {
				b := makeCustomer().services(fixture.SickNotes)
				since := metav1.NewTime(fixture.Noon.Add(-time.Hour))
				known := v1alpha1.Authorization{
					Kind: v1alpha1.AccessSystemUser, State: state, Reason: v1alpha1.ReasonDelegated, Since: &since,
					LastVerifiedTime: &since, ExternalRef: "310330701",
				}
				failed := f
				failed.State = state
				got := b.s.after(known, verdict.Response{Class: classOfFinding(failed), Finding: &failed})
				if got.State != state {
					t.Errorf("it makes %s of %s", got.State, state)
				}
			}
		})
	}
}

// TestPeersAmong chooses who may be a witness: other customers with access, those first that were verified last.
func TestPeersAmong(t *testing.T) {
	number := func(n string, verified time.Duration,
		change ...func(*v1alpha1.CustomerIntegration),
	) v1alpha1.CustomerIntegration {
		b := makeCustomer().services(fixture.SickNotes)
		b.s.customer.Spec.OrganizationNumber = v1alpha1.OrganizationNumber(n)
		at := metav1.NewTime(fixture.Noon.Add(-verified))
		b.s.customer.Status.Authority = entitlement.AuthorityOf(b.s.supplier)
		b.s.customer.Status.Services = []v1alpha1.CustomerServiceStatus{
			{Name: fixture.SickNotes, Authorization: v1alpha1.Authorization{
				Kind: v1alpha1.AccessSystemUser, State: v1alpha1.AuthorizationGranted, Reason: v1alpha1.ReasonDelegated,
				LastVerifiedTime: &at, ExternalRef: n,
			}},
		}
		for _, f := range change {
			f(b.s.customer)
		}
		return *b.s.customer
	}
	self := number("310330701", 0)
	of := func(change func(a *v1alpha1.Authorization)) func(*v1alpha1.CustomerIntegration) {
		return func(c *v1alpha1.CustomerIntegration) { change(&c.Status.Services[0].Authorization) }
	}
	all := []v1alpha1.CustomerIntegration{
		self,
		number("310330701", 0), // of the same organization
		number("314240979", time.Minute, func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = true }),
		number("310702641", time.Minute, of(func(a *v1alpha1.Authorization) { a.State = v1alpha1.AuthorizationWithdrawn })),
		number("313876144", time.Minute, of(func(a *v1alpha1.Authorization) { a.Kind = v1alpha1.AccessAPIDelegation })),
		number("215649202", time.Minute, of(func(a *v1alpha1.Authorization) { a.Reason = v1alpha1.ReasonServiceNotOffered })),
		number("958935420", 4*time.Hour), number("920204368", time.Hour), number("991825827",
			3*time.Hour, of(func(a *v1alpha1.Authorization) { a.Reason = v1alpha1.ReasonSupplierNotReady })),
		number("974760673", 2*time.Hour, of(func(a *v1alpha1.Authorization) { // after the grace period
			a.Reason = v1alpha1.ReasonAuthorityUnavailable
		})),
		number("920204368", 2*time.Hour), // once
	}
	b := makeCustomer()
	var got []string
	for _, p := range peersAmong(all, &self, b.s.supplier, entitlement.AuthorityOf(b.s.supplier)) {
		got = append(got, p.Owner.String()+" "+p.ExternalRef)
	}
	want := []string{"920204368 920204368", "974760673 974760673", "991825827 991825827"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestClientsAmong chooses who may prove that a list of an agent's clients is right: other clients who have access.
func TestClientsAmong(t *testing.T) {
	const ref, other = agentNumber + "-clients", "314240979"
	at := metav1.NewTime(fixture.Noon.Add(-48 * time.Hour))
	custom := services.Service{
		Name: "Reports", Kind: v1alpha1.AccessSystemUser, Scope: "nav:reports", Custom: &v1alpha1.CustomService{},
	}
	cases := map[string]struct {
		reason  string
		service services.Service
		change  func(c *v1alpha1.CustomerIntegration, a *v1alpha1.Authorization)
		want    bool
	}{
		"granted": {reason: "it was verified", want: true},
		"not verified for long": {
			reason: "an outage changes the reason of all", want: true,
			change: func(_ *v1alpha1.CustomerIntegration, a *v1alpha1.Authorization) {
				a.Reason = v1alpha1.ReasonAuthorityUnavailable
			},
		},
		"withdrawn": {
			reason: "the list should lack it",
			change: func(_ *v1alpha1.CustomerIntegration, a *v1alpha1.Authorization) {
				a.State = v1alpha1.AuthorizationWithdrawn
			},
		},
		"suspended": {
			reason: "it is not verified any more",
			change: func(c *v1alpha1.CustomerIntegration, _ *v1alpha1.Authorization) { c.Spec.Suspend = true },
		},
		"being deleted": {
			reason: "it is not verified any more",
			change: func(c *v1alpha1.CustomerIntegration, _ *v1alpha1.Authorization) { c.DeletionTimestamp = &at },
		},
		"of another agent": {
			reason: "another list has it",
			change: func(c *v1alpha1.CustomerIntegration, _ *v1alpha1.Authorization) { c.Spec.Access.Through = "920204368" },
		},
		"of another system user": {
			reason: "another list has it",
			change: func(_ *v1alpha1.CustomerIntegration, a *v1alpha1.Authorization) { a.ExternalRef = "accounting" },
		},
		"same access": {
			reason: "the Supplier declares what was verified", service: custom, want: true,
			change: func(_ *v1alpha1.CustomerIntegration, a *v1alpha1.Authorization) { a.Access = custom.AccessID() },
		},
		"other access": {
			reason: "the Supplier declares other rights now", service: custom,
			change: func(_ *v1alpha1.CustomerIntegration, a *v1alpha1.Authorization) { a.Access = "nav:reports 00000000" },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if tc.service.Name == "" {
				tc.service = fixture.Service(fixture.SickNotes)
			}
			b := makeCustomer()
			self := b.s.customer.DeepCopy()
			self.Spec.Access.Through = agentNumber
			c := self.DeepCopy()
			c.Spec.OrganizationNumber = other
			c.Status.Authority = entitlement.AuthorityOf(b.s.supplier)
			c.Status.Services = []v1alpha1.CustomerServiceStatus{{Name: tc.service.Name}}
			c.Status.Services[0].Authorization = v1alpha1.Authorization{
				Kind: v1alpha1.AccessSystemUser, State: v1alpha1.AuthorizationGranted, Reason: v1alpha1.ReasonDelegated,
				LastVerifiedTime: &at, ExternalRef: ref, Through: agentNumber,
			}
			if tc.change != nil {
				tc.change(c, &c.Status.Services[0].Authorization)
			}
			all := []v1alpha1.CustomerIntegration{*self, *c}
			got := clientsAmong(all, self, c.Status.Authority, tc.service, ref)
			if is := len(got) == 1 && got[0].String() == other; is != tc.want || len(got) > 1 {
				t.Errorf("%s: %v", tc.reason, got)
			}
		})
	}
}

// TestAgentIsNamed checks messages about access through an agent that are otherwise for the customer alone.
func TestAgentIsNamed(t *testing.T) {
	at := metav1.NewTime(fixture.Noon.Add(-48 * time.Hour))
	known := v1alpha1.CustomerServiceStatus{Name: fixture.SickNotes}
	known.Authorization = v1alpha1.Authorization{
		Kind: v1alpha1.AccessSystemUser, State: v1alpha1.AuthorizationGranted, LastVerifiedTime: &at,
		Reason: v1alpha1.ReasonAuthorityUnavailable, Through: agentNumber,
	}
	v := throughAgent(systemuser.Finding{State: v1alpha1.AuthorizationGranted}).s.verdict()
	missing := missingRight(v, &known)
	cases := map[string]struct{ reason, text, want string }{
		"not verified": {
			reason: "the removal of an agent's only client cannot be proved", text: accessMessage(v, known),
			want: "If agent " + agentNumber + " has removed the customer, set spec.suspend.",
		},
		"right missing":  {reason: "it has the system user", text: missing.fact, want: "agent " + agentNumber + " lacks"},
		"who adds it":    {reason: "both have a part", text: missing.action, want: "gives the agent the access packages"},
		"who has a part": {reason: "both have a part", text: missing.action, want: "the agent keeps it as a client"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(tc.text, tc.want) {
				t.Errorf("%s: %q lacks %q", tc.reason, tc.text, tc.want)
			}
		})
	}
}

// TestSystemFaultIsReported verifies what the Supplier learns about our system from a negotiation.
func TestSystemFaultIsReported(t *testing.T) {
	refused := func(class altinn.Class) systemuser.Finding {
		return systemuser.Finding{Err: &altinn.Error{Class: class}}
	}
	const requestID = "5c6e1b0e-4f3e-4d0b-9b1f-6b7a4a1f7a10"
	awaiting := systemuser.Finding{State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID}
	cases := map[string]struct {
		reason string
		known  systemuser.Known
		found  systemuser.Finding
		before string // what another customer has shown
		want   string
	}{
		"forbidden": {
			reason: "the proof of our system reads alone, and does not show it",
			known:  systemuser.Known{}, found: refused(altinn.ClassForbidden), want: v1alpha1.ReasonAltinnRefused,
		},
		"unauthorized": {
			reason: "likewise",
			known:  systemuser.Known{}, found: refused(altinn.ClassUnauthorized), want: v1alpha1.ReasonAltinnRefused,
		},
		"outage": {
			reason: "that is reported elsewhere",
			known:  systemuser.Known{}, found: refused(altinn.ClassServerError), want: "",
		},
		"new-request": {
			reason: "the rights that may be requested are shown",
			known:  systemuser.Known{}, found: awaiting, before: v1alpha1.ReasonAltinnRefused, want: "",
		},
		"same-request": {
			reason: "no request was sent",
			known:  systemuser.Known{RequestID: requestID}, found: awaiting, before: v1alpha1.ReasonSystemRightsRejected,
			want: v1alpha1.ReasonSystemRightsRejected,
		},
		"withdrawn": {
			reason: "a withdrawal shows nothing about the rights that may be requested",
			known:  systemuser.Known{RequestID: requestID}, found: systemuser.Finding{State: v1alpha1.AuthorizationWithdrawn},
			before: v1alpha1.ReasonSystemRightsRejected, want: v1alpha1.ReasonSystemRightsRejected,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := fixture.Guard(t)
			if c.before != "" {
				g.System.NoteFault(client.ObjectKey{Name: "another"}, fixture.SickNotes, c.before)
			}
			owner, err := orgnumber.Parse("310330701")
			if err != nil {
				t.Fatal(err)
			}
			q := authority.TokenRequest{Customer: client.ObjectKeyFromObject(fixture.Customer())}
			q.Request.Scope, q.Request.SystemUser.Owner = fixture.Service(fixture.SickNotes).Scope, owner
			noteSystem(g, q, fixture.SickNotes, c.known, c.found)
			if got := g.System.Fault(); got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}
