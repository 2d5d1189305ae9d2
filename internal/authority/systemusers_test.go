package authority

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestNegotiationsComeToTheirEnd adds many new customers at once, each of which needs three requests: each negotiation
// that begins ends, and together they stay below the limit.
func TestNegotiationsComeToTheirEnd(t *testing.T) {
	const customers, perSecond, questions = 500, 20, 3
	c, asked := makeClock(), 0
	g := makeBoth(t, c, Limits{PerSecond: perSecond},
		func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
			return c.token(r.Scope), nil
		}, noSystemUser())
	ask := func() error {
		s := systemUsers(t, g, PriorityChanged)
		for range questions {
			if err := s.Token(t.Context(), ""); err != nil {
				return err
			}
			asked++
		}
		return nil
	}
	queue, done := map[time.Time]int{noon: customers}, 0
	for limit := noon.Add(2 * customers * questions / perSecond * time.Second); done < customers &&
		c.t.Before(limit); c.pass(time.Second / perSecond) {
		for range queue[c.t] {
			err := ask()
			if busy, refused := errors.AsType[*BusyError](err); refused {
				queue[busy.Until]++
				continue
			}
			done++
		}
	}
	if spent := c.t.Sub(noon); done < customers || asked > perSecond*int(spent/time.Second+2)+questions {
		t.Errorf("%d of %d came to their end in %s, with %d questions", done, customers, spent, asked)
	}
}

// TestSystemFaultHolds checks whether a customer's request is sent while our system has a fault.
func TestSystemFaultHolds(t *testing.T) {
	const hidden = "of a customer with access: "
	cases := map[string]struct {
		reason   string
		fault    string
		priority Priority
		after    time.Duration
		held     bool
	}{
		"new":     {reason: "it would meet it too", fault: rightsRejected, priority: PriorityChanged, held: true},
		"waiting": {reason: "it would meet it too", fault: rightsRejected, priority: PriorityWaiting, held: true},
		"a-minute-on": {
			reason: "one finds out whether it is mended", fault: rightsRejected, priority: PriorityWaiting,
			after: maxRetry,
		},
		"known": {
			reason: "a token proves its access, and no request is sent to it", fault: rightsRejected,
			priority: PriorityRoutine,
		},
		"known-client": {reason: "its token is refused too", fault: clientMissing, priority: PriorityRoutine, held: true},
		"all-well":     {reason: "nothing is wrong", priority: PriorityChanged},
		"hidden": {
			reason: "whatever is wrong, its token was refused", fault: hidden + rightsRejected,
			priority: PriorityRoutine, held: true,
		},
		"hidden-turn": {
			reason: "it is the one that finds out", fault: hidden + rightsRejected, priority: PriorityRoutine,
			after: maxRetry,
		},
		"hidden-new": {
			reason: "and no other, whose response would not show it", fault: hidden + rightsRejected,
			priority: PriorityChanged, after: maxRetry, held: true,
		},
		"hidden-later": {
			reason: "unless none of those is to be asked for", fault: hidden + rightsRejected,
			priority: PriorityChanged, after: 2 * maxRetry,
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			c, asked := makeClock(), 0
			g := makeBoth(t, c, Limits{}, c.altinns("", 0, &asked), noSystemUser())
			if reason, isHidden := strings.CutPrefix(test.fault, hidden); isHidden {
				g.System.NoteHiddenUser(giraffe, sickNotes, reason)
			} else if reason != "" {
				g.System.NoteFault(giraffe, sickNotes, reason)
			}
			c.pass(test.after)
			if err := systemUsers(t, g, test.priority).Token(t.Context(), ""); isUnsent(err) != test.held {
				t.Errorf("%s: %v", test.reason, err)
			}
		})
	}
}

// TestDeferredProbe defers the one request that is to show whether our system works: the next customer's does.
func TestDeferredProbe(t *testing.T) {
	c, asked := makeClock(), 0
	g := makeBoth(t, c, Limits{PerSecond: 1}, c.altinns("", 0, &asked), noSystemUser())
	g.System.NoteFault(giraffe, sickNotes, clientMissing)
	c.pass(maxRetry)
	_ = admitted(g.limiter, c.now(), PriorityJob, 100)
	if err := systemUsers(t, g, PriorityChanged).Token(t.Context(), ""); !isBusy(err) {
		t.Fatalf("not refused: %v", err)
	}
	c.pass(2 * time.Second)
	if err := systemUsers(t, g, PriorityChanged).Token(t.Context(), ""); err != nil {
		t.Errorf("no request was sent, and the next one waits for another minute: %v", err)
	}
	if err := systemUsers(t, g, PriorityChanged).Token(t.Context(), ""); !isUnsent(err) || isBusy(err) {
		t.Errorf("a second request is sent within the minute: %v", err)
	}
}

