package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/profiling"
	"github.com/4human/integration-operator/internal/version"
	"github.com/4human/integration-operator/pkg/worker"
)

type options struct {
	brokerToken    string
	hrmToken       string
	hrmCA          string
	hrmOwner       string
	planLease      time.Duration
	planDeadline   time.Duration
	terminationLog string
	timeout        time.Duration
	pprofAddress   string
	logLevel       string

	// complete parses these from the environment and the flags.
	environment worker.Environment
	customer    orgnumber.Number
	unitNumbers []orgnumber.Number
	level       slog.Level
}

// command returns the command. getenv reads the environment, which docs/worker-contract.md describes.
func command(o *options, getenv func(string) string, run func(ctx context.Context)) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Run one service for one customer, once",
		Long: `One run of one service for one customer, as a Kubernetes Job. The worker verifies that the HRM system belongs to
the customer. Then it sends follow-up plans from the HRM system to NAV, each at most once, or fetches documents from
NAV into the HRM system: sick notes, applications for sick pay, settlement reports, letters about dialogue meetings,
or follow-up plans made in NAV's own tool. The operator's token broker issues its access tokens.
At its end it writes a report as its termination message. After SIGTERM it finishes the plan in flight.

The operator passes what to run in environment variables, INTEGRATION_…; see docs/worker-contract.md. The worker
stores nothing and has no key.`,
		Version:       version.String(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(getenv); err != nil {
				return err
			}
			run(cmd.Context())
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.brokerToken, "broker-token", worker.FileToken, "file of the pod's token for the token broker")
	f.StringVar(&o.hrmToken, "hrm-token", worker.FileHRMToken, "file of the token for the HRM system")
	f.StringVar(&o.hrmCA, "hrm-ca", worker.FileHRMCA,
		"PEM file of the private certificate authority of the HRM system (default if absent: the system's authorities)")
	f.StringVar(&o.hrmOwner, "hrm-owner", worker.FileHRMOwner,
		"file with the organization number of the one customer who may use the Secret (default if absent: any)")
	f.DurationVar(&o.planLease, "plan-lease", 2*time.Minute, "how long a plan is claimed")
	f.DurationVar(&o.planDeadline, "plan-deadline", 2*time.Minute,
		"time to send a plan after it was announced to the HRM system")
	f.StringVar(&o.terminationLog, "termination-log", worker.FileReport, "file for the run's report")
	f.DurationVar(&o.timeout, "timeout", 10*time.Minute, "time limit of the run")
	f.StringVar(&o.pprofAddress, "pprof-address", "", profiling.Usage)
	f.StringVar(&o.logLevel, "log-level", "info", "log level: debug, info, warn or error")
	return cmd
}

// complete reads the environment, and validates and parses the flags, except URLs and files, which the clients read.
func (o *options) complete(getenv func(string) string) error {
	if o.timeout <= 0 {
		return fmt.Errorf("--timeout is %s, must be positive", o.timeout)
	}
	if err := profiling.CheckAddress(o.pprofAddress); err != nil {
		return err
	}
	if err := o.level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return fmt.Errorf("--log-level is %q, must be debug, info, warn or error", o.logLevel)
	}
	for _, d := range []time.Duration{o.planLease, o.planDeadline} {
		// The contract has whole seconds. With a fraction more, the worker could send a plan after its announced deadline.
		if d < time.Second || d > time.Hour || d%time.Second != 0 {
			return fmt.Errorf("--plan-lease is %s and --plan-deadline is %s, must be from 1s to 1h in whole seconds",
				o.planLease, o.planDeadline)
		}
	}
	return o.readEnvironment(getenv)
}

// readEnvironment reads what the operator passes.
func (o *options) readEnvironment(getenv func(string) string) (err error) {
	if o.environment, err = worker.ReadEnvironment(getenv); err != nil {
		return err
	}
	if !slices.Contains(serviceNames(), o.environment.Service) {
		return fmt.Errorf("%s is %q, must be one of %s",
			worker.VariableService, o.environment.Service, strings.Join(serviceNames(), ", "))
	}
	if o.customer, err = orgnumber.Parse(o.environment.OrganizationNumber); err != nil {
		return err
	}
	for _, text := range o.environment.Units {
		unit, err := orgnumber.Parse(text)
		if err != nil {
			return err
		}
		o.unitNumbers = append(o.unitNumbers, unit)
	}
	return nil
}
