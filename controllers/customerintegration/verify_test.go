package customerintegration

import (
	stdcmp "cmp"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/runreport"
)

func TestDue(t *testing.T) {
	plans := []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans}
	refusedRun := runreport.Report{Outcome: runreport.Failed, Reason: runreport.RightMissing}
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   []v1alpha1.ServiceName
	}{
		"new":   {reason: "nothing is known", pass: makeCustomer(), want: plans},
		"fresh": {reason: "the proof still counts", pass: makeCustomer().granted(time.Hour), want: nil},
		"old":   {reason: "the proof is old", pass: makeCustomer().granted(8 * time.Hour), want: plans},
		"on-time": {
			reason: "the second has come",
			pass:   makeCustomer().granted(pacing.Jitter(fixture.Usual, uid).Truncate(time.Second)), want: plans,
		},
		"a-second-before": {
			reason: "it has not",
			pass:   makeCustomer().granted(pacing.Jitter(fixture.Usual, uid).Truncate(time.Second) - time.Second), want: nil,
		},
		"waiting-fresh": {
			reason: "refused a moment ago, weeks after the first refusal",
			pass:   makeCustomer().known(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, time.Minute),
			want:   nil,
		},
		"waiting-due": {
			reason: "refused some time ago",
			pass:   makeCustomer().known(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, 17*time.Minute),
			want:   plans,
		},
		"refused": {
			reason: "a run was refused after the proof",
			pass:   makeCustomer().granted(time.Hour).inPlace().ran("1", refusedRun), want: plans,
		},
		"refused-then": {
			reason: "the proof is newer than the run",
			pass:   makeCustomer().granted(0).inPlace().ran("1", refusedRun), want: nil,
		},
		"requested": {
			reason: "a verification is requested",
			pass:   makeCustomer().granted(time.Minute).requested("now"), want: plans,
		},
		"requested-and-handled": {
			reason: "the request was handled",
			pass: makeCustomer().granted(time.Minute).requested("now").
				with(func(s *scope) { s.customer.Status.LastHandledReconcileAt = "now" }),
			want: nil,
		},
		"suspended": {reason: "no request is sent", pass: makeCustomer().suspended(), want: nil},
		"suspended-requested": {
			reason: "no request is sent, even if requested",
			pass:   makeCustomer().suspended().requested("now"), want: nil,
		},
		"unsupported": {
			reason: "it cannot be verified",
			pass:   makeCustomer().services(v1alpha1.ServiceSickNotes).noSystem().requested("now"), want: nil,
		},
		"not-offered": {
			reason: "the Supplier does not offer it",
			pass: makeCustomer().requested("now").
				with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }),
			want: nil,
		},
		"one-of-two": {
			reason: "the one that can be verified",
			pass:   makeCustomer().services(v1alpha1.ServiceSickNotes, v1alpha1.ServiceFollowUpPlans).noSystem(), want: plans,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, dueOf(c.pass.s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestVerify verifies a customer with a known state: whether a request is sent, what the response becomes, and whether
// the Supplier is woken.
func TestVerify(t *testing.T) {
	another := orgnumber.MustParse("310702641")
	cases := map[string]struct {
		reason    string
		pass      customerBuilder
		class     maskinporten.Class
		unasked   bool
		suspect   bool
		complaint maskinporten.Class
		want      maskinporten.Class // "": class
		others    bool               // and we are answered
	}{
		"token": {reason: "all is well", pass: makeCustomer()},
		"no": {
			reason: "the customer's no", pass: makeCustomer().granted(8 * time.Hour),
			class: maskinporten.ClassNotDelegated, others: true,
		},
		"no-of-all": {
			reason: "what we are refused as well", pass: makeCustomer().
				granted(8 * time.Hour), class: maskinporten.ClassNotDelegated, suspect: true,
			want: maskinporten.ClassClientRejected,
		},
		"fresh":     {reason: "nothing is due", pass: makeCustomer().granted(time.Hour), unasked: true},
		"suspended": {reason: "nothing is due", pass: makeCustomer().suspended(), unasked: true},
		"outage": {
			reason: "the Supplier says whether Maskinporten answers", pass: makeCustomer(),
			class: maskinporten.ClassServerError, suspect: true,
		},
		"mismatch": {
			reason: "the Supplier raises the alarm", pass: makeCustomer(), class: maskinporten.ClassTokenMismatch, suspect: true,
			complaint: maskinporten.ClassTokenMismatch,
		},
		"contradiction": {
			reason: "NAV's no about an access that was proved", pass: makeCustomer().
				granted(8 * time.Hour), class: maskinporten.ClassScopeNotGranted, suspect: true,
			complaint: maskinporten.ClassScopeNotGranted, others: true,
		},
		"contradiction-of-all": {
			reason: "NAV's refusal of every access that was proved", pass: makeCustomer().
				granted(8 * time.Hour), class: maskinporten.ClassScopeNotGranted, suspect: true,
			complaint: maskinporten.ClassScopeNotGranted, want: maskinporten.ClassClientRejected,
		},
		"no-contradiction": {
			reason: "NAV's no about a new customer", pass: makeCustomer(),
			class: maskinporten.ClassScopeNotGranted, others: true,
		},
		"rejected": {
			reason: "this customer's request", pass: makeCustomer().granted(8 * time.Hour),
			class: maskinporten.ClassRequestRejected, others: true,
		},
		"all-rejected": {
			reason: "every customer's request", pass: makeCustomer().
				known(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, time.Hour),
			class: maskinporten.ClassRequestRejected, suspect: true, want: maskinporten.ClassClientRejected,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			requests := 0
			c.pass.s.guard = fixture.GuardOf(t, fixture.TestKey,
				func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
					if c.others && (r.Consumer == another || r.Consumer.IsZero()) {
						return &maskinporten.Token{}, nil
					}
					if r.Consumer.IsZero() {
						return fixture.Always(c.class, 0)(ctx, r)
					}
					requests++
					if r.Scope != fixture.PlansScope || r.Consumer.String() != "310330701" {
						t.Errorf("requested %s of %s", r.Scope, r.Consumer)
					}
					return fixture.Always(c.class, 0)(ctx, r)
				})
			if c.others {
				other := authority.TokenRequest{
					Request: maskinporten.Request{Scope: fixture.PlansScope, Consumer: another},
				}
				if _, err := c.pass.s.guard.Token(t.Context(), other); err != nil {
					t.Fatal(err)
				}
			}
			suspect, err := c.pass.s.verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if suspect != c.suspect || c.pass.s.guard.Complaints.First() != c.complaint {
				t.Errorf("%s: suspect %t, complaint %q", c.reason, suspect, c.pass.s.guard.Complaints.First())
			}
			want := map[v1alpha1.ServiceName]maskinporten.Class{}
			if !c.unasked {
				want[v1alpha1.ServiceFollowUpPlans] = stdcmp.Or(c.want, c.class)
			}
			got := map[v1alpha1.ServiceName]maskinporten.Class{}
			for name, response := range c.pass.s.responses {
				got[name] = response.Class
			}
			if diff := cmp.Diff(want, got); diff != "" || requests != len(want) {
				t.Errorf("%s: %d requests (-want +got):\n%s", c.reason, requests, diff)
			}
		})
	}
}

