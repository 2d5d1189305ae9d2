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
		finalCheck("rejected-by-worker", placeSettlement, "NotSent, or Rejected by the worker", checkRejectedByWorker),
		finalCheck("rejected", placeStates, "NAV or the worker refused it for good", func(ctx context.Context, p *probe) {
			checkFinal(ctx, p, rejectedSettlement(hrmapi.NAV), p.sentSettlement())
		}),
		finalCheck("sent", placeStates, "NAV has it", func(ctx context.Context, p *probe) {
			checkFinal(ctx, p, p.sentSettlement(), rejectedSettlement(hrmapi.NAV))
		}),
	}
}

func checkRejectedByWorker(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	p.expectAccepted(ctx, c, rejectedSettlement(hrmapi.Worker), "Accept Rejected by the worker of a plan that is claimed.")
	p.expectAccepted(ctx, c, rejectedSettlement(hrmapi.Worker), takeSame)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), refuseSettledSending, http.StatusConflict)
	p.expectNotOffered(ctx, c)
}

func checkFinal(ctx context.Context, p *probe, s, other hrmapi.Settlement) {
	c := p.takeSending(ctx, minute)
	p.expectAccepted(ctx, c, s, takeAll)
	p.expectAccepted(ctx, c, s, takeSame)
	for _, s := range []hrmapi.Settlement{
		other, p.sentSettlement(), refusedSettlement(), unknownSettlement(), notSentSettlement(),
	} {
		p.expectRefused(ctx, c, s, keepFinal)
	}
	p.expectClaimEnded(ctx, c)
	p.want(p.announce(ctx, c, p.suite.newID(), minute), refuseSettledSending, http.StatusConflict)
	p.expectNotOffered(ctx, c)
}

func unknownChecks() []check {
	const late = "unknown, because the deadline passed or by a settlement Unknown, and no person has settled it"
	return []check{
		finalCheck("unknown", placeSettlement, late, checkUnknownBySettlement),
		finalCheck("deadline", placeSending, "If the plan has not been settled by the deadline, it must become unknown.",
			checkDeadline),
		finalCheck("late-settlement", placeSettlement, "all but NotSent by the same claim", checkLateSettlement),
	}
}

func checkUnknownBySettlement(ctx context.Context, p *probe) {
	before := p.countUnknown(ctx)
	c := p.takeSending(ctx, minute)
	p.expectAccepted(ctx, c, unknownSettlement(), takeAll)
	p.expectOpenUnknown(ctx, before+1)
	p.expectAccepted(ctx, c, unknownSettlement(), takeSame)
	p.expectRefused(ctx, c, notSentSettlement(), takeLate)
	p.expectNotOffered(ctx, c)
	p.expectAccepted(ctx, c, rejectedSettlement(hrmapi.NAV), takeLate)
	p.expectOpenUnknown(ctx, before)
}

// checkDeadline announces a plan twice and verifies that the second time does not move the deadline.
func checkDeadline(ctx context.Context, p *probe) {
	before := p.countUnknown(ctx)
	c := p.take(ctx, minute)
	id := p.suite.newID()
	p.want(p.announce(ctx, c, id, moment), acceptSending, http.StatusNoContent)
	p.want(p.announce(ctx, c, id, minute), "Accept the same sending once more.", http.StatusNoContent)
	p.awaitLeaseEnd(ctx)
	p.expectNotOffered(ctx, c)
	p.expectOpenUnknown(ctx, before+1)
	p.expectNotOffered(ctx, c)
	p.settleLate(ctx, c)
}

// settleLate settles the plans that a check has left unknown.
func (p *probe) settleLate(ctx context.Context, c *claim) {
	c.ended = true
	p.sendQuietly("PUT /v1/claims/"+c.id.String()+"/settlement", putSettlement(ctx, c.id, p.sentSettlement()))
}

func checkLateSettlement(ctx context.Context, p *probe) {
	before := p.countUnknown(ctx)
	c := p.takeSending(ctx, moment)
	p.awaitLeaseEnd(ctx)
	p.expectRefused(ctx, c, notSentSettlement(), takeLate)
	p.expectAccepted(ctx, c, unknownSettlement(), takeLate)
	p.expectRefused(ctx, c, notSentSettlement(), takeLate)
	last := p.sentSettlement()
	p.expectAccepted(ctx, c, last, takeLate)
	p.expectAccepted(ctx, c, last, takeSame)
	p.expectRefused(ctx, c, notSentSettlement(), keepFinal)
	p.expectOpenUnknown(ctx, before)
	p.expectNotOffered(ctx, c)
}

// expectOpenUnknown verifies that the number of unknown plans becomes want within soon.
func (p *probe) expectOpenUnknown(ctx context.Context, want int) {
	got := 0
	came := p.waitUntil(ctx, soon, func() bool {
		got = p.countUnknown(ctx)
		return got == want
	})
	p.notef("PUT /v1/claims/… with a new id: openUnknown is %d", got)
	if !came {
		p.fail(fmt.Sprintf("openUnknown is %d instead of %d", got, want),
			"Count the plans that are unknown now: the deadline passed unsettled, or the last settlement is Unknown.")
	}
}