// TestSystemFaults follows what customers have shown to be wrong with our system.
func TestSystemFaults(t *testing.T) {
	faulty := func(g *Guard) { g.System.NoteFault(tiger, applications, rightsRejected) }
	cases := map[string]struct {
		reason string
		act    func(g *Guard)
		want   string
		over   bool // the Supplier must be reconciled, because the fault is over
	}{
		"stands": {reason: "nothing disproves it", act: func(*Guard) {}, want: rightsRejected},
		"other-service": {
			reason: "an answer about another service says nothing of it",
			act:    func(g *Guard) { g.System.NoteWell(tiger, sickNotes, clientMissing) }, want: rightsRejected,
		},
		"answered": {reason: "it is over", act: func(g *Guard) { g.System.NoteWell(tiger, applications) }, over: true},
		"disproved": {
			reason: "by whomever",
			act:    func(g *Guard) { g.System.NoteWell(giraffe, sickNotes, rightsRejected) }, over: true,
		},
		"another-left": {
			reason: "the Supplier reports another fault now",
			act: func(g *Guard) {
				g.System.NoteFault(giraffe, sickNotes, clientMissing)
				g.System.NoteWell(tiger, sickNotes, clientMissing)
			},
			want: rightsRejected, over: true,
		},
		"asked-for": {
			reason: "it may be disproved yet",
			act:    func(g *Guard) { g.Retain(tiger, []services.Service{{Name: applications}}) }, want: rightsRejected,
		},
		"not-asked-for": {
			reason: "the service was removed, and nothing could disprove it",
			act:    func(g *Guard) { g.Retain(tiger, []services.Service{{Name: sickNotes}}) },
		},
		"gone":       {reason: "the customer was deleted", act: func(g *Guard) { g.Forget(tiger) }},
		"other-gone": {reason: "another customer was", act: func(g *Guard) { g.Forget(giraffe) }, want: rightsRejected},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			c, asked := makeClock(), 0
			g := makeBoth(t, c, Limits{}, c.altinns("", 0, &asked), noSystemUser())
			faulty(g)
			g.Alarm.Take()
			test.act(g)
			if over := g.Alarm.Take(); over != test.over {
				t.Errorf("%s: the Supplier is to be reconciled: %t", test.reason, over)
			}
			if got := g.System.Fault(); got != test.want {
				t.Errorf("%s: %s: %q, want %q", name, test.reason, got, test.want)
			}
		})
	}
}

// TestOddCustomer has one customer's requests show a fault of our system that others' responses disprove. After the
// second time it is the customer's own, until that customer is well.
func TestOddCustomer(t *testing.T) {
	const missing = v1alpha1.ReasonSystemClientMissing
	g := makeGuard(t, standStill, Limits{}, (&script{}).ask)
	says := func(customer types.NamespacedName, want string) {
		t.Helper()
		g.System.NoteFault(customer, sickNotes, missing)
		if got := g.System.Fault(); got != want {
			t.Errorf("after a fault of %s: %q, want %q", customer.Name, got, want)
		}
	}
	for range oddAfter {
		says(tiger, missing)
		g.System.NoteWell(giraffe, sickNotes, missing)
		if got := g.System.Fault(); got != "" {
			t.Errorf("disproved, and still %s", got)
		}
	}
	says(tiger, "")
	says(giraffe, missing)
	g.System.NoteWell(tiger, sickNotes, missing)
	says(tiger, missing)
	g.Forget(tiger)
	g.Forget(giraffe)
	if got := g.System.Fault(); got != "" || len(g.System.disproved) != 0 {
		t.Errorf("of who is gone: %q, %v", got, g.System.disproved)
	}
}

// TestRetainKeepsComplaintsThatCanBeDisproved verifies that Retain drops the other complaints.
func TestRetainKeepsComplaintsThatCanBeDisproved(t *testing.T) {
	plans := v1alpha1.ServiceFollowUpPlans
	for name, test := range map[string]struct {
		asked []services.Service
		want  maskinporten.Class
	}{
		"same-scope":  {asked: []services.Service{{Name: applications, Scope: sickPay}}, want: maskinporten.ClassTokenMismatch},
		"other-scope": {asked: []services.Service{{Name: plans, Scope: scope}}},
		"none":        {},
	} {
		t.Run(name, func(t *testing.T) {
			g := makeGuard(t, standStill, Limits{}, (&script{}).ask)
			g.Complaints.Add(tiger, sickPay, maskinporten.ClassTokenMismatch)
			g.failing.note(customerScope{customer: tiger, scope: sickPay}, true, 0, noon)
			g.Retain(giraffe, nil)
			if g.Complaints.First() == "" {
				t.Errorf("%s: another customer's complaint was dropped", name)
			}
			g.Retain(tiger, test.asked)
			if got := g.Complaints.First(); got != test.want || len(g.failing.all) == 0 != (test.want == "") {
				t.Errorf("%s: %q, want %q; %d fail", name, got, test.want, len(g.failing.all))
			}
		})
	}
}

// TestSystemUsersHoldNoDelegationBack fails each token by system user, as when Maskinporten does not reach Altinn:
// requests about delegations are sent as before, and the other way round.
func TestSystemUsersHoldNoDelegationBack(t *testing.T) {
	for name, failsFor := range map[string]func(maskinporten.Request) bool{
		"system-users": func(r maskinporten.Request) bool { return !r.SystemUser.IsZero() },
		"delegations":  func(r maskinporten.Request) bool { return r.SystemUser.IsZero() },
	} {
		t.Run(name, func(t *testing.T) {
			c := makeClock()
			g := makeBoth(t, c, Limits{}, func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
				if failsFor(r) {
					return nil, &maskinporten.Error{Class: maskinporten.ClassServerError}
				}
				return c.token(r.Scope), nil
			}, noSystemUser())
			ask := map[string]func(customer types.NamespacedName) error{
				"delegations": func(customer types.NamespacedName) error {
					_, err := g.Token(t.Context(), question(t, customer))
					return err
				},
				"system-users": func(customer types.NamespacedName) error {
					return systemUsersOf(t, g, customer, PriorityRoutine).Token(t.Context(), "")
				},
			}
			var held int
			for i := range 2 * defaultFailures { // one who fails again and again is but one
				if isUnsent(ask[name](types.NamespacedName{Namespace: "customers", Name: fmt.Sprint(i)})) {
					held++
				}
			}
			if held != defaultFailures {
				t.Errorf("%d were held back, want %d", held, defaultFailures)
			}
			delete(ask, name)
			for other, ask := range ask {
				t.Run(other, func(t *testing.T) {
					if err := ask(tiger); err != nil {
						t.Errorf("%s: %v", other, err)
					}
				})
			}
		})
	}
}
