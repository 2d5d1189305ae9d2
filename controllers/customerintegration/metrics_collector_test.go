package customerintegration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/pacing"
)

// cacheOf is a cache as controller-runtime's lists it: pointers to its own objects, unless copies are wanted.
type cacheOf struct {
	client.Reader
	suppliers, customers []runtime.Object
	copied               bool // copies were wanted
}

func (c *cacheOf) List(_ context.Context, list client.ObjectList, options ...client.ListOption) error {
	applied := (&client.ListOptions{}).ApplyOptions(options)
	c.copied = c.copied || applied.UnsafeDisableDeepCopy == nil || !*applied.UnsafeDisableDeepCopy
	if _, ok := list.(*v1alpha1.SupplierList); ok {
		return meta.SetList(list, c.suppliers)
	}
	return meta.SetList(list, c.customers)
}

// scraped returns every series as "name{values} value", sorted.
func scraped(t *testing.T, c prometheus.Collector) []string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetValue())
			}
			all = append(all, fmt.Sprintf("%s{%s} %g", strings.TrimPrefix(f.GetName(), metrics.Prefix),
				strings.Join(values, ","), m.GetGauge().GetValue()))
		}
	}
	slices.Sort(all)
	return all
}

// saidToBe returns a customer with a Ready condition, and with follow-up plans in a state that was verified the given
// time ago.
func saidToBe(ready metav1.ConditionStatus, reason string, state v1alpha1.AuthorizationState,
	ago time.Duration,
) *v1alpha1.CustomerIntegration {
	c := makeCustomer().known(state, reason, ago).s.customer
	c.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-48 * time.Hour))
	c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: ready, Reason: reason}}
	return c
}

// TestCustomerCollector verifies that the metrics count what is in the cache, without series of deleted objects.
func TestCustomerCollector(t *testing.T) {
	const granted, withdrawn = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationWithdrawn
	orphan := saidToBe(metav1.ConditionFalse, "SupplierNotFound", granted, 0)
	orphan.Spec.SupplierRef.Name = "gone"
	unseen := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).s.customer
	unseen.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Minute))
	unknown := makeCustomer().services("Payroll", "Taxes").s.customer
	unknown.CreationTimestamp = unseen.CreationTimestamp
	empty := fixture.Supplier()
	empty.Name = "empty"
	cache := &cacheOf{
		suppliers: []runtime.Object{fixture.Supplier(), empty},
		customers: []runtime.Object{
			saidToBe(metav1.ConditionTrue, "Delegated", granted, 0), saidToBe(metav1.ConditionTrue, "Delegated", granted,
				8*time.Hour),
			saidToBe(metav1.ConditionFalse, "DelegationWithdrawn", withdrawn, 0), orphan, unseen, unknown,
		},
	}
	behind := (8*time.Hour - pacing.Jitter(fixture.Usual, fixture.Customer().UID).Truncate(time.Second)).Seconds()
	c := NewCustomerCollector(cache, time.UTC, fixture.NowIsNoon, logr.Discard())
	want := []string{
		"customer_services{FollowUpPlans,Granted,default} 2",
		"customer_services{FollowUpPlans,Granted,gone} 1",
		"customer_services{FollowUpPlans,Unknown,default} 1",
		"customer_services{FollowUpPlans,Withdrawn,default} 1",
		"customer_services{SickNotes,Unknown,default} 1",
		"customer_services{unknown,Unknown,default} 2",
		"customers{False,DelegationWithdrawn,default} 1",
		"customers{False,SupplierNotFound,gone} 1",
		"customers{True,Delegated,default} 2",
		"customers{Unknown,VerificationPending,default} 2",
		fmt.Sprintf("oldest_overdue_check_seconds{default} %g", behind),
		"oldest_overdue_check_seconds{empty} 0",
		"oldest_overdue_run_seconds{default} 0",
		"oldest_overdue_run_seconds{empty} 0",
		"overdue_runs{FollowUpPlans,default} 0",
		"overdue_runs{FollowUpPlans,empty} 0",
		"overdue_runs{SickNotes,default} 0",
		"overdue_runs{SickNotes,empty} 0",
		"unsettled_plans{undecided,default} 0",
		"unsettled_plans{undecided,empty} 0",
		"unsettled_plans{unknown,default} 0",
		"unsettled_plans{unknown,empty} 0",
	}
	if diff := cmp.Diff(want, scraped(t, c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	cache.customers, cache.suppliers = nil, cache.suppliers[1:]
	ofEmpty := slices.DeleteFunc(want, func(series string) bool { return !strings.Contains(series, "empty") })
	if diff := cmp.Diff(ofEmpty, scraped(t, c)); diff != "" {
		t.Errorf("all are gone (-want +got):\n%s", diff)
	}
	if cache.copied {
		t.Error("the cache's objects were copied")
	}
}

// TestDuplicateIsNeverOverdue lists an organization twice: the younger one is not verified, so it is never overdue.
func TestDuplicateIsNeverOverdue(t *testing.T) {
	supplier := fixture.Supplier()
	older := makeOlder()
	younger := saidToBe(metav1.ConditionFalse, "DuplicateOrganization", v1alpha1.AuthorizationUnknown, 0)
	older.Status = *makeCustomer().granted(0).s.customer.Status.DeepCopy()
	younger.Status.Services = nil
	younger.CreationTimestamp = metav1.NewTime(older.CreationTimestamp.Add(time.Minute))
	supplier.Spec.AllowedNamespaces = append(supplier.Spec.AllowedNamespaces, older.Namespace)
	of := func(customers ...runtime.Object) float64 {
		cache := &cacheOf{suppliers: []runtime.Object{supplier}, customers: customers}
		c := NewCustomerCollector(cache, time.UTC, fixture.NowIsNoon, logr.Discard())
		got, err := c.tally(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got.overdue[supplier.Name].Seconds()
	}
	if got := of(younger, older); got != 0 {
		t.Errorf("a duplicate is overdue for %g s", got)
	}
	if got := of(younger); got <= 0 {
		t.Error("alone it is not overdue: the case shows nothing")
	}
}

// TestOverdue verifies that a verification is overdue from a second after it was due, and no other is.
func TestOverdue(t *testing.T) {
	created := func(b customerBuilder) customerBuilder {
		b.s.customer.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Minute))
		return b
	}
	routine := pacing.Jitter(fixture.Usual, fixture.Customer().UID).Truncate(time.Second)
	waiting := pacing.Jitter(fixture.WaitingUsual, fixture.Customer().UID).Truncate(time.Second)
	rejectedAgo := func(ago time.Duration) func(*scope) {
		return func(s *scope) {
			s.customer.Status.Services[0].Authorization.LastRejectedTime = new(metav1.NewTime(fixture.Noon.Add(-ago)))
		}
	}
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   time.Duration
	}{
		"never-asked": {reason: "due since it was created", pass: created(makeCustomer()), want: time.Minute},
		"just-asked":  {reason: "nothing is due", pass: makeCustomer().granted(0), want: 0},
		"on-time":     {reason: "due this very second", pass: makeCustomer().granted(routine), want: 0},
		"late":        {reason: "an hour late", pass: makeCustomer().granted(routine + time.Hour), want: time.Hour},
		"suspended":   {reason: "no request is sent", pass: makeCustomer().granted(routine + time.Hour).suspended(), want: 0},
		"rejected": {
			reason: "its rejection is as old as a verification would be",
			pass:   makeCustomer().granted(72 * time.Hour).with(rejectedAgo(waiting)), want: 0,
		},
		"rejected-before": {
			reason: "it was rejected and should have been again",
			pass:   makeCustomer().granted(72 * time.Hour).with(rejectedAgo(waiting + time.Hour)), want: time.Hour,
		},
		"rejected-since-the-interruption": {
			reason: "the interruption is older than the rejection",
			pass: makeCustomer().granted(72 * time.Hour).with(rejectedAgo(waiting)).with(func(s *scope) {
				s.supplier.Status.InterruptedTime = new(metav1.NewTime(fixture.Noon.Add(-24 * time.Hour)))
			}),
			want: 0,
		},
		"supplier-suspended": {
			reason: "no request is sent",
			pass:   makeCustomer().granted(routine + time.Hour).with(func(s *scope) { s.supplier.Spec.Suspend = true }),
			want:   0,
		},
		"not-offered": {
			reason: "no request is sent",
			pass:   makeCustomer().granted(routine + time.Hour).with(func(s *scope) { s.supplier.Spec.Services = nil }),
			want:   0,
		},
		"duplicate": {
			reason: "the older one is verified in its place",
			pass:   makeCustomer().granted(routine + time.Hour).besideOlder(fixture.FollowUpPlans), want: 0,
		},
		"duplicate-of-one": {
			reason: "its other service is verified",
			pass:   makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).besideOlder(fixture.FollowUpPlans),
			want:   time.Minute,
		},
		"beside-older": {
			reason: "the older one does not list its service",
			pass:   makeCustomer().besideOlder(fixture.SickNotes), want: time.Minute,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := c.pass.s
			if got := verdict.LongestOverdue(s.supplier, s.customer, s.contenders, s.now); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
			if c.want > 0 && len(dueOf(c.pass.s)) == 0 {
				t.Error("overdue, and not due")
			}
		})
	}
}

