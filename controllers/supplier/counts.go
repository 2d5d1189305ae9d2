package supplier

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
)

// Counts of customers are written rarely: a thousand customers that change within a minute lead to a few writes of the
// Supplier. After a pause the first writes come sooner, so that a new customer is counted at once.
const (
	// countPause is how long after its counts were written a Supplier is counted again, in the long run.
	countPause = time.Minute
	// countGap is the least time between two counts.
	countGap = 5 * time.Second
	// countBurst is how many writes may follow each other that fast after a pause.
	countBurst = 5
)

// bucket is what a customer is counted as.
type bucket string

const (
	bucketGranted   bucket = "Granted"
	bucketWaiting   bucket = "Waiting"
	bucketWithdrawn bucket = "Withdrawn"
	bucketUnknown   bucket = "Unknown"
)

// bucketOf returns what a customer is counted as: Granted if the access to every listed service is verified; else
// Withdrawn if one was withdrawn, also while it cannot be verified; else Waiting if one is not given; else Unknown,
// such as a customer that is suspended or was never verified.
func bucketOf(c *v1alpha1.CustomerIntegration) bucket {
	verified := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionDelegationVerified)
	switch {
	case verified != nil && verified.Status == metav1.ConditionTrue:
		return bucketGranted
	case hasWithdrawal(c):
		return bucketWithdrawn
	case verified != nil && verified.Status == metav1.ConditionFalse:
		return bucketWaiting
	default:
		return bucketUnknown
	}
}

// hasWithdrawal reports whether an access was withdrawn. That of a duplicate does not count: it is not verified.
func hasWithdrawal(c *v1alpha1.CustomerIntegration) bool {
	return slices.ContainsFunc(c.Status.Services, isWithdrawn)
}

func isWithdrawn(known v1alpha1.CustomerServiceStatus) bool {
	return known.Authorization.State == v1alpha1.AuthorizationWithdrawn &&
		known.DuplicateOf == v1alpha1.CustomerReference{}
}

// census is the state of all customers of a Supplier.
type census struct {
	buckets map[bucket]int32
	total   int32
	// lost is how many have lost access within the hour.
	lost int32
	// due counts, for each service, the customers that are verified, and those that are overdue.
	due map[v1alpha1.ServiceName]dueCount
	// outdated is how many have access and wait for another verification.
	outdated int32
	// planRuns is how many had a run of follow-up plans lately, and refused in how many of these NAV refused plans for
	// now.
	planRuns, refused int32
	// nav counts, for each service, the runs that ended lately, and those that NAV failed. broker counts the runs of all
	// services, and those without a token.
	nav    map[v1alpha1.ServiceName]runCount
	broker runCount
	// starts counts the customers with a run that ended lately, and those with pods that do not start.
	starts startCount
	// blocked is what the spec blocks for all customers.
	blocked blockCounts
}

// censusOf counts the customers of a Supplier. It changes none of them.
func censusOf(
	s *v1alpha1.Supplier, stop *entitlement.Block, customers []v1alpha1.CustomerIntegration, now time.Time,
) *census {
	c := &census{
		buckets: map[bucket]int32{}, nav: map[v1alpha1.ServiceName]runCount{}, starts: startCount{causes: map[string]int{}},
		blocked: blockCounts{
			removed: map[v1alpha1.ServiceName]blockCount{}, withoutHRM: map[v1alpha1.ServiceName]blockCount{},
		},
	}
	plansSince := rejectionsSince(s, now)
	navSince := runsSince(s, v1alpha1.ConditionNAVReachable, now)
	brokerSince := runsSince(s, v1alpha1.ConditionTokenBrokerReachable, now)
	for i := range customers {
		c.total++
		c.countStarts(&customers[i], now.Add(-runWindow))
		c.countBlocked(s, &customers[i], stop)
		c.countPlans(s, &customers[i], plansSince)
		c.countRuns(s, &customers[i], navSince, brokerSince)
		c.buckets[bucketOf(&customers[i])]++
		if hasLostSince(&customers[i], now.Add(-withdrawalWindow)) {
			c.lost++
		}
		if s.Status.InterruptedTime != nil && awaitsVerification(s, stop, &customers[i]) {
			c.outdated++
		}
	}
	return c
}

// counts returns the counts for the status. None is left out: 0 is information too.
func (c *census) counts() v1alpha1.CustomerCounts {
	return v1alpha1.CustomerCounts{
		Total:     new(c.total),
		Granted:   new(c.buckets[bucketGranted]),
		Waiting:   new(c.buckets[bucketWaiting]),
		Withdrawn: new(c.buckets[bucketWithdrawn]),
		Unknown:   new(c.buckets[bucketUnknown]),
	}
}

// count takes the census, unless the last one was too recent. A new spec is counted at once, because customers wait
// for what it blocks.
func (r *Reconciler) count(ctx context.Context, s *facts) error {
	if next := r.counted.next(s.supplier.Name, s.now); next.After(s.now) &&
		s.supplier.Status.ObservedGeneration == s.supplier.Generation {
		s.recount = next
		return nil
	}
	customers, err := r.Customers(ctx, s.supplier.Name)
	if err != nil {
		return err
	}
	s.census = censusOf(s.supplier, s.stop, customers, s.now)
	s.census.due = overdueOf(s.supplier, s.stop, customers, s.now)
	return nil
}

// countWrites remembers when the counts of each Supplier were written. The zero value is ready to use.
type countWrites struct {
	mu  sync.Mutex
	all map[string]*countWrite
}

// countWrite is what is remembered of one Supplier.
type countWrite struct {
	last    time.Time
	allowed *rate.Limiter
}

// note remembers that the counts of a Supplier were written.
func (w *countWrites) note(supplier string, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[string]*countWrite{}
	}
	c := w.all[supplier]
	if c == nil {
		c = &countWrite{allowed: rate.NewLimiter(rate.Every(countPause), countBurst)}
		w.all[supplier] = c
	}
	c.last = at
	c.allowed.AllowN(at, 1)
}

// next returns when a Supplier may be counted again. It may have passed.
func (w *countWrites) next(supplier string, now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.all[supplier]
	if c == nil || clock.InFuture(c.last, now) { // the clock was wrong then
		return time.Time{}
	}
	next := c.last.Add(countGap)
	if missing := 1 - c.allowed.TokensAt(now); missing > 0 {
		return clock.Later(next, now.Add(time.Duration(missing*float64(countPause)).Truncate(time.Second)+time.Second))
	}
	return next
}

// forget drops what is remembered of a Supplier that no longer exists.
func (w *countWrites) forget(supplier string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, supplier)
}
