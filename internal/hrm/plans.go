package hrm

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// Claim is the answer to a claim.
type Claim struct {
	// PlanID is the HRM system's name for the plan, "" if what it sent is not a name that the contract allows.
	PlanID string
	// Plan is the plan, in the fields of NAV's API; nil if none is offered.
	Plan json.RawMessage
	// OpenUnknown is how many plans of the customer's wait for a person.
	OpenUnknown int32
	// OpenUndecided is how many plans of the customer NAV has refused for so long that a person must decide.
	OpenUndecided int32
}

// planID is the contract's form of a plan's name.
var planID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// Claim claims a plan for lease, in whole seconds. ErrConflict means that the claim has ended. ErrUnreadable means that
// the HRM system may have claimed a plan that cannot be read; the claim ends with its lease.
func (c *Client) Claim(ctx context.Context, claimID uuid.UUID, lease time.Duration) (Claim, error) {
	const doing = "claiming a plan at the HRM solution"
	got, err := again(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.PutClaimResponse, error) {
		return c.api.PutClaimWithResponse(ctx, claimID, hrmapi.ClaimRequest{LeaseSeconds: int(lease / time.Second)})
	})
	if err != nil {
		return Claim{}, err
	}
	if got.JSON200 == nil || got.JSON200.OpenUnknown < 0 || got.JSON200.OpenUndecided < 0 {
		return Claim{}, noJSON(doing)
	}
	if err := checkMembers(doing, got.Body, "openUnknown"); err != nil {
		return Claim{}, err
	}
	claim := Claim{OpenUnknown: got.JSON200.OpenUnknown, OpenUndecided: got.JSON200.OpenUndecided}
	if got.JSON200.Claim == nil {
		return claim, nil
	}
	if claim.Plan = got.JSON200.Claim.Plan; len(claim.Plan) == 0 {
		return Claim{}, noJSON(doing)
	}
	if planID.MatchString(got.JSON200.Claim.PlanID) {
		claim.PlanID = got.JSON200.Claim.PlanID
	}
	return claim, nil
}

// Sending says that a plan is about to be sent within deadline, whole seconds. It must not be unless this gives nil.
// ErrConflict means that the claim has ended.
func (c *Client) Sending(ctx context.Context, claimID, callID uuid.UUID, deadline time.Duration) error {
	const doing = "telling the HRM solution that a plan is about to be sent"
	_, err := again(ctx, c, doing, http.StatusNoContent, func(ctx context.Context) (*hrmapi.PutSendingResponse, error) {
		return c.api.PutSendingWithResponse(ctx, claimID, hrmapi.Sending{NAVCallID: callID, DeadlineSeconds: int(deadline / time.Second)})
	})
	return err
}

// Settle says what has become of a plan. ErrConflict means that it was not taken.
func (c *Client) Settle(ctx context.Context, claimID uuid.UUID, settlement hrmapi.Settlement) error {
	const doing = "telling the HRM solution what has become of a plan"
	_, err := again(ctx, c, doing, http.StatusNoContent, func(ctx context.Context) (*hrmapi.PutSettlementResponse, error) {
		return c.api.PutSettlementWithResponse(ctx, claimID, settlement)
	})
	return err
}
