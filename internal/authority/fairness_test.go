package authority

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
)

func numbered(n int) types.NamespacedName { return types.NamespacedName{Name: fmt.Sprint(n)} }

// TestHangingCustomersHoldNoOtherBack sends requests of fifty customers that get no response, and then those of others,
// which get answers: when the first ones end, no other is held back. When they are sent again, a few are in flight at a
// time.
func TestHangingCustomersHoldNoOtherBack(t *testing.T) {
	jwk(t, generatedKey) // outside of the bubble, whose time would not pass meanwhile
	synctest.Test(t, func(t *testing.T) {
		const hanging = 50
		var mu sync.Mutex
		hangs, inFlight := true, 0
		g := makeGuard(t, time.Now, Limits{}, func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
			mu.Lock()
			if !hangs {
				defer mu.Unlock()
				return &maskinporten.Token{}, nil
			}
			inFlight++
			mu.Unlock()
			<-time.After(10 * time.Second)
			return nil, &maskinporten.Error{Class: maskinporten.ClassUnreachable}
		})
		set := func(h bool) {
			mu.Lock()
			defer mu.Unlock()
			hangs, inFlight = h, 0
		}
		for round, most := range []int{hanging, laneWidth} {
			set(true)
			var all sync.WaitGroup
			for i := range hanging {
				all.Go(func() { _, _ = g.Token(t.Context(), question(t, numbered(i))) })
			}
			synctest.Wait()
			mu.Lock()
			if inFlight != most {
				t.Errorf("round %d: %d in flight, want %d", round, inFlight, most)
			}
			mu.Unlock()
			set(false)
			if got := outcome(t, g, tiger); got != "asked: " {
				t.Errorf("round %d: while they wait: %q", round, got)
			}
			all.Wait()
			if got := outcome(t, g, giraffe); got != "asked: " {
				t.Errorf("round %d: after they have ended: %q", round, got)
			}
		}
	})
}

// TestRetryAfterOfAll has one customer after the other meet a Retry-After. From the fifth in a row on, all are held
// back until it ends, unless another customer gets an answer in between.
func TestRetryAfterOfAll(t *testing.T) {
	for name, tc := range map[string]struct {
		reason   string
		answered int // the customer that is answered; -1: none
		want     string
	}{
		"none answered": {reason: "five in a row are everybody's", answered: -1, want: "held: RateLimited"},
		"one answered":  {reason: "an answer shows that others are answered", answered: 3, want: "asked: "},
	} {
		t.Run(name, func(t *testing.T) {
			s, now := &script{}, noon
			g := makeGuard(t, func() time.Time { return now }, Limits{Pause: time.Nanosecond}, s.ask)
			for i := range defaultFailures {
				s.says(maskinporten.ClassRateLimited, time.Hour)
				if i == tc.answered {
					s.says("", 0)
				}
				_ = outcome(t, g, numbered(i))
			}
			s.says("", 0)
			now = noon.Add(time.Hour - 1)
			if got := outcome(t, g, tiger); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
			now = noon.Add(time.Hour)
			if got := outcome(t, g, tiger); got != "asked: " {
				t.Errorf("%s: at its time: %q", tc.reason, got)
			}
		})
	}
}

// TestAltinnsRetryAfterHoldsItsCustomer has Altinn return a Retry-After for one customer: it waits until then, and
// another's call is made. Five in a row hold all back, and so does the list, which is read for all.
func TestAltinnsRetryAfterHoldsItsCustomer(t *testing.T) {
	look := func(g *Guard, customer types.NamespacedName) error {
		_, err := systemUsersOf(t, g, customer, PriorityRoutine).SystemUser(t.Context(), consumer(t), "a")
		return err
	}
	for name, tc := range map[string]struct {
		reason string
		met    func(g *Guard)
		held   bool
	}{
		"one": {reason: "it is the customer's alone", met: func(g *Guard) { _ = look(g, tiger) }},
		"five": {reason: "it is everybody's", held: true, met: func(g *Guard) {
			for i := range defaultFailures {
				_ = look(g, numbered(i))
			}
		}},
		"list": {reason: "it is read for all", held: true, met: func(g *Guard) {
			_, _ = systemUsersOf(t, g, numbered(1), PriorityRoutine).SystemUsers(t.Context(), "")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := makeClock()
			var asked int
			at := &fakeAltinn{status: map[string]int{"systemuser": 429}, retry: 600}
			g := makeBoth(t, c, Limits{Pause: time.Nanosecond}, c.altinns("", 0, &asked), at)
			tc.met(g)
			at.status, at.asked = nil, nil
			c.pass(599 * time.Second)
			_ = look(g, tiger)
			if n := len(at.asked); n != 0 {
				t.Errorf("%s: %d calls for the customer before its time", tc.reason, n)
			}
			if err := look(g, giraffe); isUnsent(err) != tc.held {
				t.Errorf("%s: another customer: %v", tc.reason, err)
			}
			c.pass(time.Second)
			if err := look(g, tiger); isUnsent(err) {
				t.Errorf("%s: at its time: %v", tc.reason, err)
			}
		})
	}
}
