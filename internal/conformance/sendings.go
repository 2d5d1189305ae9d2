package conformance

import (
	"context"
	"net/http"
	"slices"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

func sendingChecks() []check {
	return []check{
		planCheck("sending-repeated", placeSending,
			"Idempotent for the same navCallID, which does not move the deadline. Another navCallID is refused with 409.",
			checkSendingRepeated),
		planCheck("sending-outlives-lease", placeStates, "NAV may have it", checkSendingOutlivesLease),
		planCheck("claimed-settlements", placeSettlement, "NotSent, or Rejected by the worker", checkClaimedSettlements),
	}
}

func checkSendingRepeated(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	id := p.suite.newID()
	const again = "Accept the same sending once more."
	p.want(p.announce(ctx, c, id, minute), acceptSending, http.StatusNoContent)
	p.want(p.announce(ctx, c, id, minute), again, http.StatusNoContent)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), "Keep the navCallID with the plan, and refuse another.",
		http.StatusConflict)
	p.want(p.announce(ctx, c, id, minute), again, http.StatusNoContent)
}

// checkSendingOutlivesLease verifies that a plan that is sending is not offered when its lease ends.
func checkSendingOutlivesLease(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), acceptSending, http.StatusNoContent)
	p.awaitLeaseEnd(ctx)
	p.expectNotOffered(ctx, c)
	p.expectAccepted(ctx, c, notSentSettlement(), "Accept NotSent until the deadline, also after the lease.")
}

// checkClaimedSettlements verifies that a claimed plan is not settled as if it were sending.
func checkClaimedSettlements(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	const do = "While a plan is claimed and not sending, accept NotSent, and Rejected by the worker, and nothing else."
	for _, s := range []hrmapi.Settlement{
		p.sentSettlement(), rejectedSettlement(hrmapi.NAV), refusedSettlement(), unknownSettlement(),
	} {
		p.expectRefused(ctx, c, s, do)
	}
	p.repeatClaim(ctx, c) // nothing was changed
	p.expectAccepted(ctx, c, notSentSettlement(), do)
}

func notSentChecks() []check {
	const ended = "NotSent and Refused end the claim. After NotSent the plan is offered again."
	return []check{
		planCheck("not-sent", placeSettlement, ended, func(ctx context.Context, p *probe) {
			checkGivenBack(ctx, p, p.take(ctx, minute))
		}),
		planCheck("not-sent-after-sending", placeSettlement, ended, func(ctx context.Context, p *probe) {
			checkGivenBack(ctx, p, p.takeSending(ctx, minute))
		}),
		planCheck("not-sent-repeated", placeSettlement,
			"A repeated settlement must be accepted without effect.", checkNotSentRepeated),
	}
}

func checkGivenBack(ctx context.Context, p *probe, c *claim) {
	p.expectAccepted(ctx, c, notSentSettlement(), "Accept NotSent for a plan that is claimed or sending.")
	p.expectOffered(ctx, c, "Offer a plan again after NotSent.")
	p.expectClaimEnded(ctx, c)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), refuseEndedSending, http.StatusConflict)
	if !slices.Contains(p.listOffered(ctx), c.planID) {
		p.fail("the plan is not offered any more", "Change nothing by a request that is refused.")
	}
}

// checkNotSentRepeated repeats NotSent after another claim has taken the plan.
func checkNotSentRepeated(ctx context.Context, p *probe) {
	first := p.take(ctx, minute)
	p.expectAccepted(ctx, first, notSentSettlement(), "Accept NotSent for a plan that is claimed.")
	second := p.take(ctx, minute)
	p.expectAccepted(ctx, first, notSentSettlement(), "Accept a settlement that is the same as the first.")
	p.repeatClaim(ctx, second)
	p.expectNotOffered(ctx, second)
}
