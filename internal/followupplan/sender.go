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

// maxPlans bounds how many plans a run claims. The next run continues.
const maxPlans = 1000

// Sender sends the plans of one customer to NAV, one after the other.
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
	return true, s.sendAndSettle(ctx, log, attempt{claimID: claimID, claim: claim}, counts)
}

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

// sendAndSettle sends a plan and settles it. An error ends the run.
func (s *Sender) sendAndSettle(ctx context.Context, log *slog.Logger, a attempt, counts *runreport.Report) error {
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
	if err := ctx.Err(); err != nil { // Tokens may return its last token even then
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

// settle settles a plan at the HRM system and counts it. An error ends the run.
func (s *Sender) settle(ctx context.Context, log *slog.Logger, a attempt, o outcome, counts *runreport.Report) error {
	if o.settlement == nil {
		return nil
	}
	settlement, err := o.settlement, s.HRM.Settle(ctx, a.claimID, *o.settlement)
	// HRM systems of contract 1.0.0 refuse the state Refused
	if settlement.State == hrmapi.SettledStateRefused && errors.Is(err, hrm.ErrRefused) {
		log.ErrorContext(ctx, "HRM system does not support Refused; settled the plan as NotSent", "err", err)
		s.fault = cmp.Or(s.fault, err)
		settlement = notSentSettlement()
		err = s.HRM.Settle(ctx, a.claimID, *settlement)
	}
	log = log.With("state", settlement.State)
	if err == nil {
		log.InfoContext(ctx, "Settled a plan")
		countSettled(counts, settlement)
		if settlement.State != hrmapi.SettledStateNotSent {
			s.strikes = 0
			s.offers.close(a.claim.PlanID)
		}
		return nil
	}
	log.ErrorContext(ctx, "HRM system did not accept the settlement", "err", err)
	if o.announced { // it becomes unknown at the HRM system after its deadline
		countUnknown(counts)
	}
	switch {
	case errors.Is(err, hrm.ErrConflict):
		return s.strike(err)
	case isBadResponse(err) && !o.announced: // NAV does not have the plan
		return s.blame(err)
	}
	return err
}

// isBadResponse reports whether the HRM system's response breaks the contract, which may concern one plan alone.
func isBadResponse(err error) bool {
	return runreport.ReasonOf(err) == runreport.HRMBadResponse && !errors.Is(err, hrm.ErrConflict)
}

// strike counts a failure of the HRM system that concerns one plan or claim. It returns err if there are too many in a
// row, so that the run ends.
func (s *Sender) strike(err error) error {
	s.strikes++
	if s.strikes < maxStrikes {
		return nil
	}
	return err
}

// blame counts a breach of the contract as a strike, and has the run fail at its end.
func (s *Sender) blame(err error) error {
	s.fault = cmp.Or(s.fault, err)
	return s.strike(err)
}

// skip leaves the claim of a plan to its lease, so that the HRM system offers others, or returns the error that ends
// the run.
func (s *Sender) skip(ctx context.Context, log *slog.Logger, claim hrm.Claim, action action) error {
	err := runreport.Errorf(runreport.HRMBadResponse, "plan %s was offered too often in this run", logName(claim))
	if claim.PlanID == "" {
		err = runreport.Errorf(runreport.HRMBadResponse, "a plan has a name that the contract does not allow")
	}
	if action == stopRun {
		return err
	}
	log.ErrorContext(ctx, "Left a plan to its lease", "err", err)
	if claim.PlanID == "" {
		return s.blame(err)
	}
	s.fault = cmp.Or(s.fault, err)
	return nil
}

// maxRefusals is how many plans NAV may refuse as in an outage, without accepting one, before the run stops.
const maxRefusals = 3

// mayBeOutage reports whether NAV refuses every plan like this while one of its registers is down.
func mayBeOutage(r nav.Result) bool { return r.State == nav.Refused && r.Refusal.MayBeOutage() }

// checkOutage returns the error that ends the run if NAV's responses look like an outage of its registers.
func (s *Sender) checkOutage(r nav.Result) error {
	switch {
	case r.State == nav.Accepted:
		s.refusals = 0
	case mayBeOutage(r):
		s.refusals++
	}
	if s.refusals < maxRefusals {
		return nil
	}
	return runreport.Errorf(runreport.NAVRefusing, "NAV refused %d plans in a row for now, the last with %s",
		s.refusals, r.Refusal.Type)
}
