package verdict

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// observed returns what a reconcile read of a customer whose access was verified some time ago.
func observed(state v1alpha1.AuthorizationState, reason string, ago time.Duration) Observed {
	o := Observed{
		Now: fixture.Noon, Zone: time.UTC, Customer: fixture.Customer(), Supplier: fixture.Supplier(),
		Kept: map[v1alpha1.ServiceName]Kept{},
	}
	at := metav1.NewTime(fixture.Noon.Add(-ago))
	o.Customer.Status.Authority = entitlement.AuthorityOf(o.Supplier)
	o.Customer.Status.Services = []v1alpha1.CustomerServiceStatus{{
		Name: fixture.FollowUpPlans, Authorization: v1alpha1.Authorization{
			Kind: v1alpha1.AccessAPIDelegation, State: state, Reason: reason, Since: &at, LastVerifiedTime: &at,
		},
	}}
	return o
}

// interrupted records an interruption on the Supplier.
func interrupted(at time.Time) func(*Observed) {
	return func(o *Observed) { o.Supplier.Status.InterruptedTime = &metav1.Time{Time: at} }
}

func granted(ago time.Duration) Observed {
	return observed(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, ago)
}

// TestDue decides whether a request is due, and until when it has to wait.
func TestDue(t *testing.T) {
	soon := fixture.Noon.Add(time.Minute)
	cases := map[string]struct {
		reason string
		change func(o *Observed)
		due    bool
		wait   time.Time
	}{
		"recent": {reason: "the interval has not ended", change: func(*Observed) {}},
		"never": {
			reason: "nothing was verified", due: true, change: func(o *Observed) { o.Customer.Status.Services = nil },
		},
		"old": {
			reason: "the interval has ended", due: true, change: func(o *Observed) { *o = granted(2 * fixture.Usual) },
		},
		"interrupted": {
			reason: "a later result may be lost", due: true, change: interrupted(fixture.Noon.Add(-time.Minute)),
		},
		"interrupted-in-the-same-second": {
			reason: "until the next second a verification could not be distinguished from the last one",
			change: interrupted(fixture.Noon),
		},
		"interrupted-a-second-ago": {
			reason: "a verification is newer now", due: true, change: interrupted(fixture.Noon.Add(-time.Second)),
		},
		"requested": {reason: "an annotation requests it", change: requested("now"), due: true},
		"limited": {
			reason: "requests are limited per customer", due: true, wait: soon,
			change: func(o *Observed) {
				requested("now")(o)
				o.Limits.Requests = map[v1alpha1.ServiceName]time.Time{fixture.FollowUpPlans: soon}
			},
		},
		"unwritten": {
			reason: "the response is kept until it can be written",
			change: func(o *Observed) {
				*o = granted(2 * fixture.Usual)
				o.Kept[fixture.FollowUpPlans] = Kept{Known: o.access(), Retry: soon}
			},
		},
		"unwritten-request": {
			reason: "the response to this annotation is kept",
			change: func(o *Observed) {
				requested("now")(o)
				o.Kept[fixture.FollowUpPlans] = Kept{
					Known: o.access(), Requested: Requests{Verify: "now"}, Tried: Requests{Verify: "now"},
				}
			},
		},
		"unwritten-fault": {
			reason: "a fault that could not be written is retried at its own time", due: true, wait: soon,
			change: func(o *Observed) {
				*o = granted(2 * fixture.Usual)
				o.Kept[fixture.FollowUpPlans] = Kept{Known: o.access(), Retry: soon, Fault: true}
			},
		},
		"suspended": {
			reason: "a blocked customer is not verified",
			change: func(o *Observed) {
				requested("now")(o)
				o.Customer.Spec.Suspend = true
			},
		},
		"not-offered": {
			reason: "the Supplier does not offer the service",
			change: func(o *Observed) {
				requested("now")(o)
				o.Supplier.Spec.Services = o.Supplier.Spec.Services[1:]
			},
		},
		"no-supplier": {reason: "there is nothing to verify with", change: func(o *Observed) { o.Supplier = nil }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := granted(time.Minute)
			tc.change(&o)
			f := NewFacts(o)
			if got := f.Service(fixture.FollowUpPlans).Due; got != tc.due {
				t.Errorf("%s: due %t, want %t", tc.reason, got, tc.due)
			}
			if got := f.WaitUntil(fixture.FollowUpPlans); !got.Equal(tc.wait) {
				t.Errorf("%s: waits until %s, want %s", tc.reason, got, tc.wait)
			}
		})
	}
}

