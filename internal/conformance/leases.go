package conformance

import (
	"context"
	"net/http"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// lease is how long a lease or deadline of a moment may last.
const lease = moment*time.Second + grain

const keepLease = "Record when the lease ends at the first request, by the clock of the HRM system, and compare at every later one."

func leaseChecks() []check {
	return []check{
		planCheck("lease-not-extended", placeClaim, sameClaim, checkLeaseNotExtended),
		planCheck("lease-not-cut", placeClaim, sameClaim, checkLeaseNotCut),
		planCheck("ended-claim", placeClaim,
			"A claim that has ended is never valid again: respond with 409.", checkEndedClaim),
		planCheck("ended-claim-sending", placeSending,
			"A claim is no longer valid if its lease has ended, even if no other worker has claimed the plan",
			checkEndedClaimSending),
		planCheck("ended-claim-settlement", placeSettlement, "claimed, and the lease has not ended",
			checkEndedClaimSettlement),
		planCheck("lease-ends", placeStates, "or the lease ends, and it is offered again", checkLeaseEnds),
		planCheck("another-claim-settles", placeSettlement, "Any other settlement is refused with 409.",
			checkAnotherClaimSettles),
	}
}

func checkLeaseNotExtended(ctx context.Context, p *probe) {
	const seconds = 2
	c := p.take(ctx, seconds)
	var got response
	ended := p.waitUntil(ctx, seconds*time.Second+grain, func() bool {
		got = p.putClaim(ctx, c.id, seconds)
		p.noteResponse(got)
		return got.status != http.StatusOK
	})
	if !ended {
		p.fail("a claim that is still valid after its lease: each repetition made it longer", keepLease)
	}
	p.want(got, keepLease, http.StatusConflict)
}

func checkLeaseNotCut(ctx context.Context, p *probe) {
	const seconds = 3
	now := p.suite.config.Calls.Now
	end := now().Add(seconds*time.Second - grain)
	c := p.take(ctx, seconds)
	for now().Before(end) {
		got := p.putClaim(ctx, c.id, moment)
		p.noteResponse(got)
		if now().Before(end) {
			p.want(got, keepLease, http.StatusOK)
		}
		p.wait(ctx)
	}
}

func checkEndedClaim(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.awaitLeaseEnd(ctx)
	p.expectClaimEnded(ctx, c)
}

func checkEndedClaimSending(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.awaitLeaseEnd(ctx)
	got := p.announce(ctx, c, p.suite.newID(), minute)
	p.want(got, keepLease+" No other claim needs to have the plan.", http.StatusConflict)
}

func checkEndedClaimSettlement(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.awaitLeaseEnd(ctx)
	p.expectRefused(ctx, c, notSentSettlement(), keepLease)
	p.expectRefused(ctx, c, rejectedSettlement(hrmapi.Worker), keepLease)
}

func checkLeaseEnds(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.expectOffered(ctx, c, "Offer a plan again when the lease of its claim has ended, unless it is sending.")
}

func checkAnotherClaimSettles(ctx context.Context, p *probe) {
	first := p.take(ctx, minute)
	const do = "Settle a plan by the claim that has it now, and by no other."
	p.expectAccepted(ctx, first, notSentSettlement(), "Accept NotSent for a plan that is claimed.")
	second := p.take(ctx, minute)
	p.want(p.announce(ctx, second, p.suite.newID(), minute), acceptSending, http.StatusNoContent)
	p.expectRefused(ctx, first, p.sentSettlement(), do)
	p.expectRefused(ctx, first, rejectedSettlement(hrmapi.NAV), do)
	p.expectRefused(ctx, &claim{id: p.suite.newID()}, p.sentSettlement(),
		"Refuse the settlement of a claim that was never made.")
	p.expectAccepted(ctx, second, notSentSettlement(), "Accept NotSent for a plan that is sending.")
}
