package followupplan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestSender goes through what can become of plans: who was asked what in which order, and what is reported.
func TestSender(t *testing.T) {
	down := runreport.Errorf(runreport.HRMUnreachable, "down")
	conflict := runreport.Errorf(runreport.HRMBadResponse, "claim: %w", hrm.ErrConflict)
	one := []json.RawMessage{plan(nil)}
	cases := map[string]struct {
		reason string
		others others
		trace  string
		want   Tally
		err    runreport.Reason
	}{
		"nothing": {"nobody else is asked", others{}, "claim", Tally{}, ""},
		"two": {
			"NAV is looked at once, before the first",
			others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{accepted}},
			"claim, verify, sending, POST, settle Sent, claim, sending, POST, settle Sent, claim",
			Tally{Sent: 2, NotReached: 2},
			"",
		},
		"rejected": {
			"a no is this plan's, the next goes on",
			others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{invalid, accepted}},
			"claim, verify, sending, POST, settle Rejected, claim, sending, POST, settle Sent, claim",
			Tally{Sent: 1, NotReached: 1, Rejected: 1},
			"",
		},
		"refused": {
			"NAV says so too while its registers are down: no verdict on the plan",
			others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{unemployed, accepted}},
			"claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Sent, claim",
			Tally{Sent: 1, NotReached: 1, Refused: 1, RefusedByRegisters: 1},
			"",
		},
		"refused in a row": {
			"it looks like an outage: NAV is spared, and the other plans stay offered",
			others{plans: slices.Repeat([]json.RawMessage{plan(nil)}, 5), results: []nav.Result{unemployed, unfound, unemployed}},
			"claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, POST, settle Refused",
			Tally{Refused: 3, RefusedByRegisters: 3},
			runreport.NAVRefusing,
		},
		"refused now and then": {
			"NAV takes plans in between: its registers work",
			others{plans: slices.Repeat([]json.RawMessage{plan(nil)}, 5), results: []nav.Result{unemployed, unemployed, accepted, unfound, unemployed}},
			"claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, POST, settle Sent, claim, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim",
			Tally{Sent: 1, NotReached: 1, Refused: 4, RefusedByRegisters: 4},
			"",
		},
		"no sick notes": {
			"an everyday refusal, and no sign of an outage",
			others{plans: slices.Repeat([]json.RawMessage{plan(nil)}, 4), results: []nav.Result{noNote}},
			"claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim",
			Tally{Refused: 4},
			"",
		},
		"invalid": {
			"nothing is sent, and nobody needs a token",
			others{plans: []json.RawMessage{plan(map[string]any{"followUp": nil})}},
			"claim, settle Rejected, claim",
			Tally{Rejected: 1},
			"",
		},
		"token once": {
			"one fresh token",
			others{plans: one, results: []nav.Result{notAccepted, accepted}},
			"claim, verify, sending, POST, fresh, POST, settle Sent, claim",
			Tally{Sent: 1, NotReached: 1},
			"",
		},
		"token twice": {
			"and no more",
			others{plans: one, results: []nav.Result{notAccepted}},
			"claim, verify, sending, POST, fresh, POST, settle NotSent",
			Tally{},
			runreport.NAVTokenRejected,
		},
		"no connection": {
			"nothing was written, so it is tried again",
			others{plans: one, results: []nav.Result{unconnected, accepted}},
			"claim, verify, sending, POST, pause 1s, POST, settle Sent, claim",
			Tally{Sent: 1, NotReached: 1},
			"",
		},
		"never connected": {
			"three times",
			others{plans: one, results: []nav.Result{unconnected}},
			"claim, verify, sending, POST, pause 1s, POST, pause 2s, POST, settle NotSent",
			Tally{},
			runreport.NAVUnreachable,
		},
		"lost": {
			"once only, and no other plan meets the same",
			others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{lost}},
			"claim, verify, sending, POST, settle Unknown",
			Tally{Unknown: 1},
			runreport.NAVUnreachable,
		},
		"broken":  {"NAV may have stored it", others{plans: one, results: []nav.Result{broken}}, "claim, verify, sending, POST, settle Unknown", Tally{Unknown: 1}, runreport.NAVError},
		"strange": {"200, and no receipt", others{plans: one, results: []nav.Result{strange}}, "claim, verify, sending, POST, settle Unknown", Tally{Unknown: 1}, runreport.NAVError},
		"too late": {
			"it was frozen: nothing is sent, and the next goes on",
			others{plans: one, results: []nav.Result{tooLate}},
			"claim, verify, sending, POST, settle NotSent, claim",
			Tally{},
			"",
		},
		"stale": {
			"the lease has ended: it is somebody else's",
			others{plans: one, sending: conflict},
			"claim, verify, sending, claim",
			Tally{},
			"",
		},
		"not told": {
			"who cannot be told that it is sent is not sent it",
			others{plans: one, sending: down},
			"claim, verify, sending, settle NotSent",
			Tally{},
			runreport.HRMUnreachable,
		},
		"no token": {
			"the plan is given back",
			others{plans: one, token: runreport.Errorf(runreport.AccessRefused, "no")},
			"claim, settle NotSent",
			Tally{},
			runreport.AccessRefused,
		},
		"NAV down": {
			"before anything is sent",
			others{plans: one, verify: runreport.Errorf(runreport.NAVUnreachable, "down")},
			"claim, verify, settle NotSent",
			Tally{},
			runreport.NAVUnreachable,
		},
		"NAV takes no token": {
			"a fresh one is tried",
			others{plans: one, verify: runreport.Errorf(runreport.NAVTokenRejected, "401")},
			"claim, verify, fresh, verify, settle NotSent",
			Tally{},
			runreport.NAVTokenRejected,
		},
		"HRM down": {"nothing is begun", others{claim: down}, "claim", Tally{}, runreport.HRMUnreachable},
		"not settled": {
			"it is unknown to the HRM solution",
			others{plans: one, results: []nav.Result{accepted}, settle: down},
			"claim, verify, sending, POST, settle Sent",
			Tally{Unknown: 1},
			runreport.HRMUnreachable,
		},
		"given back in vain": {
			"NAV does not have it, but the HRM solution cannot know that",
			others{plans: one, results: []nav.Result{unconnected}, settle: down},
			"claim, verify, sending, POST, pause 1s, POST, pause 2s, POST, settle NotSent",
			Tally{Unknown: 1},
			runreport.NAVUnreachable,
		},
		"too late to say so": {
			"by the HRM solution's clock the deadline passed a moment earlier",
			others{plans: one, results: []nav.Result{tooLate}, settle: conflict},
			"claim, verify, sending, POST, settle NotSent, claim",
			Tally{Unknown: 1},
			"",
		},
		"invalid, and its lease has ended": {
			"nothing was sent: it is offered again",
			others{plans: []json.RawMessage{plan(map[string]any{"followUp": nil})}, settle: conflict},
			"claim, settle Rejected, claim",
			Tally{},
			"",
		},
		"invalid, HRM down": {
			"the same",
			others{plans: []json.RawMessage{plan(map[string]any{"followUp": nil})}, settle: down},
			"claim, settle Rejected",
			Tally{},
			runreport.HRMUnreachable,
		},
		"no claim is ever good": {
			"nobody is asked without end",
			others{claim: conflict},
			"claim, claim, claim",
			Tally{},
			runreport.HRMBadResponse,
		},
		"every claim has ended": {
			"the same",
			others{plans: []json.RawMessage{plan(nil), plan(nil), plan(nil), plan(nil)}, sending: conflict},
			"claim, verify, sending, claim, sending, claim, sending",
			Tally{},
			runreport.HRMBadResponse,
		},
		"nothing is ever taken": {
			"the same",
			others{plans: []json.RawMessage{plan(nil), plan(nil), plan(nil), plan(nil)}, results: []nav.Result{accepted}, settle: conflict},
			"claim, verify, sending, POST, settle Sent, claim, sending, POST, settle Sent, claim, sending, POST, settle Sent",
			Tally{Unknown: 3},
			runreport.HRMBadResponse,
		},
		"not taken": {
			"a person was faster",
			others{plans: one, results: []nav.Result{accepted}, settle: conflict},
			"claim, verify, sending, POST, settle Sent, claim",
			Tally{Unknown: 1},
			"",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o, log := tc.others, &bytes.Buffer{}
			got, err := o.sender(log).Run(t.Context())
			if reason := runreport.ReasonOf(err); reason != tc.err {
				t.Errorf("%s: ended with %q, want %q: %v", tc.reason, reason, tc.err, err)
			}
			if trace := strings.Join(o.trace, ", "); trace != tc.trace {
				t.Errorf("%s:\n got %s\nwant %s", tc.reason, trace, tc.trace)
			}
			if tc.others.claim == nil {
				last := int32(3) // as each claim says
				if !strings.HasSuffix(tc.trace, "claim") {
					last += min(tc.want.Unknown, 1)
				}
				tc.want.OpenUnknown, tc.want.OpenUndecided = &last, 2
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if strings.Contains(log.String(), person) {
				t.Errorf("%s: a person is in the log: %s", tc.reason, log)
			}
		})
	}
}

