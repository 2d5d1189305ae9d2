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

// HRM is the part of hrm.Client that a Sender uses. Each method may be repeated with the same claimID.
type HRM interface {
	Claim(ctx context.Context, claimID uuid.UUID, lease time.Duration) (hrm.Claim, error)
	Announce(ctx context.Context, claimID, callID uuid.UUID, deadline time.Duration) error
	Settle(ctx context.Context, claimID uuid.UUID, settlement hrmapi.Settlement) error
}

// NAV is the part of nav.Client that a Sender uses.
type NAV interface {
	VerifyIntegration(ctx context.Context, accessToken outbound.Bearer) error
	Submit(ctx context.Context, p nav.Plan) nav.Result
}

// Limits are the times of a Sender.
type Limits struct {
	// Lease is how long a plan is claimed. It leaves time to get a token.
	Lease time.Duration
	// Deadline bounds the time from the announcement of a plan to its request to NAV.
	Deadline time.Duration
	// InFlight bounds the work on a claimed plan, also after the run was interrupted. It is shorter than the time between
	// Kubernetes' SIGTERM and SIGKILL.
	InFlight time.Duration
}

// Sender carries the plans of one customer to NAV, one after the other.
type Sender struct {
	HRM    HRM
	NAV    NAV
	Tokens brokerclient.Tokens
	// SystemName is the name of the supplier's system, for NAV.
	SystemName string
	Limits     Limits
	Now        func() time.Time
	// Pause waits. If the context ends first, it returns the context's error.
	Pause func(ctx context.Context, d time.Duration) error
	// Log records each plan by the ids of its claim and of its call, and by the HRM system's name of the plan.
	Log *slog.Logger

	// verified reports that NAV is up and accepts the token.
	verified bool
	// refusals counts the plans that NAV has refused as in an outage, since it last accepted one.
	refusals int
	// strikes counts the HRM system's failures in a row that concern one plan or claim.
	strikes int
	offers  offers
	// fault is the first breach of the contract by the HRM system that did not end the run, or nil.
	fault error
}

// maxStrikes is how many strikes end a run.
const maxStrikes = 3

// Run sends plans until none is offered, the context ends, or an error prevents all further plans. If the context ends,
// Run finishes the plan in flight. If the HRM system cannot handle a plan, Run leaves it to its lease and sends the
// others. The report has counts only, which are valid with an error too. The error is the context's or a
// *runreport.Error.
func (s *Sender) Run(ctx context.Context) (runreport.Report, error) {
	var counts runreport.Report
	s.offers = offers{}
	for range maxPlans {
		if err := ctx.Err(); err != nil {
			return counts, fmt.Errorf("claiming the next plan: %w", err)
		}
		more, err := s.next(ctx, &counts)
		if err != nil || !more {
			return counts, cmp.Or(err, s.fault)
		}
	}
	s.Log.InfoContext(ctx, "Left further plans to the next run", "claimed", maxPlans)
	return counts, s.fault
}

// next claims a plan, sends it and settles it. It returns false if none is offered.
func (s *Sender) next(ctx context.Context, counts *runreport.Report) (more bool, err error) {
	claimID := uuid.New()
	claim, err := s.HRM.Claim(ctx, claimID, s.Limits.Lease)
	switch {
	case errors.Is(err, hrm.ErrConflict): // the response was lost for longer than the lease
		return true, s.strike(err)
	case errors.Is(err, hrm.ErrUnreadable):
		s.Log.ErrorContext(ctx, "Left an unreadable claim to its lease", "claimID", claimID.String(), "err", err)
		return true, s.blame(err)
	case err != nil:
		return false, err
	}
	counts.OpenUnknown = &claim.OpenUnknown
	counts.OpenUndecided = claim.OpenUndecided
	if claim.Plan == nil {
		return false, nil
	}
	log := s.Log.With("claimID", claimID.String(), "planID", logName(claim))
	if action := s.offers.decide(claim.PlanID); action != sendPlan {
		return true, s.skip(ctx, log, claim, action)
	}
	return true, s.carry(ctx, log, attempt{claimID: claimID, claim: claim}, counts)
}
