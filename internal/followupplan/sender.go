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

// HRM is what a HRM solution does for plans; see hrm.Client. Each may be asked again with the same claimID.
type HRM interface {
	// Claim claims a plan.
	Claim(ctx context.Context, claimID uuid.UUID, lease time.Duration) (hrm.Claim, error)
	// Sending says that the plan is about to be sent. hrm.ErrConflict means that it must not be.
	Sending(ctx context.Context, claimID, callID uuid.UUID, deadline time.Duration) error
	// Settle says what has become of the plan. hrm.ErrConflict means that it was not taken.
	Settle(ctx context.Context, claimID uuid.UUID, settlement hrmapi.Settlement) error
}

// NAV takes plans; see nav.Client.
type NAV interface {
	// VerifyIntegration asks whether NAV takes plans with the token.
	VerifyIntegration(ctx context.Context, accessToken outbound.Bearer) error
	// Submit sends a plan, once.
	Submit(ctx context.Context, p nav.Plan) nav.Result
}

// Tokens gives access tokens that can be used at once; see brokerclient.
type Tokens interface {
	// Token gives a token, and one that was issued lately if fresh is said.
	Token(ctx context.Context, fresh bool) (brokerclient.Token, error)
}

// Limits are the times of a Sender.
type Limits struct {
	// Lease is for how long a plan is claimed: time enough for a token.
	Lease time.Duration
	// Deadline is within what time a plan must be sent after the HRM solution was told.
	Deadline time.Duration
	// InFlight bounds what is still done for a plan that has been claimed, also when the run is told to end. It is
	// shorter than the time between Kubernetes' SIGTERM and its SIGKILL.
	InFlight time.Duration
}

// Sender carries the plans of one customer to NAV, one after the other.
type Sender struct {
	HRM    HRM
	NAV    NAV
	Tokens Tokens
	// SystemName is the supplier's system, as NAV is told of it.
	SystemName string
	Limits     Limits
	// Now tells the time.
	Now func() time.Time
	// Pause waits, or gives the context's error if that ends first.
	Pause func(ctx context.Context, d time.Duration) error
	// Log is told of each plan by the ids of its claim and call; those of the plan itself are the HRM solution's.
	Log *slog.Logger

	verified  bool
	conflicts int // in a row
}

// end is what there is to say of a plan that was claimed.
type end struct {
	// settlement is how it is to be settled, nil if not at all.
	settlement *hrmapi.Settlement
	// told means that the HRM solution knows the plan as sending: unless it takes a settlement, the plan becomes unknown.
	told bool
	// refused means that NAV refused the plan for now.
	refused bool
	// hindrance is what stands in the way of all further plans.
	hindrance error
}

// Run sends plans until none is offered, the context ends, or something stands in the way. A plan that is in flight when
// the context ends is finished. The error is the context's or a *runreport.Error; the Tally counts in any case.
func (s *Sender) Run(ctx context.Context) (Tally, error) {
	var t Tally
	for {
		if err := ctx.Err(); err != nil {
			return t, fmt.Errorf("before the next plan: %w", err)
		}
		more, err := s.next(ctx, &t)
		if err != nil || !more {
			return t, err
		}
	}
}

// next claims a plan and brings it to its end. It gives false if there is none.
func (s *Sender) next(ctx context.Context, t *Tally) (more bool, err error) {
	claimID := uuid.New()
	claim, err := s.HRM.Claim(ctx, claimID, s.Limits.Lease)
	if errors.Is(err, hrm.ErrConflict) { // the answer to our claim was lost for longer than its lease
		return true, s.conflict(err)
	}
	if err != nil {
		return false, err
	}
	t.sawUnknown(claim.OpenUnknown)
	if claim.Plan == nil {
		return false, nil
	}
	inFlight, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.InFlight)
	defer cancel()
	e := s.send(ctx, inFlight, claimID, claim)
	if e.refused {
		t.Refused++
	}
	err = s.settle(inFlight, claimID, e, t)
	return true, cmp.Or(e.hindrance, err)
}

// conflict gives the error of a conflict that is one too many. Somebody else may have been faster now and then; a HRM
// solution that always says so would be asked without end.
func (s *Sender) conflict(err error) error {
	s.conflicts++
	if s.conflicts < attempts {
		return nil
	}
	return err
}

// send does for a claimed plan what there is to do. What is begun once the HRM solution has been told that the plan is
// being sent is finished within the time of inFlight, also if ctx ends.
func (s *Sender) send(ctx, inFlight context.Context, claimID uuid.UUID, claim hrm.Claim) end {
	document, err := NewDocument(claim.Plan, s.SystemName)
	if err != nil {
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
	err = s.HRM.Sending(ctx, claimID, callID, s.Limits.Deadline)
	if errors.Is(err, hrm.ErrConflict) { // its lease has ended: it is offered again
		s.Log.WarnContext(ctx, "Claim ended before the plan was sent", "claimID", claimID.String())
		return end{hindrance: s.conflict(err)}
	}
	if err != nil {
		return end{settlement: notSent(), hindrance: err}
	}
	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})
	return end{
		settlement: settlementOf(result, document), told: true, refused: result.State == nav.Refused, hindrance: hindranceOf(result),
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

// settle tells the HRM solution, and counts.
func (s *Sender) settle(ctx context.Context, claimID uuid.UUID, e end, t *Tally) error {
	if e.settlement == nil {
		return nil
	}
	log := s.Log.With("claimID", claimID.String(), "state", e.settlement.State)
	err := s.HRM.Settle(ctx, claimID, *e.settlement)
	if err == nil {
		log.InfoContext(ctx, "Plan settled")
		t.count(e.settlement)
		s.conflicts = 0
		return nil
	}
	log.ErrorContext(ctx, "Settlement was not taken", "err", err)
	if e.told { // it is unknown to the HRM solution when the deadline has passed, and else offered again
		t.unknown()
	}
	if errors.Is(err, hrm.ErrConflict) {
		return s.conflict(err)
	}
	return err
}