// TestSenderIsTold ends the run while a plan is in flight, and before it is.
func TestSenderIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := &others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{accepted}, submit: cancel}
	got, err := o.sender(&bytes.Buffer{}).Run(ctx)
	if !errors.Is(err, context.Canceled) || got.Sent != 1 || !slices.Contains(o.trace, "settle Sent") || len(o.sent) != 1 {
		t.Errorf("in flight: %+v, %v, asked %q", got, err, o.trace)
	}

	ctx, cancel = context.WithCancel(t.Context())
	o = &others{plans: []json.RawMessage{plan(nil)}, results: []nav.Result{accepted}}
	s := o.sender(&bytes.Buffer{})
	s.HRM = cancelling{o, cancel}
	got, err = s.Run(ctx)
	if !errors.Is(err, context.Canceled) || got.Sent != 0 || !slices.Contains(o.trace, "settle NotSent") || len(o.sent) != 0 {
		t.Errorf("before: %+v, %v, asked %q", got, err, o.trace)
	}
}

// TestSenderIsToldWithAToken ends the run when a plan has been claimed and all is there to send it: it is given back.
func TestSenderIsToldWithAToken(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := &others{plans: []json.RawMessage{plan(nil)}, results: []nav.Result{accepted}}
	s := o.sender(&bytes.Buffer{})
	s.HRM, s.Tokens, s.verified = cancelling{o, cancel}, held{}, true
	got, err := s.Run(ctx)
	if want := []string{"claim", "settle NotSent"}; !errors.Is(err, context.Canceled) || !slices.Equal(o.trace, want) {
		t.Errorf("%+v, %v, asked %q, want %q", got, err, o.trace, want)
	}
}

