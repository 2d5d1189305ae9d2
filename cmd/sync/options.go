package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/runsettings"
)

// The services that this version runs, by the names that the API has for them.
const (
	serviceFollowUpPlans       = "FollowUpPlans"
	serviceSickNotes           = "SickNotes"
	serviceSickPayApplications = "SickPayApplications"
)

// known lists them.
var known = []string{serviceFollowUpPlans, serviceSickNotes, serviceSickPayApplications}

// options are the worker's flags.
type options struct {
	service            string
	organizationNumber string
	hrmURL             string
	settings           string
	brokerToken        string
	hrmToken           string
	hrmCA              string
	units              []string
	startDate          string
	planLease          time.Duration
	planDeadline       time.Duration
	terminationLog     string
	timeout            time.Duration
	logLevel           string

	// complete reads these from the flags.
	customer    orgnumber.Number
	unitNumbers []orgnumber.Number
	level       slog.Level
}

// command gives the command line, which does run.
func command(o *options, run func(ctx context.Context)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Runs one service for one customer, once",
		Long: `The worker of one Kubernetes Job: one run of one service for one customer. It asks the customer's HRM
solution whose it is. Then it carries follow-up plans from there to NAV, each at most once, or sick notes or
applications for sick pay from NAV to there, with access tokens of the operator's token broker. Then it ends,
and says in its termination message how it went. Told to end (SIGTERM), it finishes the plan in flight.

It keeps nothing, and it has no key: what it may do, the token broker decides each time.`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			run(cmd.Context())
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.service, "service", "", "service to run: "+strings.Join(known, ", ")+" (required)")
	f.StringVar(&o.organizationNumber, "organization-number", "", "customer's organization number, nine digits (required)")
	f.StringVar(&o.hrmURL, "hrm-url", "", "base URL of the customer's HRM solution (required)")
	f.StringVar(&o.settings, runsettings.Flag, "", "JSON with the addresses of the token broker and of NAV, as the operator writes it (required)")
	f.StringVar(&o.brokerToken, "broker-token", "/var/run/secrets/token-broker/token", "file of the pod's own token, which the token broker knows it by")
	f.StringVar(&o.hrmToken, "hrm-token", "/var/run/secrets/hrm/token", "file of the token for the HRM solution")
	f.StringVar(&o.hrmCA, "hrm-ca", "/var/run/secrets/hrm/ca.crt", "PEM file of the private authority that the HRM solution's certificate is of; the system's are used if there is no such file")
	f.StringSliceVar(&o.units, "units", nil, "sub-units whose documents are fetched (default: those that the HRM solution names)")
	f.StringVar(&o.startDate, "start-date", "", "date, 2006-01-02; documents that the employer was given before are not fetched")
	f.DurationVar(&o.planLease, "plan-lease", 2*time.Minute, "for how long a plan is claimed, before it is sent")
	f.DurationVar(&o.planDeadline, "plan-deadline", 2*time.Minute, "within what time a plan is sent, once the HRM solution was told that it is")
	f.StringVar(&o.terminationLog, "termination-log", "/dev/termination-log", "file to write the run's report to")
	f.DurationVar(&o.timeout, "timeout", 10*time.Minute, "time for the whole run")
	f.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

// execute does what the command line says and gives the exit code. Whatever else happens, a run leaves a report; asked for
// help, it is no run.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	code := 0
	cmd := command(&o, func(ctx context.Context) { code = perform(ctx, o, stderr) }) //nolint:contextcheck // ExecuteContext passes it on.
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	if err := cmd.ExecuteContext(ctx); err != nil {
		log := logger(stderr, slog.LevelInfo)
		log.ErrorContext(ctx, "Failed to read the command line", "err", err)
		return leave(ctx, log, o.terminationLog, runreport.Report{Outcome: runreport.Failed, Reason: runreport.ConfigurationInvalid})
	}
	return code
}

func logger(to io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level}))
}

// complete says what is wrong with the flags, and reads those that have a form. URLs and files are read by who uses them.
func (o *options) complete() error {
	if !slices.Contains(known, o.service) {
		return fmt.Errorf("--service is %q: this version runs %s", o.service, strings.Join(known, ", "))
	}
	if o.timeout <= 0 {
		return fmt.Errorf("--timeout is %s: there would be no time", o.timeout)
	}
	if err := o.level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return fmt.Errorf("--log-level is %q: debug, info, warn or error", o.logLevel)
	}
	for _, d := range []time.Duration{o.planLease, o.planDeadline} {
		// The HRM solution is told of seconds. A worker that had a fraction more would be later than it says.
		if d < time.Second || d > time.Hour || d%time.Second != 0 {
			return fmt.Errorf("--plan-lease is %s and --plan-deadline %s: each is a second to an hour, in whole seconds", o.planLease, o.planDeadline)
		}
	}
	if _, err := time.Parse(time.DateOnly, o.startDate); err != nil && o.startDate != "" {
		return fmt.Errorf("--start-date is %q: write it as 2006-01-02", o.startDate)
	}
	return o.completeNumbers()
}

// completeNumbers reads the organization numbers.
func (o *options) completeNumbers() error {
	var err error
	if o.customer, err = orgnumber.Parse(o.organizationNumber); err != nil {
		return fmt.Errorf("--organization-number: %w", err)
	}
	for _, text := range o.units {
		unit, err := orgnumber.Parse(text)
		if err != nil {
			return fmt.Errorf("--units: %w", err)
		}
		o.unitNumbers = append(o.unitNumbers, unit)
	}
	return nil
}
