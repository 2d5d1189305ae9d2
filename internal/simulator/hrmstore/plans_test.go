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

// TestContract goes through the contract's table of plans: each row is a story of steps, "!" before one that is
// refused.
func TestContract(t *testing.T) {
	cases := map[string]struct {
		reason string
		steps  string
		want   State
		open   int
	}{
		"sent":              {"the usual", "claim sending sent", Sent, 0},
		"again":             {"each once more, without effect", "claim claim sending sending sent sent", Sent, 0},
		"lease":             {"it is offered again", "claim minute", Offered, 0},
		"stale claim":       {"it never comes back", "claim minute !claim", Offered, 0},
		"stale sending":     {"also without another claim", "claim minute !sending", Offered, 0},
		"another claim's":   {"of the current claim", "claim minute claimB !sending", Claimed, 0},
		"other call":        {"the first stands", "claim sending !sendingB", Sending, 0},
		"deadline":          {"the outcome is open", "claim sending minute", Unknown, 1},
		"deadline stands":   {"saying it again does not move it", "claim sending half sending half", Unknown, 1},
		"late":              {"the same claim knows", "claim sending minute sent", Sent, 0},
		"late no":           {"the same claim knows", "claim sending minute byNAV", Rejected, 0},
		"late not sent":     {"unknown is not offered again by itself", "claim sending minute !notSent", Unknown, 1},
		"unknown":           {"the worker does not know", "claim sending unknown", Unknown, 1},
		"unknown, then not": {"it found out", "claim sending unknown sent", Sent, 0},
		"unknown by two": {
			"a settlement may be replaced by another", "claim sending unknown serverError unknown",
			Unknown, 1,
		},
		"unknown, late": {"the deadline has said it already", "claim sending minute unknown byWorker", Rejected, 0},
		"unknown, sent": {
			"what was taken is taken again, without effect", "claim sending unknown sent unknown sent",
			Sent, 0,
		},
		"other uuid":      {"not the same settlement", "claim sending sent !sentB", Sent, 0},
		"not sent, then":  {"the claim has ended", "claim sending notSent !sent !sending !claim claimB", Claimed, 0},
		"not sent, again": {"also if another claim has it", "claim notSent claimB notSent", Claimed, 0},
		"lease, then":     {"an ended claim settles nothing", "claim minute !notSent !byWorker !byNAV", Offered, 0},
		"sending past":    {"a lease ends no sending", "claim half sending half sending sent", Sent, 0},
		"settled": {
			"a claim that was settled is never valid again", "claim sending sent !claim !sending", Sent,
			0,
		},
		"claim, sending":   {"a plan that is sending is not offered", "claim sending !claim nothingB", Sending, 0},
		"person twice":     {"it is settled", "claim sending unknown received !received !notReceived", Sent, 0},
		"repeat, person":   {"what was taken before a person came", "claim sending unknown received unknown", Sent, 0},
		"sent, then not":   {"final is final", "claim sending sent !byNAV !unknown !notSent", Sent, 0},
		"given back":       {"nothing was sent", "claim notSent", Offered, 0},
		"given back twice": {"without effect", "claim notSent notSent", Offered, 0},
		"given back, gone": {"the claim has ended", "claim notSent !sending !claim", Offered, 0},
		"not sent":         {"it could not be", "claim sending notSent", Offered, 0},
		"fields":           {"the worker's check", "claim byWorker", Rejected, 0},
		"NAV without":      {"nothing was sent to it", "claim !byNAV !sent !unknown", Claimed, 0},
		"person received":  {"a person found out", "claim sending minute received !sent !unknown", Sent, 0},
		"person not": {
			"it is offered again, without the old claim", "claim sending minute notReceived !sent claimB",
			Claimed, 0,
		},
		"old claim, late": {
			"nor when the plan is unknown once more",
			"claim sending minute notReceived claimB sendB minute !sent !sending !claim", Unknown, 1,
		},
		"person too early": {"it may still be on its way", "claim sending !received", Sending, 0},
		"no claim":         {"an unknown claim", "!sending !sent", Offered, 0},
		"refused":          {"NAV may have an outage", "claim sending refused", Refused, 0},
		"refused again": {
			"the same once more is not another refusal",
			"claim sending refused refused 59minutes refused minute", Offered, 0,
		},
		"refused, then": {
			"the claim has ended", "claim sending refused !claim !sending !sent !byNAV !notSent nothingB",
			Refused, 0,
		},
		"refused, waiting":   {"not before an hour", "claim sending refused 59minutes nothingB", Refused, 0},
		"refused, waited":    {"after an hour", "claim sending refused hour claimB", Claimed, 0},
		"refused, too early": {"nothing was sent to NAV", "claim !refused", Claimed, 0},
		"refused, late":      {"NAV does not have it, and it waits", "claim sending minute refused nothingB", Refused, 0},
		"refused, unknown": {
			"what was taken is taken again, without effect", "claim sending unknown refused unknown",
			Refused, 0,
		},
		"refused, given up": {
			"a person decides", "claim sending refused abandon !offerAgain !abandon nothingB", Abandoned,
			0,
		},
		"refused, at once":  {"a person decides", "claim sending refused offerAgain claimB", Claimed, 0},
		"decided too early": {"nothing was refused", "claim !offerAgain !abandon sending !offerAgain", Sending, 0},
		"second claim":      {"of one plan there is one", "claim nothingB", Claimed, 0},
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

// take takes a step of a story.
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

// TestHistory has a plan that goes a long way, and says who brought it where.
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
		{Offered, began, Person, none, none},
		{Claimed, began, Worker, claimA, none},
		{Offered, after(1), Time, claimA, none},
		{Claimed, after(2), Worker, claimB, none},
		{Sending, after(2), Worker, claimB, callB},
		{Unknown, after(3), Time, claimB, callB},
		{Offered, after(3), Person, claimB, callB},
	}, plans[0].History)
	diff(t, "without a claim", []any{Offered, none, none, time.Time{}},
		[]any{plans[0].State, plans[0].ClaimID, plans[0].CallID, plans[0].Until})
}

