package hrmstore

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// TestContract tests the contract's table of plans: each row is a sequence of steps, with "!" before one that is
// refused.
func TestContract(t *testing.T) {
	cases := map[string]struct {
		reason string
		steps  string
		want   State
		open   int
	}{
		"sent": {reason: "the usual", steps: "claim sending sent", want: Sent},
		"again": {
			reason: "each once more, without effect", steps: "claim claim sending sending sent sent", want: Sent,
		},
		"lease":           {reason: "it is offered again", steps: "claim minute", want: Offered},
		"stale claim":     {reason: "it never comes back", steps: "claim minute !claim", want: Offered},
		"stale sending":   {reason: "also without another claim", steps: "claim minute !sending", want: Offered},
		"another claim's": {reason: "of the current claim", steps: "claim minute claimB !sending", want: Claimed},
		"other call":      {reason: "the first stands", steps: "claim sending !sendingB", want: Sending},
		"deadline":        {reason: "the outcome is open", steps: "claim sending minute", want: Unknown, open: 1},
		"deadline stands": {
			reason: "saying it again does not move it", steps: "claim sending half sending half", want: Unknown, open: 1,
		},
		"late":    {reason: "the same claim knows", steps: "claim sending minute sent", want: Sent},
		"late no": {reason: "the same claim knows", steps: "claim sending minute byNAV", want: Rejected},
		"late not sent": {
			reason: "unknown is not offered again by itself", steps: "claim sending minute !notSent", want: Unknown,
			open: 1,
		},
		"unknown":           {reason: "the worker does not know", steps: "claim sending unknown", want: Unknown, open: 1},
		"unknown, then not": {reason: "it found out", steps: "claim sending unknown sent", want: Sent},
		"unknown by two": {
			reason: "a settlement may be replaced by another", steps: "claim sending unknown serverError unknown",
			want: Unknown, open: 1,
		},
		"unknown, late": {
			reason: "the deadline has said it already", steps: "claim sending minute unknown byWorker", want: Rejected,
		},
		"unknown, sent": {
			reason: "what was taken is taken again, without effect", steps: "claim sending unknown sent unknown sent",
			want: Sent, open: 0,
		},
		"other uuid": {reason: "not the same settlement", steps: "claim sending sent !sentB", want: Sent},
		"not sent, then": {
			reason: "the claim has ended", steps: "claim sending notSent !sent !sending !claim claimB", want: Claimed,
		},
		"not sent, again": {reason: "also if another claim has it", steps: "claim notSent claimB notSent", want: Claimed},
		"lease, then": {
			reason: "an ended claim settles nothing", steps: "claim minute !notSent !byWorker !byNAV", want: Offered,
		},
		"sending past": {reason: "a lease ends no sending", steps: "claim half sending half sending sent", want: Sent},
		"settled": {
			reason: "a claim that was settled is never valid again", steps: "claim sending sent !claim !sending",
			want: Sent,
			open: 0,
		},
		"claim, sending": {
			reason: "a plan that is sending is not offered", steps: "claim sending !claim nothingB", want: Sending,
		},
		"person twice": {
			reason: "it is settled", steps: "claim sending unknown received !received !notReceived", want: Sent,
		},
		"repeat, person": {
			reason: "what was taken before a person came", steps: "claim sending unknown received unknown", want: Sent,
		},
		"sent, then not":   {reason: "final is final", steps: "claim sending sent !byNAV !unknown !notSent", want: Sent},
		"given back":       {reason: "nothing was sent", steps: "claim notSent", want: Offered},
		"given back twice": {reason: "without effect", steps: "claim notSent notSent", want: Offered},
		"given back, gone": {reason: "the claim has ended", steps: "claim notSent !sending !claim", want: Offered},
		"not sent":         {reason: "it could not be", steps: "claim sending notSent", want: Offered},
		"fields":           {reason: "the worker's check", steps: "claim byWorker", want: Rejected},
		"NAV without":      {reason: "nothing was sent to it", steps: "claim !byNAV !sent !unknown", want: Claimed},
		"person received": {
			reason: "a person found out", steps: "claim sending minute received !sent !unknown", want: Sent,
		},
		"person not": {
			reason: "it is offered again, without the old claim", steps: "claim sending minute notReceived !sent claimB",
			want: Claimed, open: 0,
		},
		"old claim, late": {
			reason: "nor when the plan is unknown once more",
			steps:  "claim sending minute notReceived claimB sendB minute !sent !sending !claim", want: Unknown, open: 1,
		},
		"person too early": {reason: "it may still be on its way", steps: "claim sending !received", want: Sending},
		"no claim":         {reason: "an unknown claim", steps: "!sending !sent", want: Offered},
		"refused":          {reason: "NAV may have an outage", steps: "claim sending refused", want: Refused},
		"refused again": {
			reason: "the same once more is not another refusal",
			steps:  "claim sending refused refused 59minutes refused minute", want: Offered, open: 0,
		},
		"refused, then": {
			reason: "the claim has ended", steps: "claim sending refused !claim !sending !sent !byNAV !notSent nothingB",
			want: Refused, open: 0,
		},
		"refused, waiting": {
			reason: "not before an hour", steps: "claim sending refused 59minutes nothingB", want: Refused,
		},
		"refused, waited":    {reason: "after an hour", steps: "claim sending refused hour claimB", want: Claimed},
		"refused, too early": {reason: "nothing was sent to NAV", steps: "claim !refused", want: Claimed},
		"refused, late": {
			reason: "NAV does not have it, and it waits", steps: "claim sending minute refused nothingB", want: Refused,
		},
		"refused, unknown": {
			reason: "what was taken is taken again, without effect", steps: "claim sending unknown refused unknown",
			want: Refused, open: 0,
		},
		"refused, given up": {
			reason: "a person decides", steps: "claim sending refused abandon !offerAgain !abandon nothingB",
			want: Abandoned,
			open: 0,
		},
		"refused, at once": {
			reason: "a person decides", steps: "claim sending refused offerAgain claimB", want: Claimed,
		},
		"decided too early": {
			reason: "nothing was refused", steps: "claim !offerAgain !abandon sending !offerAgain", want: Sending,
		},
		"second claim": {reason: "of one plan there is one", steps: "claim nothingB", want: Claimed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tenant, c := newTenant(t)
			offerPlans(t, tenant, "plan")
			for step := range strings.FieldsSeq(tc.steps) {
				name, refused := strings.CutPrefix(step, "!")
				err := take(t, tenant, c, name)
				if refused != errors.Is(err, ErrConflict) || !refused && err != nil {
					t.Fatalf("%s: step %s: %v", tc.reason, step, err)
				}
			}
			plans, err := tenant.Plans()
			if err != nil || len(plans) != 1 || plans[0].State != tc.want {
				t.Errorf("%s: %+v, %v, want %s", tc.reason, plans, err, tc.want)
			}
			if _, open, err := tenant.Claim(uuid.New(), time.Minute); err != nil || open.Unknown != tc.open ||
				(open.Undecided > 0) != (tc.want == Undecided) {
				t.Errorf("%s: %+v wait for a person, want %d unknown: %v", tc.reason, open, tc.open, err)
			}
		})
	}
}

