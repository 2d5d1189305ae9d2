package followupplan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
)

var (
	errNotTaken   = runreport.Errorf(runreport.HRMBadResponse, "settling: %w", hrm.ErrConflict)
	errServerSide = runreport.Errorf(runreport.HRMBadResponse, "status 500 instead of 204")
	unreadable    = runreport.Errorf(runreport.HRMBadResponse, "claiming: %w", hrm.ErrUnreadable)
)

// offeredPlan is a plan of a HRM system that misbehaves.
type offeredPlan struct {
	id       string
	document json.RawMessage
	// claim, sending and settle are what the HRM system answers, nil if it does what it should.
	claim, sending, settle error
	// forgets means that it answers settlements well, and forgets them; shares means that it forgets claims as well.
	forgets, shares bool
	// refuses is a settlement state that it does not know, "" for none.
	refuses hrmapi.SettledState

	claimed, settled bool
}

// misbehaving is an HRM system that offers, in their order, the plans that are neither claimed nor settled.
type misbehaving struct {
	plans  []*offeredPlan
	claims map[uuid.UUID]*offeredPlan
	calls  int
	// fresh offers a new invalid plan at each claim.
	fresh bool
}

func (m *misbehaving) Claim(_ context.Context, id uuid.UUID, _ time.Duration) (hrm.Claim, error) {
	m.calls++
	if m.fresh {
		m.plans = append(m.plans, &offeredPlan{id: fmt.Sprintf("new-%d", m.calls), document: plan(map[string]any{"followUp": nil})})
	}
	for _, p := range m.plans {
		if p.settled || p.claimed && !p.shares {
			continue
		}
		p.claimed, m.claims[id] = true, p
		if p.claim != nil {
			return hrm.Claim{}, p.claim
		}
		return hrm.Claim{PlanID: p.id, Plan: p.document}, nil
	}
	return hrm.Claim{}, nil
}

func (m *misbehaving) Sending(_ context.Context, id, _ uuid.UUID, _ time.Duration) error {
	m.calls++
	p := m.claims[id]
	if errors.Is(p.sending, hrm.ErrConflict) {
		p.claimed = false
	}
	return p.sending
}

func (m *misbehaving) Settle(_ context.Context, id uuid.UUID, s hrmapi.Settlement) error {
	m.calls++
	p := m.claims[id]
	if p.settle != nil {
		p.claimed = false
		return p.settle
	}
	if s.State == p.refuses {
		return runreport.Errorf(runreport.HRMBadResponse, "settling: %w (status 400)", hrm.ErrRefused)
	}
	p.claimed = false
	p.settled = s.State != hrmapi.SettledStateNotSent && !p.forgets
	return nil
}

