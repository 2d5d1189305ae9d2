package customerintegration

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// makeOlder returns a customer of the same organization that was created an hour before noon, in another namespace.
func makeOlder() *v1alpha1.CustomerIntegration {
	c := fixture.Customer()
	c.Namespace, c.Name, c.UID = "others", "tiger", "0c3f8a52-1d50-4a0e-9d5e-2b8c3c1d7e11"
	c.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Hour))
	return c
}

// besideOlder adds an older customer of the same organization, with some services.
func (b customerBuilder) besideOlder(names ...v1alpha1.ServiceName) customerBuilder {
	older := customerBuilder{&scope{customer: makeOlder()}}.services(names...).s.customer
	b.s.customer.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Minute))
	supplier := fixture.Supplier()
	supplier.Spec.AllowedNamespaces = append(supplier.Spec.AllowedNamespaces, older.Namespace)
	b.s.contenders = append(b.s.contenders, entitlement.Contender{Customer: older, Supplier: supplier})
	return b
}

// alsoKnown sets the state of sick notes before the reconcile.
func (b customerBuilder) alsoKnown(state v1alpha1.AuthorizationState, reason string) customerBuilder {
	b.s.customer.Status.Services = append(b.s.customer.Status.Services, v1alpha1.CustomerServiceStatus{
		Name: fixture.SickNotes, Authorization: v1alpha1.Authorization{
			Kind: v1alpha1.AccessSystemUser, State: state,
			Reason: reason,
		},
	})
	return b
}

// TestDuplicateNamesTheOlder verifies that a duplicate reports the older customer, sends no request and keeps its
// state.
func TestDuplicateNamesTheOlder(t *testing.T) {
	const (
		granted, notGranted, withdrawn = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationNotGranted,
			v1alpha1.AuthorizationWithdrawn
		duplicate = "DuplicateOrganization"
	)
	cases := map[string]struct {
		reason   string
		pass     customerBuilder
		want     string // of the authorization
		verified string
		ready    string
	}{
		"new": {
			reason: "it was never verified",
			pass:   makeCustomer(), want: "Unknown " + duplicate, verified: "Unknown " + duplicate,
			ready: "False " + duplicate,
		},
		"granted": {
			reason: "the older one appeared later",
			pass:   makeCustomer().granted(8 * time.Hour), want: "Granted " + duplicate, verified: "Unknown " + duplicate,
			ready: "False " + duplicate,
		},
		"not-granted": {
			reason: "an old refusal is not verified again",
			pass:   makeCustomer().known(notGranted, v1alpha1.ReasonNotDelegated, time.Hour), want: "NotGranted " + duplicate,
			verified: "Unknown " + duplicate, ready: "False " + duplicate,
		},
		"withdrawn": {
			reason: "nor an old withdrawal",
			pass:   makeCustomer().known(withdrawn, v1alpha1.ReasonDelegationWithdrawn, time.Hour),
			want:   "Withdrawn " + duplicate, verified: "Unknown " + duplicate, ready: "False " + duplicate,
		},
		"again": {
			reason: "it was one before",
			pass:   makeCustomer().known(granted, duplicate, time.Hour), want: "Granted " + duplicate,
			verified: "Unknown " + duplicate, ready: "False " + duplicate,
		},
		"asked-meanwhile": {
			reason: "an older one came while it was verified: the response starts nothing",
			pass:   makeCustomer().answered(""), want: "Unknown " + duplicate, verified: "Unknown " + duplicate,
			ready: "False " + duplicate,
		},
		"refused-meanwhile": {
			reason: "nor does a refusal take anything away",
			pass:   makeCustomer().granted(8 * time.Hour).answered(maskinporten.ClassNotDelegated),
			want:   "Granted " + duplicate, verified: "Unknown " + duplicate, ready: "False " + duplicate,
		},
		"suspended": {
			reason: "it says first what a person chose",
			pass:   makeCustomer().granted(time.Hour).suspended(), want: "Granted Delegated", verified: "Unknown Suspended",
			ready: "False Suspended",
		},
		"not-offered": {
			reason: "what the Supplier does not offer is no duplicate",
			pass: makeCustomer().
				with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }),
			want: "Unknown ServiceNotOffered", verified: "Unknown ServiceNotOffered", ready: "False ServiceNotOffered",
		},
		"not-offered, hrm-not-allowed": {
			reason: "a service that is not offered uses no HRM system",
			pass: makeCustomer().with(func(s *scope) {
				s.supplier.Spec.Services = s.supplier.Spec.Services[1:]
				s.supplier.Spec.HRM.AllowedHosts = []string{"other.example"}
			}),
			want: "Unknown ServiceNotOffered", verified: "Unknown ServiceNotOffered", ready: "False ServiceNotOffered",
		},
		"hrm-not-allowed": {
			reason: "what is wrong with the spec is reported first",
			pass: makeCustomer().
				with(func(s *scope) { s.supplier.Spec.HRM.AllowedHosts = []string{"other.example"} }),
			want: "Unknown " + duplicate, verified: "Unknown " + duplicate, ready: "False HRMEndpointNotAllowed",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := c.pass.requested("now").besideOlder(fixture.FollowUpPlans)
			status := statusOf(b.s.verdict())
			got := status.Services[0]
			if describe(got.Authorization) != c.want {
				t.Errorf("%s: the access is %s, want %s", c.reason, describe(got.Authorization), c.want)
			}
			if diff := cmp.Diff(v1alpha1.CustomerReference{Namespace: "others", Name: "tiger"}, got.DuplicateOf); diff != "" {
				t.Errorf("%s: duplicateOf (-want +got):\n%s", c.reason, diff)
			}
			if got.Sync.ActiveSince != nil {
				t.Errorf("%s: data may flow since %s", c.reason, got.Sync.ActiveSince)
			}
			if said := saysOf(status.Conditions, v1alpha1.ConditionDelegationVerified); said != c.verified {
				t.Errorf("%s: DelegationVerified %s, want %s", c.reason, said, c.verified)
			}
			if said := saysOf(status.Conditions, v1alpha1.ConditionReady); said != c.ready {
				t.Errorf("%s: Ready %s, want %s", c.reason, said, c.ready)
			}
			if names := dueOf(b.s); names != nil || nextReconcile(b.s.verdict()) != 0 {
				t.Errorf("%s: %v is verified, or reconciled again after %s", c.reason, names, nextReconcile(b.s.verdict()))
			}
			if handled := status.LastHandledReconcileAt == "now"; handled == b.s.customer.Spec.Suspend {
				t.Errorf("%s: a requested verification is handled, for there is nothing to ask: %t", c.reason, handled)
			}
		})
	}
}

