package worker

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/4human/integration-operator/internal/runreport"
)

// timeLimit is how long a run may take. Kubernetes ends the pod after 15 minutes.
const timeLimit = 10 * time.Minute

// Run is a run of one service for one customer.
type Run struct {
	Environment

	Tokens *Tokens
	// Client calls the service's API: by the Supplier's proxy and certificate authorities, without redirects, each call
	// within 30 s, and with a connection of its own.
	Client *http.Client
	// HRMFiles are what [Run.HRM] reads: FileHRMToken, FileHRMCA and FileHRMOwner.
	HRMFiles HRMFiles
	// Log writes lines of JSON with the service and the organization number.
	Log *slog.Logger
}

// Main is the main function of a worker: it reads the environment, calls carry, and writes the report. It returns the
// exit code. The context ends after SIGTERM, and after ten minutes. The report's counts are those that carry returns;
// its reason is that of the error, or Interrupted or TimedOut if the context ended.
func Main(carry func(ctx context.Context, run *Run) (Report, error)) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := pod{
		getenv: os.Getenv, tokenFile: FileToken, reportFile: FileReport, log: os.Stderr, //nolint:forbidigo // It is the worker's main.
		hrm: HRMFiles{Token: FileHRMToken, CA: FileHRMCA, Owner: FileHRMOwner},
	}
	return p.run(ctx, carry)
}

// pod is the environment of a worker, which tests replace.
type pod struct {
	getenv                func(string) string
	tokenFile, reportFile string
	hrm                   HRMFiles
	log                   io.Writer
}

// run returns the exit code: 0 if the run succeeded and its report was written, otherwise 1.
func (p pod) run(ctx context.Context, carry func(context.Context, *Run) (Report, error)) int {
	log := slog.New(slog.NewJSONHandler(p.log, nil))
	report, err := p.call(ctx, log, carry)
	if err != nil {
		log.ErrorContext(ctx, "Failed run", "err", err)
	}
	log.InfoContext(ctx, "Run ended", "reason", report.Reason)
	if err := report.Write(p.reportFile); err != nil {
		log.ErrorContext(ctx, "Failed to write the termination message", "err", err)
		return 1
	}
	if report.Reason != "" {
		return 1
	}
	return 0
}

// call calls the worker's function within its time, and recovers from its panic, whose value may be personal data.
func (p pod) call(
	ctx context.Context, log *slog.Logger, carry func(context.Context, *Run) (Report, error),
) (report Report, err error) {
	defer func() {
		if recover() != nil {
			log.ErrorContext(ctx, "Run panicked", "stack", string(debug.Stack()))
			report.Reason = InternalError
		}
	}()
	e, err := ReadEnvironment(p.getenv)
	if err != nil {
		return Report{Reason: ConfigurationInvalid}, err
	}
	log = log.With("service", e.Service, "organizationNumber", e.OrganizationNumber)
	tokens, err := NewTokens(&e, p.tokenFile, log)
	if err != nil {
		return Report{Reason: ConfigurationInvalid}, err
	}
	client, err := newClient(&e.Settings)
	if err != nil {
		return Report{Reason: ConfigurationInvalid}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	report, err = carry(ctx, &Run{Environment: e, Tokens: tokens, Client: client, HRMFiles: p.hrm, Log: log})
	report.Reason = Reason(runreport.Of(ctx, err).Reason)
	return report, err
}
