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

// TestSender checks the requests of a run, in order, and its result.
func TestSender(t *testing.T) {
	down := runreport.Errorf(runreport.HRMUnreachable, "down")
	conflict := runreport.Errorf(runreport.HRMBadResponse, "claim: %w", hrm.ErrConflict)
	one := []json.RawMessage{plan(nil)}
	cases := map[string]struct {
		reason string
		others others
		trace  string
		want   runreport.Report
		err    runreport.Reason
	}{
		"nothing": {reason: "a run without plans sends no other request", trace: "claim"},
		"two": {
			reason: "NAV is verified once",
			others: others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{accepted}},
			trace:  "claim, verify, sending, POST, settle Sent, claim, sending, POST, settle Sent, claim",
			want:   runreport.Report{Volumes: sent(2)},
		},
		"rejected": {
			reason: "a rejection concerns one plan",
			others: others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{invalid, accepted}},
			trace:  "claim, verify, sending, POST, settle Rejected, claim, sending, POST, settle Sent, claim",
			want:   runreport.Report{Rejected: 1, Volumes: sent(1)},
		},
		"refused": {
			reason: "a refusal for now concerns one plan",
			others: others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{unemployed, accepted}},
			trace:  "claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Sent, claim",
			want:   runreport.Report{Refused: 1, RefusedByRegisters: 1, Volumes: sent(1)},
		},
		"refused in a row": {
			reason: "refusals in a row look like an outage",
			others: others{
				plans:   slices.Repeat([]json.RawMessage{plan(nil)}, 5),
				results: []nav.Result{unemployed, unfound, unemployed},
			},
			trace: "claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, " +
				"POST, settle Refused",
			want: runreport.Report{Refused: 3, RefusedByRegisters: 3},
			err:  runreport.NAVRefusing,
		},
		"refused now and then": {
			reason: "NAV accepts plans in between, so its registers work",
			others: others{
				plans:   slices.Repeat([]json.RawMessage{plan(nil)}, 5),
				results: []nav.Result{unemployed, unemployed, accepted, unfound, unemployed},
			},
			trace: "claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, " +
				"POST, settle Sent, claim, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim",
			want: runreport.Report{Refused: 4, RefusedByRegisters: 4, Volumes: sent(1)},
		},
		"no sick notes": {
			reason: "this refusal is no sign of an outage",
			others: others{plans: slices.Repeat([]json.RawMessage{plan(nil)}, 4), results: []nav.Result{noNote}},
			trace: "claim, verify, sending, POST, settle Refused, claim, sending, POST, settle Refused, claim, sending, " +
				"POST, settle Refused, claim, sending, POST, settle Refused, claim",
			want: runreport.Report{Refused: 4},
		},
		"invalid": {
			reason: "an invalid plan needs no token",
			others: others{plans: []json.RawMessage{plan(map[string]any{"followUp": nil})}},
			trace:  "claim, settle Rejected, claim",
			want:   runreport.Report{Rejected: 1},
		},
		"token once": {
			reason: "a rejected token is replaced once",
			others: others{plans: one, results: []nav.Result{notAccepted, accepted}},
			trace:  "claim, verify, sending, POST, fresh, POST, settle Sent, claim",
			want:   runreport.Report{Volumes: sent(1)},
		},
		"token twice": {
			reason: "a second rejected token ends the run",
			others: others{plans: one, results: []nav.Result{notAccepted}},
			trace:  "claim, verify, sending, POST, fresh, POST, settle NotSent",
			err:    runreport.NAVTokenRejected,
		},
		"no connection": {
			reason: "NAV cannot have the plan, so it is sent again",
			others: others{plans: one, results: []nav.Result{unconnected, accepted}},
			trace:  "claim, verify, sending, POST, pause 1s, POST, settle Sent, claim",
			want:   runreport.Report{Volumes: sent(1)},
		},
		"never connected": {
			reason: "a plan is sent three times",
			others: others{plans: one, results: []nav.Result{unconnected}},
			trace:  "claim, verify, sending, POST, pause 1s, POST, pause 2s, POST, settle NotSent",
			err:    runreport.NAVUnreachable,
		},
		"lost": {
			reason: "a plan is sent once, and the run ends",
			others: others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{lost}},
			trace:  "claim, verify, sending, POST, settle Unknown",
			want:   runreport.Report{Unknown: 1},
			err:    runreport.NAVUnreachable,
		},
		"broken": {
			reason: "NAV may have stored the plan", others: others{plans: one, results: []nav.Result{broken}},
			trace: "claim, verify, sending, POST, settle Unknown", want: runreport.Report{Unknown: 1}, err: runreport.NAVError,
		},
		"strange": {
			reason: "a 200 without receipt", others: others{plans: one, results: []nav.Result{strange}},
			trace: "claim, verify, sending, POST, settle Unknown", want: runreport.Report{Unknown: 1}, err: runreport.NAVError,
		},
		"too late": {
			reason: "the deadline passed before the plan was sent",
			others: others{plans: one, results: []nav.Result{tooLate}},
			trace:  "claim, verify, sending, POST, settle NotSent, claim",
		},
		"stale": {
			reason: "the lease has ended",
			others: others{plans: one, sending: conflict},
			trace:  "claim, verify, sending, claim",
		},
		"not announced": {
			reason: "a plan that is not announced is not sent",
			others: others{plans: one, sending: down},
			trace:  "claim, verify, sending, settle NotSent",
			err:    runreport.HRMUnreachable,
		},
		"no token": {
			reason: "the plan is offered again",
			others: others{plans: one, token: runreport.Errorf(runreport.AccessRefused, "no")},
			trace:  "claim, settle NotSent",
			err:    runreport.AccessRefused,
		},
		"NAV down": {
			reason: "NAV is verified before the announcement",
			others: others{plans: one, verify: runreport.Errorf(runreport.NAVUnreachable, "down")},
			trace:  "claim, verify, settle NotSent",
			err:    runreport.NAVUnreachable,
		},
		"NAV rejects tokens": {
			reason: "a rejected token is replaced once",
			others: others{plans: one, verify: runreport.Errorf(runreport.NAVTokenRejected, "401")},
			trace:  "claim, verify, fresh, verify, settle NotSent",
			err:    runreport.NAVTokenRejected,
		},
		"HRM down": {reason: "the run ends", others: others{claim: down}, trace: "claim", err: runreport.HRMUnreachable},
		"not settled": {
			reason: "the plan becomes unknown at the HRM system",
			others: others{plans: one, results: []nav.Result{accepted}, settle: down},
			trace:  "claim, verify, sending, POST, settle Sent",
			want:   runreport.Report{Unknown: 1},
			err:    runreport.HRMUnreachable,
		},
		"NotSent is not accepted": {
			reason: "the plan becomes unknown although NAV does not have it",
			others: others{plans: one, results: []nav.Result{unconnected}, settle: down},
			trace:  "claim, verify, sending, POST, pause 1s, POST, pause 2s, POST, settle NotSent",
			want:   runreport.Report{Unknown: 1},
			err:    runreport.NAVUnreachable,
		},
		"too late to say so": {
			reason: "the deadline passed earlier by the HRM system's clock",
			others: others{plans: one, results: []nav.Result{tooLate}, settle: conflict},
			trace:  "claim, verify, sending, POST, settle NotSent, claim",
			want:   runreport.Report{Unknown: 1},
		},
		"invalid, and its lease has ended": {
			reason: "the plan is offered again",
			others: others{plans: []json.RawMessage{plan(map[string]any{"followUp": nil})}, settle: conflict},
			trace:  "claim, settle Rejected, claim",
		},
		"invalid, HRM down": {
			reason: "the plan is offered again",
			others: others{plans: []json.RawMessage{plan(map[string]any{"followUp": nil})}, settle: down},
			trace:  "claim, settle Rejected",
			err:    runreport.HRMUnreachable,
		},
		"no claim is ever good": {
			reason: "the number of claims is bounded",
			others: others{claim: conflict},
			trace:  "claim, claim, claim",
			err:    runreport.HRMBadResponse,
		},
		"every claim has ended": {
			reason: "the number of announcements is bounded",
			others: others{plans: []json.RawMessage{plan(nil), plan(nil), plan(nil), plan(nil)}, sending: conflict},
			trace:  "claim, verify, sending, claim, sending, claim, sending",
			err:    runreport.HRMBadResponse,
		},
		"no settlement is accepted": {
			reason: "the number of settlements is bounded",
			others: others{
				plans: []json.RawMessage{plan(nil), plan(nil), plan(nil), plan(nil)}, results: []nav.Result{accepted},
				settle: conflict,
			},
			trace: "claim, verify, sending, POST, settle Sent, claim, sending, POST, settle Sent, claim, sending, POST, " +
				"settle Sent",
			want: runreport.Report{Unknown: 3},
			err:  runreport.HRMBadResponse,
		},
		"not accepted": {
			reason: "a person settled the plan before",
			others: others{plans: one, results: []nav.Result{accepted}, settle: conflict},
			trace:  "claim, verify, sending, POST, settle Sent, claim",
			want:   runreport.Report{Unknown: 1},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o, log := tc.others, &bytes.Buffer{}
			got, err := o.sender(log).Run(t.Context())
			if reason := runreport.ReasonOf(err); reason != tc.err {
				t.Errorf("%s: got reason %q, want %q: %v", tc.reason, reason, tc.err, err)
			}
			if trace := strings.Join(o.trace, ", "); trace != tc.trace {
				t.Errorf("%s:\n got %s\nwant %s", tc.reason, trace, tc.trace)
			}
			if tc.others.claim == nil {
				last := int32(3) // by each claim
				if !strings.HasSuffix(tc.trace, "claim") {
					last += min(tc.want.Unknown, 1)
				}
				tc.want.OpenUnknown, tc.want.OpenUndecided = &last, 2
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if strings.Contains(log.String(), person) {
				t.Errorf("%s: the log has personal data: %s", tc.reason, log)
			}
		})
	}
}

