package conformance

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	keepRefusal = "Accept Refused of a plan that is sending, end its claim, and let the plan wait."
	countWait   = "Let a plan wait for 1 hour after its first refusal, then 2, 4, 8, 16 and 24 hours, from when each settlement comes; then offer it again."
	threeDays   = "Compare when a settlement as Refused comes with when the first one came: from 72 hours on the plan becomes undecided, and not earlier."
)

func refusalChecks() []check {
	return []check{
		finalCheck("refused", placeSettlement,
			"NotSent and Refused end the claim. After NotSent the plan is offered again. After Refused the plan waits",
			refusedWaits),
		finalCheck("refused-late", placeSettlement, "all but NotSent by the same claim", refusedLate),
		finalCheck("refused-again", placeStates,
			"During the wait the plan must not be offered. After the wait it must be offered again.", refusedAgain),
		finalCheck("refused-last", placeClaim, "Plans that NAV has not refused come before those that it has", refusedLast),
		finalCheck("undecided", placeStates,
			"If a settlement as Refused arrives 72 hours or more after the first one, the plan must become undecided instead. A plan must not become undecided earlier.",
			undecided),
	}
}

func refusedWaits(ctx context.Context, p *probe) {
	before := p.openUnknown(ctx)
	c := p.isSending(ctx, minute)
	p.isRefused(ctx, c)
	for _, s := range []hrmapi.Settlement{p.sent(), rejected(hrmapi.NAV), unknown(), notSent()} {
		p.refused(ctx, c, s, "Refuse every other settlement: the claim has ended.")
	}
	p.claimIsOver(ctx, c)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Refuse the sending of a claim that has ended.", http.StatusConflict)
	p.waits(ctx, c, 1)
	p.openUnknownIs(ctx, before)
}

// isRefused settles a plan as refused, twice: the second time has no effect.
func (p *probe) isRefused(ctx context.Context, c *claim) {
	c.refusedAt = p.suite.config.Calls.Now()
	p.taken(ctx, c, refusedForNow(), keepRefusal)
	p.taken(ctx, c, refusedForNow(), takeSame)
}

// waits verifies that a refused plan is not offered before so many hours after its refusal.
func (p *probe) waits(ctx context.Context, c *claim, hours int) {
	end := c.refusedAt.Add(time.Duration(hours) * cmp.Or(p.suite.config.RefusalHour, time.Hour))
	if slices.Contains(p.offered(ctx), c.planID) && p.suite.config.Calls.Now().Before(end) {
		p.broken("the plan was offered before its wait had ended", countWait)
	}
}

// refusedLate sends a refusal of an unknown plan, which is then refused.
func refusedLate(ctx context.Context, p *probe) {
	before := p.openUnknown(ctx)
	c := p.isSending(ctx, minute)
	p.taken(ctx, c, unknown(), takeAll)
	c.refusedAt = p.suite.config.Calls.Now()
	p.taken(ctx, c, refusedForNow(), takeLate)
	p.openUnknownIs(ctx, before)
	p.waits(ctx, c, 1)
}

// hours waits for some of the test tenant's hours, less a grain. 0 only checks that it can wait for hours.
func (p *probe) hours(ctx context.Context, n int) {
	if p.suite.config.RefusalHour == 0 {
		p.unchecked("an hour is too long to wait for",
			"Make hours of refusals seconds in the test tenant, and pass --refusal-hour; or try it by hand with another clock.")
	}
	if p.over() {
		return
	}
	d := time.Duration(n) * p.suite.config.RefusalHour
	if err := p.suite.config.Pause(ctx, max(d-grain, d/2)); err != nil {
		p.unchecked("the checks were interrupted", "Let them run to their end.")
	}
}

// offeredAfter verifies that a plan that was just refused is not offered before so many hours, and is then.
func (p *probe) offeredAfter(ctx context.Context, c *claim, hours int) {
	p.waits(ctx, c, hours)
	p.hours(ctx, hours)
	p.waits(ctx, c, hours)
	p.notef("(%d hours of the test tenant later)", hours)
	p.isOffered(ctx, c, countWait)
}

