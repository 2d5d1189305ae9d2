package customerintegration

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// TestGracePeriod sends a request that meets a fault, a given time after the last response.
func TestGracePeriod(t *testing.T) {
	grace := pacing.Jitter(v1alpha1.DefaultOutageGracePeriod, uid)
	const withdrawn, outage = v1alpha1.AuthorizationWithdrawn, maskinporten.ClassServerError
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   string // state and reason of the service
		status string // of DelegationVerified
		syncs  bool
	}{
		"within": {
			reason: "the last verified state is still reported",
			pass:   makeCustomer().granted(grace - time.Second).answered(outage), want: "Granted Delegated", status: "True",
			syncs: true,
		},
		"over": {
			reason: "it is no longer reported, and jobs go on",
			pass:   makeCustomer().granted(grace).answered(outage), want: "Granted AuthorityUnavailable", status: "Unknown",
			syncs: true,
		},
		"our-own": {
			reason: "any fault",
			pass:   makeCustomer().granted(grace).answered(maskinporten.ClassKeyExpired), want: "Granted SupplierNotReady",
			status: "Unknown", syncs: true,
		},
		"sticky": {
			reason: "a customer is written once, however the fault changes",
			pass: makeCustomer().known(v1alpha1.AuthorizationGranted, v1alpha1.ReasonAuthorityUnavailable, grace).
				answered(maskinporten.ClassKeyExpired),
			want: "Granted AuthorityUnavailable", status: "Unknown", syncs: true,
		},
		"not-asked": {
			reason: "a reconcile for another cause changes nothing",
			pass:   makeCustomer().known(v1alpha1.AuthorizationGranted, v1alpha1.ReasonAuthorityUnavailable, grace),
			want:   "Granted AuthorityUnavailable", status: "Unknown", syncs: true,
		},
		"answered": {
			reason: "an answer ends it",
			pass:   makeCustomer().known(v1alpha1.AuthorizationGranted, v1alpha1.ReasonAuthorityUnavailable, grace).answered(""),
			want:   "Granted Delegated", status: "True", syncs: true,
		},
		"withdrawn": {
			reason: "a withdrawal is kept, and not reported as verified",
			pass:   makeCustomer().known(withdrawn, v1alpha1.ReasonDelegationWithdrawn, grace).answered(outage),
			want:   "Withdrawn AuthorityUnavailable", status: "Unknown", syncs: false,
		},
		"withdrawn-answered": {
			reason: "and reported again",
			pass: makeCustomer().known(withdrawn, v1alpha1.ReasonAuthorityUnavailable, grace).
				answered(maskinporten.ClassNotDelegated),
			want: "Withdrawn DelegationWithdrawn", status: "False", syncs: false,
		},
		"of-the-supplier": {
			reason: "the Supplier says how long",
			pass: makeCustomer().granted(2 * time.Minute).answered(outage).with(func(s *scope) {
				s.supplier.Spec.Verification.OutageGracePeriod = &metav1.Duration{Duration: time.Minute}
			}),
			want: "Granted AuthorityUnavailable", status: "Unknown", syncs: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			status := statusOf(c.pass.s.verdict())
			if got := describe(status.Services[0].Authorization); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
			if got := delegationCondition(c.pass.s.verdict(), status.Services); string(got.Status) != c.status {
				t.Errorf("%s: DelegationVerified is %s, want %s", c.reason, got.Status, c.status)
			}
			c.pass.s.customer.Status = status
			may, _ := entitlement.MaySync(c.pass.s.supplier, c.pass.s.customer, nil, v1alpha1.ServiceFollowUpPlans)
			if may != c.syncs {
				t.Errorf("%s: may sync %t, want %t", c.reason, may, c.syncs)
			}
		})
	}
}

