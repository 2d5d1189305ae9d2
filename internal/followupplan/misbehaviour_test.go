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
	errNotAccepted = runreport.Errorf(runreport.HRMBadResponse, "settling: %w", hrm.ErrConflict)
	errServerSide  = runreport.Errorf(runreport.HRMBadResponse, "status 500 instead of 204")
	unreadable     = runreport.Errorf(runreport.HRMBadResponse, "claiming: %w", hrm.ErrUnreadable)
)

// offeredPlan is a plan of an HRM system that breaks the contract.
type offeredPlan struct {
	id       string
	document json.RawMessage
	// claim, sending and settle are the errors of the HRM system, or nil.
	claim, sending, settle error
	// forgets means that it accepts settlements and forgets them. shares means that it forgets claims too.
	forgets, shares bool
	// refuses is a settlement state that it does not support, "" for none.
	refuses hrmapi.SettledState

	claimed, settled bool
}

// misbehaving is an HRM system that offers, in order, the plans that are neither claimed nor settled.
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
		m.plans = append(m.plans, &offeredPlan{
			id:       fmt.Sprintf("new-%d", m.calls),
			document: plan(map[string]any{"followUp": nil}),
		})
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

func (m *misbehaving) Announce(_ context.Context, id, _ uuid.UUID, _ time.Duration) error {
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

// TestMisbehaviour checks runs against HRM systems that break the contract for one plan: the run ends, sends the other
// plans, sends none twice, and logs the name of the plan.
func TestMisbehaviour(t *testing.T) {
	bad := plan(map[string]any{"followUp": nil})
	good := func(id string) *offeredPlan { return &offeredPlan{id: id, document: plan(nil)} }
	cases := map[string]struct {
		reason string
		hrm    misbehaving
		result nav.Result
		want   runreport.Report
		posts  int
		err    runreport.Reason
		calls  int // at most
		named  string
	}{
		"invalid, forgotten": {
			reason: "the HRM system offers an invalid plan without end",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, forgets: true}, good("a"), good("b")}},
			result: accepted,
			want:   runreport.Report{Rejected: 1, Volumes: sent(2)},
			posts:  2,
			err:    runreport.HRMBadResponse,
			calls:  10,
			named:  "plan bad was offered too often",
		},
		"invalid, shared": {
			reason: "the HRM system offers no other plan",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, forgets: true, shares: true}, good("a")}},
			result: accepted,
			want:   runreport.Report{Rejected: 1},
			err:    runreport.HRMBadResponse,
			calls:  4,
			named:  "plan bad was offered too often",
		},
		"sent, forgotten": {
			reason: "NAV must not receive the plan twice",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "again", document: plan(nil), forgets: true}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(2)},
			posts:  2,
			err:    runreport.HRMBadResponse,
			calls:  8,
			named:  "plan again was offered too often",
		},
		"sent, never accepted": {
			reason: "NAV must not receive the plan twice",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "again", document: plan(nil), settle: errNotAccepted}, good("a")}},
			result: accepted,
			want:   runreport.Report{Unknown: 1, Volumes: sent(1)},
			posts:  2,
			err:    runreport.HRMBadResponse,
			calls:  8,
			named:  "plan again was offered too often",
		},
		"refused, forgotten": {
			reason: "the run must not send a plan without end",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "again", document: plan(nil), forgets: true, shares: true}}},
			result: noNote,
			want:   runreport.Report{Refused: 1},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  5,
			named:  "plan again was offered too often",
		},
		"invalid, never accepted": {
			reason: "409 without end for one plan",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, settle: errNotAccepted}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  9,
			named:  "plan bad was offered too often",
		},
		"invalid, server error": {
			reason: "500 for one plan",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "bad", document: bad, settle: errServerSide}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  9,
			named:  `"planID":"bad"`,
		},
		"sending, never accepted": {
			reason: "409 without end for one plan",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "bad", document: plan(nil), sending: errNotAccepted}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  9,
			named:  `"planID":"bad"`,
		},
		"sending, server error": {
			reason: "500 for one plan",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "bad", document: plan(nil), sending: errServerSide}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  11,
			named:  `"planID":"bad"`,
		},
		"unreadable": {
			reason: "one claim is unreadable",
			hrm:    misbehaving{plans: []*offeredPlan{{claim: unreadable}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  5,
			named:  "Left an unreadable claim to its lease",
		},
		"all unreadable": {
			reason: "all claims are unreadable",
			hrm:    misbehaving{plans: []*offeredPlan{{claim: unreadable, shares: true}}},
			result: accepted,
			err:    runreport.HRMBadResponse,
			calls:  3,
			named:  "Left an unreadable claim to its lease",
		},
		"nameless": {
			reason: "a plan without valid name could not be recognized",
			hrm:    misbehaving{plans: []*offeredPlan{{document: plan(nil)}, good("a")}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  5,
			named:  "a plan has a name that the contract does not allow",
		},
		"all nameless": {
			reason: "no plan has a valid name",
			hrm:    misbehaving{plans: []*offeredPlan{{document: plan(nil), shares: true}}},
			result: accepted,
			err:    runreport.HRMBadResponse,
			calls:  3,
			named:  "a plan has a name that the contract does not allow",
		},
		"named after a person": {
			reason: "the name is not logged",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "plan-" + person, document: plan(nil)}}},
			result: accepted,
			want:   runreport.Report{Volumes: sent(1)},
			posts:  1,
			calls:  4,
			named:  "(has eleven digits in a row)",
		},
		"before Refused": {
			reason: "an HRM system of the contract's version 1.0.0 offers the plan again",
			hrm:    misbehaving{plans: []*offeredPlan{{id: "old", document: plan(nil), refuses: hrmapi.SettledStateRefused}}},
			result: noNote,
			want:   runreport.Report{Refused: 1},
			posts:  1,
			err:    runreport.HRMBadResponse,
			calls:  8,
			named:  "HRM system does not support Refused",
		},
		"new plans without end": {
			reason: "the run ends, and the next one continues",
			hrm:    misbehaving{fresh: true},
			result: accepted,
			want:   runreport.Report{Rejected: maxPlans},
			calls:  2 * maxPlans,
			named:  "Left further plans to the next run",
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
				t.Errorf("%s: got reason %q, want %q: %v", tc.reason, reason, tc.err, err)
			}
			got.OpenUnknown = nil
			if got != tc.want {
				t.Errorf("%s: got %+v, want %+v", tc.reason, got, tc.want)
			}
			if len(o.sent) != tc.posts || m.calls > tc.calls {
				t.Errorf("%s: %d POSTs, want %d; %d requests to the HRM system, want at most %d", tc.reason, len(o.sent), tc.posts,
					m.calls, tc.calls)
			}
			if !strings.Contains(log.String(), tc.named) || strings.Contains(log.String(), person) {
				t.Errorf("%s: the log lacks %q or has personal data: %s", tc.reason, tc.named, log)
			}
			if log.Len() > 2000*(m.calls+1) {
				t.Errorf("%s: %d bytes of log for %d requests", tc.reason, log.Len(), m.calls)
			}
		})
	}
}

// TestLogName checks which names of plans are logged.
func TestLogName(t *testing.T) {
	shown := []string{"plan-1", "c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10", "1234567890", "a:b_c.d"}
	for _, id := range append(shown, "", "05908399546", "p-05908399546-1", "123456789012345678") {
		if got := logName(hrm.Claim{PlanID: id}); (got == id) != slices.Contains(shown, id) {
			t.Errorf("%q is logged as %q", id, got)
		}
	}
}
