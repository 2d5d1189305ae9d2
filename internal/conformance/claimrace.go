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
		planCheck("claims-at-once", placeClaim, "A plan must not have two valid claims at once.", checkClaimsAtOnce),
		planCheck("one-claim-at-once", placeClaim, "never a second plan", checkOneClaimAtOnce),
		planCheck("sendings-at-once", placeSending, "Another navCallID is refused with 409.", checkSendingsAtOnce),
		planCheck("not-sent-at-once", placeSettlement, "A repeated settlement must be accepted without effect.",
			checkNotSentAtOnce),
	}
}

func (p *probe) newIDs() []uuid.UUID {
	ids := make([]uuid.UUID, atOnce)
	for i := range ids {
		ids[i] = p.suite.newID()
	}
	return ids
}

func checkClaimsAtOnce(ctx context.Context, p *probe) {
	if offered := p.listOffered(ctx); len(offered) < 2 {
		p.skipForPlans("fewer than two plans were offered")
	}
	ids := p.newIDs()
	responses := p.sendAtOnce("PUT /v1/claims/… with an id each", func(i int) response {
		return p.putClaim(ctx, ids[i], minute)
	})
	had := map[string]bool{}
	for i, got := range responses {
		p.want(got, "Respond with a claim, or with none if another request came first.", http.StatusOK)
		c, _ := p.readClaim(ids[i], got)
		if c == nil {
			continue
		}
		if had[c.planID] {
			p.fail("one plan by two claims that are valid at once",
				"Claim a plan and record its claim in one transaction that locks the plan.")
		}
		had[c.planID] = true
	}
}

func checkOneClaimAtOnce(ctx context.Context, p *probe) {
	before := len(p.listOffered(ctx))
	id := p.suite.newID()
	responses := p.sendAtOnce("PUT /v1/claims/"+id.String(), func(int) response { return p.putClaim(ctx, id, minute) })
	plan := ""
	for _, got := range responses {
		p.want(got, "Respond to each with the same claim.", http.StatusOK)
		c, _ := p.readClaim(id, got)
		if c == nil {
			continue
		}
		if plan != "" && c.planID != plan {
			p.fail("two plans by one claim", "Let the id of a claim be unique where claims are recorded.")
		}
		plan = c.planID
	}
	if plan == "" {
		p.skipForPlans("no plan was offered")
	}
	if after := len(p.listOffered(ctx)); before < maxOffered && after != before-1 {
		p.fail("one claim took more than one plan, or none", "Let the id of a claim be unique where claims are recorded.")
	}
}

func checkSendingsAtOnce(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	ids := p.newIDs()
	responses := p.sendAtOnce(fmt.Sprintf("PUT /v1/claims/%s/sending with a navCallID each", c.id),
		func(i int) response {
			return p.sendQuietly(sendingLine(c, ids[i], minute), putSending(ctx, c.id, ids[i], minute))
		})
	taken := 0
	for _, got := range responses {
		p.want(got, "Let one of them through, and refuse the others.", http.StatusNoContent, http.StatusConflict)
		if got.status == http.StatusNoContent {
			taken++
		}
	}
	if taken != 1 {
		p.fail(fmt.Sprintf("%d of them taken", taken),
			"Compare and record the navCallID in one transaction that locks the claim.")
	}
}

func checkNotSentAtOnce(ctx context.Context, p *probe) {
	c := p.takeSending(ctx, minute)
	before := len(p.listOffered(ctx))
	responses := p.sendAtOnce(fmt.Sprintf("PUT /v1/claims/%s/settlement with NotSent", c.id),
		func(int) response {
			return p.sendQuietly("PUT /v1/claims/"+c.id.String()+"/settlement", putSettlement(ctx, c.id, notSentSettlement()))
		})
	for _, got := range responses {
		p.want(got, "Accept a settlement that is the same as the first.", http.StatusNoContent)
	}
	plans := p.listOffered(ctx)
	p.countOffered(plans)
	if before < maxOffered && len(plans) != before+1 {
		p.fail("the plan was offered more than once, or not at all", "Offer the plan again once.")
	}
}
