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
			checkRefusedWaits),
		finalCheck("refused-late", placeSettlement, "all but NotSent by the same claim", checkRefusedLate),
		finalCheck("refused-again", placeStates,
			"During the wait the plan must not be offered. After the wait it must be offered again.", checkRefusedAgain),
		finalCheck("refused-last", placeClaim, "Plans that NAV has not refused come before those that it has",
			checkRefusedLast),
		finalCheck("undecided", placeStates,
			"If a settlement as Refused arrives 72 hours or more after the first one, the plan must become undecided instead. A plan must not become undecided earlier.",
			checkUndecided),
	}
}

func checkRefusedWaits(ctx context.Context, p *probe) {
	before := p.countUnknown(ctx)
	c := p.takeSending(ctx, minute)
	p.settleRefused(ctx, c)
	for _, s := range []hrmapi.Settlement{
		p.sentSettlement(), rejectedSettlement(hrmapi.NAV), unknownSettlement(), notSentSettlement(),
	} {
		p.expectRefused(ctx, c, s, "Refuse every other settlement: the claim has ended.")
	}
	p.expectClaimEnded(ctx, c)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), refuseEndedSending, http.StatusConflict)
	p.expectWait(ctx, c, 1)
	p.expectOpenUnknown(ctx, before)
}

// settleRefused settles a plan as refused twice. The second time must have no effect.
func (p *probe) settleRefused(ctx context.Context, c *claim) {
	c.refusedAt = p.suite.config.Calls.Now()
	p.expectAccepted(ctx, c, refusedSettlement(), keepRefusal)
	p.expectAccepted(ctx, c, refusedSettlement(), takeSame)
}

// expectWait verifies that a refused plan is not offered within a number of hours after its refusal.
func (p *probe) expectWait(ctx context.Context, c *claim, hours int) {
	end := c.refusedAt.Add(time.Duration(hours) * cmp.Or(p.suite.config.RefusalHour, time.Hour))
	if slices.Contains(p.listOffered(ctx), c.planID) && p.suite.config.Calls.Now().Before(end) {
		p.fail("the plan was offered before its wait had ended", countWait)
	}
}

// checkRefusedLate settles an unknown plan as refused.
func checkRefusedLate(ctx context.Context, p *probe) {
	before := p.countUnknown(ctx)
	c := p.takeSending(ctx, minute)
	p.expectAccepted(ctx, c, unknownSettlement(), takeAll)
	c.refusedAt = p.suite.config.Calls.Now()
	p.expectAccepted(ctx, c, refusedSettlement(), takeLate)
	p.expectOpenUnknown(ctx, before)
	p.expectWait(ctx, c, 1)
}

// waitHours waits for n hours of the test tenant, less a grain. It skips the check if they are real hours, also for 0.
func (p *probe) waitHours(ctx context.Context, n int) {
	if p.suite.config.RefusalHour == 0 {
		p.skip("an hour is too long to wait for",
			"Make hours of refusals seconds in the test tenant, and pass --refusal-hour; or try it by hand with another clock.")
	}
	d := time.Duration(n) * p.suite.config.RefusalHour
	if err := p.suite.config.Pause(ctx, max(d-grain, d/2)); err != nil {
		p.skip("the checks were interrupted", "Let them run to their end.")
	}
}

// expectOfferedAfter verifies that a plan that was just refused is offered after a number of hours, and not before.
func (p *probe) expectOfferedAfter(ctx context.Context, c *claim, hours int) {
	p.expectWait(ctx, c, hours)
	p.waitHours(ctx, hours)
	p.expectWait(ctx, c, hours)
	p.notef("(%d hours of the test tenant later)", hours)
	p.expectOffered(ctx, c, countWait)
}

// takeThis claims the plan of an earlier claim again, and releases the plans that come before it.
func (p *probe) takeThis(ctx context.Context, old *claim) *claim {
	var before []*claim
	defer func() {
		for _, c := range before {
			p.release(ctx, c)
		}
	}()
	for len(before) < maxOffered {
		c := p.take(ctx, minute)
		if c.planID == old.planID {
			return c
		}
		before = append(before, c)
	}
	return &claim{ended: true}
}

