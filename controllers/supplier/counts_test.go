package supplier

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// makeStates makes a customer with services in the given states since then, and a condition DelegationVerified, "" for
// none.
func makeStates(verified metav1.ConditionStatus, since time.Time,
	states ...v1alpha1.AuthorizationState,
) v1alpha1.CustomerIntegration {
	c := *fixture.Customer().DeepCopy()
	if verified != "" {
		c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionDelegationVerified, Status: verified}}
	}
	names := []v1alpha1.ServiceName{fixture.FollowUpPlans, fixture.SickNotes}
	for i, state := range states {
		at := metav1.NewTime(since)
		c.Status.Services = append(c.Status.Services, v1alpha1.CustomerServiceStatus{
			Name: names[i], Authorization: v1alpha1.Authorization{State: state, Since: &at},
		})
	}
	return c
}

// duplicate makes a customer's services duplicates.
func duplicate(c v1alpha1.CustomerIntegration) v1alpha1.CustomerIntegration {
	for i := range c.Status.Services {
		c.Status.Services[i].DuplicateOf = v1alpha1.CustomerReference{Namespace: "others", Name: "tiger"}
	}
	return c
}

func TestBucketOf(t *testing.T) {
	const yes, no, unknown = metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown
	const (
		granted    = v1alpha1.AuthorizationGranted
		notGranted = v1alpha1.AuthorizationNotGranted
		withdrawn  = v1alpha1.AuthorizationWithdrawn
		rejected   = v1alpha1.AuthorizationRejected
	)
	cases := map[string]struct {
		reason   string
		customer v1alpha1.CustomerIntegration
		want     bucket
	}{
		"new": {reason: "nothing is known", customer: makeStates("", fixture.Noon), want: bucketUnknown},
		"granted": {
			reason:   "all access is proved",
			customer: makeStates(yes, fixture.Noon, granted, granted), want: bucketGranted,
		},
		"waiting": {
			reason:   "none is given",
			customer: makeStates(no, fixture.Noon, notGranted), want: bucketWaiting,
		},
		"partly": {
			reason:   "one of two is given",
			customer: makeStates(no, fixture.Noon, granted, notGranted), want: bucketWaiting,
		},
		"rejected": {
			reason:   "the customer said no",
			customer: makeStates(no, fixture.Noon, rejected), want: bucketWaiting,
		},
		"withdrawn": {
			reason:   "it was taken back",
			customer: makeStates(no, fixture.Noon, withdrawn), want: bucketWithdrawn,
		},
		"partly-withdrawn": {
			reason:   "one was taken back",
			customer: makeStates(no, fixture.Noon, granted, withdrawn), want: bucketWithdrawn,
		},
		"withdrawn-then-outage": {
			reason:   "that nothing is known at the moment gives nothing back",
			customer: makeStates(unknown, fixture.Noon, withdrawn), want: bucketWithdrawn,
		},
		"duplicate-withdrawn": {
			reason:   "the older one has the access that counts",
			customer: duplicate(makeStates(unknown, fixture.Noon, withdrawn)), want: bucketUnknown,
		},
		"suspended": {reason: "it was suspended", customer: makeStates(unknown, fixture.Noon, granted), want: bucketUnknown},
		"outage":    {reason: "too long ago", customer: makeStates(unknown, fixture.Noon, notGranted), want: bucketUnknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := bucketOf(&c.customer); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

// TestEveryStateIsCountedOnce counts customers in every state.
func TestEveryStateIsCountedOnce(t *testing.T) {
	var customers []v1alpha1.CustomerIntegration
	files, err := filepath.Glob("../testdata/states/customer-*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var c v1alpha1.CustomerIntegration
		if err := yaml.UnmarshalStrict(b, &c); err != nil {
			t.Fatal(err)
		}
		customers = append(customers, c)
	}
	counts := censusOf(&v1alpha1.Supplier{}, nil, customers, fixture.Noon).counts()
	if sum := *counts.Granted + *counts.Waiting + *counts.Withdrawn + *counts.Unknown; int(sum) != len(customers) ||
		*counts.Total != sum {
		t.Errorf("%d customers are %v", len(customers), counts)
	}
	for name, n := range map[string]int32{
		"granted": *counts.Granted, "waiting": *counts.Waiting,
		"withdrawn": *counts.Withdrawn, "unknown": *counts.Unknown,
	} {
		t.Run(name, func(t *testing.T) {
			if n == 0 {
				t.Errorf("no state is counted as %s", name)
			}
		})
	}
}

// TestNoCustomersAreZeros verifies that the counts of a Supplier without customers are 0, and not absent.
func TestNoCustomersAreZeros(t *testing.T) {
	want := v1alpha1.CustomerCounts{
		Total: new(int32(0)), Granted: new(int32(0)), Waiting: new(int32(0)), Withdrawn: new(int32(0)), Unknown: new(
			int32(0)),
	}
	if diff := cmp.Diff(want, censusOf(&v1alpha1.Supplier{}, nil, nil, fixture.Noon).counts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// counting is a Supplier's reconciler whose customers and clock are the test's.
type counting struct {
	*Reconciler
	server    client.Client
	recorder  *events.FakeRecorder
	now       time.Time
	customers []v1alpha1.CustomerIntegration
	listed    int
	proofs    int
	failing   error
}

func makeCounting(t *testing.T) *counting {
	t.Helper()
	c := &counting{now: fixture.Noon, recorder: events.NewFakeRecorder(100)}
	c.server = fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(fixture.Supplier()).
		WithStatusSubresource(&v1alpha1.Supplier{}).Build()
	pool := fixture.Pool(t, fixture.TestKey,
		func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
			c.proofs++
			return fixture.Always("", 0)(ctx, r)
		})
	c.Reconciler = &Reconciler{
		Client: c.server, Pool: pool, Events: c.recorder, Now: func() time.Time { return c.now },
		Customers: func(context.Context, string) ([]v1alpha1.CustomerIntegration, error) {
			c.listed++
			return c.customers, c.failing
		},
	}
	return c
}

// pass reconciles, and returns when the next reconcile is.
func (c *counting) pass(t *testing.T) time.Duration {
	t.Helper()
	result, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKey{Name: "default"}})
	if err != nil {
		t.Fatal(err)
	}
	return result.RequeueAfter
}

func (c *counting) supplier(t *testing.T) *v1alpha1.Supplier {
	t.Helper()
	s := &v1alpha1.Supplier{}
	if err := c.server.Get(t.Context(), client.ObjectKey{Name: "default"}, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// counted returns the counts as "total granted waiting withdrawn unknown".
func (c *counting) counted(t *testing.T) string {
	t.Helper()
	n := c.supplier(t).Status.Customers
	if n.Total == nil {
		return "none"
	}
	return fmt.Sprint(*n.Total, *n.Granted, *n.Waiting, *n.Withdrawn, *n.Unknown)
}

// TestCounting changes customers one after the other: the counts are written once a minute in the long run, are right
// at the end, and cost no proof.
func TestCounting(t *testing.T) {
	c := makeCounting(t)
	c.pass(t)
	if got := c.counted(t); got != "0 0 0 0 0" {
		t.Fatalf("at first: %s", got)
	}
	atFirst := c.proofs
	c.now = c.now.Add(2 * countPause)
	c.customers = append(c.customers, makeStates("", fixture.Noon))
	c.pass(t)
	if got := c.counted(t); got != "1 0 0 0 1" {
		t.Errorf("a customer was created a while later, and the counts are %s", got)
	}
	writes, version := 0, c.supplier(t).ResourceVersion
	for range 600 { // one each second, for ten minutes
		c.now = c.now.Add(time.Second)
		c.customers = append(c.customers, makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted))
		next := c.pass(t)
		if behind := c.counted(t) != fmt.Sprint(len(c.customers), len(c.customers)-1, 0, 0, 1); behind &&
			next > countPause+time.Second {
			t.Fatalf("the counts are behind, and the next look is after %s", next)
		}
		if now := c.supplier(t).ResourceVersion; now != version {
			writes, version = writes+1, now
		}
	}
	if most := countBurst + 10; writes < 10 || writes > most {
		t.Errorf("counts were written %d times within ten minutes, want one a minute, and %d at the most", writes, most)
	}
	c.now = c.now.Add(countPause)
	c.pass(t)
	if got := c.counted(t); got != "601 600 0 0 1" {
		t.Errorf("when all is done, the counts are %s", got)
	}
	t.Logf("600 changes within ten minutes are %d writes", writes)
	version = c.supplier(t).ResourceVersion
	for range 10 {
		c.now = c.now.Add(countPause)
		c.pass(t)
	}
	if got := c.supplier(t).ResourceVersion; got != version {
		t.Error("counts that are equal were written")
	}
	if c.proofs != atFirst {
		t.Errorf("%d questions of a proof, want the %d at the start", c.proofs, atFirst)
	}
}

// TestCountingFails keeps what was counted when customers cannot be listed, and sends no request.
func TestCountingFails(t *testing.T) {
	c := makeCounting(t)
	c.failing = errors.New("the cache is away")
	_, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKey{Name: "default"}})
	if !errors.Is(err, c.failing) || c.counted(t) != "none" || c.proofs != 0 {
		t.Errorf("%v, counts %s, %d proofs", err, c.counted(t), c.proofs)
	}
}

// TestCountsAreForgotten verifies that a Supplier that was created again under an old name is counted at once.
func TestCountsAreForgotten(t *testing.T) {
	c := makeCounting(t)
	c.pass(t)
	if err := c.server.Delete(t.Context(), c.supplier(t)); err != nil {
		t.Fatal(err)
	}
	c.pass(t)
	if err := c.server.Create(t.Context(), fixture.Supplier()); err != nil {
		t.Fatal(err)
	}
	c.pass(t)
	if got := c.counted(t); got != "0 0 0 0 0" {
		t.Errorf("a new Supplier's counts are %s", got)
	}
}

// TestListCustomers lists those of one Supplier.
func TestListCustomers(t *testing.T) {
	list := customerlist.IndexedBySupplier(fixture.MakeReader(t))
	for supplier, want := range map[string][]string{"default": {"giraffe", "tiger"}, "other": {"lion"}, "second": nil} {
		t.Run(supplier, func(t *testing.T) {
			customers, err := list(t.Context(), supplier)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range customers {
				got = append(got, customers[i].Name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := customerlist.IndexedBySupplier(fixture.Unreachable{})(t.Context(), "default"); err == nil {
		t.Error("an unreadable cache has customers")
	}
}

// BenchmarkCount is what counting ten thousand customers of a Supplier costs.
func BenchmarkCount(b *testing.B) {
	var customers []v1alpha1.CustomerIntegration
	for i := range 10_000 {
		c := makeStates(metav1.ConditionTrue, fixture.Noon, v1alpha1.AuthorizationGranted)
		c.UID = types.UID(fmt.Sprintf("customer-%d", i))
		customers = append(customers, c)
	}
	b.ReportAllocs()
	for b.Loop() {
		if censusOf(&v1alpha1.Supplier{}, nil, customers, fixture.Noon).total != 10_000 {
			b.Fatal("not all were counted")
		}
	}
}
