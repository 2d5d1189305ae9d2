package conformance

import (
	"context"
	"net/http"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// lease is how long a moment's lease or deadline may last.
const lease = moment*time.Second + grain

const keepLease = "Record when the lease ends at the first request, by the clock of the HRM system, and compare at every later one."

func leaseChecks() []check {
	return []check{
		planCheck("lease-not-extended", placeClaim,
			"while the claim is valid, the same request returns the same claim with the same lease, and never a second plan.",
			leaseNotExtended),
		planCheck("lease-not-cut", placeClaim,
			"while the claim is valid, the same request returns the same claim with the same lease, and never a second plan.",
			leaseNotCut),
		planCheck("ended-claim", placeClaim,
			"A claim that has ended is never valid again: respond with 409.", endedClaim),
		planCheck("ended-claim-sending", placeSending,
			"A claim is no longer valid if its lease has ended, even if no other worker has claimed the plan",
			endedClaimSending),
		planCheck("ended-claim-settlement", placeSettlement, "claimed, and the lease has not ended", endedClaimSettlement),
		planCheck("lease-ends", placeStates, "or the lease ends, and it is offered again", leaseEnds),
		planCheck("another-claim-settles", placeSettlement, "Any other settlement is refused with 409.", anotherClaimSettles),
	}
}

func leaseNotExtended(ctx context.Context, p *probe) {
	const seconds = 2
	c := p.take(ctx, seconds)
	status := 0
	ended := p.until(ctx, seconds*time.Second+grain, func() bool {
		got := p.putClaim(ctx, c.id, seconds)
		p.noteAnswer(got)
		status = got.status
		return status != http.StatusOK
	})
	if !ended {
		p.broken("a claim that is still valid after its lease: each repetition made it longer", keepLease)
		return
	}
	p.want(answer{status: status}, keepLease, http.StatusConflict)
}

func leaseNotCut(ctx context.Context, p *probe) {
	const seconds = 3
	now := p.suite.config.Calls.Now
	end := now().Add(seconds*time.Second - grain)
	c := p.take(ctx, seconds)
	for !p.over() && now().Before(end) {
		got := p.putClaim(ctx, c.id, moment)
		p.noteAnswer(got)
		if now().Before(end) {
			p.want(got, keepLease, http.StatusOK)
		}
		p.wait(ctx)
	}
}

func endedClaim(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.leaseEnds(ctx)
	p.claimIsOver(ctx, c)
}

func endedClaimSending(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.leaseEnds(ctx)
	got := p.sends(ctx, c, p.suite.newID(), minute)
	p.want(got, keepLease+" No other claim needs to have the plan.", http.StatusConflict)
}

func endedClaimSettlement(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.leaseEnds(ctx)
	p.refused(ctx, c, notSent(), keepLease)
	p.refused(ctx, c, rejected(hrmapi.Worker), keepLease)
}

func leaseEnds(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.isOffered(ctx, c, "Offer a plan again when the lease of its claim has ended, unless it is sending.")
}

func anotherClaimSettles(ctx context.Context, p *probe) {
	first := p.take(ctx, minute)
	const do = "Settle a plan by the claim that has it now, and by no other."
	p.taken(ctx, first, notSent(), "Accept NotSent for a plan that is claimed.")
	second := p.take(ctx, minute)
	p.want(p.sends(ctx, second, p.suite.newID(), minute), "Accept the sending of a claim that is valid.",
		http.StatusNoContent)
	p.refused(ctx, first, p.sent(), do)
	p.refused(ctx, first, rejected(hrmapi.NAV), do)
	p.refused(ctx, &claim{id: p.suite.newID()}, p.sent(), "Refuse the settlement of a claim that was never made.")
	p.taken(ctx, second, notSent(), "Accept NotSent for a plan that is sending.")
}
