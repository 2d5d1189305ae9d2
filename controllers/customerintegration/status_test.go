package customerintegration

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestTwoServices puts two services side by side: what a version that verifies both may find.
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
		"both":        {"all is well", yes, yes, "True Delegated", "True Delegated"},
		"one-not":     {"the customer has done half", yes, no, "False PartiallyDelegated", "False AwaitingDelegation"},
		"one-back":    {"half of it was taken back", yes, back, "False PartiallyDelegated", "False DelegationWithdrawn"},
		"one-refused": {"NAV has refused half", yes, refused, "False PartiallyDelegated", "False ScopeNotGranted"},
		"one-awaiting": {
			"the customer has done half", yes, awaiting, "False PartiallyDelegated",
			"False AwaitingApproval",
		},
		"not-and-awaiting": {"the customer has done nothing", no, awaiting, "False NotDelegated", "False AwaitingDelegation"},
		"both-awaiting":    {"the customer's turn", awaiting, awaiting, "False AwaitingApproval", "False AwaitingApproval"},
		"one-said-no": {
			"a person should talk to the customer", yes, saidNo, "False PartiallyDelegated",
			"False ApprovalRejected",
		},
		"no-and-said-no": {"a no is more than no answer", no, saidNo, "False ApprovalRejected", "False ApprovalRejected"},
		"one-stale": {
			"one has not been verified for a day", yes, stale, "Unknown AuthorityUnavailable",
			"Unknown AuthorityUnavailable",
		},
		"one-silent": {
			"nothing is known of the other", yes, silent, "Unknown AuthorityUnavailable",
			"Unknown AuthorityUnavailable",
		},
		"one-pending": {
			"the other has not been asked", yes, pending, "Unknown VerificationPending",
			"Unknown VerificationPending",
		},
		"neither": {"the customer's turn", no, no, "False NotDelegated", "False AwaitingDelegation"},
		"back-and-not": {
			"the withdrawal is what a person should know", no, back, "False DelegationWithdrawn",
			"False DelegationWithdrawn",
		},
		"refused-and-not": {
			"the customer can act before NAV does", refused, no, "False NotDelegated",
			"False AwaitingDelegation",
		},
		"both-refused": {"NAV's turn", refused, refused, "False ScopeNotGranted", "False ScopeNotGranted"},
		"not-and-silent": {
			"a no is a no, whatever is not known of the other", no, silent, "False NotDelegated",
			"False AwaitingDelegation",
		},
		"not-and-rejected": {
			"the rejected request is for us to mend; the no is the customer's", no, rejected,
			"False NotDelegated", "False RequestRejected",
		},
		"silent-broken": {
			"our own fault is what a person must act on", silent, broken, "Unknown SupplierNotReady",
			"False SupplierNotReady",
		},
		"pending-silent": {
			"an outage says more than that no request was sent", pending, silent,
			"Unknown AuthorityUnavailable", "Unknown AuthorityUnavailable",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for order, pair := range map[string][2]v1alpha1.Authorization{
				"as-told":  {c.plans, c.notes},
				"reversed": {c.notes, c.plans},
			} {
				all := []v1alpha1.CustomerServiceStatus{
					{Name: v1alpha1.ServiceFollowUpPlans, Authorization: pair[0]},
					{Name: v1alpha1.ServiceSickNotes, Authorization: pair[1]},
				}
				s := makeCustomer().services(v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes).s
				verified, ready := delegationVerified(s.verdict(), all), customerReady(s.verdict(), all, jobHealth{})
				if got := string(verified.Status) + " " + verified.Reason; got != c.delegation {
					t.Errorf("%s: %s: DelegationVerified %s, want %s", c.reason, order, got, c.delegation)
				}
				if got := string(ready.Status) + " " + ready.Reason; got != c.ready {
					t.Errorf("%s: %s: Ready %s, want %s", c.reason, order, got, c.ready)
				}
				for _, one := range all {
					text := string(one.Name) + ": " + accessMessage(s.verdict(), one)
					if !haveAccess(one) && !strings.Contains(ready.Message+" "+verified.Message, text) {
						t.Errorf("%s: %s: no message has the text of %s: %s %s", c.reason, order, one.Name, ready.Message,
							verified.Message)
					}
				}
				if verified.Message == ready.Message {
					t.Errorf("%s: one message in two conditions: %s", c.reason, ready.Message)
				}
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
		"not-requested": {"nothing to acknowledge", makeCustomer().answered(""), ""},
		"answered":      {"a token is an answer", makeCustomer().requested("now").answered(""), "now"},
		"refused":       {"so is a no", makeCustomer().requested("now").answered(maskinporten.ClassNotDelegated), "now"},
		"rejected": {
			"so is a rejected request",
			makeCustomer().requested("now").answered(maskinporten.ClassRequestRejected), "now",
		},
		"outage": {"an outage is none", makeCustomer().requested("now").answered(maskinporten.ClassServerError), ""},
		"own-fault": {
			"nor is a fault of ours", makeCustomer().requested("now").answered(maskinporten.ClassKeyExpired),
			"",
		},
		"mismatch": {
			"nor is a token for another party",
			makeCustomer().requested("now").answered(maskinporten.ClassTokenMismatch), "",
		},
		"suspended": {"while suspended it waits", makeCustomer().requested("now").suspended(), ""},
		"not-supported": {
			"without a system nothing can be verified: it waits",
			makeCustomer().requested("now").services(v1alpha1.ServiceSickNotes).noSystem(), "",
		},
		"without-supplier": {
			"while the Supplier is missing it waits", makeCustomer().requested("now").
				with(func(s *scope) { s.supplier = nil }), "",
		},
		"not-allowed": {
			"while the Supplier does not allow the namespace it waits",
			makeCustomer().requested("now").with(func(s *scope) { s.supplier.Spec.AllowedNamespaces = nil }), "",
		},
		"supplier-suspended": {
			"while the Supplier is suspended it waits", makeCustomer().requested("now").
				with(func(s *scope) { s.supplier.Spec.Suspend = true }), "",
		},
		"handled-before": {
			"what was handled stays", makeCustomer().requested("now").
				with(func(s *scope) { s.customer.Status.LastHandledReconcileAt = "now" }).
				answered(maskinporten.ClassServerError), "now",
		},
		"annotation-removed": {
			"what was handled stays", makeCustomer().
				with(func(s *scope) { s.customer.Status.LastHandledReconcileAt = "before" }), "before",
		},
	}
	for name, c := range cases {
		if got := statusOf(c.pass.s.verdict()).LastHandledReconcileAt; got != c.want {
			t.Errorf("%s: %s: acknowledged %q, want %q", name, c.reason, got, c.want)
		}
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
			for asked := range s.responses {
				again.responses[asked] = verdict.Response{Class: fault}
			}
			if diff := cmp.Diff(customer.Status, statusOf(again.verdict())); diff != "" {
				t.Errorf("the status changed (-before +after):\n%s", diff)
			}
		})
	}
}