// TestSenderIsCanceled cancels the run while a plan is in flight, and before.
func TestSenderIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := &others{plans: []json.RawMessage{plan(nil), plan(nil)}, results: []nav.Result{accepted}, submit: cancel}
	got, err := o.sender(&bytes.Buffer{}).Run(ctx)
	if !errors.Is(err, context.Canceled) || got.Volumes.PlansSent != 1 || !slices.Contains(o.trace, "settle Sent") ||
		len(o.sent) != 1 {
		t.Errorf("in flight: %+v, %v, requests %q", got, err, o.trace)
	}

	ctx, cancel = context.WithCancel(t.Context())
	o = &others{plans: []json.RawMessage{plan(nil)}, results: []nav.Result{accepted}}
	s := o.sender(&bytes.Buffer{})
	s.HRM = cancelling{others: o, cancel: cancel}
	got, err = s.Run(ctx)
	if !errors.Is(err, context.Canceled) || got.Volumes.PlansSent != 0 || !slices.Contains(o.trace, "settle NotSent") ||
		len(o.sent) != 0 {
		t.Errorf("before: %+v, %v, requests %q", got, err, o.trace)
	}
}

// TestSenderIsCanceledWithAToken checks that a run that is canceled after the claim does not send the plan, although it
// holds a token.
func TestSenderIsCanceledWithAToken(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := &others{plans: []json.RawMessage{plan(nil)}, results: []nav.Result{accepted}}
	s := o.sender(&bytes.Buffer{})
	s.HRM, s.Tokens, s.verified = cancelling{others: o, cancel: cancel}, tokenInHand{}, true
	got, err := s.Run(ctx)
	if want := []string{"claim", "settle NotSent"}; !errors.Is(err, context.Canceled) || !slices.Equal(o.trace, want) {
		t.Errorf("%+v, %v, requests %q, want %q", got, err, o.trace, want)
	}
}

