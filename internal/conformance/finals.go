package conformance

import (
	"context"
	"fmt"
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	takeAll   = "Accept every settlement of a plan that is sending, within its deadline."
	takeSame  = "Accept a settlement that is the same as the first."
	keepFinal = "Refuse every other settlement: the state is final."
	takeLate  = "Accept every settlement but NotSent of a plan that is unknown, by the claim that was sending, while no person has settled it."
)

func finalChecks() []check {
	return []check{
		finalCheck("rejected-by-worker", placeSettlement, "NotSent, or Rejected by the worker", rejectedByWorker),
		finalCheck("rejected", placeStates, "NAV or the worker refused it for good", func(ctx context.Context, p *probe) {
			isFinal(ctx, p, rejected(hrmapi.NAV), p.sent())
		}),
		finalCheck("sent", placeStates, "NAV has it", func(ctx context.Context, p *probe) {
			isFinal(ctx, p, p.sent(), rejected(hrmapi.NAV))
		}),
	}
}

func rejectedByWorker(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	p.taken(ctx, c, rejected(hrmapi.Worker), "Accept Rejected by the worker of a plan that is claimed.")
	p.taken(ctx, c, rejected(hrmapi.Worker), takeSame)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Refuse the sending of a plan that was settled.", http.StatusConflict)
	p.isNotOffered(ctx, c)
}

func isFinal(ctx context.Context, p *probe, s, other hrmapi.Settlement) {
	c := p.isSending(ctx, minute)
	p.taken(ctx, c, s, takeAll)
	p.taken(ctx, c, s, takeSame)
	for _, s := range []hrmapi.Settlement{other, p.sent(), refusedForNow(), unknown(), notSent()} {
		p.refused(ctx, c, s, keepFinal)
	}
	p.claimIsOver(ctx, c)
	p.want(p.sends(ctx, c, p.suite.newID(), minute), "Refuse the sending of a plan that was settled.", http.StatusConflict)
	p.isNotOffered(ctx, c)
}

func unknownChecks() []check {
	const late = "unknown, because the deadline passed or by a settlement Unknown, and no person has settled it"
	return []check{
		finalCheck("unknown", placeSettlement, late, unknownBySettlement),
		finalCheck("deadline", placeSending, "If the plan has not been settled by the deadline, it must become unknown.",
			deadline),
		finalCheck("late-settlement", placeSettlement, "all but NotSent by the same claim", lateSettlement),
	}
}

func unknownBySettlement(ctx context.Context, p *probe) {
	before := p.openUnknown(ctx)
	c := p.isSending(ctx, minute)
	p.taken(ctx, c, unknown(), takeAll)
	p.openUnknownIs(ctx, before+1)
	p.taken(ctx, c, unknown(), takeSame)
	p.refused(ctx, c, notSent(), takeLate)
	p.isNotOffered(ctx, c)
	p.taken(ctx, c, rejected(hrmapi.NAV), takeLate)
	p.openUnknownIs(ctx, before)
}

// deadline records a sending twice: the second time does not move the deadline.
func deadline(ctx context.Context, p *probe) {
	before := p.openUnknown(ctx)
	c := p.take(ctx, minute)
	id := p.suite.newID()
	p.want(p.sends(ctx, c, id, moment), "Accept the sending of a claim that is valid.", http.StatusNoContent)
	p.want(p.sends(ctx, c, id, minute), "Accept the same sending once more.", http.StatusNoContent)
	p.leaseEnds(ctx)
	p.isNotOffered(ctx, c)
	p.openUnknownIs(ctx, before+1)
	p.isNotOffered(ctx, c)
	p.settleLate(ctx, c)
}

// settleLate settles the plans that a check has left unknown.
func (p *probe) settleLate(ctx context.Context, c *claim) {
	c.ended = true
	p.quietly("PUT /v1/claims/"+c.id.String()+"/settlement", putSettlement(ctx, c, p.sent()))
}

func lateSettlement(ctx context.Context, p *probe) {
	before := p.openUnknown(ctx)
	c := p.isSending(ctx, moment)
	p.leaseEnds(ctx)
	p.refused(ctx, c, notSent(), takeLate)
	p.taken(ctx, c, unknown(), takeLate)
	p.refused(ctx, c, notSent(), takeLate)
	last := p.sent()
	p.taken(ctx, c, last, takeLate)
	p.taken(ctx, c, last, takeSame)
	p.refused(ctx, c, notSent(), keepFinal)
	p.openUnknownIs(ctx, before)
	p.isNotOffered(ctx, c)
}

// openUnknownIs verifies that so many plans are unknown, within the time that an HRM system has for that.
func (p *probe) openUnknownIs(ctx context.Context, want int) {
	got := 0
	came := p.until(ctx, soon, func() bool {
		got = p.openUnknown(ctx)
		return got == want
	})
	p.notef("PUT /v1/claims/… with a new id: openUnknown is %d", got)
	if !came {
		p.broken(fmt.Sprintf("openUnknown is %d instead of %d", got, want),
			"Count the plans that are unknown now: the deadline passed unsettled, or the last settlement is Unknown.")
	}
}