// access returns the access in the customer's status.
func (o *Observed) access() v1alpha1.Authorization {
	return o.Customer.Status.Services[0].Authorization
}

// requested returns a change that requests a verification.
func requested(value string) func(o *Observed) {
	return func(o *Observed) {
		o.Customer.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
	}
}

// TestAccessAfterResponse lists the access after each class of response, for each last verified state. No fault changes
// an access, and only NotDelegated ends one.
func TestAccessAfterResponse(t *testing.T) {
	states := map[v1alpha1.AuthorizationState]string{
		v1alpha1.AuthorizationUnknown:    v1alpha1.ReasonVerificationPending,
		v1alpha1.AuthorizationNotGranted: v1alpha1.ReasonNotDelegated,
		v1alpha1.AuthorizationGranted:    v1alpha1.ReasonDelegated,
		v1alpha1.AuthorizationWithdrawn:  v1alpha1.ReasonDelegationWithdrawn,
	}
	for _, class := range append(maskinporten.Classes(), "") {
		for state, reason := range states {
			t.Run(string(class)+"/"+string(state), func(t *testing.T) {
				f := NewFacts(observed(state, reason, time.Hour))
				got := f.AddAccess(fixture.FollowUpPlans, Response{Class: class}).Access
				want := state
				switch {
				case class == "":
					want = v1alpha1.AuthorizationGranted
				case class == maskinporten.ClassNotDelegated && (state == v1alpha1.AuthorizationGranted ||
					state == v1alpha1.AuthorizationWithdrawn):
					want = v1alpha1.AuthorizationWithdrawn
				case class == maskinporten.ClassNotDelegated,
					class == maskinporten.ClassScopeNotGranted && state == v1alpha1.AuthorizationUnknown:
					want = v1alpha1.AuthorizationNotGranted
				}
				if got.State != want {
					t.Errorf("state %s, want %s (reason %s)", got.State, want, got.Reason)
				}
				if class.Kind().Inconclusive() && !got.LastVerifiedTime.Time.Equal(fixture.Noon.Add(-time.Hour)) {
					t.Errorf("a fault counts as a verification at %s", got.LastVerifiedTime)
				}
			})
		}
	}
}

// TestOfIsPure decides twice from the same facts: the verdicts are equal, and what was read has not changed.
func TestOfIsPure(t *testing.T) {
	o := granted(2 * fixture.Usual)
	requested("now")(&o)
	customer, supplier := o.Customer.DeepCopy(), o.Supplier.DeepCopy()
	f := NewFacts(o)
	r := Results{Responses: map[v1alpha1.ServiceName]Response{
		fixture.FollowUpPlans: f.AddAccess(fixture.FollowUpPlans, Response{Class: maskinporten.ClassNotDelegated}),
	}}
	first, second := Of(f, r).Statuses(), Of(f, r).Statuses()
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second verdict differs (-first +second):\n%s", diff)
	}
	if first[0].Authorization.State != v1alpha1.AuthorizationWithdrawn {
		t.Errorf("access %s after a withdrawal", first[0].Authorization.State)
	}
	if diff := cmp.Diff(customer, o.Customer) + cmp.Diff(supplier, o.Supplier); diff != "" {
		t.Errorf("what was read has changed (-was +is):\n%s", diff)
	}
}