// noCache is a cache that has not been filled.
type noCache struct {
	client.Reader
	fails client.ObjectList // the kind that cannot be listed
}

func (c noCache) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	if fmt.Sprintf("%T", list) == fmt.Sprintf("%T", c.fails) {
		return errors.New("the cache has not been filled")
	}
	return nil
}

// TestScrapeWithoutCache verifies that a cache that cannot be read affects no other metric.
func TestScrapeWithoutCache(t *testing.T) {
	for _, kind := range []client.ObjectList{&v1alpha1.SupplierList{}, &v1alpha1.CustomerIntegrationList{}} {
		c := NewCustomerCollector(noCache{fails: kind}, time.UTC, fixture.NowIsNoon, logr.Discard())
		if got := scraped(t, c); len(got) != 0 {
			t.Errorf("%T: told %v", kind, got)
		}
	}
}

// manyCustomers is a cache of ten thousand.
func manyCustomers() *cacheOf {
	cache := &cacheOf{suppliers: []runtime.Object{availableSupplier()}}
	for i := range 10_000 {
		b := makeCustomer().granted(time.Duration(i) * time.Second)
		b.s.customer.UID = types.UID(fmt.Sprintf("customer-%d", i))
		b.s.customer.Spec.OrganizationNumber = v1alpha1.OrganizationNumber(fmt.Sprint(310_000_000 + i))
		b.s.customer.Status = statusOf(b.s.verdict())
		cache.customers = append(cache.customers, b.s.customer)
	}
	return cache
}

// BenchmarkScrape is what a scrape costs with ten thousand customers.
func BenchmarkScrape(b *testing.B) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(NewCustomerCollector(manyCustomers(), time.UTC, fixture.NowIsNoon, logr.Discard()))
	b.ReportAllocs()
	for b.Loop() {
		if families, err := registry.Gather(); err != nil || len(families) != 6 {
			b.Fatal(len(families), err)
		}
	}
}
