package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/documentimport"
	"github.com/4human/integration-operator/internal/followupplan"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// run is one run: what it was told, and what its steps have found so far.
type run struct {
	options options
	now     func() time.Time
	pause   func(context.Context, time.Duration) error // between attempts; nil: by a timer
	log     *slog.Logger
	callLog *slog.Logger // see calls

	hrm     *hrm.Client
	tokens  *brokerclient.Source
	nav     *nav.Client
	sickPay *sickpay.Client

	supplier  string
	networks  []netip.Prefix // that the HRM system may be in although they are not the internet's
	plans     followupplan.Tally
	documents documentimport.Tally
}

// step is a part of a run.
type step struct {
	name string
	do   func(ctx context.Context) error
}

// steps are the parts of a run, in their order. The first that fails ends it.
func (r *run) steps() []step {
	carry := step{"Documents", r.importDocuments}
	if r.options.service == serviceFollowUpPlans {
		carry = step{"Plans", r.sendPlans}
	}
	return []step{{"Settings", r.readSettings}, {"Recognition", r.recognize}, carry}
}

// perform makes a run, reports it, and gives the exit code.
func perform(ctx context.Context, o options, logTo io.Writer) int {
	log := logger(logTo, o.level).With("service", o.service, "organizationNumber", o.customer.String())
	r := &run{options: o, now: time.Now, log: log}
	return leave(ctx, log, o.terminationLog, r.whole(ctx, r.steps()))
}

// whole takes the steps in the time of a run, and gives the report, also if one of them panics.
func (r *run) whole(ctx context.Context, steps []step) (report runreport.Report) {
	ctx, cancel := context.WithTimeout(ctx, r.options.timeout)
	defer cancel()
	began := r.now()
	defer func() {
		if recover() != nil {
			// What it panicked with may be anything, also what must not be logged.
			r.log.ErrorContext(ctx, "Run broke off", "stack", string(debug.Stack()))
			report = runreport.Report{Outcome: runreport.Failed, Reason: runreport.InternalError}
		}
		r.log.InfoContext(ctx, "Run ended",
			"outcome", report.Outcome, "reason", report.Reason, "durationMs", r.now().Sub(began).Milliseconds())
	}()
	report = reportOf(ctx, r.take(ctx, steps))
	r.count(&report)
	return report
}

// count says in a report what the run has carried, however it ended.
func (r *run) count(report *runreport.Report) {
	report.Rejected, report.Refused, report.RefusedByRegisters = r.plans.Rejected, r.plans.Refused, r.plans.RefusedByRegisters
	report.Unknown, report.OpenUnknown, report.OpenUndecided = r.plans.Unknown, r.plans.OpenUnknown, r.plans.OpenUndecided
	report.SetAside, report.HiddenPages = r.documents.SetAside, r.documents.HiddenPages
	report.Volumes = runreport.Volumes{
		PlansSent: r.plans.Sent, GeneralPractitionersNotReached: r.plans.NotReached,
		DocumentsStored: r.documents.Documents, PDFsStored: r.documents.PDFs,
	}
}

// take takes the steps, until one fails or the context ends.
func (r *run) take(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("before the step %s: %w", s.name, err)
		}
		began := r.now()
		err := s.do(ctx)
		log := r.log.With("step", s.name, "durationMs", r.now().Sub(began).Milliseconds())
		if err != nil {
			log.ErrorContext(ctx, "Step failed", "err", err)
			return err
		}
		log.InfoContext(ctx, "Step done")
	}
	return nil
}

// reportOf makes the report of a run that ended with err. A step that the end of the context cut short fails with what
// it happened to be at, which nobody needs to look into.
func reportOf(ctx context.Context, err error) runreport.Report {
	switch {
	case err == nil || ctx.Err() == nil:
		return runreport.Of(err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return runreport.Report{Outcome: runreport.Failed, Reason: runreport.TimedOut}
	default:
		return runreport.Report{Outcome: runreport.Failed, Reason: runreport.Interrupted}
	}
}
