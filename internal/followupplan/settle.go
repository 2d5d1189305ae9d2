package followupplan

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
)

// settle settles a plan at the HRM system, and counts. An error ends the run.
func (s *Sender) settle(ctx context.Context, log *slog.Logger, a attempt, e end, t *Tally) error {
	if e.settlement == nil {
		return nil
	}
	settlement, err := e.settlement, s.HRM.Settle(ctx, a.claimID, *e.settlement)
	if settlement.State == hrmapi.SettledStateRefused && errors.Is(err, hrm.ErrRefused) { // it has version 1.0.0 of the contract
		log.ErrorContext(ctx, "HRM system does not take Refused; gave the plan back as NotSent", "err", err)
		s.fault = cmp.Or(s.fault, err)
		settlement = notSent()
		err = s.HRM.Settle(ctx, a.claimID, *settlement)
	}
	log = log.With("state", settlement.State)
	if err == nil {
		log.InfoContext(ctx, "Plan settled")
		t.count(settlement)
		if settlement.State != hrmapi.SettledStateNotSent {
			s.strikes = 0
			s.offers.close(a.claim.PlanID)
		}
		return nil
	}
	log.ErrorContext(ctx, "Settlement was not taken", "err", err)
	if e.told { // it is unknown to the HRM solution when the deadline has passed, and else offered again
		t.unknown()
	}
	switch {
	case errors.Is(err, hrm.ErrConflict):
		return s.strike(err)
	case isBadResponse(err) && !e.told: // NAV does not have the plan, so others can be tried
		return s.blame(err)
	}
	return err
}

// isBadResponse reports whether the HRM system answered against the contract, which may concern one plan alone.
func isBadResponse(err error) bool {
	return runreport.ReasonOf(err) == runreport.HRMBadResponse && !errors.Is(err, hrm.ErrConflict)
}

// strike counts something that went wrong with the HRM system. It returns err if that is one too many in a row, else nil: a
// HRM system that always answers so would be called without end.
func (s *Sender) strike(err error) error {
	s.strikes++
	if s.strikes < maxStrikes {
		return nil
	}
	return err
}

// blame is strike for what is against the contract: the run goes on, but fails.
func (s *Sender) blame(err error) error {
	s.fault = cmp.Or(s.fault, err)
	return s.strike(err)
}

// skip leaves the claim of a plan to its lease, so that other plans come, or returns the error that ends the run.
func (s *Sender) skip(ctx context.Context, log *slog.Logger, claim hrm.Claim, what action) error {
	err := runreport.Errorf(runreport.HRMBadResponse, "plan %s was offered too often in one run", loggable(claim))
	if claim.PlanID == "" {
		err = runreport.Errorf(runreport.HRMBadResponse, "a plan was offered under a name that the contract does not allow")
	}
	if what == stop {
		return err
	}
	log.ErrorContext(ctx, "Left a plan to its lease", "err", err)
	if claim.PlanID == "" {
		return s.blame(err)
	}
	s.fault = cmp.Or(s.fault, err)
	return nil
}

// maxRefusals is how many plans NAV may refuse as it does in an outage, without taking one, before a run stops.
const maxRefusals = 3

// mayBeOutage reports whether NAV refuses every plan like this while one of its registers is down.
func mayBeOutage(r nav.Result) bool { return r.State == nav.Refused && r.Refusal.MayBeOutage() }

// outage returns the error that ends the run if NAV's answers look like an outage of its registers, else nil.
func (s *Sender) outage(r nav.Result) error {
	switch {
	case r.State == nav.Accepted:
		s.refusals = 0
	case mayBeOutage(r):
		s.refusals++
	}
	if s.refusals < maxRefusals {
		return nil
	}
	return runreport.Errorf(runreport.NAVRefusing, "NAV refused %d plans in a row for now, the last with %s", s.refusals, r.Refusal.Type)
}
