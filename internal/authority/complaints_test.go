package authority

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestComplaints follows the complaints about two customers through what sets and clears them.
func TestComplaints(t *testing.T) {
	const mismatch, notGranted = maskinporten.ClassTokenMismatch, maskinporten.ClassScopeNotGranted
	type act func(t *testing.T, g *Guard, s *script)
	asked := func(class maskinporten.Class) act {
		return func(t *testing.T, g *Guard, s *script) {
			s.says(class, 0)
			_ = outcome(t, g, tiger)
		}
	}
	complained := func(class maskinporten.Class) act {
		return func(_ *testing.T, g *Guard, _ *script) { g.Complaints.Add(giraffe, scope, class) }
	}
	cases := map[string]struct {
		reason  string
		acts    []act
		want    maskinporten.Class
		suspect bool
	}{
		"violation": {
			reason: "an answer that must not be believed is complained of", acts: []act{asked(mismatch)}, want: mismatch,
			suspect: true,
		},
		"outage": {
			reason: "an outage makes suspect, and is no complaint", acts: []act{asked(maskinporten.ClassServerError)},
			suspect: true,
		},
		"own-fault": {
			reason: "so does a fault of ours", acts: []act{asked(maskinporten.ClassKeyExpired)}, suspect: true,
		},
		"no": {
			reason: "a no is an answer", acts: []act{asked(maskinporten.ClassNotDelegated)},
		},
		"cleared": {
			reason: "a token for the same customer clears it; the suspicion stays until the next proof",
			acts:   []act{asked(mismatch), asked("")}, suspect: true,
		},
		"cleared-by-no": {
			reason: "so does a no", acts: []act{asked(mismatch), asked(maskinporten.ClassNotDelegated)}, suspect: true,
		},
		"not-by-outage": {
			reason: "an outage clears nothing", acts: []act{
				asked(mismatch),
				asked(maskinporten.ClassServerError),
			}, want: mismatch, suspect: true,
		},
		"not-by-proof": {
			reason: "our own token says nothing of the customer's",
			acts: []act{asked(mismatch), func(t *testing.T, g *Guard, s *script) {
				s.says("", 0)
				if err := g.Prove(t.Context(), "a test", ownScopes(scope)...).Err; err != nil {
					t.Error(err)
				}
			}},
			want: mismatch,
		},
		"not-by-another": {
			reason: "an answer for one customer says nothing of the other", acts: []act{
				complained(notGranted),
				asked(""),
			}, want: notGranted, suspect: true,
		},
		"the-same-of-two": {
			reason: "of two classes always the same is returned", acts: []act{
				asked(mismatch),
				complained(notGranted),
			}, want: notGranted, suspect: true,
		},
		"forgotten": {
			reason: "a customer that is gone has no complaint",
			acts:   []act{asked(mismatch), func(_ *testing.T, g *Guard, _ *script) { g.Forget(tiger) }}, suspect: true,
		},
		"another-forgotten": {
			reason: "the other's stays",
			acts: []act{asked(mismatch), func(_ *testing.T, g *Guard,
				_ *script,
			) {
				g.Forget(giraffe)
			}}, want: mismatch, suspect: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := &script{}
			g := makeGuard(t, standStill, Limits{}, s.ask)
			for _, a := range c.acts {
				a(t, g, s)
			}
			for range 50 { // a map's order differs from time to time
				if got := g.Complaints.First(); got != c.want {
					t.Fatalf("%s: complaint %q, want %q", c.reason, got, c.want)
				}
			}
			if got := g.Alarm.Suspect(); got != c.suspect {
				t.Errorf("%s: suspect %t, want %t", c.reason, got, c.suspect)
			}
		})
	}
}

// TestSuspicionDuringAProof keeps a suspicion that arose while the proof was under way: the proof may have passed
// before what was wrong began.
func TestSuspicionDuringAProof(t *testing.T) {
	s := &script{}
	var g *Guard
	g = makeGuard(t, standStill, Limits{}, func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		if r.Consumer.IsZero() {
			s.says(maskinporten.ClassServerError, 0)
			_, _ = g.Token(ctx, question(t, tiger))
			s.says("", 0)
		}
		return s.ask(ctx, r)
	})
	if err := g.Prove(t.Context(), "a test", ownScopes(scope)...).Err; err != nil {
		t.Fatal(err)
	}
	if !g.Alarm.Suspect() {
		t.Error("the suspicion is lost")
	}
}

