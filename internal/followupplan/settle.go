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

// settle settles a plan at the HRM system and counts it. An error ends the run.
func (s *Sender) settle(ctx context.Context, log *slog.Logger, a attempt, o outcome, counts *runreport.Report) error {
	if o.settlement == nil {
		return nil
	}
	settlement, err := o.settlement, s.HRM.Settle(ctx, a.claimID, *o.settlement)
	// it implements version 1.0.0 of the contract
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

// blame is strike for a breach of the contract, which fails the run at its end.
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
