package customerintegration

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestTwoServices verifies the conditions of a customer with two services.
func TestTwoServices(t *testing.T) {
	const (
		granted, notGranted = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationNotGranted
		withdrawn, unknown  = v1alpha1.AuthorizationWithdrawn, v1alpha1.AuthorizationUnknown
	)
	yes := access(granted, v1alpha1.ReasonDelegated)
	no := access(notGranted, v1alpha1.ReasonNotDelegated)
	back := access(withdrawn, v1alpha1.ReasonDelegationWithdrawn)
	refused := access(notGranted, v1alpha1.ReasonScopeNotGranted)
	rejected := access(unknown, v1alpha1.ReasonRequestRejected)
	silent := access(unknown, v1alpha1.ReasonAuthorityUnavailable)
	broken := access(unknown, v1alpha1.ReasonSupplierNotReady)
	pending := access(unknown, v1alpha1.ReasonVerificationPending)
	awaiting := access(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval)
	saidNo := access(v1alpha1.AuthorizationRejected, v1alpha1.ReasonApprovalRejected)
	stale := access(granted, v1alpha1.ReasonAuthorityUnavailable)
	cases := map[string]struct {
		reason     string
		plans      v1alpha1.Authorization
		notes      v1alpha1.Authorization
		delegation string
		ready      string
	}{
		"both": {reason: "all is well", plans: yes, notes: yes, delegation: "True Delegated", ready: "True Delegated"},
		"one-not": {
			reason: "the customer has done half",
			plans:  yes, notes: no, delegation: "False PartiallyDelegated", ready: "False AwaitingDelegation",
		},
		"one-back": {
			reason: "half of it was taken back",
			plans:  yes, notes: back, delegation: "False PartiallyDelegated", ready: "False DelegationWithdrawn",
		},
		"one-refused": {
			reason: "NAV has refused half",
			plans:  yes, notes: refused, delegation: "False PartiallyDelegated", ready: "False ScopeNotGranted",
		},
		"one-awaiting": {
			reason: "the customer has done half",
			plans:  yes, notes: awaiting, delegation: "False PartiallyDelegated", ready: "False AwaitingApproval",
		},
		"not-and-awaiting": {
			reason: "the customer has done nothing",
			plans:  no, notes: awaiting, delegation: "False NotDelegated", ready: "False AwaitingDelegation",
		},
		"both-awaiting": {
			reason: "the customer's turn",
			plans:  awaiting, notes: awaiting, delegation: "False AwaitingApproval", ready: "False AwaitingApproval",
		},
		"one-said-no": {
			reason: "a person should talk to the customer",
			plans:  yes, notes: saidNo, delegation: "False PartiallyDelegated", ready: "False ApprovalRejected",
		},
		"no-and-said-no": {
			reason: "a no is more than no answer",
			plans:  no, notes: saidNo, delegation: "False ApprovalRejected", ready: "False ApprovalRejected",
		},
		"one-stale": {
			reason: "one has not been verified for a day",
			plans:  yes, notes: stale, delegation: "Unknown AuthorityUnavailable", ready: "Unknown AuthorityUnavailable",
		},
		"one-silent": {
			reason: "nothing is known of the other",
			plans:  yes, notes: silent, delegation: "Unknown AuthorityUnavailable", ready: "Unknown AuthorityUnavailable",
		},
		"one-pending": {
			reason: "the other was not verified",
			plans:  yes, notes: pending, delegation: "Unknown VerificationPending", ready: "Unknown VerificationPending",
		},
		"neither": {
			reason: "the customer's turn",
			plans:  no, notes: no, delegation: "False NotDelegated", ready: "False AwaitingDelegation",
		},
		"back-and-not": {
			reason: "the withdrawal is what a person should know",
			plans:  no, notes: back, delegation: "False DelegationWithdrawn", ready: "False DelegationWithdrawn",
		},
		"refused-and-not": {
			reason: "the customer can act before NAV does",
			plans:  refused, notes: no, delegation: "False NotDelegated", ready: "False AwaitingDelegation",
		},
		"both-refused": {
			reason: "NAV's turn",
			plans:  refused, notes: refused, delegation: "False ScopeNotGranted", ready: "False ScopeNotGranted",
		},
		"not-and-silent": {
			reason: "a no is a no, whatever is not known of the other",
			plans:  no, notes: silent, delegation: "False NotDelegated", ready: "False AwaitingDelegation",
		},
		"not-and-rejected": {
			reason: "the rejected request is for us to mend; the no is the customer's",
			plans:  no, notes: rejected, delegation: "False NotDelegated", ready: "False RequestRejected",
		},
		"silent-broken": {
			reason: "our own fault is what a person must act on",
			plans:  silent, notes: broken, delegation: "Unknown SupplierNotReady", ready: "False SupplierNotReady",
		},
		"pending-silent": {
			reason: "an outage says more than that no request was sent",
			plans:  pending, notes: silent, delegation: "Unknown AuthorityUnavailable", ready: "Unknown AuthorityUnavailable",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for order, pair := range map[string][2]v1alpha1.Authorization{
				"as-told":  {c.plans, c.notes},
				"reversed": {c.notes, c.plans},
			} {
				t.Run(order, func(t *testing.T) {
					all := []v1alpha1.CustomerServiceStatus{
						{Name: v1alpha1.ServiceFollowUpPlans, Authorization: pair[0]},
						{Name: v1alpha1.ServiceSickNotes, Authorization: pair[1]},
					}
					s := makeCustomer().services(v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes).s
					verified, ready := delegationCondition(s.verdict(), all), readyCondition(s.verdict(), all, jobHealth{})
					if got := string(verified.Status) + " " + verified.Reason; got != c.delegation {
						t.Errorf("%s: %s: DelegationVerified %s, want %s", c.reason, order, got, c.delegation)
					}
					if got := string(ready.Status) + " " + ready.Reason; got != c.ready {
						t.Errorf("%s: %s: Ready %s, want %s", c.reason, order, got, c.ready)
					}
					for _, one := range all {
						text := regexp.MustCompile(string(one.Name) + "(, [A-Za-z]+)*: " +
							regexp.QuoteMeta(accessMessage(s.verdict(), one)))
						if !haveAccess(one) && !text.MatchString(ready.Message+" "+verified.Message) {
							t.Errorf("%s: %s: no message has the text of %s: %s %s", c.reason, order, one.Name, ready.Message,
								verified.Message)
						}
					}
					if verified.Message == ready.Message {
						t.Errorf("%s: one message in two conditions: %s", c.reason, ready.Message)
					}
				})
			}
		})
	}
}

