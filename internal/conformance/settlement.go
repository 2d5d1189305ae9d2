package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// settles sends a settlement.
func (p *probe) settles(ctx context.Context, c *claim, s hrmapi.Settlement) answer {
	got := p.ask(fmt.Sprintf("PUT /v1/claims/%s/settlement with %s", c.id, named(s)), putSettlement(ctx, c, s))
	if got.status == http.StatusNoContent {
		c.ended = true
	}
	return got
}

func putSettlement(ctx context.Context, c *claim, s hrmapi.Settlement) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) { return api.PutSettlement(ctx, c.id, s) }
}

// taken verifies that a settlement is taken.
func (p *probe) taken(ctx context.Context, c *claim, s hrmapi.Settlement, do string) {
	p.want(p.settles(ctx, c, s), do, http.StatusNoContent)
}

// refused verifies that a settlement is refused.
func (p *probe) refused(ctx context.Context, c *claim, s hrmapi.Settlement, do string) {
	p.want(p.settles(ctx, c, s), do, http.StatusConflict)
}

func named(s hrmapi.Settlement) string {
	if s.Rejected != nil {
		return fmt.Sprintf("%s by %s", s.State, s.Rejected.By)
	}
	return string(s.State)
}

func notSent() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateNotSent}
}

// sent returns a settlement as sent, with a new UUID of NAV's each time.
func (p *probe) sent() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{
		NAVUUID: p.suite.newID(), SentToNAV: true, GeneralPractitioner: hrmapi.NotAsked,
	}}
}

func rejected(by hrmapi.RejectedBy) hrmapi.Settlement {
	kind := "BAD_REQUEST"
	if by == hrmapi.Worker {
		kind = "VALIDATION_ERROR"
	}
	return hrmapi.Settlement{State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{
		By: by, Type: kind, Message: "A test of the contract has rejected this plan.",
	}}
}

func refusedForNow() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateRefused, Refused: &hrmapi.Refused{
		Type: "NO_ACTIVE_EMPLOYMENT", Message: "A test of the contract has refused this plan for now.",
	}}
}

func unknown() hrmapi.Settlement {
	return hrmapi.Settlement{State: hrmapi.SettledStateUnknown, Unknown: &hrmapi.Unknown{Cause: hrmapi.NoAnswer}}
}

// isOffered verifies that a plan is offered, within the time that an HRM system has for that.
func (p *probe) isOffered(ctx context.Context, c *claim, do string) {
	if !p.until(ctx, soon, func() bool { return slices.Contains(p.offered(ctx), c.planID) }) {
		p.broken("the plan was not offered again", do)
	}
}

const onlyOffered = "Offer a plan only while it waits for its first claim, was given back by NotSent, lost its lease before it was sending, or has waited after a refusal."

// isNotOffered verifies that a plan is not offered.
func (p *probe) isNotOffered(ctx context.Context, c *claim) {
	if slices.Contains(p.offered(ctx), c.planID) {
		p.broken("the plan was offered again: NAV could get it twice",
			onlyOffered)
	}
}
