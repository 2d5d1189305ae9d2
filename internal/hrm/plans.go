package hrm

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// Claim is the answer to a claim.
type Claim struct {
	// Plan is the plan, in the fields of NAV's API; nil if none is offered.
	Plan json.RawMessage
	// OpenUnknown is how many plans of the customer's wait for a person.
	OpenUnknown int32
}

// Claim claims a plan for a time, whole seconds. ErrConflict means that the claim has ended.
func (c *Client) Claim(ctx context.Context, claimID uuid.UUID, lease time.Duration) (Claim, error) {
	const doing = "claiming a plan at the HRM solution"
	got, err := again(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.PutClaimResponse, error) {
		return c.api.PutClaimWithResponse(ctx, claimID, hrmapi.ClaimRequest{LeaseSeconds: int(lease / time.Second)})
	})
	if err != nil {
		return Claim{}, err
	}
	if got.JSON200 == nil || got.JSON200.OpenUnknown < 0 {
		return Claim{}, noJSON(doing)
	}
	if err := checkMembers(doing, got.Body, "openUnknown"); err != nil {
		return Claim{}, err
	}
	claim := Claim{OpenUnknown: got.JSON200.OpenUnknown}
	if got.JSON200.Claim == nil {
		return claim, nil
	}
	if claim.Plan = got.JSON200.Claim.Plan; len(claim.Plan) == 0 {
		return Claim{}, noJSON(doing)
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
