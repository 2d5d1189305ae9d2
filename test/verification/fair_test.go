package verification

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

// hang waits until the client cancels the request, after its ten seconds.
func hang(ctx context.Context) error {
	if err := pass(ctx, 10*time.Second-upstream); err != nil {
		return err
	}
	return &maskinporten.Error{Class: maskinporten.ClassUnreachable, Err: context.DeadlineExceeded}
}

// meeting returns a response with a class and perhaps Retry-After.
func meeting(class maskinporten.Class, retryAfter time.Duration) func(context.Context) error {
	return func(context.Context) error { return &maskinporten.Error{Class: class, RetryAfter: retryAfter} }
}

// badCustomers are the ways in which one customer in ten is bad.
var badCustomers = map[string]func(context.Context) error{
	"not delegated":        meeting(maskinporten.ClassNotDelegated, 0),
	"server error":         meeting(maskinporten.ClassServerError, 0),
	"reset":                meeting(maskinporten.ClassUnreachable, 0),
	"429":                  meeting(maskinporten.ClassRateLimited, 0),
	"429 with Retry-After": meeting(maskinporten.ClassRateLimited, 30*time.Second),
	"503 with Retry-After": meeting(maskinporten.ClassServerError, 5*time.Minute),
	"hangs":                hang,
}

// TestBadCustomersSlowNobody adds customers, one in ten of them bad. The others are verified as soon as if all were
// good.
func TestBadCustomersSlowNobody(t *testing.T) {
	t.Parallel()
	const customers = 200
	all, bad, good := mixed(customers)
	sample.SigningKey()
	median := func(t *testing.T, how func(context.Context) error) (p50, last time.Duration, not int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t, 1000, 6*time.Hour, 20*time.Millisecond)
			b.meet(how, bad...)
			began := time.Now()
			b.add(all...)
			advance(time.Minute)
			var took []time.Duration
			took, not = b.decided(began, good)
			if len(took) > 0 {
				p50, last = took[len(took)/2], took[len(took)-1]
			}
		})
		return p50, last, not
	}
	usual, slowest, _ := median(t, nil)
	t.Logf("all good: median %s, last %s", usual, slowest)
	for name, how := range badCustomers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p50, last, not := median(t, how)
			t.Logf("median %s, last %s, %d not verified", p50, last, not)
			if not > 0 || float64(p50) > 1.1*float64(usual) {
				t.Errorf("after a minute %d of %d are not verified; the median is %s, without bad ones %s", not, len(good), p50, usual)
			}
		})
	}
}

// TestFloodStarvesNobody adds new customers for three minutes, faster than they can be verified, while others' routine
// verifications are due. Those are as punctual as without the flood.
func TestFloodStarvesNobody(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason             string
		limit              int32
		write              time.Duration
		routine, perSecond int
		interval, flood    time.Duration
		oldest             time.Duration
	}{
		"the limiter is full": {
			reason: "6 new customers a second, and 4 requests", limit: 4, write: 20 * time.Millisecond,
			routine: 30, perSecond: 6, interval: 10 * time.Minute, flood: 3 * time.Minute,
			oldest: 11*time.Minute + 15*time.Second,
		},
		"the API server is slow": {
			reason: "6 new customers a second, and 4 writes", limit: 1000, write: 2500 * time.Millisecond,
			routine: 30, perSecond: 6, interval: 10 * time.Minute, flood: 3 * time.Minute,
			oldest: 11*time.Minute + 15*time.Second,
		},
		"routine needs more than its share": {
			reason: "10 others are due a second, and get a quarter of 20 requests: in turn, so each every 20 s",
			limit:  20, write: 20 * time.Millisecond,
			routine: 100, perSecond: 30, interval: 10 * time.Second, flood: 2 * time.Minute, oldest: 40 * time.Second,
		},
	}
	sample.SigningKey()
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, tc.limit, tc.interval, tc.write)
				all := numbers(tc.routine + tc.perSecond*int(tc.flood/time.Second))
				b.meet(meeting(maskinporten.ClassNotDelegated, 0), all[tc.routine:]...) // due again after a minute
				b.add(all[:tc.routine]...)
				// With jitter, 10 s before the first is due again.
				advance(max(tc.interval*9/10-10*time.Second, 5*time.Second))
				began := time.Now()
				for added := tc.routine; added < len(all); added += tc.perSecond {
					b.add(all[added : added+tc.perSecond]...)
					advance(time.Second)
				}
				oldest := b.oldest(began, all[:tc.routine])
				_, not := b.decided(began, all[tc.routine:])
				t.Logf("%s: the oldest answer was %s old; %d new customers are not verified", tc.reason, oldest, not)
				if oldest > tc.oldest || not < 100 {
					t.Errorf("an answer was %s old, at an interval of %s", oldest, tc.interval)
				}
			})
		})
	}
}

// TestGlobalRetryAfter has Maskinporten limit all requests while two hundred new customers are due. A few requests find
// that out; then one more is sent per Retry-After.
func TestGlobalRetryAfter(t *testing.T) {
	t.Parallel()
	sample.SigningKey()
	synctest.Test(t, func(t *testing.T) {
		const wait, lasts, customers = 30 * time.Second, 5 * time.Minute, 200
		b := newBubble(t, 20, 6*time.Hour, 20*time.Millisecond)
		advance(time.Second)
		all := numbers(customers)
		b.meet(meeting(maskinporten.ClassRateLimited, wait), append(all, "")...)
		began := time.Now()
		b.add(all...)
		advance(lasts)
		sent := b.sent(began, all...)
		t.Logf("%d requests on behalf of customers in %s, and %d of our own", sent, lasts, b.sent(began, ""))
		if most := 20 + int(lasts/wait); sent > most {
			t.Errorf("%d requests, want at most %d", sent, most)
		}
		b.meet(nil, append(all, "")...)
		healed := time.Now()
		advance(2 * time.Minute)
		took, not := b.decided(healed, all)
		t.Logf("then the last was verified after %s", took[len(took)-1])
		if not > 0 {
			t.Errorf("%d are not verified two minutes later", not)
		}
	})
}
