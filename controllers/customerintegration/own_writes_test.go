package customerintegration

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestOwnWrites writes over versions of an object, and reads one.
func TestOwnWrites(t *testing.T) {
	version := func(v string) *v1alpha1.CustomerIntegration {
		c := fixture.Customer()
		c.ResourceVersion = v
		return c
	}
	key := client.ObjectKeyFromObject(version(""))
	cases := map[string]struct {
		reason string
		over   []string
		read   []string // the last one counts
		want   bool
	}{
		"nothing-written": {reason: "what was read is all there is", read: []string{"1"}},
		"behind": {
			reason: "the cache shows what was written over", over: []string{"1"}, read: []string{"1"},
			want: true,
		},
		"still-behind": {reason: "for as long as it does", over: []string{"1"}, read: []string{"1", "1"}, want: true},
		"caught-up": {
			reason: "the cache shows the write, or something later", over: []string{"1"},
			read: []string{"2"},
		},
		"two-behind": {
			reason: "the cache has seen neither of two writes", over: []string{"1", "2"}, read: []string{"1"},
			want: true,
		},
		"one-behind": {
			reason: "the cache has seen the first of two", over: []string{"1", "2"}, read: []string{"2"},
			want: true,
		},
		"forgotten": {reason: "a write that was seen is not remembered", over: []string{"1"}, read: []string{"2", "1"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var w ownWrites
			for _, v := range c.over {
				w.note(key, version(v))
			}
			var got bool
			for _, v := range c.read {
				got = w.outdates(key, version(v))
			}
			if got != c.want {
				t.Errorf("%s: outdated %t, want %t", c.reason, got, c.want)
			}
			w.note(key, version("7"))
			other := version("7")
			other.Name = "another"
			if w.outdates(client.ObjectKeyFromObject(other), other) || w.outdates(key, other) {
				t.Error("another customer's version is taken for this one's")
			}
			w.forget(key)
			if w.outdates(key, version("7")) {
				t.Error("what is gone is remembered")
			}
		})
	}
}

// lagging is a cache that returns customers as they were when it was last updated.
type lagging struct {
	client.Client
	mu    sync.Mutex
	shown map[client.ObjectKey]*v1alpha1.CustomerIntegration
}

func (l *lagging) look(t *testing.T, key client.ObjectKey) {
	t.Helper()
	c := &v1alpha1.CustomerIntegration{}
	if err := l.Client.Get(t.Context(), key, c); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown == nil {
		l.shown = map[client.ObjectKey]*v1alpha1.CustomerIntegration{}
	}
	l.shown[key] = c
}

func (l *lagging) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := o.(*v1alpha1.CustomerIntegration); ok && l.shown[key] != nil {
		l.shown[key].DeepCopyInto(c)
		return nil
	}
	return l.Client.Get(ctx, key, o, opts...)
}

// counted is a reconciler of one customer behind a cache that lags.
type counted struct {
	*Reconciler
	cache    *lagging
	key      client.ObjectKey
	requests int
}

func makeReconciler(t *testing.T, now func() time.Time, class func() maskinporten.Class) *counted {
	t.Helper()
	scheme := runtime.NewScheme() // of few types: the fake client goes through all of them at each write
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	customer := fixture.Customer()
	customer.Spec.Sync = v1alpha1.SyncDisabled
	server := fake.NewClientBuilder().WithScheme(scheme).
		WithObjects(customer, fixture.Supplier()).
		WithStatusSubresource(&v1alpha1.CustomerIntegration{}, &v1alpha1.Supplier{}).Build()
	c := &counted{cache: &lagging{Client: server}, key: client.ObjectKeyFromObject(customer)}
	pool := fixture.Pool(t, fixture.TestKey,
		func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
			if r.Consumer.IsZero() { // a token of our own
				return fixture.Always("", 0)(ctx, r)
			}
			c.requests++
			return fixture.Always(class(), 0)(ctx, r)
		})
	c.Reconciler = &Reconciler{
		Client: c.cache, Live: server, SameOrganization: findAmong(server), Zone: time.UTC, Children: func(context.Context,
			client.ObjectList, types.NamespacedName,
		) error {
			return nil
		}, Pool: pool, Events: events.NewFakeRecorder(
			1000), Now: now, Suspect: func(string) {},
	}
	return c
}

func (c *counted) pass(t *testing.T) {
	t.Helper()
	if _, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: c.key}); err != nil {
		t.Fatal(err)
	}
}