// TestVerifyWithoutRequest verifies that a request that is not sent counts as the fault that holds it back.
func TestVerifyWithoutRequest(t *testing.T) {
	t.Run("no-client", func(t *testing.T) {
		s := makeCustomer().granted(8 * time.Hour).s
		suspect, err := s.verify(t.Context())
		if err != nil || suspect {
			t.Errorf("suspect %t, %v: the Supplier knows already that its key is missing", suspect, err)
		}
		if got := s.responses[v1alpha1.ServiceFollowUpPlans].Class; got.Kind() != conclusion.OwnFault {
			t.Errorf("judged as %q", got)
		}
	})
	for _, class := range maskinporten.Classes() {
		t.Run("proof-"+string(class), func(t *testing.T) {
			guard := fixture.GuardOf(t, fixture.TestKey, fixture.Always(class, 0))
			_ = guard.Prove(t.Context(), "a test", fixture.PlansProof())
			for before, known := range priors {
				b := makeCustomer().requested("now").with(func(s *scope) {
					s.guard = guard
					s.customer.Status.Authority = entitlement.AuthorityOf(s.supplier)
					s.customer.Status.Services = []v1alpha1.CustomerServiceStatus{
						{Name: v1alpha1.ServiceFollowUpPlans, Authorization: known},
					}
				})
				if _, err := b.s.verify(t.Context()); err != nil {
					t.Fatal(err)
				}
				status := statusOf(b.s.verdict())
				after := status.Services[0].Authorization
				if after.State != known.State || !after.LastVerifiedTime.Equal(known.LastVerifiedTime) ||
					status.LastHandledReconcileAt != "" {
					t.Errorf("%s: no request was sent, and %s became %s", before, describe(known), describe(after))
				}
			}
			if got := guard.Complaints.First(); got != "" {
				t.Errorf("complained of %q about a customer without a request", got)
			}
		})
	}
}