// refuseAgain claims a plan again and settles it as refused again.
func (p *probe) refuseAgain(ctx context.Context, old *claim) *claim {
	c := p.takeThis(ctx, old)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), acceptSending, http.StatusNoContent)
	p.settleRefused(ctx, c)
	return c
}

func checkRefusedAgain(ctx context.Context, p *probe) {
	p.waitHours(ctx, 0)
	c := p.takeSending(ctx, minute)
	p.settleRefused(ctx, c)
	for _, hours := range []int{1, 2} {
		p.expectOfferedAfter(ctx, c, hours)
		if hours == 1 {
			c = p.refuseAgain(ctx, c)
		}
	}
	p.useUp(ctx, c)
}

// useUp claims an offered plan and settles it as sent, so that it is not offered again.
func (p *probe) useUp(ctx context.Context, old *claim) {
	c := p.takeThis(ctx, old)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), acceptSending, http.StatusNoContent)
	p.expectAccepted(ctx, c, p.sentSettlement(), takeAll)
}

func checkRefusedLast(ctx context.Context, p *probe) {
	p.waitHours(ctx, 0)
	c := p.takeSending(ctx, minute)
	others := len(p.listOffered(ctx))
	p.settleRefused(ctx, c)
	p.expectOfferedAfter(ctx, c, 1)
	if others == 0 {
		p.skipForPlans("fewer than two plans were offered")
	}
	if plans := p.listOffered(ctx); len(plans) == 0 || plans[len(plans)-1] != c.planID {
		p.fail("a plan that NAV has refused before one that it has not",
			"Order by whether NAV has refused a plan, and then by when it was finished.")
	}
	p.useUp(ctx, c)
}

// checkUndecided settles a plan as refused until it becomes undecided after 72 hours.
func checkUndecided(ctx context.Context, p *probe) {
	p.waitHours(ctx, 0)
	before := p.countUndecided(ctx)
	c := p.takeSending(ctx, minute)
	p.settleRefused(ctx, c)
	first, afterFirst := c.refusedAt, p.suite.config.Calls.Now()
	for wait := 1; !p.expectUndecided(ctx, c, before, first, afterFirst); wait = min(2*wait, 24) {
		p.expectOfferedAfter(ctx, c, wait)
		c = p.refuseAgain(ctx, c)
	}
	const day = 24
	p.waitHours(ctx, day+1)
	if slices.Contains(p.listOffered(ctx), c.planID) {
		p.fail("a plan was offered that is undecided", "Offer a plan that is undecided only when a person has decided so.")
	}
	if got := p.countUndecided(ctx); got != before+1 {
		p.fail(fmt.Sprintf("openUndecided is %d instead of %d", got, before+1), threeDays)
	}
}

// expectUndecided reports whether a plan that was just refused is undecided. It fails the check if that is too early or
// too late. The plan was first refused between first and afterFirst.
func (p *probe) expectUndecided(ctx context.Context, c *claim, before int, first, afterFirst time.Time) bool {
	until := 72 * p.suite.config.RefusalHour
	may := !p.suite.config.Calls.Now().Before(first.Add(until))
	must := !c.refusedAt.Before(afterFirst.Add(until))
	got := p.countUndecided(ctx)
	switch {
	case got < before || got > before+1 || got == before && must:
		p.fail(fmt.Sprintf("openUndecided is %d instead of %d, 72 hours after the first refusal", got, before+1), threeDays)
	case got == before+1 && !may:
		p.fail(fmt.Sprintf("openUndecided is %d instead of %d, less than 72 hours after the first refusal",
			got, before), threeDays)
	}
	return got == before+1
}

func (p *probe) countUndecided(ctx context.Context) int {
	p.countUnknown(ctx)
	p.notef("PUT /v1/claims/… with a new id: openUndecided is %d", p.undecided)
	return p.undecided
}