func saysOf(conditions []metav1.Condition, conditionType string) string {
	for _, c := range conditions {
		if c.Type == conditionType {
			return string(c.Status) + " " + c.Reason
		}
	}
	return ""
}

// TestPartlyDuplicate has two services of which one is a duplicate: they do not affect each other.
func TestPartlyDuplicate(t *testing.T) {
	both := func(b customerBuilder) customerBuilder {
		return b.services(fixture.FollowUpPlans, fixture.SickNotes).besideOlder(fixture.FollowUpPlans)
	}
	refused := both(makeCustomer().granted(time.Hour)).
		alsoKnown(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated)
	all := refused.s.verdict().Statuses()
	if all[0].DuplicateOf.Name != "tiger" || all[1].DuplicateOf.Name != "" {
		t.Errorf("duplicates are %v and %v, want the first alone", all[0].DuplicateOf, all[1].DuplicateOf)
	}
	conditionWith := func(b customerBuilder, reasons ...string) condition.State {
		services := b.s.verdict().Statuses()
		for i, reason := range reasons {
			services[i].Authorization.Reason = reason
		}
		return delegationCondition(b.s.verdict(), services)
	}
	const duplicate = v1alpha1.ReasonDuplicateOrganization
	if f := conditionWith(refused, duplicate, v1alpha1.ReasonNotDelegated); f.Status != metav1.ConditionFalse ||
		f.Reason != v1alpha1.ReasonNotDelegated {
		t.Errorf("Maskinporten refused the other one: %s %s", f.Status, f.Reason)
	}
	proved := both(makeCustomer().granted(time.Hour)).alsoKnown(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)
	f := conditionWith(proved, duplicate, v1alpha1.ReasonDelegated)
	if f.Status != metav1.ConditionUnknown || f.Reason != duplicate {
		t.Errorf("the other one's access is proved, and nothing is known of this one: %s %s", f.Status, f.Reason)
	}
	if want := "FollowUpPlans: duplicate of others/tiger. SickNotes: access given."; f.Message != want {
		t.Errorf("the message is %q, want %q", f.Message, want)
	}
}

// TestDuplicateStops creates an older customer, as a restore does, while the younger one's jobs run, and deletes it
// again.
func TestDuplicateStops(t *testing.T) {
	b := makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{})
	running := fixture.Job(b.s.children.Of(fixture.FollowUpPlans).CronJob, "1", true)
	running.Status.Conditions = nil
	b.s.children.Of(fixture.FollowUpPlans).Jobs = append(b.s.children.Of(fixture.FollowUpPlans).Jobs, running)
	b.s.customer.Status.Services[0].Sync.FirstJobName = b.s.verdict().Service(fixture.FollowUpPlans).FirstJob
	b = b.besideOlder(fixture.FollowUpPlans)

	b.s.customer.Status = statusOf(b.s.verdict())
	name := b.s.children.Of(fixture.FollowUpPlans).CronJob.Name
	expectPlan(t, b.s, "it stops as if access had ended", "suspend CronJob "+name, "delete Job run-1")

	b.s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Suspend = new(true)
	b.s.children.Of(fixture.FollowUpPlans).Jobs, b.s.contenders = nil, nil
	b.s.customer.Status = statusOf(b.s.verdict())
	expectPlan(t, b.s, "it takes over: what is known of its access still counts", "apply CronJob "+name)
	if known := b.s.customer.Status.Services[0]; describe(known.Authorization) != "Granted Delegated" ||
		known.DuplicateOf.Name != "" {
		t.Errorf("taken over, and the access is %s, a duplicate of %q", describe(known.Authorization), known.DuplicateOf.Name)
	}
}

func expectPlan(t *testing.T, s *scope, reason string, want ...string) {
	t.Helper()
	actions, err := planOf(s.verdict())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range actions {
		got = append(got, actions[i].String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}
