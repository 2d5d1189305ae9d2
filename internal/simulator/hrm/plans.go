package hrm

import (
	"context"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// withinAnHour reports whether seconds are within the contract's bounds.
func withinAnHour(seconds int) bool { return seconds >= 1 && seconds <= 3600 }

func (t *contract) PutClaim(_ context.Context, r hrmapi.PutClaimRequestObject) (hrmapi.PutClaimResponseObject, error) {
	if !withinAnHour(r.Body.LeaseSeconds) {
		return hrmapi.PutClaimdefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, "leaseSeconds is out of bounds"),
		}, nil
	}
	plan, open, err := t.data.Claim(r.ClaimID, time.Duration(r.Body.LeaseSeconds)*time.Second)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.PutClaim409ApplicationProblemPlusJSONResponse{StaleApplicationProblemPlusJSONResponse: stale()}, nil
	}
	if err != nil {
		return nil, err
	}
	response := hrmapi.PutClaim200JSONResponse{
		OpenUnknown: int32(open.Unknown), OpenUndecided: int32(open.Undecided), //nolint:gosec // They count plans of one customer.
	}
	if plan != nil {
		response.Claim = &hrmapi.Claim{PlanID: plan.ID, Plan: plan.Document}
	}
	return response, nil
}

func stale() hrmapi.StaleApplicationProblemPlusJSONResponse {
	return hrmapi.StaleApplicationProblemPlusJSONResponse(problemOf(http.StatusConflict,
		"The claim is not valid, or not for this any more"))
}

func (t *contract) PutSending(
	_ context.Context, r hrmapi.PutSendingRequestObject,
) (hrmapi.PutSendingResponseObject, error) {
	if !withinAnHour(r.Body.DeadlineSeconds) {
		return hrmapi.PutSendingdefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, "deadlineSeconds is out of bounds"),
		}, nil
	}
	err := t.data.Announce(r.ClaimID, r.Body.NAVCallID, time.Duration(r.Body.DeadlineSeconds)*time.Second)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.PutSending409ApplicationProblemPlusJSONResponse{StaleApplicationProblemPlusJSONResponse: stale()}, nil
	}
	return hrmapi.PutSending204Response{}, err
}

func (t *contract) PutSettlement(
	_ context.Context, r hrmapi.PutSettlementRequestObject,
) (hrmapi.PutSettlementResponseObject, error) {
	if !isWhole(*r.Body) {
		return hrmapi.PutSettlementdefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest,
				"the state and what belongs to it do not agree"),
		}, nil
	}
	err := t.data.Settle(r.ClaimID, *r.Body)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.PutSettlement409ApplicationProblemPlusJSONResponse{StaleApplicationProblemPlusJSONResponse: stale()},
			nil
	}
	return hrmapi.PutSettlement204Response{}, err
}

// The contract's bounds of texts, in characters.
const (
	maxRejectionType    = 64
	maxRejectionMessage = 1024
)

// withinBounds reports whether type and message of a refusal are within the contract's bounds.
func withinBounds(kind, message string) bool {
	return utf8.RuneCountInString(kind) <= maxRejectionType && utf8.RuneCountInString(message) <= maxRejectionMessage
}

// isWhole reports whether a settlement has the part of its state and no other, within bounds.
func isWhole(s hrmapi.Settlement) bool {
	parts := map[hrmapi.SettledState]bool{
		hrmapi.SettledStateSent: s.Sent != nil, hrmapi.SettledStateRejected: s.Rejected != nil,
		hrmapi.SettledStateUnknown: s.Unknown != nil,
		hrmapi.SettledStateRefused: s.Refused != nil,
	}
	for state, there := range parts {
		if there != (state == s.State) {
			return false
		}
	}
	switch s.State {
	case hrmapi.SettledStateSent:
		return s.Sent.GeneralPractitioner.Valid()
	case hrmapi.SettledStateRejected:
		return s.Rejected.By.Valid() && withinBounds(s.Rejected.Type, s.Rejected.Message)
	case hrmapi.SettledStateRefused:
		return withinBounds(s.Refused.Type, s.Refused.Message)
	case hrmapi.SettledStateUnknown:
		return s.Unknown.Cause.Valid()
	case hrmapi.SettledStateNotSent:
		return true
	}
	return false
}