// TestComplaintEndsWithItsCustomer drops the complaint about a customer that is not verified again.
func TestComplaintEndsWithItsCustomer(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		pass   customerBuilder
		want   maskinporten.Class
	}{
		"asked-for": {
			reason: "only an answer disproves it",
			pass:   makeCustomer().granted(time.Hour), want: maskinporten.ClassTokenMismatch,
		},
		"suspended": {reason: "no answer will come", pass: makeCustomer().granted(time.Hour).suspended(), want: ""},
		"no-service": {
			reason: "no answer will come",
			pass:   makeCustomer().services(v1alpha1.ServiceSickNotes).noSystem(), want: "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.pass.s.guard = fixture.Guard(t)
			c.pass.s.guard.Complaints.Add(client.ObjectKeyFromObject(c.pass.s.customer), fixture.PlansScope,
				maskinporten.ClassTokenMismatch)
			suspect, err := c.pass.s.verify(t.Context())
			if err != nil || !suspect {
				t.Errorf("the Supplier does not report the complaint: %v", err)
			}
			if got := c.pass.s.guard.Complaints.First(); got != c.want {
				t.Errorf("%s: complaint %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestVerifyRefusesANumber that the API would have refused.
func TestVerifyRefusesANumber(t *testing.T) {
	s := makeCustomer().with(func(s *scope) {
		s.customer.Spec.OrganizationNumber = "310330702"
		s.guard = fixture.Guard(t)
	}).s
	if _, err := s.verify(t.Context()); err == nil {
		t.Error("sent a request for a number with a wrong check digit")
	}
}

// TestGuardOf verifies that a configuration that cannot work differs from an API server that does not respond.
func TestGuardOf(t *testing.T) {
	pool := fixture.Pool(t, fixture.TestKey, fixture.Always("", 0))
	supplier := fixture.Supplier()
	guard, err := (&Reconciler{Pool: pool}).guard(t.Context(), supplier)
	if err != nil || guard == nil {
		t.Errorf("a good Supplier: %v", err)
	}
	supplier.Spec.Maskinporten.KeySecretRef.Name = "another"
	if guard, err := (&Reconciler{Pool: pool}).guard(t.Context(), supplier); err != nil || guard != nil {
		t.Errorf("no Secret: guard %v, %v: its own status says why", guard, err)
	}
	pool = &authority.Pool{Secrets: fixture.Unreachable{}, Namespace: "system", Now: fixture.NowIsNoon}
	if _, err := (&Reconciler{Pool: pool}).guard(t.Context(), supplier); err == nil {
		t.Error("an API server that does not answer passes for a missing Secret")
	}
}

// TestRequestPriority verifies that a new customer ranks before all others from its first reconcile on.
func TestRequestPriority(t *testing.T) {
	const notGranted = v1alpha1.AuthorizationNotGranted
	cases := map[string]struct {
		reason string
		s      *scope
		want   authority.Priority
	}{
		"new":     {reason: "nothing is known, nor written", s: makeCustomer().s, want: authority.PriorityChanged},
		"granted": {reason: "routine", s: makeCustomer().granted(time.Hour).s, want: authority.PriorityRoutine},
		"waiting": {
			reason: "a customer waits",
			s:      makeCustomer().known(notGranted, v1alpha1.ReasonNotDelegated, time.Hour).s, want: authority.PriorityWaiting,
		},
		"requested": {
			reason: "a person waits for the response",
			s:      makeCustomer().granted(time.Hour).requested("now").s, want: authority.PriorityChanged,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			facts := c.s.facts().Service(fixture.FollowUpPlans)
			if got := (&verification{gathered: c.s.gathered()}).priority(facts); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}
