package authority

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// admitted counts how many of n requests of one priority are let through at a time.
func admitted(l *limiter, now time.Time, p Priority, n int) int {
	var count int
	for i := range n {
		if l.take(now, p, customerScope{customer: numbered(i)}) == nil {
			count++
		}
	}
	return count
}

// TestLimiter sends requests of each priority at once: routine requests do not get the last fifth.
func TestLimiter(t *testing.T) {
	type wave struct {
		priority Priority
		asked    int
		after    time.Duration // since the wave before
		let      int
	}
	cases := map[string]struct {
		reason    string
		perSecond rate.Limit
		waves     []wave
	}{
		"routine": {
			reason: "the last fifth is kept", perSecond: 20,
			waves: []wave{{priority: PriorityRoutine, asked: 100, let: 16}},
		},
		"waiting": {
			reason: "also from those who wait", perSecond: 20,
			waves: []wave{{priority: PriorityWaiting, asked: 100, let: 16}},
		},
		"changed": {
			reason: "new customers may take all", perSecond: 20,
			waves: []wave{{priority: PriorityChanged, asked: 100, let: 20}},
		},
		"job": {
			reason: "and so may runs, which then take their share at once", perSecond: 20,
			waves: []wave{{priority: PriorityJob, asked: 100, let: 22}},
		},
		"new-behind-routine": {
			reason:    "ten thousand who are due leave something for one who is new",
			perSecond: 20,
			waves: []wave{
				{priority: PriorityRoutine, asked: 10_000, let: 16},
				{priority: PriorityChanged, asked: 1, let: 1},
			},
		},
		"refilled": {
			reason:    "a second's worth comes back in a second",
			perSecond: 20,
			waves: []wave{
				{priority: PriorityChanged, asked: 100, let: 20},
				{priority: PriorityRoutine, asked: 100, after: time.Second, let: 16},
			},
		},
		"half-refilled": {
			reason:    "routine waits until there is more than what is kept",
			perSecond: 20,
			waves: []wave{
				{priority: PriorityChanged, asked: 100, let: 20},
				{priority: PriorityRoutine, asked: 100, after: 200 * time.Millisecond},
				{
					priority: PriorityChanged, asked: 100,
					let: 4,
				},
			},
		},
		"slow": {
			reason: "few a second may still come a few at once", perSecond: 1,
			waves: []wave{{priority: PriorityRoutine, asked: 100, let: 4}, {priority: PriorityChanged, asked: 100, let: 1}},
		},
		"none": {
			reason: "without a limit no request is refused",
			waves:  []wave{{priority: PriorityRoutine, asked: 1000, let: 1000}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l, now := newLimiter(c.perSecond), noon
			for i, w := range c.waves {
				now = now.Add(w.after)
				if got := admitted(l, now, w.priority, w.asked); got != w.let {
					t.Errorf("wave %d: %d of %d, want %d: %s", i, got, w.asked, w.let, c.reason)
				}
			}
		})
	}
}

// TestRefusedComeAgainOneByOne lets ten thousand be due at once: each is refused once, comes back at its time, and is
// let through.
func TestRefusedComeAgainOneByOne(t *testing.T) {
	const customers, perSecond = 10_000, 20
	l := newLimiter(perSecond)
	queue := map[time.Time][]int{}
	for i := range customers {
		queue[noon] = append(queue[noon], i)
	}
	var passes, asked int
	for now := noon; asked < customers; now = now.Add(time.Second / perSecond) {
		for _, i := range queue[now] {
			passes++
			key := customerScope{customer: numbered(i)}
			busy, refused := errors.AsType[*BusyError](l.take(now, PriorityRoutine, key))
			if !refused {
				asked++
				continue
			}
			if !busy.Until.After(now) {
				t.Fatalf("told at %s to come again at %s", now, busy.Until)
			}
			queue[busy.Until] = append(queue[busy.Until], i)
		}
		if now.Sub(noon) > time.Hour {
			t.Fatalf("%d of %d asked within an hour", asked, customers)
		}
	}
	t.Logf("%d customers, %d passes", customers, passes)
	if passes > customers*2 {
		t.Errorf("%d tries for %d customers: requests are refused again at the time that they got", passes, customers)
	}
}

