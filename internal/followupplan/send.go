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
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
)

// attempt is a plan that was claimed.
type attempt struct {
	claimID uuid.UUID
	claim   hrm.Claim
}

// end is what there is to say of a plan that was claimed.
type end struct {
	// settlement is how it is to be settled, nil if not at all.
	settlement *hrmapi.Settlement
	// told means that the HRM solution knows the plan as sending: unless it takes a settlement, the plan becomes unknown.
	told bool
	// refused means that NAV refused the plan for now, and byRegisters that it did so as while one of its registers is down.
	refused, byRegisters bool
	// hindrance is what stands in the way of all further plans.
	hindrance error
}

// carry sends a plan and settles it. An error ends the run.
func (s *Sender) carry(ctx context.Context, log *slog.Logger, a attempt, t *Tally) error {
	inFlight, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.InFlight)
	defer cancel()
	e := s.send(ctx, inFlight, log, a)
	if e.refused {
		t.Refused++
	}
	if e.byRegisters {
		t.RefusedByRegisters++
	}
	if e.told && e.settlement.State != hrmapi.SettledStateNotSent {
		s.offers.close(a.claim.PlanID)
	}
	err := s.settle(inFlight, log, a, e, t)
	return cmp.Or(e.hindrance, err)
}

// send does for a claimed plan what there is to do. What is begun once the HRM solution has been told that the plan is
// being sent is finished within the time of inFlight, also if ctx ends.
func (s *Sender) send(ctx, inFlight context.Context, log *slog.Logger, a attempt) end {
	document, err := NewDocument(a.claim.Plan, s.SystemName)
	if err != nil {
		log.WarnContext(ctx, "Plan is invalid", "err", err)
		return end{settlement: rejected(hrmapi.Worker, validationError, err.Error())}
	}
	if err := s.prepare(ctx); err != nil {
		return end{settlement: notSent(), hindrance: err}
	}
	if err := ctx.Err(); err != nil { // a token that is held is given also then
		return end{settlement: notSent(), hindrance: fmt.Errorf("before sending a plan: %w", err)}
	}
	ctx = inFlight
	callID, deadline := uuid.New(), s.Now().Add(s.Limits.Deadline)
	err = s.HRM.Sending(ctx, a.claimID, callID, s.Limits.Deadline)
	switch {
	case errors.Is(err, hrm.ErrConflict): // its lease has ended: it is offered again
		log.WarnContext(ctx, "Claim ended before the plan was sent")
		return end{hindrance: s.strike(err)}
	case isBadResponse(err):
		log.ErrorContext(ctx, "HRM system did not take that the plan is about to be sent", "err", err)
		return end{settlement: notSent(), hindrance: s.blame(err)}
	case err != nil:
		return end{settlement: notSent(), hindrance: err}
	}
	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})
	return end{
		settlement: settlementOf(result, document), told: true,
		refused: result.State == nav.Refused, byRegisters: mayBeOutage(result),
		hindrance: cmp.Or(hindranceOf(result), s.outage(result)),
	}
}

// prepare sees, before the first plan, that there is a token and that NAV is there and takes it: as long as nothing has
// been sent nothing can be unknown.
func (s *Sender) prepare(ctx context.Context) error {
	for fresh := false; ; fresh = true {
		token, err := s.Tokens.Token(ctx, fresh)
		if err != nil || s.verified {
			return err
		}
		err = s.NAV.VerifyIntegration(ctx, token.AccessToken)
		s.verified = err == nil
		if fresh || runreport.ReasonOf(err) != runreport.NAVTokenRejected {
			return err
		}
	}
}

// attempts is how often a plan may be tried while nothing of it can have been written.
const attempts = 3

// submit sends a plan. It is tried again only if NAV cannot have it: if there was no connection, and with a fresh token
// once if NAV did not accept the first.
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