// TestHeldCustomersRest verifies when customers are reconciled that are held back because the supplier's proof fails: a
// new one soon, a verified one at the end of the grace period, or rarely.
func TestHeldCustomersRest(t *testing.T) {
	grace := pacing.Jitter(v1alpha1.DefaultOutageGracePeriod, uid)
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   time.Duration
	}{
		"new": {reason: "nothing is known of it", pass: makeCustomer(), want: pacing.FaultPause(fixture.Usual, uid)},
		"known": {
			reason: "the Supplier wakes it when it recovers",
			pass:   makeCustomer().granted(7 * time.Hour), want: pacing.Jitter(heldInterval, uid),
		},
		"soon": {
			reason: "the grace period ends before",
			pass:   makeCustomer().granted(grace - 5*time.Minute), want: 5*time.Minute + time.Second,
		},
		"long-ago": {
			reason: "the grace period is over",
			pass:   makeCustomer().granted(2 * grace), want: pacing.Jitter(heldInterval, uid),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			guard := fixture.GuardOf(t, fixture.TestKey,
				func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
					return nil, &maskinporten.Error{Class: maskinporten.ClassUnreachable}
				})
			_ = guard.Prove(t.Context(), "a test", fixture.PlansProof())
			s := c.pass.s
			s.guard = guard
			if _, err := s.verify(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.customer.Spec.Sync = v1alpha1.SyncDisabled
			if got := nextReconcile(s.verdict()).Truncate(time.Second); got != c.want.Truncate(time.Second) {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

// TestHeldServicesRest has a customer with a known state, one of whose services cannot be verified while the others
// can.
func TestHeldServicesRest(t *testing.T) {
	refusing := func(scopes ...string) authority.TokenSourceFunc {
		return func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
			if slices.Contains(scopes, r.Scope) {
				return nil, &maskinporten.Error{Class: maskinporten.ClassScopeNotRegistered}
			}
			return &maskinporten.Token{AccessToken: "a.b.c", ExpiresAt: fixture.Noon.Add(time.Minute)}, nil
		}
	}
	soon, rarely := pacing.FaultPause(fixture.Usual, uid), pacing.Jitter(heldInterval, uid)
	cases := map[string]struct {
		reason  string
		asker   authority.TokenSourceFunc
		altinn  http.RoundTripper
		service v1alpha1.ServiceName
		want    time.Duration
	}{
		"well": {
			reason: "no event reports the recovery",
			asker:  refusing(), altinn: fixture.NoRequests{}, service: fixture.SickNotes, want: soon,
		},
		"scope": {
			reason: "the Supplier says when it is",
			asker:  refusing(fixture.Service(fixture.SickNotes).Scope), altinn: fixture.NoRequests{}, service: fixture.SickNotes,
			want: rarely,
		},
		"altinn": {
			reason: "likewise of Altinn's scopes",
			asker:  refusing(altinn.ScopeRead), altinn: fixture.NoRequests{}, service: fixture.SickNotes, want: rarely,
		},
		"outage": {
			reason: "and of Altinn",
			asker:  refusing(), altinn: fixture.NoAltinn{}, service: fixture.SickNotes, want: rarely,
		},
		"not-altinns": {
			reason: "plans do not need it",
			asker:  refusing(), altinn: fixture.NoAltinn{}, service: fixture.FollowUpPlans, want: soon,
		},
		"other-scope": {
			reason: "plans have another scope",
			asker:  refusing(fixture.Service(fixture.SickNotes).Scope), altinn: fixture.NoRequests{},
			service: fixture.FollowUpPlans, want: soon,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeCustomer().services(c.service).granted(7 * time.Hour).answered(maskinporten.ClassServerError).s
			s.customer.Status.Services[0].Name = c.service
			s.customer.Spec.Sync = v1alpha1.SyncDisabled
			s.responses[c.service] = verdict.Response{Class: maskinporten.ClassServerError}
			pool := fixture.Pool(t, fixture.TestKey, c.asker)
			pool.AltinnTransport = c.altinn
			var err error
			if s.guard, err = pool.Guard(t.Context(), s.supplier); err != nil {
				t.Fatal(err)
			}
			_ = s.guard.Prove(t.Context(), "a test", services.ProofScopes(s.supplier)...)
			_ = s.guard.ProveSystem(t.Context())
			if got := nextReconcile(s.verdict()).Truncate(time.Second); got != c.want.Truncate(time.Second) {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

// TestGraceEndsWithoutSystem has a customer with access by system user whose Supplier no longer names a system. No
// request is sent, and the end of the grace period is still reported, once.
func TestGraceEndsWithoutSystem(t *testing.T) {
	grace := pacing.Jitter(v1alpha1.DefaultOutageGracePeriod, uid)
	for name, c := range map[string]struct {
		ago   time.Duration
		want  time.Duration
		state string
	}{
		"within": {ago: grace - time.Hour, want: time.Hour + time.Second, state: "Granted Delegated"},
		"over":   {ago: grace + time.Second, want: 0, state: "Granted SupplierNotReady"},
	} {
		t.Run(name, func(t *testing.T) {
			s := makeCustomer().services(fixture.SickNotes).granted(c.ago).noSystem().s
			s.customer.Status.Services[0].Name = fixture.SickNotes
			s.customer.Spec.Sync = v1alpha1.SyncDisabled
			all := s.verdict().Statuses()
			if got := nextReconcile(s.verdict()).Truncate(time.Second); got != c.want.Truncate(time.Second) {
				t.Errorf("looked at in %s, want %s", got, c.want)
			}
			if got := describe(all[0].Authorization); got != c.state {
				t.Errorf("%s, want %s", got, c.state)
			}
		})
	}
}

// TestBusy defers a request because there are too many: nothing is verified or handled, and the request is sent at the
// time that the Guard returned.
func TestBusy(t *testing.T) {
	b := makeCustomer().requested("now")
	until := fixture.Noon.Add(17 * time.Second)
	b.s.deferred = map[v1alpha1.ServiceName]time.Time{v1alpha1.ServiceFollowUpPlans: until}
	status := statusOf(b.s.verdict())
	if got := describe(status.Services[0].Authorization); got != "Unknown VerificationPending" {
		t.Errorf("a customer without a request is %s", got)
	}
	if status.LastHandledReconcileAt != "" {
		t.Error("a request is handled that was never sent")
	}
	if got := nextReconcile(b.s.verdict()); got != 17*time.Second {
		t.Errorf("the next request is in %s", got)
	}
}