// TestCacheIsBehind reconciles while the cache lacks our own writes: no request is repeated, and no write meets a
// conflict.
func TestCacheIsBehind(t *testing.T) {
	now, class := fixture.Noon, maskinporten.ClassNotDelegated
	c := makeReconciler(t, func() time.Time { return now }, func() maskinporten.Class { return class })
	c.cache.look(t, c.key)
	for range 3 {
		c.pass(t)
	}
	if c.requests != 1 {
		t.Errorf("%d requests while the cache was behind, want 1", c.requests)
	}
	now, class = now.Add(time.Hour), ""
	for range 3 {
		c.pass(t)
	}
	if c.requests != 2 {
		t.Errorf("%d requests while the cache was two writes behind, want 2", c.requests)
	}
	c.cache.look(t, c.key)
	c.pass(t)
	if c.requests != 2 {
		t.Errorf("%d requests when the cache had caught up, want 2", c.requests)
	}
	shown := &v1alpha1.CustomerIntegration{}
	if err := c.Live.Get(t.Context(), c.key, shown); err != nil {
		t.Fatal(err)
	}
	if got := describe(shown.Status.Services[0].Authorization); got != "Granted Delegated" {
		t.Errorf("in the end the access is %s", got)
	}
}

// TestGoneCustomerIsForgotten deletes a customer that was complained of, and creates it again.
func TestGoneCustomerIsForgotten(t *testing.T) {
	class := maskinporten.ClassTokenMismatch
	c := makeReconciler(t, fixture.NowIsNoon, func() maskinporten.Class { return class })
	c.pass(t)
	guard, err := c.Pool.Guard(t.Context(), fixture.Supplier())
	if err != nil {
		t.Fatal(err)
	}
	if guard.Complaints.First() != maskinporten.ClassTokenMismatch {
		t.Fatalf("complaint %q", guard.Complaints.First())
	}
	customer := fixture.Customer()
	if err := c.cache.Client.Delete(t.Context(), customer); err != nil {
		t.Fatal(err)
	}
	c.pass(t)
	if guard.Complaints.First() != "" || len(c.written.replaced) != 0 {
		t.Error("something is remembered of a customer that is gone")
	}
	class = ""
	again := fixture.Customer()
	again.ResourceVersion, again.Spec.Sync = "", v1alpha1.SyncDisabled
	if err := c.cache.Client.Create(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	c.pass(t)
	if c.requests != 2 {
		t.Errorf("%d requests, want one for each of the two", c.requests)
	}
}

// TestDeletingCustomerIsLeftAlone verifies that nothing is done for a customer that is being deleted.
func TestDeletingCustomerIsLeftAlone(t *testing.T) {
	c := makeReconciler(t, fixture.NowIsNoon, func() maskinporten.Class { return "" })
	held := fixture.Customer()
	held.Name, held.Finalizers = "held", []string{"example.org/held"}
	held.DeletionTimestamp = &metav1.Time{Time: fixture.Noon}
	c.cache.shown = map[client.ObjectKey]*v1alpha1.CustomerIntegration{client.ObjectKeyFromObject(held): held}
	c.key = client.ObjectKeyFromObject(held)
	c.pass(t)
	if c.requests != 0 {
		t.Error("sent a request for a customer that is being deleted")
	}
}

// TestCacheLacksAppliedCronJob resumes a CronJob while the cache still has it suspended, twice in a row. The status has
// the resumed one, and once the cache has the write, the API server is not read.
func TestCacheLacksAppliedCronJob(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().with(started)
	server := fixture.Server(t, thereOf(b.s)...)
	find := fixture.FindChildren(server)
	cached := &batchv1.CronJobList{}
	r := &Reconciler{
		Client: server, Live: server, Events: events.NewFakeRecorder(10), Now: fixture.NowIsNoon,
		Children: func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
			if cronJobs, ok := list.(*batchv1.CronJobList); ok {
				cached.DeepCopyInto(cronJobs)
				return nil
			}
			return find(ctx, list, customer)
		},
	}
	look := func() {
		t.Helper()
		if err := find(t.Context(), cached, client.ObjectKeyFromObject(b.s.customer)); err != nil {
			t.Fatal(err)
		}
	}
	suspend := func() {
		t.Helper()
		now := cached.Items[0].DeepCopy()
		if err := server.Get(t.Context(), client.ObjectKeyFromObject(now), now); err != nil {
			t.Fatal(err)
		}
		now.Spec.Suspend = new(true)
		if err := server.Update(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	pass := func(reads bool) {
		t.Helper()
		if err := b.s.gather(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		server.Calls = nil
		if _, _, err := r.apply(t.Context(), b.s.verdict()); err != nil {
			t.Fatal(err)
		}
		if err := b.s.gather(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(server.Calls, lookCronJob) != reads {
			t.Errorf("calls %v", server.Calls)
		}
		if syncjob.IsSuspended(b.s.children.Of(fixture.FollowUpPlans).CronJob) {
			t.Error("the CronJob is taken for suspended")
		}
	}
	look()
	suspend()
	look()
	pass(true)
	suspend() // by another client, which the cache does not show either
	pass(true)
	look()
	pass(false)
	if len(r.cronJobs.replaced) != 0 {
		t.Errorf("remembered after all: %v", r.cronJobs.replaced)
	}
}
