package supplier

import (
	"slices"
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
		"one customer with many services": {
			reason: "services are not customers",
			customers: []v1alpha1.CustomerIntegration{
				withServices(notStarting(image), 4), notStarting(image), started(time.Hour),
			},
		},
		"less than half": {
			reason: "most customers' pods start",
			customers: append(slices.Repeat([]v1alpha1.CustomerIntegration{started(time.Minute)}, 10),
				slices.Repeat([]v1alpha1.CustomerIntegration{notStarting(image)}, 10)...),
		},
		"all": {
			reason: "the worker's image does not exist",
			customers: []v1alpha1.CustomerIntegration{
				notStarting(image), notStarting(nodes), notStarting(image), started(time.Hour),
			},
			want: new(condition.True(v1alpha1.ReasonPodsNotStarting,
				"The pods of many customers' runs do not start (ImagePullBackOff). Correct the worker's image "+
					"(spec.sync.image or custom.job.image, or else the manager's) or spec.sync.imagePullSecrets.")),
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

// withServices returns a customer that has its first service n times.
func withServices(c v1alpha1.CustomerIntegration, n int) v1alpha1.CustomerIntegration {
	c.Status.Services = slices.Repeat(c.Status.Services[:1], n)
	return c
}

// TestRunsNotStartingStays verifies that a census after a change of the alarm comes to the same result.
func TestRunsNotStartingStays(t *testing.T) {
	const image = "ImagePullBackOff"
	for name, tc := range map[string]struct {
		failing, healthy int
		want             bool
	}{
		"few":  {failing: 4, healthy: 6},
		"half": {failing: 4, healthy: 4},
		"most": {failing: 4, healthy: 3, want: true},
		"all":  {failing: 3, want: true},
	} {
		for _, before := range []metav1.ConditionStatus{metav1.ConditionTrue, metav1.ConditionFalse} {
			t.Run(name+"-after-"+string(before), func(t *testing.T) {
				customers := append(slices.Repeat([]v1alpha1.CustomerIntegration{started(time.Minute)}, tc.healthy),
					slices.Repeat([]v1alpha1.CustomerIntegration{notStarting(image)}, tc.failing)...)
				s := &facts{supplier: fixture.Supplier().DeepCopy(), now: fixture.Noon}
				s.supplier.Status.Conditions = []metav1.Condition{{
					Type: v1alpha1.ConditionRunsNotStarting, Status: before,
					LastTransitionTime: metav1.NewTime(fixture.Noon.Add(-time.Hour)),
				}}
				for turn := range 2 {
					s.census = censusOf(s.supplier, nil, customers, s.now)
					got := startsCondition(s)
					if (got.Status == metav1.ConditionTrue) != tc.want {
						t.Errorf("census %d: %s, want %t", turn+1, got.Status, tc.want)
					}
					s.supplier.Status.Conditions[0].Status = got.Status
					s.supplier.Status.Conditions[0].LastTransitionTime = metav1.NewTime(s.now)
					s.now = s.now.Add(time.Minute)
				}
			})
		}
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
	noSync := func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncDisabled }
	neverVerified := func(c *v1alpha1.CustomerIntegration) { c.Status.Services[0].Authorization.LastVerifiedTime = nil }
	notListed := func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: fixture.SickNotes}}
	}
	withoutHRM := func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: fixture.NetRegistration().Name}}
		c.Spec.HRM = v1alpha1.HRMConnection{}
	}
	offersCustom := func(s *v1alpha1.Supplier) { s.Spec.Services = append(s.Spec.Services, fixture.NetRegistration()) }
	noHosts := func(s *v1alpha1.Supplier) { s.Spec.HRM.AllowedHosts = nil }
	removed := func(s *v1alpha1.Supplier) { s.Spec.Services = s.Spec.Services[1:] }
	cases := map[string]struct {
		reason   string
		supplier func(*v1alpha1.Supplier)
		customer func(*v1alpha1.CustomerIntegration)
		besides  []v1alpha1.CustomerIntegration
		want     string
	}{
		"one of many syncs": {
			reason: "it forgot to disable sync", supplier: noHosts, customer: same,
			besides: slices.Repeat([]v1alpha1.CustomerIntegration{customer(noSync)}, 9),
		},
		"three of many sync": {
			reason: "all that sync", supplier: noHosts, customer: same, want: v1alpha1.ReasonHRMHostsMissing,
			besides: append(slices.Repeat([]v1alpha1.CustomerIntegration{customer(noSync)}, 9), customer(same),
				customer(same)),
		},
		"one of many lists it": {
			reason: "a left-over listing", supplier: removed, customer: same,
			besides: slices.Repeat([]v1alpha1.CustomerIntegration{customer(notListed)}, 9),
		},
		"half were verified": {
			reason: "most never had it", supplier: removed, customer: same,
			besides: append(slices.Repeat([]v1alpha1.CustomerIntegration{customer(neverVerified)}, 3), customer(same),
				customer(same)),
		},
		"no HRM system": {
			reason: "its only service uses it from now on", supplier: offersCustom, customer: withoutHRM,
			want: v1alpha1.ReasonHRMSystemsMissing,
		},
		"no HRM system, no sync": {
			reason: "access alone needs none", supplier: offersCustom,
			customer: func(c *v1alpha1.CustomerIntegration) { withoutHRM(c); noSync(c) },
		},
		"no HRM system, no secret": {
			reason: "the job does not use it", customer: withoutHRM,
			supplier: func(s *v1alpha1.Supplier) {
				offersCustom(s)
				s.Spec.Services[len(s.Spec.Services)-1].Custom.Job.Secret = v1alpha1.JobSecretNone
			},
		},
		"built in, no HRM system": {
			reason:   "custom.job.secret is not theirs; the API server accepts it of objects older than the rule only",
			customer: func(c *v1alpha1.CustomerIntegration) { c.Spec.HRM = v1alpha1.HRMConnection{} }, supplier: offersCustom,
		},
		"two without HRM system": {
			reason: "others have one", supplier: offersCustom, customer: withoutHRM,
			besides: append(slices.Repeat([]v1alpha1.CustomerIntegration{customer(same)}, 9), customer(withoutHRM)),
		},
		"three without HRM system": {
			reason: "however many have one", supplier: offersCustom, customer: withoutHRM, want: v1alpha1.ReasonHRMSystemsMissing,
			besides: append(slices.Repeat([]v1alpha1.CustomerIntegration{customer(same)}, 9), customer(withoutHRM),
				customer(withoutHRM)),
		},
		"nothing":    {reason: "all is well", supplier: func(*v1alpha1.Supplier) {}, customer: same},
		"no hosts":   {reason: "no HRM system is allowed", supplier: noHosts, customer: same, want: v1alpha1.ReasonHRMHostsMissing},
		"no service": {reason: "it was offered", supplier: removed, customer: same, want: v1alpha1.ReasonServiceRemoved},
		"another host": {
			reason: "only this customer's host is not allowed", customer: same,
			supplier: func(s *v1alpha1.Supplier) { s.Spec.HRM.AllowedHosts = []string{"other.example"} },
		},
		"no sync": {
			reason: "access alone needs no HRM system", supplier: noHosts,
			customer: noSync,
		},
		"never offered": {
			reason: "the customer's manifest is wrong", supplier: removed,
			customer: neverVerified,
		},
		"not listed": {
			reason: "the customer has removed it too", supplier: removed, customer: notListed,
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
			s.census = censusOf(s.supplier, nil, append(tc.besides, customer(tc.customer)), fixture.Noon)
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
