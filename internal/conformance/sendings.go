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
			sendingRepeated),
		planCheck("sending-outlives-lease", placeStates, "NAV may have it", sendingOutlivesLease),
		planCheck("claimed-settlements", placeSettlement, "NotSent, or Rejected by the worker", claimedSettlements),
	}
}

func sendingRepeated(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	id := p.suite.newID()
	const again = "Accept the same sending once more."
	p.want(p.sends(ctx, c, id, minute), "Accept the sending of a claim that is valid.", http.StatusNoContent)
	p.want(p.sends(ctx, c, id, minute), again, http.StatusNoContent)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Keep the navCallID with the plan, and refuse another.",
		http.StatusConflict)
	p.want(p.sends(ctx, c, id, minute), again, http.StatusNoContent)
}

// sendingOutlivesLease verifies that a lease that ends takes no plan away from a worker that may have sent it.
func sendingOutlivesLease(ctx context.Context, p *probe) {
	c := p.take(ctx, moment)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Accept the sending of a claim that is valid.", http.StatusNoContent)
	p.leaseEnds(ctx)
	p.isNotOffered(ctx, c)
	p.taken(ctx, c, notSent(), "Accept NotSent until the deadline, also after the lease.")
}

// claimedSettlements verifies that a claimed plan is not settled as if it were sending.
func claimedSettlements(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	const do = "While a plan is claimed and not sending, accept NotSent, and Rejected by the worker, and nothing else."
	for _, s := range []hrmapi.Settlement{p.sent(), rejected(hrmapi.NAV), refusedForNow(), unknown()} {
		p.refused(ctx, c, s, do)
	}
	p.again(ctx, c) // nothing was changed
	p.taken(ctx, c, notSent(), do)
}

func notSentChecks() []check {
	return []check{
		planCheck("not-sent", placeSettlement, "NotSent and Refused end the claim. After NotSent the plan is offered again.",
			notSentBeforeSending),
		planCheck("not-sent-after-sending", placeSettlement,
			"NotSent and Refused end the claim. After NotSent the plan is offered again.", notSentAfterSending),
		planCheck("not-sent-repeated", placeSettlement,
			"A repeated settlement must be accepted without effect.", notSentRepeated),
	}
}

func notSentBeforeSending(ctx context.Context, p *probe) {
	givenBack(ctx, p, p.take(ctx, minute))
}

func notSentAfterSending(ctx context.Context, p *probe) {
	givenBack(ctx, p, p.isSending(ctx, minute))
}

func givenBack(ctx context.Context, p *probe, c *claim) {
	p.taken(ctx, c, notSent(), "Accept NotSent for a plan that is claimed or sending.")
	p.isOffered(ctx, c, "Offer a plan again after NotSent.")
	p.claimIsOver(ctx, c)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Refuse the sending of a claim that has ended.", http.StatusConflict)
	if !slices.Contains(p.offered(ctx), c.planID) {
		p.broken("the plan is not offered any more", "Change nothing by a request that is refused.")
	}
}

// notSentRepeated repeats NotSent when another claim has the plan already.
func notSentRepeated(ctx context.Context, p *probe) {
	first := p.take(ctx, minute)
	p.taken(ctx, first, notSent(), "Accept NotSent for a plan that is claimed.")
	second := p.take(ctx, minute)
	p.taken(ctx, first, notSent(), "Accept a settlement that is the same as the first.")
	p.again(ctx, second)
	p.isNotOffered(ctx, second)
}