// take executes a step.
func take(t *testing.T, tenant *Tenant, c *clock, step string) error {
	t.Helper()
	settlements := map[string]hrmapi.Settlement{
		"sent": sentA, "sentB": sentB, "byNAV": byNAV, "byWorker": byWorker, "unknown": noAnswer, "serverError": serverError,
		"notSent": notSent,
		"refused": refusedNow,
	}
	if s, ok := settlements[step]; ok {
		return tenant.Settle(claimA, s)
	}
	switch step {
	case "claim", "claimB", "nothingB":
		id := map[string]uuid.UUID{"claim": claimA}[step]
		if id == uuid.Nil {
			id = claimB
		}
		p, _, err := tenant.Claim(id, time.Minute)
		if err == nil && (p == nil) != (step == "nothingB") {
			t.Errorf("%s gave %+v", step, p)
		}
		return err
	case "sending":
		return tenant.Announce(claimA, callA, time.Minute)
	case "sendB":
		return tenant.Announce(claimB, callB, time.Minute)
	case "sendingB":
		return tenant.Announce(claimA, callB, time.Minute)
	case "minute":
		c.now = c.now.Add(time.Minute)
	case "59minutes":
		c.now = c.now.Add(59 * time.Minute)
	case "hour":
		c.now = c.now.Add(time.Hour)
	case "offerAgain":
		return tenant.Decide("plan", OfferAgain)
	case "abandon":
		return tenant.Decide("plan", Abandon)
	case "half":
		c.now = c.now.Add(30 * time.Second)
	case "received":
		return tenant.SettleByPerson("plan", uuid.New())
	case "notReceived":
		return tenant.SettleByPerson("plan", uuid.Nil)
	default:
		t.Fatalf("step %s?", step)
	}
	return nil
}

