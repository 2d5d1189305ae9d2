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

// Claim is the HRM system's response to a claim.
type Claim struct {
	// PlanID is the HRM system's name of the plan, "" if the contract does not allow that name.
	PlanID string
	// Plan is the plan, with the fields of NAV's API. It is nil if none is offered.
	Plan json.RawMessage
	// OpenUnknown counts the unknown plans that a person must settle.
	OpenUnknown int32
	// OpenUndecided counts the plans that NAV has refused for so long that a person must decide.
	OpenUndecided int32
}

// planID matches the names of plans that the contract allows.
var planID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// Claim claims the next plan for lease, in whole seconds. ErrConflict means that the claim has ended. ErrUnreadable
// means that the HRM system may have claimed an unreadable plan, whose claim ends with its lease.
func (c *Client) Claim(ctx context.Context, claimID uuid.UUID, lease time.Duration) (Claim, error) {
	const doing = "claiming a plan at the HRM system"
	got, err := callRepeatedly(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.PutClaimResponse, error) {
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

// Announce announces that the worker sends a plan within deadline, in whole seconds. After an error the plan must not
// be sent. ErrConflict means that the claim has ended.
func (c *Client) Announce(ctx context.Context, claimID, callID uuid.UUID, deadline time.Duration) error {
	const doing = "announcing a plan to the HRM system"
	_, err := callRepeatedly(ctx, c, doing, http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutSendingResponse, error) {
			return c.api.PutSendingWithResponse(ctx, claimID,
				hrmapi.Sending{NAVCallID: callID, DeadlineSeconds: int(deadline / time.Second)})
		})
	return err
}

// Settle settles a plan. ErrConflict means that the HRM system did not accept the settlement.
func (c *Client) Settle(ctx context.Context, claimID uuid.UUID, settlement hrmapi.Settlement) error {
	const doing = "settling a plan at the HRM system"
	_, err := callRepeatedly(ctx, c, doing, http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutSettlementResponse, error) {
			return c.api.PutSettlementWithResponse(ctx, claimID, settlement)
		})
	return err
}