// access is an access with a state and its reason.
func access(state v1alpha1.AuthorizationState, reason string) v1alpha1.Authorization {
	return v1alpha1.Authorization{State: state, Reason: reason}
}

// haveAccess reports what a message need not speak of.
func haveAccess(one v1alpha1.CustomerServiceStatus) bool {
	return one.Authorization.State == v1alpha1.AuthorizationGranted
}

// TestRequestHandled acknowledges a request when it has been answered, and not before.
func TestRequestHandled(t *testing.T) {
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   string
	}{
		"not-requested": {reason: "nothing to acknowledge", pass: makeCustomer().answered(""), want: ""},
		"answered":      {reason: "a token is an answer", pass: makeCustomer().requested("now").answered(""), want: "now"},
		"refused": {
			reason: "so is a no",
			pass:   makeCustomer().requested("now").answered(maskinporten.ClassNotDelegated), want: "now",
		},
		"rejected": {
			reason: "so is a rejected request",
			pass:   makeCustomer().requested("now").answered(maskinporten.ClassRequestRejected), want: "now",
		},
		"outage": {
			reason: "an outage is none",
			pass:   makeCustomer().requested("now").answered(maskinporten.ClassServerError), want: "",
		},
		"own-fault": {
			reason: "nor is a fault of ours",
			pass:   makeCustomer().requested("now").answered(maskinporten.ClassKeyExpired), want: "",
		},
		"mismatch": {
			reason: "nor is a token for another party",
			pass:   makeCustomer().requested("now").answered(maskinporten.ClassTokenMismatch), want: "",
		},
		"suspended": {reason: "while suspended it waits", pass: makeCustomer().requested("now").suspended(), want: ""},
		"not-supported": {
			reason: "without a system nothing can be verified: it waits",
			pass:   makeCustomer().requested("now").services(v1alpha1.ServiceSickNotes).noSystem(), want: "",
		},
		"without-supplier": {
			reason: "while the Supplier is missing it waits",
			pass: makeCustomer().requested("now").
				with(func(s *scope) { s.supplier = nil }),
			want: "",
		},
		"not-allowed": {
			reason: "while the Supplier does not allow the namespace it waits",
			pass:   makeCustomer().requested("now").with(func(s *scope) { s.supplier.Spec.AllowedNamespaces = nil }), want: "",
		},
		"supplier-suspended": {
			reason: "while the Supplier is suspended it waits",
			pass: makeCustomer().requested("now").
				with(func(s *scope) { s.supplier.Spec.Suspend = true }),
			want: "",
		},
		"handled-before": {
			reason: "what was handled stays",
			pass: makeCustomer().requested("now").
				with(func(s *scope) { s.customer.Status.LastHandledReconcileAt = "now" }).
				answered(maskinporten.ClassServerError),
			want: "now",
		},
		"annotation-removed": {
			reason: "what was handled stays",
			pass: makeCustomer().
				with(func(s *scope) { s.customer.Status.LastHandledReconcileAt = "before" }),
			want: "before",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := statusOf(c.pass.s.verdict()).LastHandledReconcileAt; got != c.want {
				t.Errorf("%s: acknowledged %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestStatusIsStable reconciles a second time with the same result: nothing changes, so nothing is written.
func TestStatusIsStable(t *testing.T) {
	for name, b := range customerStates {
		t.Run(name, func(t *testing.T) {
			s := *b.s
			customer := *b.s.customer.DeepCopy()
			s.customer = &customer
			customer.Status = statusOf(s.verdict())
			again := s
			again.now = fixture.Noon.Add(time.Hour)
			fault := maskinporten.ClassServerError
			if known := customer.Status.Services[0].Authorization; known.Reason == v1alpha1.ReasonSupplierNotReady {
				fault = maskinporten.ClassKeyExpired // an outage would be news about a customer that was never verified
			}
			again.responses = map[v1alpha1.ServiceName]verdict.Response{}
			for name := range s.responses {
				again.responses[name] = verdict.Response{Class: fault}
			}
			if diff := cmp.Diff(customer.Status, statusOf(again.verdict())); diff != "" {
				t.Errorf("the status changed (-before +after):\n%s", diff)
			}
		})
	}
}