// TestHistory moves a plan through many states, and compares its history of states and actors.
func TestHistory(t *testing.T) {
	tenant, c := newTenant(t)
	began := c.now
	offerPlans(t, tenant, "plan")
	for step := range strings.FieldsSeq("claim minute minute claimB sendB minute notReceived") {
		must(t, take(t, tenant, c, step))
	}
	plans, err := tenant.Plans()
	must(t, err)
	none, after := uuid.UUID{}, func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	diff(t, "the times when it was due", []Transition{
		{State: Offered, Time: began, By: Person, ClaimID: none, CallID: none},
		{State: Claimed, Time: began, By: Worker, ClaimID: claimA, CallID: none},
		{State: Offered, Time: after(1), By: Time, ClaimID: claimA, CallID: none},
		{State: Claimed, Time: after(2), By: Worker, ClaimID: claimB, CallID: none},
		{State: Sending, Time: after(2), By: Worker, ClaimID: claimB, CallID: callB},
		{State: Unknown, Time: after(3), By: Time, ClaimID: claimB, CallID: callB},
		{State: Offered, Time: after(3), By: Person, ClaimID: claimB, CallID: callB},
	}, plans[0].History)
	diff(t, "without a claim", []any{Offered, none, none, time.Time{}},
		[]any{plans[0].State, plans[0].ClaimID, plans[0].CallID, plans[0].Until})
}

// TestOrder verifies that the plan that was finished first is claimed first, also when it is offered again.
func TestOrder(t *testing.T) {
	tenant, c := newTenant(t)
	offerPlans(t, tenant, "z", "a", "m")
	claimed := func() string {
		p, _, err := tenant.Claim(uuid.New(), time.Minute)
		must(t, err)
		if p == nil {
			return ""
		}
		return p.ID
	}
	diff(t, "in the order of finishing", []string{"z", "a", "m", ""}, []string{claimed(), claimed(), claimed(), claimed()})
	c.now = c.now.Add(time.Minute)
	offerPlans(t, tenant, "b")
	diff(t, "and so when the leases have ended", []string{"z", "a", "m", "b", ""},
		[]string{claimed(), claimed(), claimed(), claimed(), claimed()})
}

// TestDeadlineIsFromTheRequest verifies that the deadline counts from the request, as the worker's does. Counted from
// the write to the disk, it would end later than the worker's.
func TestDeadlineIsFromTheRequest(t *testing.T) {
	c := newClock()
	looks := 0
	tenant := open(t, filepath.Join(t.TempDir(), "hrm.db"), func() time.Time {
		looks++
		return c.now.Add(time.Duration(looks) * time.Second)
	}).Tenant("tiger")
	offerPlans(t, tenant, "plan")
	_, _, err := tenant.Claim(claimA, time.Hour)
	must(t, err)
	came := looks + 1
	must(t, tenant.Announce(claimA, callA, time.Minute))
	plans, err := tenant.Plans()
	must(t, err)
	diff(t, "the deadline", c.now.Add(time.Duration(came)*time.Second+time.Minute), plans[0].Until)
}