// takeThis claims the plan of another claim once more, and returns what comes before it.
func (p *probe) takeThis(ctx context.Context, old *claim) *claim {
	var before []*claim
	defer func() {
		for _, c := range before {
			p.release(ctx, c)
		}
	}()
	for len(before) < maxOffered && !p.over() {
		c := p.take(ctx, minute)
		if c.planID == old.planID {
			return c
		}
		before = append(before, c)
	}
	return &claim{ended: true}
}

// isRefusedAgain claims a plan once more, and has NAV refuse it once more.
func (p *probe) isRefusedAgain(ctx context.Context, old *claim) *claim {
	c := p.takeThis(ctx, old)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Accept the sending of a claim that is valid.", http.StatusNoContent)
	p.isRefused(ctx, c)
	return c
}

func refusedAgain(ctx context.Context, p *probe) {
	p.hours(ctx, 0)
	c := p.isSending(ctx, minute)
	p.isRefused(ctx, c)
	for _, hours := range []int{1, 2} {
		p.offeredAfter(ctx, c, hours)
		if hours == 1 {
			c = p.isRefusedAgain(ctx, c)
		}
	}
	p.usesUp(ctx, c)
}

// usesUp settles a plan that is offered as sent, so that it does not come again.
func (p *probe) usesUp(ctx context.Context, old *claim) {
	c := p.takeThis(ctx, old)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Accept the sending of a claim that is valid.", http.StatusNoContent)
	p.taken(ctx, c, p.sent(), takeAll)
}

func refusedLast(ctx context.Context, p *probe) {
	p.hours(ctx, 0)
	c := p.isSending(ctx, minute)
	others := len(p.offered(ctx))
	p.isRefused(ctx, c)
	p.offeredAfter(ctx, c, 1)
	if !p.over() && others == 0 {
		p.unchecked("fewer than two plans were offered", fmt.Sprintf("Offer at least %d finished plans.", PlansNeeded()))
	}
	if plans := p.offered(ctx); !p.over() && plans[len(plans)-1] != c.planID {
		p.broken("a plan that NAV has refused before one that it has not",
			"Order by whether NAV has refused a plan, and then by when it was finished.")
	}
	p.usesUp(ctx, c)
}

// undecided refuses a plan for 72 hours, and once more.
func undecided(ctx context.Context, p *probe) {
	p.hours(ctx, 0)
	before := p.openUndecided(ctx)
	c := p.isSending(ctx, minute)
	p.isRefused(ctx, c)
	first, afterFirst := c.refusedAt, p.suite.config.Calls.Now()
	for wait := 1; !p.over() && !p.isUndecided(ctx, c, before, first, afterFirst); wait = min(2*wait, 24) {
		p.offeredAfter(ctx, c, wait)
		c = p.isRefusedAgain(ctx, c)
	}
	const day = 24
	p.hours(ctx, day+1)
	if slices.Contains(p.offered(ctx), c.planID) {
		p.broken("a plan was offered that is undecided", "Offer a plan that is undecided only when a person has decided so.")
	}
	if got := p.openUndecided(ctx); !p.over() && got != before+1 {
		p.broken(fmt.Sprintf("openUndecided is %d instead of %d", got, before+1), threeDays)
	}
}

// isUndecided reports whether a plan that was just refused is undecided, and verifies that it is so neither too early
// nor too late. It was first refused between two times.
func (p *probe) isUndecided(ctx context.Context, c *claim, before int, first, afterFirst time.Time) bool {
	until := 72 * p.suite.config.RefusalHour
	may := !p.suite.config.Calls.Now().Before(first.Add(until))
	must := !c.refusedAt.Before(afterFirst.Add(until))
	got := p.openUndecided(ctx)
	switch {
	case p.over():
	case got < before || got > before+1 || got == before && must:
		p.broken(fmt.Sprintf("openUndecided is %d instead of %d, 72 hours after the first refusal", got, before+1), threeDays)
	case got == before+1 && !may:
		p.broken(fmt.Sprintf("openUndecided is %d instead of %d, less than 72 hours after the first refusal", got, before),
			threeDays)
	}
	return got == before+1
}

// openUndecided returns how many plans are undecided now.
func (p *probe) openUndecided(ctx context.Context) int {
	p.openUnknown(ctx)
	p.notef("PUT /v1/claims/… with a new id: openUndecided is %d", p.undecided)
	return p.undecided
}
