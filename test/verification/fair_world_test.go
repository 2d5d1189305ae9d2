package verification

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/controllers/supplier"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/test/sample"
)

const (
	// bubbleName is the name of the namespace and the Supplier in a bubble.
	bubbleName = "bubble"
	// upstream is how long Maskinporten takes to respond.
	upstream = 50 * time.Millisecond
)

// bubble is the customers' controller behind its queue, in a synctest bubble: with an API in memory whose writes take a
// while, and a Maskinporten that is a function. Minutes pass in seconds.
type bubble struct {
	t         *testing.T
	api       client.Client
	customers *customerintegration.Reconciler
	suppliers *supplier.Reconciler
	queue     priorityqueue.PriorityQueue[reconcile.Request]
	suspects  chan struct{}
	write     time.Duration // how long a status write takes

	mu       sync.Mutex
	meets    map[string]func(context.Context) error // by organization number; "" is the Supplier's own
	requests map[string][]time.Time                 // by organization number
	verified map[string][]time.Time                 // when a status with a verification was written, by customer
	all      []client.ObjectKey
}

// bubbleWorkers is how many customers are reconciled at a time.
const bubbleWorkers = 10

// newBubble starts the controllers, with the Supplier's limit of requests and its interval.
func newBubble(t *testing.T, perSecond int32, interval, write time.Duration) *bubble {
	t.Helper()
	b := &bubble{
		t: t, write: write, suspects: make(chan struct{}, 1), meets: map[string]func(context.Context) error{},
		requests: map[string][]time.Time{}, verified: map[string][]time.Time{},
	}
	b.api = slowWrites{inMemory(t), b}
	b.createSupplier(perSecond, interval)
	recorded := events.NewFakeRecorder(1_000_000)
	pool := &authority.Pool{
		Secrets: b.api, Namespace: bubbleName, Now: time.Now,
		Connect: func(maskinporten.Config) (authority.TokenSource, error) { return authority.TokenSourceFunc(b.ask), nil },
	}
	b.suppliers = &supplier.Reconciler{
		Client: b.api, Pool: pool, Customers: fixture.FindCustomers(b.api), Events: recorded, Now: time.Now,
		Released: func(string) { b.wake(pacing.PriorityWaiting, b.all...) },
	}
	places := pacing.NewPlaces(bubbleWorkers)
	b.customers = &customerintegration.Reconciler{
		Client: b.api, Live: b.api, Children: noChildren, Zone: time.UTC, Pool: pool, Events: recorded, Now: time.Now,
		SameOrganization: b.sameOrganization, Customers: b.suppliers.Customers, Suspect: b.suspect, Places: places,
	}
	queue := pacing.NewQueue[reconcile.Request](places)(t.Name(), pacing.NewRetries[reconcile.Request]())
	b.queue, _ = queue.(priorityqueue.PriorityQueue[reconcile.Request])
	b.start(customerintegration.Goroutines(bubbleWorkers))
	return b
}

func (b *bubble) createSupplier(perSecond int32, interval time.Duration) {
	b.t.Helper()
	key := sample.SigningKey()
	jwk, err := json.Marshal(key)
	b.must(err)
	b.must(b.api.Create(context.Background(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: bubbleName}, Data: map[string][]byte{"key.jwk": jwk},
	}))
	s := sample.Supplier(bubbleName, sample.Issuer, bubbleName)
	s.Spec.Verification.RequestsPerSecond = perSecond
	s.Spec.Verification.Interval = &metav1.Duration{Duration: interval}
	b.must(b.api.Create(context.Background(), s))
}

// start starts the workers, and the Supplier's reconciles.
func (b *bubble) start(goroutines int) {
	ctx, cancel := context.WithCancel(b.t.Context())
	var all sync.WaitGroup
	all.Go(func() { b.proveSupplier(ctx) })
	for range goroutines {
		all.Go(func() {
			for b.reconcileNext(ctx) {
			}
		})
	}
	b.t.Cleanup(func() {
		cancel()
		b.queue.ShutDown()
		all.Wait()
	})
}

// reconcileNext reconciles the next customer, as controller-runtime does. It returns false at the end.
func (b *bubble) reconcileNext(ctx context.Context) bool {
	req, priority, shutdown := b.queue.GetWithPriority()
	if shutdown {
		return false
	}
	defer b.queue.Done(req)
	result, err := b.customers.Reconcile(ctx, req)
	if result.Priority != nil {
		priority = *result.Priority
	}
	switch {
	case err != nil && ctx.Err() == nil:
		b.t.Errorf("%s: %v", req, err)
	case result.RequeueAfter > 0:
		b.queue.AddWithOpts(priorityqueue.AddOpts{After: result.RequeueAfter, Priority: &priority}, req)
	}
	return true
}

