package supplier

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// verifiedAgo returns customers of FollowUpPlans that were last verified the given times ago.
func verifiedAgo(state v1alpha1.AuthorizationState, ages ...time.Duration) []v1alpha1.CustomerIntegration {
	var all []v1alpha1.CustomerIntegration
	for _, age := range ages {
		c := fixture.Customer().DeepCopy()
		c.UID = types.UID(age.String())
		c.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-age))
		known := v1alpha1.Authorization{State: state}
		if state != v1alpha1.AuthorizationUnknown {
			at := metav1.NewTime(fixture.Noon.Add(-age))
			known.LastVerifiedTime, known.Since = &at, &at
		}
		c.Status.Authority = entitlement.AuthorityOf(fixture.Supplier())
		c.Status.Services = []v1alpha1.CustomerServiceStatus{{Name: v1alpha1.ServiceFollowUpPlans, Authorization: known}}
		all = append(all, *c)
	}
	return all
}

// byAnother makes customers' last verification one of another Maskinporten.
func byAnother(all []v1alpha1.CustomerIntegration) []v1alpha1.CustomerIntegration {
	for i := range all {
		all[i].Status.Authority.Issuer = "https://another.example/"
	}
	return all
}

// rejected has Maskinporten reject the requests of customers, each for a reason of its own.
func rejected(all []v1alpha1.CustomerIntegration) []v1alpha1.CustomerIntegration {
	for i := range all {
		all[i].Status.Services[0].Authorization.LastRejectedTime = new(metav1.NewTime(fixture.Noon))
	}
	return all
}

// TestConcernsAll verifies that a fault that all customers meet differs from faults of some customers.
func TestConcernsAll(t *testing.T) {
	const granted, waiting, unknown = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationNotGranted,
		v1alpha1.AuthorizationUnknown
	const fresh, old, lately = time.Hour, 8 * time.Hour, time.Second
	tenPercent := append(verifiedAgo(granted, old),
		verifiedAgo(granted, fresh, fresh, fresh, fresh, fresh, fresh, fresh, fresh, fresh)...)
	cases := map[string]struct {
		reason    string
		customers []v1alpha1.CustomerIntegration
		compared  bool
		failures  int
		suspended bool
		want      bool
	}{
		"compared": {
			reason: "those that were answered last fail too", customers: tenPercent, compared: true,
			want: true,
		},
		"ten percent":  {reason: "one in ten is its own trouble", customers: tenPercent, failures: 2},
		"the only one": {reason: "all there are", customers: verifiedAgo(granted, old), failures: 2, want: true},
		"once":         {reason: "the next request may be answered", customers: verifiedAgo(granted, old), failures: 1},
		"not yet":      {reason: "its time has not come", customers: verifiedAgo(granted, fresh), failures: 2},
		"half":         {reason: "as many are well", customers: verifiedAgo(granted, old, fresh), failures: 2},
		"most": {
			reason: "more than are well", customers: verifiedAgo(granted, old, old, fresh), failures: 2,
			want: true,
		},
		"rejected": {
			reason:    "one is rejected for a reason of its own, and the other is all there are",
			customers: append(rejected(verifiedAgo(granted, old)), verifiedAgo(granted, old)...), failures: 2, want: true,
		},
		"rejected, well": {
			reason:    "a customer that is rejected for a reason of its own is not late",
			customers: append(rejected(verifiedAgo(granted, old, old)), verifiedAgo(granted, fresh)...), failures: 2,
		},
		"waiting": {
			reason: "they have an interval of their own", customers: verifiedAgo(waiting, fresh), failures: 9,
			want: true,
		},
		"never": {
			reason: "a new customer that never had an answer", customers: verifiedAgo(unknown, fresh),
			failures: 9, want: true,
		},
		"just created": {reason: "a new customer has its turn first", customers: verifiedAgo(unknown, lately), failures: 9},
		"another authority": {
			reason: "what another Maskinporten answered does not count", customers: byAnother(verifiedAgo(granted, fresh)),
			failures: 2, want: true,
		},
		"nothing to do": {
			reason: "a customer that is suspended is not verified", customers: verifiedAgo(granted, old),
			failures: 2, suspended: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeSupplier().s
			for i := range c.customers {
				c.customers[i].Spec.Suspend = c.suspended
			}
			s.census = &census{due: overdueOf(s.supplier, nil, c.customers, fixture.Noon)}
			u := authority.Unanswered{Scope: fixture.PlansScope, Compared: c.compared, Failures: c.failures}
			if got := concernsAll(s.readGuard(), u, servicesWithScope(s.supplier, u.Scope)); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// TestFailingRequestsAreReported follows MaskinportenReachable while customers fail and Maskinporten issues our own
// token.
func TestFailingRequestsAreReported(t *testing.T) {
	guard := fixture.Guard(t)
	armed := func() supplierBuilder { return makeSupplier().with(func(s *gathered) { s.guard = guard }) }
	failing := func() supplierBuilder { return armed().after(armed().proved("")).with(customersFail) }
	cases := map[string]struct {
		reason string
		pass   supplierBuilder
		want   string
	}{
		"begins": {reason: "with a proof or without", pass: failing(), want: "False CustomerRequestsFailing"},
		"goes on": {
			reason: "until a customer is answered",
			pass:   armed().after(failing()).with(customersFail), want: "False CustomerRequestsFailing",
		},
		"ends": {
			reason: "no proof is needed, because Maskinporten answers us",
			pass:   armed().after(failing()), want: "True Reachable",
		},
		"outage": {
			reason: "of Maskinporten: no request is answered",
			pass:   armed().after(failing()).proved(maskinporten.ClassUnreachable).with(customersFail),
			want:   "False Unreachable",
		},
		"outage ends": {
			reason: "and customers are not answered yet",
			pass:   armed().after(armed().proved(maskinporten.ClassUnreachable)).proved("").with(customersFail),
			want:   "False CustomerRequestsFailing",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			status := statusOf(c.pass.s.readGuard())
			if got := fixture.StatusOf(status.Conditions, v1alpha1.ConditionMaskinportenReachable); got != c.want {
				t.Errorf("%s: MaskinportenReachable %s, want %s", c.reason, got, c.want)
			}
			if got := fixture.StatusOf(status.Conditions, v1alpha1.ConditionReady); got != "True CredentialsProved" {
				t.Errorf("%s: Ready %s", c.reason, got)
			}
		})
	}
}

// TestReleased wakes customers when one of their services is no longer held back, and only then.
func TestReleased(t *testing.T) {
	const plans, notes = v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes
	type names = []v1alpha1.ServiceName
	var h holds
	for i, step := range []struct {
		held names
		want bool
	}{
		{held: nil, want: false},
		{held: names{plans, notes}, want: false},
		{held: names{plans, notes}, want: false},
		{held: names{notes}, want: true},
		{held: names{notes, plans}, want: false},
		{held: nil, want: true},
		{held: nil, want: false},
	} {
		if got := h.update("default", step.held); got != step.want {
			t.Errorf("step %d: released %t, want %t", i, got, step.want)
		}
	}
	_ = h.update("default", names{plans})
	h.forget("default")
	if h.update("default", nil) {
		t.Error("a Supplier that is gone released its customers")
	}
}
