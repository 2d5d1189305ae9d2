package supplier

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
)

// notStarting returns a customer whose pod does not start for a cause.
func notStarting(cause string) v1alpha1.CustomerIntegration {
	c := notesRun("1", fixture.Noon.Add(-24*time.Hour), "")
	c.Status.Services[0].Sync.StartFailure = cause
	return c
}

// started returns a customer whose run ended a while ago.
func started(ago time.Duration) v1alpha1.CustomerIntegration {
	return notesRun("1", fixture.Noon.Add(-ago), "")
}

// TestRunsNotStarting verifies when pods that do not start are reported on the Supplier, and as what.
func TestRunsNotStarting(t *testing.T) {
	const image, nodes = "ImagePullBackOff", "Unschedulable"
	cases := map[string]struct {
		reason    string
		before    metav1.ConditionStatus // of the alarm, "" if there was none
		customers []v1alpha1.CustomerIntegration
		want      *condition.State
	}{
		"none": {reason: "all runs end", customers: []v1alpha1.CustomerIntegration{started(time.Minute)}},
		"one customer": {
			reason:    "what only one customer has is reported there",
			customers: []v1alpha1.CustomerIntegration{notStarting(image), started(time.Minute)},
		},
		"all": {
			reason: "the worker's image does not exist",
			customers: []v1alpha1.CustomerIntegration{
				notStarting(image), notStarting(nodes), notStarting(image), started(time.Hour),
			},
			want: new(condition.True(v1alpha1.ReasonPodsNotStarting,
				"The pods of many customers' runs do not start (ImagePullBackOff). Correct the worker's image "+
					"(spec.sync.image, or else the manager's) or spec.sync.imagePullSecrets.")),
		},
		"full cluster": {
			reason:    "no node takes them",
			customers: []v1alpha1.CustomerIntegration{notStarting(nodes), notStarting(nodes), notStarting(nodes)},
			want: new(condition.True(v1alpha1.ReasonPodsNotStarting,
				"The pods of many customers' runs do not start (Unschedulable). Add nodes, or correct nodeSelector, "+
					"tolerations and resources of spec.sync.")),
		},
		"another cause": {
			reason: "the pods say more",
			customers: []v1alpha1.CustomerIntegration{
				notStarting("CreateContainerError"), notStarting("CreateContainerError"), notStarting("CreateContainerError"),
			},
			want: new(condition.True(v1alpha1.ReasonPodsNotStarting,
				"The pods of many customers' runs do not start (CreateContainerError). "+
					"See: kubectl describe pods -A -l app.kubernetes.io/managed-by=integration-operator")),
		},
		"no more": {
			reason: "they start again", before: metav1.ConditionTrue,
			customers: []v1alpha1.CustomerIntegration{started(time.Minute)},
			want:      new(condition.False(v1alpha1.ReasonPodsStart, "The pods of most runs start.")),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := &facts{supplier: fixture.Supplier().DeepCopy(), now: fixture.Noon}
			if tc.before != "" {
				s.supplier.Status.Conditions = []metav1.Condition{{
					Type: v1alpha1.ConditionRunsNotStarting, Status: tc.before, LastTransitionTime: metav1.NewTime(fixture.Noon),
				}}
			}
			s.census = censusOf(s.supplier, nil, tc.customers, fixture.Noon)
			if diff := cmp.Diff(tc.want, startsCondition(s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestCustomersBlocked verifies what of the spec is reported as blocking customers.
func TestCustomersBlocked(t *testing.T) {
	customer := func(change func(c *v1alpha1.CustomerIntegration)) v1alpha1.CustomerIntegration {
		c := makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted)
		c.Status.Authority = entitlement.AuthorityOf(fixture.Supplier())
		c.Status.Services[0].Authorization.LastVerifiedTime = new(metav1.NewTime(fixture.Noon))
		change(&c)
		return c
	}
	same := func(*v1alpha1.CustomerIntegration) {}
	noHosts := func(s *v1alpha1.Supplier) { s.Spec.HRM.AllowedHosts = nil }
	removed := func(s *v1alpha1.Supplier) { s.Spec.Services = s.Spec.Services[1:] }
	cases := map[string]struct {
		reason   string
		supplier func(*v1alpha1.Supplier)
		customer func(*v1alpha1.CustomerIntegration)
		want     string
	}{
		"nothing":    {reason: "all is well", supplier: func(*v1alpha1.Supplier) {}, customer: same},
		"no hosts":   {reason: "no HRM system is allowed", supplier: noHosts, customer: same, want: v1alpha1.ReasonHRMHostsMissing},
		"no service": {reason: "it was offered", supplier: removed, customer: same, want: v1alpha1.ReasonServiceRemoved},
		"another host": {
			reason: "only this customer's host is not allowed", customer: same,
			supplier: func(s *v1alpha1.Supplier) { s.Spec.HRM.AllowedHosts = []string{"other.example"} },
		},
		"no sync": {
			reason: "access alone needs no HRM system", supplier: noHosts,
			customer: func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncDisabled },
		},
		"never offered": {
			reason: "the customer's manifest is wrong", supplier: removed,
			customer: func(c *v1alpha1.CustomerIntegration) { c.Status.Services[0].Authorization.LastVerifiedTime = nil },
		},
		"not listed": {
			reason: "the customer has removed it too", supplier: removed,
			customer: func(c *v1alpha1.CustomerIntegration) {
				c.Spec.Services = []v1alpha1.CustomerService{{Name: fixture.SickNotes}}
			},
		},
		"suspended": {
			reason: "nothing runs anyway", supplier: noHosts,
			customer: func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = true },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := &facts{supplier: fixture.Supplier().DeepCopy(), now: fixture.Noon}
			tc.supplier(s.supplier)
			s.census = censusOf(s.supplier, nil, []v1alpha1.CustomerIntegration{customer(tc.customer)}, fixture.Noon)
			got := ""
			if c := blockedCondition(s); c != nil {
				got = c.Reason
			}
			if got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}
