package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	// minute is a lease or deadline, in seconds, whose end no check waits for.
	minute = 60
	// moment is a lease or deadline, in seconds, whose end a check waits for.
	moment = 1
	// maxOffered bounds how many plans are claimed to list all offered ones.
	maxOffered = 40
)

// The advice of several checks about announcements.
const (
	acceptSending        = "Accept the sending of a claim that is valid."
	refuseEndedSending   = "Refuse the sending of a claim that has ended."
	refuseSettledSending = "Refuse the sending of a plan that was settled."
)

type claim struct {
	id uuid.UUID
	// planID is the HRM system's id of the plan. It is compared but never shown.
	planID string
	plan   json.RawMessage
	// open is how many plans of the customer were unknown.
	open int
	// refusedAt is just before the plan was last settled as refused.
	refusedAt time.Time
	// ended reports that the claim needs no release.
	ended bool
}

// claimResponse is the contract's ClaimAnswer. A missing field is nil.
type claimResponse struct {
	Claim *struct {
		PlanID string          `json:"planID"`
		Plan   json.RawMessage `json:"plan"`
	} `json:"claim"`
	OpenUnknown   *int `json:"openUnknown"`
	OpenUndecided *int `json:"openUndecided"`
}

// putClaim sends a claim and does not note it.
func (p *probe) putClaim(ctx context.Context, id uuid.UUID, lease int) response {
	line := fmt.Sprintf("PUT /v1/claims/%s with leaseSeconds %d", id, lease)
	return p.sendQuietly(line, putClaim(ctx, id, lease))
}

// readClaim reads the response to a claim. It returns nil if the response has no claim. The plan is released later.
func (p *probe) readClaim(id uuid.UUID, got response) (c *claim, open int) {
	const do = "Respond with openUnknown and openUndecided, and with a claim if there is a plan for it."
	body := decode[claimResponse](p, got, do)
	if body.OpenUnknown == nil || *body.OpenUnknown < 0 {
		p.fail("no openUnknown, or less than 0", do)
	}
	if body.OpenUndecided == nil || *body.OpenUndecided < 0 {
		p.noteResponse(got)
		p.fail("no openUndecided, or less than 0", do)
	}
	p.mu.Lock()
	p.undecided = *body.OpenUndecided
	p.mu.Unlock()
	if body.Claim == nil {
		return nil, *body.OpenUnknown
	}
	c = &claim{id: id, planID: body.Claim.PlanID, plan: body.Claim.Plan, open: *body.OpenUnknown}
	p.mu.Lock()
	p.claims = append(p.claims, c)
	p.mu.Unlock()
	if c.planID == "" {
		p.fail("a claim without planID", do)
	}
	return c, c.open
}

// take claims a plan. If none is offered, it skips the check.
func (p *probe) take(ctx context.Context, lease int) *claim {
	id := p.suite.newID()
	got := p.putClaim(ctx, id, lease)
	c, _ := p.readClaim(id, got)
	if c == nil {
		p.noteResponse(got)
		p.skipForPlans("no plan was offered")
	}
	p.notef("%s: %d, a plan", got.line, got.status)
	return c
}

// skipForPlans skips a check that needs more plans than are offered.
func (p *probe) skipForPlans(why string) {
	p.skip(why, fmt.Sprintf("Offer at least %d finished plans of synthetic people in the test tenant before each run.",
		PlansNeeded()))
}

// repeatClaim repeats the request of a claim and verifies that it returns the same plan.
func (p *probe) repeatClaim(ctx context.Context, c *claim) {
	got := p.putClaim(ctx, c.id, minute)
	p.noteResponse(got)
	const do = "Look the claim up by its id first. While it is valid, respond with its plan, and claim nothing."
	p.want(got, do, http.StatusOK)
	if same, _ := p.readClaim(c.id, got); same == nil || same.planID != c.planID {
		p.fail("another plan than the first time, or none", do)
	}
}

func (p *probe) expectClaimEnded(ctx context.Context, c *claim) {
	got := p.putClaim(ctx, c.id, minute)
	p.noteResponse(got)
	if got.status == http.StatusOK {
		p.readClaim(c.id, got)
	}
	p.want(got, "Keep the ids of claims that have ended, and refuse them with 409.", http.StatusConflict)
}

func (p *probe) announce(ctx context.Context, c *claim, navCallID uuid.UUID, deadline int) response {
	return p.send(sendingLine(c, navCallID, deadline), putSending(ctx, c.id, navCallID, deadline))
}

func sendingLine(c *claim, navCallID uuid.UUID, deadline int) string {
	return fmt.Sprintf("PUT /v1/claims/%s/sending with navCallID %s, deadlineSeconds %d", c.id, navCallID, deadline)
}

// takeSending claims a plan and announces it, with a deadline.
func (p *probe) takeSending(ctx context.Context, deadline int) *claim {
	c := p.take(ctx, minute)
	p.want(p.announce(ctx, c, p.suite.newID(), deadline), acceptSending, http.StatusNoContent)
	return c
}

// listOffered claims all offered plans, releases them, and returns their ids in the order in which they came.
func (p *probe) listOffered(ctx context.Context) []string {
	var all []*claim
	for len(all) < maxOffered {
		id := p.suite.newID()
		c, _ := p.readClaim(id, p.putClaim(ctx, id, minute))
		if c == nil {
			break
		}
		all = append(all, c)
	}
	p.notef("PUT /v1/claims/… with a new id each, until no plan was offered: %d plans; each given back", len(all))
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.planID)
		p.release(ctx, c)
	}
	return names
}

func (p *probe) countUnknown(ctx context.Context) int {
	id := p.suite.newID()
	c, open := p.readClaim(id, p.putClaim(ctx, id, minute))
	if c != nil {
		p.release(ctx, c)
	}
	return open
}

// release ends a claim, whatever its state.
func (p *probe) release(ctx context.Context, c *claim) {
	c.ended = true
	resp, err := p.suite.api.PutSettlement(ctx, c.id, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
	if err == nil {
		_ = resp.Body.Close()
	}
}

// giveBack releases the claims of the check that have not ended.
func (p *probe) giveBack(ctx context.Context) {
	for _, c := range p.claims {
		if !c.ended {
			p.release(ctx, c)
		}
	}
}
