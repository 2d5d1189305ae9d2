package conformance

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// atOnce is how many requests are made at the same time.
const atOnce = 16

func claimRaceChecks() []check {
	return []check{
		planCheck("claims-at-once", placeClaim, "A plan must not have two valid claims at once.", claimsAtOnce),
		planCheck("one-claim-at-once", placeClaim, "never a second plan", oneClaimAtOnce),
		planCheck("sendings-at-once", placeSending, "Another navCallID is refused with 409.", sendingsAtOnce),
		planCheck("not-sent-at-once", placeSettlement, "A repeated settlement must be accepted without effect.",
			notSentAtOnce),
	}
}

func (p *probe) newIDs() []uuid.UUID {
	ids := make([]uuid.UUID, atOnce)
	for i := range ids {
		ids[i] = p.suite.newID()
	}
	return ids
}

func claimsAtOnce(ctx context.Context, p *probe) {
	if offered := p.offered(ctx); len(offered) < 2 {
		p.unchecked("fewer than two plans were offered", fmt.Sprintf("Offer at least %d finished plans.", PlansNeeded()))
	}
	ids := p.newIDs()
	answers := p.atOnce("PUT /v1/claims/… with an id each", func(i int) answer { return p.putClaim(ctx, ids[i], minute) })
	had := map[string]bool{}
	for i, got := range answers {
		p.want(got, "Answer with a claim, or with none if another request came first.", http.StatusOK)
		c, _ := p.readClaim(ids[i], got)
		if c == nil {
			continue
		}
		if had[c.planID] {
			p.broken("one plan by two claims that are valid at once",
				"Claim a plan and record its claim in one transaction that locks the plan.")
		}
		had[c.planID] = true
	}
}

func oneClaimAtOnce(ctx context.Context, p *probe) {
	before := len(p.offered(ctx))
	id := p.suite.newID()
	answers := p.atOnce("PUT /v1/claims/"+id.String(), func(int) answer { return p.putClaim(ctx, id, minute) })
	plan := ""
	for _, got := range answers {
		p.want(got, "Answer every one with the same claim.", http.StatusOK)
		c, _ := p.readClaim(id, got)
		if c == nil || p.over() {
			continue
		}
		if plan != "" && c.planID != plan {
			p.broken("two plans by one claim", "Let the id of a claim be unique where claims are recorded.")
		}
		plan = c.planID
	}
	if plan == "" {
		p.unchecked("no plan was offered", fmt.Sprintf("Offer at least %d finished plans.", PlansNeeded()))
	}
	if after := len(p.offered(ctx)); !p.over() && before < maxOffered && after != before-1 {
		p.broken("one claim took more than one plan, or none", "Let the id of a claim be unique where claims are recorded.")
	}
}

func sendingsAtOnce(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	ids := p.newIDs()
	answers := p.atOnce(fmt.Sprintf("PUT /v1/claims/%s/sending with a navCallID each", c.id),
		func(i int) answer {
			return p.quietly(sendingLine(c, ids[i], minute), putSending(ctx, c, ids[i], minute))
		})
	taken := 0
	for _, got := range answers {
		p.want(got, "Let one of them through, and refuse the others.", http.StatusNoContent, http.StatusConflict)
		if got.status == http.StatusNoContent {
			taken++
		}
	}
	if !p.over() && taken != 1 {
		p.broken(fmt.Sprintf("%d of them taken", taken),
			"Compare and record the navCallID in one transaction that locks the claim.")
	}
}

func notSentAtOnce(ctx context.Context, p *probe) {
	c := p.isSending(ctx, minute)
	before := len(p.offered(ctx))
	answers := p.atOnce(fmt.Sprintf("PUT /v1/claims/%s/settlement with NotSent", c.id),
		func(int) answer {
			return p.quietly("PUT /v1/claims/"+c.id.String()+"/settlement", putSettlement(ctx, c, notSent()))
		})
	for _, got := range answers {
		p.want(got, "Accept a settlement that is the same as the first.", http.StatusNoContent)
	}
	plans := p.offered(ctx)
	p.countOffered(plans)
	if !p.over() && before < maxOffered && len(plans) != before+1 {
		p.broken("the plan was offered more than once, or not at all", "Offer the plan again once.")
	}
}
