package followupplan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

type attempt struct {
	claimID uuid.UUID
	claim   hrm.Claim
}

type outcome struct {
	// settlement is the settlement to send to the HRM system, or nil.
	settlement *hrmapi.Settlement
	// announced means that the HRM system knows the plan as sending. Without a settlement it becomes unknown.
	announced bool
	// refused means that NAV refused the plan for now, and byRegisters that it did so as in an outage of its registers.
	refused, byRegisters bool
	err                  error
}

// carry sends a plan and settles it. An error ends the run.
func (s *Sender) carry(ctx context.Context, log *slog.Logger, a attempt, counts *runreport.Report) error {
	inFlight, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.InFlight)
	defer cancel()
	o := s.send(ctx, inFlight, log, a)
	if o.refused {
		counts.Refused++
	}
	if o.byRegisters {
		counts.RefusedByRegisters++
	}
	if o.announced && o.settlement.State != hrmapi.SettledStateNotSent {
		s.offers.close(a.claim.PlanID)
	}
	err := s.settle(inFlight, log, a, o, counts)
	return cmp.Or(o.err, err)
}

// send checks a claimed plan, announces it to the HRM system and sends it to NAV. After the announcement it uses
// inFlight, so that it finishes the plan even if ctx ends.
func (s *Sender) send(ctx, inFlight context.Context, log *slog.Logger, a attempt) outcome {
	document, err := NewDocument(a.claim.Plan, s.SystemName)
	if err != nil {
		log.WarnContext(ctx, "Plan is invalid", "err", err)
		return outcome{settlement: rejectedSettlement(hrmapi.Worker, validationError, err.Error())}
	}
	if err := s.prepare(ctx); err != nil {
		return outcome{settlement: notSentSettlement(), err: err}
	}
	if err := ctx.Err(); err != nil { // Tokens returns a token that it holds even then
		return outcome{settlement: notSentSettlement(), err: fmt.Errorf("sending a plan: %w", err)}
	}
	ctx = inFlight
	callID, deadline := uuid.New(), s.Now().Add(s.Limits.Deadline)
	err = s.HRM.Announce(ctx, a.claimID, callID, s.Limits.Deadline)
	switch {
	case errors.Is(err, hrm.ErrConflict): // the HRM system offers the plan again
		log.WarnContext(ctx, "Claim ended before the plan was sent")
		return outcome{err: s.strike(err)}
	case isBadResponse(err):
		log.ErrorContext(ctx, "HRM system did not accept the announcement of a plan", "err", err)
		return outcome{settlement: notSentSettlement(), err: s.blame(err)}
	case err != nil:
		return outcome{settlement: notSentSettlement(), err: err}
	}
	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})
	return outcome{
		settlement: settlementOf(result, document), announced: true,
		refused: result.State == nav.Refused, byRegisters: mayBeOutage(result),
		err: cmp.Or(stopError(result), s.checkOutage(result)),
	}
}

// prepare gets a token and, before the first plan, verifies that NAV is up and accepts it. A failure before the
// announcement makes no plan unknown.
func (s *Sender) prepare(ctx context.Context) error {
	return brokerclient.WithToken(ctx, s.Tokens, func(token outbound.Bearer) error {
		if s.verified {
			return nil
		}
		err := s.NAV.VerifyIntegration(ctx, token)
		s.verified = err == nil
		return err
	})
}

// attempts is how often a plan may be sent while NAV cannot have any of it.
const attempts = 3

// submit sends a plan. It repeats the request only if NAV cannot have the plan: without a connection, and once with a
// fresh token if NAV rejected the token.
func (s *Sender) submit(ctx context.Context, plan nav.Plan) nav.Result {
	fresh := false
	for attempt := 1; ; attempt++ {
		token, err := s.Tokens.Token(ctx, fresh)
		if err != nil {
			return nav.Result{State: nav.NotSent, Err: err}
		}
		plan.AccessToken = token.AccessToken
		result := s.NAV.Submit(ctx, plan)
		switch {
		case result.State == nav.TokenRejected && !fresh:
			fresh = true
		case result.State == nav.NotSent && attempt < attempts:
			if s.Pause(ctx, time.Duration(attempt)*time.Second) != nil {
				return result
			}
		default:
			return result
		}
	}
}