// TestOrder: the plan that was finished first is claimed first, also when it comes back.
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

// TestDeadlineIsFromTheRequest: the worker counts from before, so a deadline that the disk puts off would be the longer
// one.
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
		"No id":   {"it has a name", "", good, ErrUnusable},
		"Slash":   {"not in the pattern", "a/b", good, ErrUnusable},
		"Long":    {"128 at most", strings.Repeat("a", 129), good, ErrUnusable},
		"No JSON": {"it is JSON", "a", json.RawMessage(`{`), ErrUnusable},
		"Null":    {"an object", "a", json.RawMessage(`null`), ErrUnusable},
		"Array":   {"an object", "a", json.RawMessage(`[]`), ErrUnusable},
		"Large": {
			"an answer has 1 MiB", "a", json.RawMessage(`{"a":"` + strings.Repeat("a", maxPlan) + `"}`),
			ErrUnusable,
		},
		"Repeated": {"ids are new", "there", good, ErrExists},
	} {
		err := tenant.Offer(map[string]json.RawMessage{"new": good, tc.id: tc.plan})
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %s: %v", name, tc.reason, err)
		}
	}
	plans, err := tenant.Plans()
	must(t, err)
	diff(t, "all or none", 1, len(plans))
	must(t, tenant.Offer(map[string]json.RawMessage{strings.Repeat("a", 128): good}))
	if plans, err = tenant.Plans(); err != nil || string(plans[1].Document) != string(good) {
		t.Errorf("not to the byte: %s, %v", plans[1].Document, err)
	}
}

// TestTenantsAreApart: neither plans nor claims nor documents of one are seen by another.
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