// TestNewDoNotStandBehindRoutine lets more new customers come than the reserve has room for, behind ten thousand who
// are due: they have a line of their own.
func TestNewDoNotStandBehindRoutine(t *testing.T) {
	l := newLimiter(20)
	admitted(l, noon, PriorityRoutine, 10_000)
	if n := admitted(l, noon, PriorityChanged, 4); n != 4 {
		t.Fatalf("%d of the reserve's 4 were let through", n)
	}
	busy, refused := errors.AsType[*BusyError](l.take(noon, PriorityChanged, customerScope{}))
	if want := noon.Add(50 * time.Millisecond); !refused || !busy.Until.Equal(want) {
		t.Errorf("the next one gets %v, want %s", busy, want)
	}
}

// TestBusyIsNoFault fills the bucket: a refused request gets a time, no alarm is raised, and no breaker opens.
func TestBusyIsNoFault(t *testing.T) {
	s := &script{}
	g := makeGuard(t, standStill, Limits{PerSecond: 1}, s.ask)
	var asked, busy int
	for range 100 {
		_, err := g.Token(t.Context(), question(t, tiger))
		switch {
		case err == nil:
			asked++
		case isBusy(err):
			busy++
		default:
			t.Fatalf("neither asked nor busy: %v", err)
		}
	}
	if asked != minBurst || busy != 100-minBurst || g.Alarm.Suspect() || g.Complaints.First() != "" {
		t.Errorf("%d asked, %d busy, suspect %t, complaint %q", asked, busy, g.Alarm.Suspect(), g.Complaints.First())
	}
}

// TestBusyWhileOneTries defers the one request that may be sent after the breaker's pause: the next one may be sent.
func TestBusyWhileOneTries(t *testing.T) {
	now := noon
	failing := true
	g := makeGuard(t, func() time.Time { return now }, Limits{PerSecond: 1, Failures: minBurst, Pause: time.Nanosecond},
		func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
			if failing {
				return nil, &maskinporten.Error{Class: maskinporten.ClassServerError}
			}
			return &maskinporten.Token{}, nil
		})
	for range minBurst {
		_ = outcome(t, g, tiger)
	}
	failing = false
	if _, err := g.Token(t.Context(), question(t, tiger)); !isBusy(err) {
		t.Fatalf("the bucket is empty: %v", err)
	}
	now = now.Add(time.Minute)
	if got := outcome(t, g, tiger); got != "asked: " {
		t.Errorf("then: %q", got)
	}
}

// TestScopeFaultLeavesTheOtherAlone lets the supplier's proof of one scope fail.
func TestScopeFaultLeavesTheOtherAlone(t *testing.T) {
	const other = "nav:helseytelser/sykepenger"
	refused := map[string]maskinporten.Class{other: maskinporten.ClassScopeNotRegistered}
	var asked []string
	g := makeGuard(t, standStill, Limits{}, func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		asked = append(asked, r.Scope)
		if class := refused[r.Scope]; class != "" {
			return nil, &maskinporten.Error{Class: class}
		}
		return &maskinporten.Token{}, nil
	})
	met := g.Prove(t.Context(), "a test", ownScopes(other, scope)...)
	if met.Err != nil || maskinporten.ClassOf(met.Scopes[other]) != maskinporten.ClassScopeNotRegistered ||
		len(met.Scopes) != 1 {
		t.Errorf("met %v and %v", met.Err, met.Scopes)
	}
	q := question(t, tiger)
	if _, err := g.Token(t.Context(), q); err != nil {
		t.Errorf("the scope that is well: %v", err)
	}
	q.Request.Scope = other
	if _, err := g.Token(t.Context(), q); err == nil || g.Proof.Fault() != "" ||
		g.Proof.ScopeFaults()[other] != maskinporten.ClassScopeNotRegistered {
		t.Errorf("the other: %v, standing %q and %v", err, g.Proof.Fault(), g.Proof.ScopeFaults())
	}
	refused = map[string]maskinporten.Class{scope: maskinporten.ClassServerError, other: maskinporten.ClassServerError}
	if met := g.Prove(t.Context(), "a test", ownScopes(other, scope)...); met.Err == nil || len(met.Scopes) != 0 {
		t.Errorf("in an outage: %v and %v", met.Err, met.Scopes)
	}
	if g.Proof.ScopeFaults()[other] != maskinporten.ClassScopeNotRegistered {
		t.Error("an outage has mended a scope")
	}
	refused = nil
	if met := g.Prove(t.Context(), "a test", ownScopes(other, scope)...); met.Err != nil ||
		len(met.Scopes)+len(g.Proof.ScopeFaults()) != 0 {
		t.Errorf("mended: %v, %v and %v", met.Err, met.Scopes, g.Proof.ScopeFaults())
	}
	if len(asked) != 6 { // proof 2, a customer, the outage's first, proof 2: who is held is not asked for
		t.Errorf("asked for %v", asked)
	}
}
