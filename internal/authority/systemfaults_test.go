package authority

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const service = v1alpha1.ServiceSickNotes

// held reports whether a request of a priority is held back because of our system.
func held(g *Guard, p Priority) bool {
	_, err := g.System.hold(p)
	return err != nil
}

// TestHoldSystem checks which requests a fault of our system holds back: those that would meet it, but for one a
// minute.
func TestHoldSystem(t *testing.T) {
	const rights, missing = v1alpha1.ReasonSystemRightsRejected, v1alpha1.ReasonSystemClientMissing
	cases := map[string]struct {
		reason string
		fault  string
		asks   Priority
		held   bool
	}{
		"nothing": {reason: "nothing is wrong", asks: PriorityChanged},
		"rights-fresh": {
			reason: "who is new would be asked for what is refused", fault: rights, asks: PriorityChanged,
			held: true,
		},
		"rights-known":   {reason: "a token does not depend on the requested rights", fault: rights, asks: PriorityRoutine},
		"missing-fresh":  {reason: "Maskinporten finds no system user", fault: missing, asks: PriorityChanged, held: true},
		"missing-access": {reason: "not even of who has access", fault: missing, asks: PriorityRoutine, held: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			g := newGuard(nil, nil, func() time.Time { return now }, Limits{})
			if c.fault != "" {
				g.System.NoteFault(tiger, service, c.fault)
			}
			if held := held(g, c.asks); held != c.held {
				t.Errorf("held %t: %s", held, c.reason)
			}
			now = now.Add(time.Minute)
			if held(g, c.asks) {
				t.Error("one a minute is let through")
			}
			if held := held(g, c.asks); held != c.held {
				t.Errorf("the second within the minute: held %t: %s", held, c.reason)
			}
		})
	}
}

// TestFoundUserFreesOthers verifies that after one token for a customer with access, the others with access are no
// longer held back: each may show that its fault is mended. Until it has, the fault is reported, and new customers
// wait. A fault that comes back each time is the customer's own, and holds no other back.
func TestFoundUserFreesOthers(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	g := newGuard(nil, nil, func() time.Time { return now }, Limits{})
	const rights = v1alpha1.ReasonSystemRightsRejected
	for round := range oddAfter {
		g.System.NoteHiddenUser(tiger, service, rights)
		if !held(g, PriorityRoutine) {
			t.Errorf("round %d: a refused token of a customer with access holds no other back", round)
		}
		g.System.NoteFound(giraffe, service)
		for range 2 {
			if held(g, PriorityRoutine) {
				t.Errorf("round %d: customers with access wait for their turns", round)
			}
		}
		if g.System.Fault() != rights || !held(g, PriorityChanged) {
			t.Errorf("round %d: fault %q", round, g.System.Fault())
		}
	}
	g.System.NoteHiddenUser(tiger, service, rights)
	if held(g, PriorityRoutine) {
		t.Error("the tiger's own fault holds others back")
	}
	g.System.NoteFound(tiger, service)
	if got := g.System.Fault(); got != "" || held(g, PriorityChanged) {
		t.Errorf("all is well, and the fault is %q", got)
	}
}
