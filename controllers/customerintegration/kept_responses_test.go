package customerintegration

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// makeUnreliable returns a reconciler of one customer. next decides what each write meets.
func makeUnreliable(t *testing.T, now func() time.Time, class func() maskinporten.Class,
	next func() fixture.Outcome,
) *counted {
	t.Helper()
	c := makeReconciler(t, now, class)
	c.Pool.Now = now
	c.Client = fixture.Unreliable{Client: c.Client, Next: next}
	return c
}

// shown is what the API server has of the customer.
func (c *counted) shown(t *testing.T) *v1alpha1.CustomerIntegration {
	t.Helper()
	customer := &v1alpha1.CustomerIntegration{}
	if err := c.Live.Get(t.Context(), c.key, customer); err != nil {
		t.Fatal(err)
	}
	return customer
}

// try reconciles, whatever comes of it.
func (c *counted) try(t *testing.T) error {
	t.Helper()
	_, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: c.key})
	return err
}

// TestAnswersAreKept reconciles for a day while most writes of the status fail: Maskinporten gets no more requests than
// if they were written, and the last answer is in the status once one is.
func TestAnswersAreKept(t *testing.T) {
	const day = 8 * time.Hour
	cases := map[string]struct {
		reason string
		class  maskinporten.Class
		// most is how many requests there may be in a day.
		most int
	}{
		"granted":  {reason: "one in six hours, give or take a tenth", most: 5},
		"rejected": {reason: "one in fifteen minutes", class: maskinporten.ClassRequestRejected, most: 120},
		"waiting": {
			reason: "1, 2, 4 and 8 minutes after the refusal, and then one in fifteen minutes",
			class:  maskinporten.ClassNotDelegated, most: 120,
		},
		"outage": {
			reason: "one a minute, as if the status were written",
			class:  maskinporten.ClassServerError, most: 24 * 70,
		},
	}
	for name, tc := range cases {
		for _, fails := range []fixture.Outcome{fixture.Refused403, fixture.Conflict, fixture.Lost, fixture.Outcomes} {
			t.Run(name+"-"+string(rune('0'+fails)), func(t *testing.T) {
				random := rand.New(rand.NewPCG(1, uint64(fails)))
				now, well := fixture.Noon, false
				c := makeUnreliable(t, func() time.Time { return now }, func() maskinporten.Class { return tc.class },
					func() fixture.Outcome {
						switch {
						case well:
							return fixture.Written
						case fails == fixture.Outcomes:
							return fixture.Outcome(random.IntN(int(fixture.Outcomes)))
						default:
							return fails
						}
					})
				for end := fixture.Noon.Add(3 * day); now.Before(end); now = now.Add(
					time.Duration(random.IntN(300)) * time.Second) {
					_ = c.try(t)
				}
				if c.requests > tc.most {
					t.Errorf("%s: %d requests in a day, want %d at the most", tc.reason, c.requests, tc.most)
				}
				before := c.requests
				well = true
				c.pass(t)
				c.pass(t)
				if c.requests > before+1 {
					t.Errorf("%d requests more when the status could be written", c.requests-before)
				}
				a := c.shown(t).Status.Services[0].Authorization
				if tc.class == "" && (describe(a) != "Granted Delegated" || now.Sub(a.LastVerifiedTime.Time) > 7*time.Hour) {
					t.Errorf("in the end the status says %s, verified at %s, and it is %s", describe(a), a.LastVerifiedTime, now)
				}
				if tc.class != maskinporten.ClassServerError && len(c.kept.all) > 0 {
					t.Errorf("%d answers are kept that are in the status", len(c.kept.all))
				}
			})
		}
	}
}

// TestKeptAnswerIsWritten gets a response that cannot be written for an hour: it is written with the time of the
// response.
func TestKeptAnswerIsWritten(t *testing.T) {
	now, becomes := fixture.Noon, fixture.Refused403
	c := makeUnreliable(t, func() time.Time { return now }, func() maskinporten.Class { return "" },
		func() fixture.Outcome { return becomes })
	if err := c.try(t); err == nil {
		t.Fatal("a write that is refused is no error")
	}
	now, becomes = now.Add(time.Hour), fixture.Written
	c.pass(t)
	a := c.shown(t).Status.Services[0].Authorization
	at := metav1.NewTime(fixture.Noon)
	if c.requests != 1 || describe(a) != "Granted Delegated" || !a.LastVerifiedTime.Equal(&at) || !a.Since.Equal(&at) {
		t.Errorf("%d requests, and the status says %s since %s, verified at %s", c.requests, describe(a), a.Since,
			a.LastVerifiedTime)
	}
}