// TestMisbehaviour runs against HRM systems that break the contract for one plan: the run ends, sends the other plans, sends none
// twice, and names the plan.
func TestMisbehaviour(t *testing.T) {
	bad := plan(map[string]any{"followUp": nil})
	good := func(id string) *offeredPlan { return &offeredPlan{id: id, document: plan(nil)} }
	cases := map[string]struct {
		reason string
		hrm    misbehaving
		result nav.Result
		want   Tally
		posts  int
		err    runreport.Reason
		calls  int // at most
		named  string
	}{
		"invalid, forgotten": {
			"an invalid plan that is offered for ever",
			misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, forgets: true}, good("a"), good("b")}},
			accepted,
			Tally{Sent: 2, NotReached: 2, Rejected: 1},
			2, runreport.HRMBadResponse, 10, "plan bad was offered too often",
		},
		"invalid, shared": {
			"the HRM system forgets the claim as well, so that nothing else ever comes",
			misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, forgets: true, shares: true}, good("a")}},
			accepted,
			Tally{Rejected: 1},
			0, runreport.HRMBadResponse, 4, "plan bad was offered too often",
		},
		"sent, forgotten": {
			"NAV must not get it twice",
			misbehaving{plans: []*offeredPlan{{id: "again", document: plan(nil), forgets: true}, good("a")}},
			accepted,
			Tally{Sent: 2, NotReached: 2},
			2, runreport.HRMBadResponse, 8, "plan again was offered too often",
		},
		"sent, never taken": {
			"NAV must not get it twice",
			misbehaving{plans: []*offeredPlan{{id: "again", document: plan(nil), settle: errNotTaken}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1, Unknown: 1},
			2, runreport.HRMBadResponse, 8, "plan again was offered too often",
		},
		"refused, forgotten": {
			"NAV is not asked without end",
			misbehaving{plans: []*offeredPlan{{id: "again", document: plan(nil), forgets: true, shares: true}}},
			noNote,
			Tally{Refused: 1},
			1, runreport.HRMBadResponse, 5, "plan again was offered too often",
		},
		"invalid, never taken": {
			"409 for ever, of one plan",
			misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, settle: errNotTaken}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, runreport.HRMBadResponse, 9, "plan bad was offered too often",
		},
		"invalid, server error": {
			"of one plan",
			misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, settle: errServerSide}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, runreport.HRMBadResponse, 9, `"planID":"bad"`,
		},
		"sending, never taken": {
			"409 for ever, of one plan",
			misbehaving{plans: []*offeredPlan{{id: "bad", document: plan(nil), sending: errNotTaken}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, runreport.HRMBadResponse, 9, `"planID":"bad"`,
		},
		"sending, server error": {
			"of one plan",
			misbehaving{plans: []*offeredPlan{{id: "bad", document: plan(nil), sending: errServerSide}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, runreport.HRMBadResponse, 11, `"planID":"bad"`,
		},
		"unreadable": {
			"one claim cannot be read",
			misbehaving{plans: []*offeredPlan{{claim: unreadable}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, runreport.HRMBadResponse, 5, "Left a claim that cannot be read to its lease",
		},
		"all unreadable": {
			"nothing will come",
			misbehaving{plans: []*offeredPlan{{claim: unreadable, shares: true}}},
			accepted,
			Tally{},
			0, runreport.HRMBadResponse, 3, "Left a claim that cannot be read to its lease",
		},
		"nameless": {
			"a plan without a usable name could not be recognized",
			misbehaving{plans: []*offeredPlan{{document: plan(nil)}, good("a")}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, runreport.HRMBadResponse, 5, "a plan was offered under a name that the contract does not allow",
		},
		"all nameless": {
			"nothing will come",
			misbehaving{plans: []*offeredPlan{{document: plan(nil), shares: true}}},
			accepted,
			Tally{},
			0, runreport.HRMBadResponse, 3, "a plan was offered under a name that the contract does not allow",
		},
		"named after a person": {
			"the name is not logged",
			misbehaving{plans: []*offeredPlan{{id: "plan-" + person, document: plan(nil)}}},
			accepted,
			Tally{Sent: 1, NotReached: 1},
			1, "", 4, "(has eleven digits in a row)",
		},
		"before Refused": {
			"a HRM system of the contract's version 1.0.0 gets the plan back",
			misbehaving{plans: []*offeredPlan{{id: "old", document: plan(nil), refuses: hrmapi.SettledStateRefused}}},
			noNote,
			Tally{Refused: 1},
			1, runreport.HRMBadResponse, 8, "HRM system does not take Refused",
		},
		"new ones for ever": {
			"a run has an end, and the next one continues",
			misbehaving{fresh: true},
			accepted,
			Tally{Rejected: maxPlans},
			0, "", 2 * maxPlans, "Left further plans to the next run",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m, log := tc.hrm, &bytes.Buffer{}
			m.claims = map[uuid.UUID]*offeredPlan{}
			o := &others{results: []nav.Result{tc.result}}
			s := o.sender(log)
			s.HRM = &m
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			got, err := s.Run(ctx)
			if reason := runreport.ReasonOf(err); reason != tc.err {
				t.Errorf("%s: ended with %q, want %q: %v", tc.reason, reason, tc.err, err)
			}
			got.OpenUnknown = nil
			if got != tc.want {
				t.Errorf("%s: got %+v, want %+v", tc.reason, got, tc.want)
			}
			if len(o.sent) != tc.posts || m.calls > tc.calls {
				t.Errorf("%s: %d POSTs, want %d; %d calls of the HRM system, want at most %d", tc.reason, len(o.sent), tc.posts, m.calls, tc.calls)
			}
			if !strings.Contains(log.String(), tc.named) || strings.Contains(log.String(), person) {
				t.Errorf("%s: the log does not say %q, or names a person: %s", tc.reason, tc.named, log)
			}
			if log.Len() > 2000*(m.calls+1) {
				t.Errorf("%s: %d bytes of log for %d calls", tc.reason, log.Len(), m.calls)
			}
		})
	}
}

// TestLoggable holds which names of plans are logged.
func TestLoggable(t *testing.T) {
	shown := []string{"plan-1", "c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10", "1234567890", "a:b_c.d"}
	for _, id := range append(shown, "", "05908399546", "p-05908399546-1", "123456789012345678") {
		if got := loggable(hrm.Claim{PlanID: id}); (got == id) != slices.Contains(shown, id) {
			t.Errorf("%q is logged as %q", id, got)
		}
	}
}