// TestHeldNamesAFault checks that a request that is held back reports a fault, whatever opened the breaker. The empty
// class means a token: it would grant access.
func TestHeldNamesAFault(t *testing.T) {
	t.Run("panics", func(t *testing.T) {
		g := makeGuard(t, standStill, Limits{Failures: 1, Pause: time.Hour},
			func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
				panic("a mistake of ours")
			})
		func() {
			defer func() { _ = recover() }()
			_ = outcome(t, g, tiger)
		}()
		if got := outcome(t, g, tiger); got != "held: Unreachable" {
			t.Errorf("after a panic: %q", got)
		}
	})
	t.Run("at-the-same-time", func(t *testing.T) {
		for range 300 {
			g := makeGuard(t, standStill, Limits{Failures: 1, Pause: time.Hour},
				func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
					return nil, &maskinporten.Error{Class: maskinporten.ClassServerError}
				})
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					_, err := g.Token(context.Background(), question(t, tiger))
					var held *HeldError
					if errors.As(err, &held) && !held.Fault.Kind().Inconclusive() {
						t.Errorf("held back by %q", held.Fault)
					}
				})
			}
			all.Wait()
		}
	})
}

// TestRefusalsThatNameATime sets Retry-After on every refusal of one customer: until then none of its requests is sent,
// and those of other customers are.
func TestRefusalsThatNameATime(t *testing.T) {
	for _, class := range maskinporten.Classes() {
		s, now := &script{class: class, retry: patient}, noon
		g := makeGuard(t, func() time.Time { return now }, Limits{}, s.ask)
		_ = outcome(t, g, tiger)
		s.says("", 0)
		if got := outcome(t, g, giraffe); got != "asked: " || !g.Postponement().Until.IsZero() {
			t.Errorf("after %s for one customer, the other is %s; postponed until %s", class, got, g.Postponement().Until)
		}
		now = noon.Add(patient - 1)
		if got := outcome(t, g, tiger); got != "held: RateLimited" {
			t.Errorf("%s, before its time: %s", class, got)
		}
		now = noon.Add(patient)
		if got := outcome(t, g, tiger); got != "asked: " {
			t.Errorf("%s, at its time: %s", class, got)
		}
	}
}

// TestAlarm verifies that each suspicion between two proofs raises the alarm once.
func TestAlarm(t *testing.T) {
	s := &script{}
	g := makeGuard(t, standStill, Limits{}, s.ask)
	alarms := func(want bool, when string) {
		t.Helper()
		if first, second := g.Alarm.Take(), g.Alarm.Take(); first != want || second {
			t.Errorf("%s: %t and then %t, want %t and then false", when, first, second, want)
		}
	}
	alarms(false, "new")
	_ = outcome(t, g, tiger)
	alarms(false, "after a token")
	s.says(maskinporten.ClassServerError, 0)
	_ = outcome(t, g, tiger)
	alarms(true, "after a fault")
	_ = outcome(t, g, giraffe)
	alarms(false, "after another, before the proof")
	s.says("", 0)
	_ = g.Prove(t.Context(), "a test", ownScopes(scope)...)
	alarms(false, "after the proof")
	g.Complaints.Add(tiger, scope, maskinporten.ClassScopeNotGranted)
	alarms(true, "after a complaint")
}

// TestTriedFor verifies that the cause of the last proof is remembered, whatever its result.
func TestTriedFor(t *testing.T) {
	for _, class := range []maskinporten.Class{"", maskinporten.ClassKeyExpired} {
		s := &script{class: class}
		g := makeGuard(t, standStill, Limits{}, s.ask)
		if g.Proof.WasTriedFor("") || g.Proof.WasTriedFor("one") {
			t.Error("nothing was tried yet")
		}
		_ = g.Prove(t.Context(), "one", ownScopes(scope)...)
		if !g.Proof.WasTriedFor("one") || g.Proof.WasTriedFor("other") {
			t.Errorf("%q: tried for one %t, for the other %t", class, g.Proof.WasTriedFor("one"), g.Proof.WasTriedFor("other"))
		}
		if g.Proof.Fault() != class {
			t.Errorf("%q: what stands is %q", class, g.Proof.Fault())
		}
	}
}

// TestAtTheSameTime calls everything at once, for the race detector.
func TestAtTheSameTime(t *testing.T) {
	s := &script{}
	g := makeGuard(t, standStill, Limits{}, s.ask)
	classes := append(maskinporten.Classes(), "")
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			s.says(classes[i%len(classes)], time.Duration(i))
			_, _ = g.Token(context.Background(), question(t, tiger))
			_ = g.Prove(context.Background(), "a test", ownScopes(scope)...)
			g.Complaints.Add(giraffe, scope, maskinporten.ClassTokenMismatch)
			_, _, _, _ = g.Complaints.First(), g.Alarm.Suspect(), g.Postponement().Until, g.Proof.LastTry()
			g.Forget(giraffe)
		})
	}
	all.Wait()
	g.Forget(tiger)
	if got := g.Complaints.First(); got != "" {
		t.Errorf("a complaint %q is left of forgotten customers", got)
	}
}