// proveSupplier reconciles the Supplier at its times, and when it is suspect.
func (b *bubble) proveSupplier(ctx context.Context) {
	for {
		result, err := b.suppliers.Reconcile(ctx, request(client.ObjectKey{Name: bubbleName}))
		if err != nil && ctx.Err() == nil {
			b.t.Errorf("the Supplier: %v", err)
		}
		timer := time.NewTimer(result.RequeueAfter)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-b.suspects:
		}
	}
}

func (b *bubble) suspect(string) {
	select {
	case b.suspects <- struct{}{}:
	default:
	}
}

// ask is Maskinporten: it returns a token, or the error for a number.
func (b *bubble) ask(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
	number := ""
	if !r.Consumer.IsZero() {
		number = r.Consumer.String()
	}
	b.mu.Lock()
	b.requests[number] = append(b.requests[number], time.Now())
	meets := b.meets[number]
	b.mu.Unlock()
	if err := pass(ctx, upstream); err != nil {
		return nil, err
	}
	if meets != nil {
		if err := meets(ctx); err != nil {
			return nil, err
		}
	}
	return &maskinporten.Token{}, nil
}

// pass lets time pass, unless the context ends.
func pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &maskinporten.Error{Class: maskinporten.ClassUnreachable, Err: ctx.Err()}
	}
}

// meet lets requests for some numbers meet an error; nil ends that.
func (b *bubble) meet(how func(context.Context) error, numbers ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, number := range numbers {
		b.meets[number] = how
	}
}

// add creates customers, all new at once.
func (b *bubble) add(numbers ...string) {
	b.t.Helper()
	for _, number := range numbers {
		c := sample.Customer(bubbleName, bubbleName, number)
		b.must(b.api.Create(context.Background(), c))
		b.all = append(b.all, client.ObjectKeyFromObject(c))
		b.wake(pacing.PriorityChanged, client.ObjectKeyFromObject(c))
	}
}

func (b *bubble) wake(priority int, keys ...client.ObjectKey) {
	for _, key := range keys {
		b.queue.AddWithOpts(priorityqueue.AddOpts{Priority: &priority}, request(key))
	}
}

func (b *bubble) sameOrganization(
	ctx context.Context, number v1alpha1.OrganizationNumber,
) ([]v1alpha1.CustomerIntegration, error) {
	var c v1alpha1.CustomerIntegration
	err := b.api.Get(ctx, client.ObjectKey{Namespace: bubbleName, Name: "c" + string(number)}, &c)
	return []v1alpha1.CustomerIntegration{c}, err
}

// decided returns how long after a time the customers were first verified, sorted, and how many were not.
func (b *bubble) decided(since time.Time, numbers []string) (took []time.Duration, not int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, number := range numbers {
		if at := b.verified["c"+number]; len(at) > 0 {
			took = append(took, at[0].Sub(since))
			continue
		}
		not++
	}
	slices.Sort(took)
	return took, not
}

// oldest returns the maximum age of a verification since a time: the longest interval between two of a customer, or
// since its last one.
func (b *bubble) oldest(since time.Time, numbers []string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	var oldest time.Duration
	for _, number := range numbers {
		last := since
		for _, at := range append(slices.Clone(b.verified["c"+number]), time.Now()) {
			if at.After(since) {
				oldest = max(oldest, at.Sub(last))
			}
			last = at
		}
	}
	return oldest
}

// sent counts the requests for some numbers since a time.
func (b *bubble) sent(since time.Time, numbers ...string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, number := range numbers {
		for _, at := range b.requests[number] {
			if !at.Before(since) {
				n++
			}
		}
	}
	return n
}

func (b *bubble) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// slowWrites is a client whose status writes take a while, and which records verifications.
type slowWrites struct {
	client.Client

	of *bubble
}

// Status returns the writer.
func (s slowWrites) Status() client.SubResourceWriter { return slowStatus{s.Client.Status(), s.of} }

type slowStatus struct {
	client.SubResourceWriter

	of *bubble
}

// Patch writes a status after a while.
func (s slowStatus) Patch(
	ctx context.Context, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption,
) error {
	advance(s.of.write)
	if err := s.SubResourceWriter.Patch(ctx, o, patch, opts...); err != nil {
		return err
	}
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if ok && c.Status.Services[0].Authorization.LastVerifiedTime != nil {
		s.of.mu.Lock()
		defer s.of.mu.Unlock()
		s.of.verified[c.Name] = append(s.of.verified[c.Name], time.Now())
	}
	return nil
}

// advance lets time pass in a bubble.
func advance(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // In a bubble, no time passes.
}

// mixed returns the numbers in an order that is always the same, and a tenth of them.
func mixed(n int) (all, bad, good []string) {
	all = numbers(n)
	order := rand.New(rand.NewPCG(1, 2))
	order.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, number := range all {
		if i%10 == order.IntN(10) && len(bad) < n/10 {
			bad = append(bad, number)
			continue
		}
		good = append(good, number)
	}
	return all, bad, good
}
