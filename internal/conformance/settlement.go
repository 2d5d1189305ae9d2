package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

func (p *probe) settle(ctx context.Context, c *claim, s hrmapi.Settlement) response {
	line := fmt.Sprintf("PUT /v1/claims/%s/settlement with %s", c.id, nameSettlement(s))
	got := p.send(line, putSettlement(ctx, c.id, s))
	if got.status == http.StatusNoContent {
		c.ended = true
	}
	return got
}

func (p *probe) expectAccepted(ctx context.Context, c *claim, s hrmapi.Settlement, do string) {
	p.want(p.settle(ctx, c, s), do, http.StatusNoContent)
}

func (p *probe) expectRefused(ctx context.Context, c *claim, s hrmapi.Settlement, do string) {
	p.want(p.settle(ctx, c, s), do, http.StatusConflict)
}

func nameSettlement(s hrmapi.Settlement) string {
	if s.Rejected != nil {
		return fmt.Sprintf("%s by %s", s.State, s.Rejected.By)
	}
	return string(s.State)
}

func notSentSettlement() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateNotSent}
}

// sentSettlement returns a settlement as sent with a new UUID of NAV.
func (p *probe) sentSettlement() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{
		NAVUUID: p.suite.newID(), SentToNAV: true, GeneralPractitioner: hrmapi.NotAsked,
	}}
}

func rejectedSettlement(by hrmapi.RejectedBy) hrmapi.Settlement {
	kind := "BAD_REQUEST"
	if by == hrmapi.Worker {
		kind = "VALIDATION_ERROR"
	}
	return hrmapi.Settlement{State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{
		By: by, Type: kind, Message: "A test of the contract has rejected this plan.",
	}}
}

func refusedSettlement() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateRefused, Refused: &hrmapi.Refused{
		Type: "NO_ACTIVE_EMPLOYMENT", Message: "A test of the contract has refused this plan for now.",
	}}
}

func unknownSettlement() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateUnknown, Unknown: &hrmapi.Unknown{Cause: hrmapi.NoAnswer}}
}

// expectOffered verifies that a plan is offered within soon.
func (p *probe) expectOffered(ctx context.Context, c *claim, do string) {
	if !p.waitUntil(ctx, soon, func() bool { return slices.Contains(p.listOffered(ctx), c.planID) }) {
		p.fail("the plan was not offered again", do)
	}
}

const onlyOffered = "Offer a plan only while it waits for its first claim, was given back by NotSent, lost its lease before it was sending, or has waited after a refusal."

func (p *probe) expectNotOffered(ctx context.Context, c *claim) {
	if slices.Contains(p.listOffered(ctx), c.planID) {
		p.fail("the plan was offered again: NAV could get it twice", onlyOffered)
	}
}