// TestKeptResponseIsDropped replaces the customer, or writes a newer response, while a response is kept.
func TestKeptResponseIsDropped(t *testing.T) {
	cases := map[string]struct {
		reason   string
		change   func(t *testing.T, c *counted)
		requests int
	}{
		"nothing": {reason: "it is the answer", change: func(*testing.T, *counted) {}, requests: 1},
		"another": {
			reason: "another customer has the name now",
			change: func(t *testing.T, c *counted) {
				t.Helper()
				old := c.shown(t)
				again := old.DeepCopy()
				again.UID, again.ResourceVersion = "another", ""
				if err := errors.Join(c.cache.Client.Delete(t.Context(), old),
					c.cache.Client.Create(t.Context(), again)); err != nil {
					t.Fatal(err)
				}
			},
			requests: 2,
		},
		"requested": {
			reason: "a person wants to know anew",
			change: func(t *testing.T, c *counted) {
				t.Helper()
				asks := c.shown(t)
				asks.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
				if err := c.cache.Client.Update(t.Context(), asks); err != nil {
					t.Fatal(err)
				}
			},
			requests: 2,
		},
		"authority": {
			reason: "the Supplier is another organization now",
			change: func(t *testing.T, c *counted) {
				t.Helper()
				supplier := &v1alpha1.Supplier{}
				if err := c.Live.Get(t.Context(), client.ObjectKey{Name: "default"}, supplier); err != nil {
					t.Fatal(err)
				}
				supplier.Spec.OrganizationNumber = "310702641"
				if err := c.cache.Client.Update(t.Context(), supplier); err != nil {
					t.Fatal(err)
				}
			},
			requests: 2,
		},
		"schedule": {
			reason: "what else is in the spec does not matter",
			change: func(t *testing.T, c *counted) {
				t.Helper()
				other := c.shown(t)
				other.Generation, other.Spec.Services[0].Schedule = 2, "H H * * *"
				if err := c.cache.Client.Update(t.Context(), other); err != nil {
					t.Fatal(err)
				}
			},
			requests: 1,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			becomes := fixture.Refused403
			c := makeUnreliable(t, fixture.NowIsNoon, func() maskinporten.Class { return "" },
				func() fixture.Outcome { return becomes })
			if err := c.try(t); err == nil {
				t.Fatal("a write that is refused is no error")
			}
			tc.change(t, c)
			for range 3 {
				_ = c.try(t)
			}
			becomes = fixture.Written
			c.pass(t)
			if c.requests != tc.requests {
				t.Errorf("%s: %d requests, want %d", tc.reason, c.requests, tc.requests)
			}
			if got := describe(c.shown(t).Status.Services[0].Authorization); got != "Granted Delegated" {
				t.Errorf("in the end the access is %s", got)
			}
		})
	}
}

// TestKeptWithdrawalEnds gets a withdrawal that cannot be written, and then access again: what is written is the new
// access, since it was given.
func TestKeptWithdrawalEnds(t *testing.T) {
	now, class, becomes := fixture.Noon, maskinporten.Class(""), fixture.Written
	c := makeUnreliable(t, func() time.Time { return now }, func() maskinporten.Class { return class },
		func() fixture.Outcome { return becomes })
	c.pass(t)
	now, class, becomes = fixture.Noon.Add(8*time.Hour), maskinporten.ClassNotDelegated, fixture.Refused403
	for range 3 {
		_ = c.try(t)
	}
	if got := describe(c.shown(t).Status.Services[0].Authorization); got != "Granted Delegated" || c.requests != 2 {
		t.Fatalf("%s after %d requests, want an access that is not written away, after 2", got, c.requests)
	}
	now, class = now.Add(2*time.Minute), ""
	_ = c.try(t)
	becomes = fixture.Written
	c.pass(t)
	a, since := c.shown(t).Status.Services[0].Authorization, metav1.NewTime(now)
	if describe(a) != "Granted Delegated" || !a.Since.Equal(&since) || c.requests != 3 {
		t.Errorf("%s since %s after %d requests, want Granted since %s after 3", describe(a), a.Since, c.requests, now)
	}
}

// TestFailuresAfterTheAnswer verifies that no request is repeated if a step after the response fails.
func TestFailuresAfterTheAnswer(t *testing.T) {
	for _, class := range []maskinporten.Class{"", maskinporten.ClassRequestRejected, maskinporten.ClassServerError} {
		c := makeReconciler(t, fixture.NowIsNoon, func() maskinporten.Class { return class })
		find, calls := c.SameOrganization, 0
		c.SameOrganization = func(ctx context.Context, n v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration,
			error,
		) {
			calls++
			if calls%2 == 0 {
				return nil, errors.New("the cache does not answer")
			}
			return find(ctx, n)
		}
		for range 20 {
			_ = c.try(t)
		}
		if c.requests != 1 {
			t.Errorf("%q: %d requests because something else failed, want 1", class, c.requests)
		}
	}
}

// TestKeptOfAnotherAccess recalls a response after a service's access has changed.
func TestKeptOfAnotherAccess(t *testing.T) {
	const current, other = "kartverk:nrl.rapportering", "kartverk:nrl.lesing"
	cases := map[string]struct {
		reason string
		state  v1alpha1.AuthorizationState
		access string
		isKept bool
	}{
		"same":     {reason: "it is about the access", state: v1alpha1.AuthorizationGranted, access: current, isKept: true},
		"another":  {reason: "it is for another scope", state: v1alpha1.AuthorizationGranted, access: other},
		"built in": {reason: "its access does not change", state: v1alpha1.AuthorizationGranted, isKept: true},
		"never verified": {
			reason: "what it met was about the new access", state: v1alpha1.AuthorizationUnknown, access: other, isKept: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			supplier, customer := fixture.Supplier(), fixture.Customer()
			service := supplier.Spec.Services[0].Name
			supplier.Spec.Services[0].Custom = &v1alpha1.CustomService{
				Access: v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: current}},
			}
			response := verdict.Kept{
				Known: v1alpha1.Authorization{State: tc.state, Access: tc.access}, At: fixture.Noon,
				Retry: fixture.Noon.Add(time.Hour),
			}
			by := entitlement.AuthorityOf(supplier)
			k := keptResponses{all: map[types.NamespacedName]keptCustomer{client.ObjectKeyFromObject(customer): {
				uid: customer.UID, authority: by, agent: customer.Agent(),
				services: map[v1alpha1.ServiceName]verdict.Kept{service: response},
			}}}
			observed := &verdict.Observed{Customer: customer, Supplier: supplier, Now: fixture.Noon}
			if _, isKept := k.recall(observed, fixture.Guard(t))[service]; isKept != tc.isKept {
				t.Errorf("%s: kept: %t", tc.reason, isKept)
			}
		})
	}
}
