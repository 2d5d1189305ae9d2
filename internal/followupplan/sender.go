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

	verified bool
	// refusals is how many plans NAV has refused as it does in an outage, since it last took one.
	refusals int
	// strikes is how many things in a row went wrong with the HRM system that concern one plan or claim.
	strikes int
	offers  offers
	// fault is the first thing that the HRM system did against the contract and that did not end the run, or nil.
	fault error
}

// maxStrikes is how many strikes end a run.
const maxStrikes = 3

// Run sends plans until none is offered, the context ends, or something prevents all further plans. A plan that is in flight
// when the context ends is finished. A plan that the HRM system cannot handle is left to its lease, and the others are
// sent. The error is the context's or a *runreport.Error; the Tally counts in any case.
func (s *Sender) Run(ctx context.Context) (Tally, error) {
	var t Tally
	s.offers = offers{}
	for range maxPlans {
		if err := ctx.Err(); err != nil {
			return t, fmt.Errorf("before the next plan: %w", err)
		}
		more, err := s.next(ctx, &t)
		if err != nil || !more {
			return t, cmp.Or(err, s.fault)
		}
	}
	s.Log.InfoContext(ctx, "Left further plans to the next run", "claimed", maxPlans)
	return t, s.fault
}

// next claims a plan and brings it to its end. It returns false if none is offered.
func (s *Sender) next(ctx context.Context, t *Tally) (more bool, err error) {
	claimID := uuid.New()
	claim, err := s.HRM.Claim(ctx, claimID, s.Limits.Lease)
	switch {
	case errors.Is(err, hrm.ErrConflict): // the answer to our claim was lost for longer than its lease
		return true, s.strike(err)
	case errors.Is(err, hrm.ErrUnreadable):
		s.Log.ErrorContext(ctx, "Left a claim that cannot be read to its lease", "claimID", claimID.String(), "err", err)
		return true, s.blame(err)
	case err != nil:
		return false, err
	}
	t.sawUnknown(claim.OpenUnknown)
	t.OpenUndecided = claim.OpenUndecided
	if claim.Plan == nil {
		return false, nil
	}
	log := s.Log.With("claimID", claimID.String(), "planID", loggable(claim))
	if what := s.offers.next(claim.PlanID); what != carry {
		return true, s.skip(ctx, log, claim, what)
	}
	return true, s.carry(ctx, log, attempt{claimID: claimID, claim: claim}, t)
}
