package authority

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

const service = integrationsv1alpha1.ServiceSickNotes

// held reports whether a question of a priority is held back because of our system.
func held(g *Guard, p Priority) bool {
	_, err := g.holdSystem(p)
	return err != nil
}

// TestHoldSystem sees whom what is wrong with our system holds back: but for one a minute, whoever would meet it.
func TestHoldSystem(t *testing.T) {
	const rights, missing = integrationsv1alpha1.ReasonSystemRightsRejected, integrationsv1alpha1.ReasonSystemClientMissing
	cases := map[string]struct {
		reason string
		fault  string
		asks   Priority
		held   bool
	}{
		"nothing":        {"nothing is wrong", "", PriorityChanged, false},
		"rights-fresh":   {"who is new would be asked for what is refused", rights, PriorityChanged, true},
		"rights-known":   {"a token needs no word of what customers are asked for", rights, PriorityRoutine, false},
		"missing-fresh":  {"nobody's system user is found", missing, PriorityChanged, true},
		"missing-access": {"not even of who has access", missing, PriorityRoutine, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			g := newGuard(nil, nil, func() time.Time { return now }, Limits{})
			if c.fault != "" {
				g.NoteSystemFault(tiger, service, c.fault)
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

// TestOddCustomer has one customer's questions show a fault of our system that others' answers disprove: after the second
// time it is nobody's but the customer's, until that has been well.
func TestOddCustomer(t *testing.T) {
	const missing = integrationsv1alpha1.ReasonSystemClientMissing
	g := newGuard(nil, nil, time.Now, Limits{})
	says := func(customer types.NamespacedName, want string) {
		t.Helper()
		g.NoteSystemFault(customer, service, missing)
		if got := g.SystemFault(); got != want {
			t.Errorf("after a fault of %s: %q, want %q", customer.Name, got, want)
		}
	}
	for range oddAfter {
		says(tiger, missing)
		g.NoteSystemWell(giraffe, service, missing)
		if got := g.SystemFault(); got != "" {
			t.Errorf("disproved, and still %s", got)
		}
	}
	says(tiger, "")
	says(giraffe, missing)
	g.NoteSystemWell(tiger, service, missing)
	says(tiger, missing)
	g.Forget(tiger)
	g.Forget(giraffe)
	if got := g.SystemFault(); got != "" || len(g.disproved) != 0 {
		t.Errorf("of who is gone: %q, %v", got, g.disproved)
	}
}