func TestOfferRefuses(t *testing.T) {
	tenant, _ := newTenant(t)
	offerPlans(t, tenant, "there")
	good := json.RawMessage(`{"a": "<b>"}`)
	for name, tc := range map[string]struct {
		reason string
		id     string
		plan   json.RawMessage
		want   error
	}{
		"No id":   {reason: "it has a name", plan: good, want: ErrUnusable},
		"Slash":   {reason: "not in the pattern", id: "a/b", plan: good, want: ErrUnusable},
		"Long":    {reason: "128 at most", id: strings.Repeat("a", 129), plan: good, want: ErrUnusable},
		"No JSON": {reason: "it is JSON", id: "a", plan: json.RawMessage(`{`), want: ErrUnusable},
		"Null":    {reason: "an object", id: "a", plan: json.RawMessage(`null`), want: ErrUnusable},
		"Array":   {reason: "an object", id: "a", plan: json.RawMessage(`[]`), want: ErrUnusable},
		"Large": {
			reason: "a response has 1 MiB", id: "a", plan: json.RawMessage(`{"a":"` + strings.Repeat("a", maxPlan) + `"}`),
			want: ErrUnusable,
		},
		"Repeated": {reason: "ids are new", id: "there", plan: good, want: ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			err := tenant.Offer(map[string]json.RawMessage{"new": good, tc.id: tc.plan})
			if !errors.Is(err, tc.want) {
				t.Errorf("%s: %s: %v", name, tc.reason, err)
			}
		})
	}
	plans, err := tenant.Plans()
	must(t, err)
	diff(t, "all or none", 1, len(plans))
	must(t, tenant.Offer(map[string]json.RawMessage{strings.Repeat("a", 128): good}))
	if plans, err = tenant.Plans(); err != nil || string(plans[1].Document) != string(good) {
		t.Errorf("not to the byte: %s, %v", plans[1].Document, err)
	}
}

// TestTenantsAreApart verifies that a tenant does not see another one's plans, claims and documents.
func TestTenantsAreApart(t *testing.T) {
	tiger, _ := newTenant(t)
	bear := tiger.store.Tenant("bear")
	offerPlans(t, tiger, "plan")
	p, _, err := bear.Claim(claimA, time.Minute)
	must(t, err)
	if p != nil {
		t.Errorf("bear has %s", p.ID)
	}
	_, _, err = tiger.Claim(claimA, time.Minute)
	must(t, err)
	if err := bear.Announce(claimA, callA, time.Minute); !errors.Is(err, ErrConflict) {
		t.Errorf("bear has tiger's claim: %v", err)
	}
}

// TestIdleClaimWaitsForNoDisk verifies that a claim without a plan writes nothing.
func TestIdleClaimWaitsForNoDisk(t *testing.T) {
	tenant, _ := newTenant(t)
	offerPlans(t, tenant, "plan")
	must(t, take(t, tenant, newClock(), "claim"))
	must(t, tenant.Announce(claimA, callA, time.Minute))
	must(t, tenant.Settle(claimA, noAnswer))
	before := tenant.store.db.Stats()
	p, open, err := tenant.Claim(claimB, time.Minute)
	must(t, err)
	after := tenant.store.db.Stats()
	if p != nil || open != (Waiting{Unknown: 1}) {
		t.Errorf("got %+v and %+v", p, open)
	}
	diff(t, "writes", before.TxStats.GetWrite(), after.TxStats.GetWrite())
}

func BenchmarkClaim(b *testing.B) {
	for _, offered := range []int{100, 10_000} {
		b.Run(strconv.Itoa(offered), func(b *testing.B) {
			tenant, _ := newTenant(b)
			tenant.store.db.NoSync = true // how many are offered must not matter; how fast the disk is does not matter here
			plans := map[string]json.RawMessage{}
			for range offered {
				plans[uuid.NewString()] = json.RawMessage(`{}`)
			}
			must(b, tenant.Offer(plans))
			for b.Loop() {
				claim := uuid.New()
				_, _, err := tenant.Claim(claim, time.Minute)
				must(b, err)
				must(b, tenant.Settle(claim, notSent))
			}
		})
	}
}