// tokenInHand is a token that is available even if the context has ended.
type tokenInHand struct{ token brokerclient.Token }

func (h tokenInHand) Token(context.Context, bool) (brokerclient.Token, error) { return h.token, nil }

// cancelling cancels the run when a plan is claimed.
type cancelling struct {
	*others

	cancel func()
}

func (c cancelling) Claim(ctx context.Context, id uuid.UUID, lease time.Duration) (hrm.Claim, error) {
	defer c.cancel()
	return c.others.Claim(ctx, id, lease)
}

// TestSettlements checks the settlement of each result.
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
		"sent": {
			reason: "no practitioner was requested", result: accepted,
			want: `{"sent":{"generalPractitioner":"NotAsked","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`,
		},
		"not reached": {
			reason: "NAV did not reach the practitioner", result: accepted, document: toPractitioner,
			want: `{"sent":{"generalPractitioner":"NotReached","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`,
		},
		"reached": {
			reason: "NAV reached the practitioner", result: reached, document: toPractitioner,
			want: `{"sent":{"generalPractitioner":"Reached","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`,
		},
		"rejected": {
			reason: "a rejection has NAV's message", result: invalid,
			want: `{"rejected":{"by":"NAV","message":"about ` + person + `","type":"VALIDATION_ERROR"},"state":"Rejected"}`,
		},
		"long": {
			reason: "the contract bounds a message, in characters", result: long,
			want: `{"rejected":{"by":"NAV","message":"` + strings.Repeat("å", maxMessage) +
				`","type":"VALIDATION_ERROR"},"state":"Rejected"}`,
		},
		"refused": {
			reason: "a refusal has NAV's message", result: unfound,
			want: `{"refused":{"message":"about ` + person + `","type":"EMPLOYEE_NOT_FOUND"},"state":"Refused"}`,
		},
		"long refused": {
			reason: "the contract bounds a message", result: longRefusal,
			want: `{"refused":{"message":"` + strings.Repeat("å", maxMessage) +
				`","type":"NO_ACTIVE_SENT_SYKMELDING"},"state":"Refused"}`,
		},
		"lost": {
			reason: "NAV did not respond", result: lost,
			want: `{"state":"Unknown","unknown":{"cause":"NoAnswer"}}`,
		},
		"broken": {
			reason: "an error at NAV", result: broken,
			want: `{"state":"Unknown","unknown":{"cause":"ServerError"}}`,
		},
		"failed": {
			reason: "an error at NAV, with another status", result: failed,
			want: `{"state":"Unknown","unknown":{"cause":"ServerError"}}`,
		},
		"strange": {
			reason: "not NAV's response", result: strange,
			want: `{"state":"Unknown","unknown":{"cause":"UnreadableAnswer"}}`,
		},
		"not sent": {reason: "the plan is offered again", result: unconnected, want: `{"state":"NotSent"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(settlementOf(tc.result, tc.document))
			if err != nil || string(got) != tc.want {
				t.Errorf("%s:\n got %s, %v\nwant %s", tc.reason, got, err, tc.want)
			}
		})
	}
}

// sent returns the volumes of a run that sent plans whose general practitioners were not reached.
func sent(plans int64) runreport.Volumes {
	return runreport.Volumes{PlansSent: plans, GeneralPractitionersNotReached: plans}
}