// held is a token that is there already, also when the run is told to end.
type held struct{ token brokerclient.Token }

func (h held) Token(context.Context, bool) (brokerclient.Token, error) { return h.token, nil }

// cancelling ends the run when a plan is claimed.
type cancelling struct {
	*others

	cancel func()
}

func (c cancelling) Claim(ctx context.Context, id uuid.UUID, lease time.Duration) (hrm.Claim, error) {
	defer c.cancel()
	return c.others.Claim(ctx, id, lease)
}

// TestSettlements holds what the HRM solution is told.
func TestSettlements(t *testing.T) {
	toPractitioner := Document{ToGeneralPractitioner: true}
	reached := accepted
	reached.Receipt.SentToGeneralPractitioner = true
	long := invalid
	longRefusal := noNote
	longRefusal.Refusal.Message = strings.Repeat("å", 2000)
	long.Refusal.Message = strings.Repeat("å", 2000)
	for name, tc := range map[string]struct {
		reason   string
		result   nav.Result
		document Document
		want     string
	}{
		"sent":         {"no practitioner was asked for", accepted, Document{}, `{"sent":{"generalPractitioner":"NotAsked","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`},
		"not reached":  {"a result of its own", accepted, toPractitioner, `{"sent":{"generalPractitioner":"NotReached","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`},
		"reached":      {"as asked", reached, toPractitioner, `{"sent":{"generalPractitioner":"Reached","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`},
		"rejected":     {"with NAV's words", invalid, Document{}, `{"rejected":{"by":"NAV","message":"about ` + person + `","type":"VALIDATION_ERROR"},"state":"Rejected"}`},
		"long":         {"the contract bounds them, in characters", long, Document{}, `{"rejected":{"by":"NAV","message":"` + strings.Repeat("å", maxMessage) + `","type":"VALIDATION_ERROR"},"state":"Rejected"}`},
		"refused":      {"with NAV's words", unfound, Document{}, `{"refused":{"message":"about ` + person + `","type":"EMPLOYEE_NOT_FOUND"},"state":"Refused"}`},
		"long refused": {"the same bound", longRefusal, Document{}, `{"refused":{"message":"` + strings.Repeat("å", maxMessage) + `","type":"NO_ACTIVE_SENT_SYKMELDING"},"state":"Refused"}`},
		"lost":         {"nothing came", lost, Document{}, `{"state":"Unknown","unknown":{"cause":"NoAnswer"}}`},
		"broken":       {"an error of NAV's", broken, Document{}, `{"state":"Unknown","unknown":{"cause":"ServerError"}}`},
		"failed":       {"an error of NAV's, whatever its status", failed, Document{}, `{"state":"Unknown","unknown":{"cause":"ServerError"}}`},
		"strange":      {"not NAV's words", strange, Document{}, `{"state":"Unknown","unknown":{"cause":"UnreadableAnswer"}}`},
		"not sent":     {"it is offered again", unconnected, Document{}, `{"state":"NotSent"}`},
	} {
		got, err := json.Marshal(settlementOf(tc.result, tc.document))
		if err != nil || string(got) != tc.want {
			t.Errorf("%s: %s:\n got %s, %v\nwant %s", name, tc.reason, got, err, tc.want)
		}
	}
}
