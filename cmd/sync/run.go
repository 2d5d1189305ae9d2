package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/profiling"
	"github.com/4human/integration-operator/internal/runreport"
)

// inFlight bounds the work on a claimed plan, also if SIGTERM comes meanwhile. Kubernetes sends SIGKILL 180 s after it.
const inFlight = 170 * time.Second

// runWorker returns the exit code: 0 if the run succeeded and its report was written, otherwise 1.
func runWorker() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return execute(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
}

// execute executes the command line and returns the exit code. Each run writes a report, also if the command line or
// the environment is invalid. --help is no run.
func execute(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	var o options
	code := 0
	cmd := command(&o, getenv, func(ctx context.Context) { code = perform(ctx, o, stderr) }) //nolint:contextcheck // ExecuteContext passes it on.
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	if err := cmd.ExecuteContext(ctx); err != nil {
		log := logger(stderr, slog.LevelInfo)
		log.ErrorContext(ctx, "Failed to read the command line and the environment", "err", err)
		return writeReport(ctx, log, o.terminationLog,
			runreport.Report{Outcome: runreport.Failed, Reason: runreport.ConfigurationInvalid})
	}
	return code
}

func logger(to io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level}))
}

type run struct {
	options options
	now     func() time.Time
	pause   func(context.Context, time.Duration) error // between attempts
	log     *slog.Logger
	callLog *slog.Logger // see callLogger

	hrm    *hrm.Client
	tokens *brokerclient.Source
	// newTransfer creates the transfer of the service.
	newTransfer func() transfer

	supplier string
	networks outbound.Networks // of HRM systems
	proxy    *outbound.Proxy   // of NAV and of the HRM system, nil if there is none
	roots    *x509.CertPool    // of NAV and of the HRM system, nil for the system's
	counts   runreport.Report  // of plans or documents
}

type step struct {
	name string
	do   func(ctx context.Context) error
}

// steps returns the steps of a run, in order. A failed step ends the run.
func (r *run) steps() []step {
	return []step{
		{"Settings", r.readSettings},
		{"Recognition", r.recognize},
		{navServices[r.options.environment.Service].step, r.transferData},
	}
}

// perform runs the steps, writes the report and returns the exit code.
func perform(ctx context.Context, o options, logTo io.Writer) int {
	log := logger(logTo, o.level).With("service", o.environment.Service, "organizationNumber", o.customer.String())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		if err := profiling.Server(o.pprofAddress).Start(ctx); err != nil {
			log.ErrorContext(ctx, "Failed to serve profiles", "err", err)
		}
	}()
	r := &run{options: o, now: time.Now, pause: clock.Pause, log: log}
	return writeReport(ctx, log, o.terminationLog, r.runSteps(ctx, r.steps()))
}

// runSteps runs the steps within the time limit and returns the report, also if a step panics.
func (r *run) runSteps(ctx context.Context, steps []step) (report runreport.Report) {
	ctx, cancel := context.WithTimeout(ctx, r.options.timeout)
	defer cancel()
	began := r.now()
	defer func() {
		if recover() != nil {
			// The value of the panic may contain personal data.
			r.log.ErrorContext(ctx, "Run panicked", "stack", string(debug.Stack()))
			report = runreport.Report{Outcome: runreport.Failed, Reason: runreport.InternalError}
		}
		r.log.InfoContext(ctx, "Run ended",
			"outcome", report.Outcome, "reason", report.Reason, "durationMs", r.now().Sub(began).Milliseconds())
	}()
	return runreport.Of(ctx, r.try(ctx, steps)).Plus(r.counts)
}

// try runs the steps until one fails or the context ends.
func (r *run) try(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("starting step %s: %w", s.name, err)
		}
		began := r.now()
		err := s.do(ctx)
		log := r.log.With("step", s.name, "durationMs", r.now().Sub(began).Milliseconds())
		if err != nil {
			log.ErrorContext(ctx, "Failed step", "err", err)
			return err
		}
		log.InfoContext(ctx, "Completed step")
	}
	return nil
}

// writeReport writes the termination message and returns the exit code: 0 if the run succeeded and the report was
// written, otherwise 1.
func writeReport(ctx context.Context, log *slog.Logger, path string, report runreport.Report) int {
	if err := report.Write(path); err != nil {
		log.ErrorContext(ctx, "Failed to write the termination message", "err", err)
		return 1
	}
	if report.Outcome != runreport.Succeeded {
		return 1
	}
	return 0
}
