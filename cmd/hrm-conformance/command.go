package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/conformance"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/version"
)

// The exit codes.
const (
	exitHolds      = 0
	exitBroken     = 1
	exitNotChecked = 2
)

type options struct {
	hrmURL, hrmToken, hrmCA, documentsURL string
	organizationNumber                    string
	units, checks                         []string
	timeout, refusalHour                  time.Duration
	testTenant                            bool
}

// command returns the command line. Its run leaves the exit code in code.
func command(code *int) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "hrm-conformance",
		Short: "Checks an HRM system against the contract, in a test tenant",
		Long: fmt.Sprintf(`Checks whether an HRM system keeps the contract, api/hrm/openapi.yaml. It sends the requests that the worker
sends, and those of a faulty worker. For each broken promise it reports the requests, the promise, the
response and what to do. It takes about half a minute, and with --refusal-hour about a hundred of those
hours more.

It CHANGES the tenant's data: it claims every plan that is offered and uses up %[1]d of them, which are then
marked as sent, rejected, refused or undecided although NAV never received them. It stores documents of
synthetic people, moves cursors, and stores PDFs for all documents whose PDF is wanted. Use a test tenant,
and confirm that by --test-tenant. Nothing is sent to NAV.

Prepare at least %[1]d finished plans, of synthetic people, before each run, and two sub-units.

Exit code: 0 if every promise holds, 1 if one is broken, 2 if one could not be checked.`, conformance.PlansNeeded()),
		Version:       version.String(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			*code, err = conform(cmd.Context(), config, &reportWriter{to: cmd.OutOrStdout()})
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.hrmURL, "hrm-url", "", "base URL of the test tenant (required)")
	f.StringVar(&o.hrmToken, "hrm-token", "", "file with the token of the test tenant (required)")
	f.StringVar(&o.organizationNumber, "organization-number", "",
		"organization number of the test tenant, nine digits (required)")
	f.StringVar(&o.hrmCA, "hrm-ca", "",
		"PEM file with the certificate authority of the HRM system (default: the system's)")
	f.StringSliceVar(&o.units, "unit", nil, "sub-unit for documents, repeatable (default: those of the HRM system)")
	f.StringVar(&o.documentsURL, "documents-url", "",
		"URL where the test tenant shows its stored documents, as GET URL/{unit}/{kind}/{documentID}")
	f.DurationVar(&o.refusalHour, "refusal-hour", 0,
		"duration of an hour of the waits for refused plans in the test tenant, such as 5s (default: the checks that wait are skipped)")
	f.StringSliceVar(&o.checks, "check", nil, "name of a check, repeatable (default: all)")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "timeout of each request")
	f.BoolVar(&o.testTenant, "test-tenant", false,
		"confirms that this is a test tenant whose data may be changed (required)")
	return cmd
}

func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	code := exitHolds
	cmd := command(&code) //nolint:contextcheck // ExecuteContext passes it on.
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	if err := cmd.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(stderr, "hrm-conformance:", err)
		return exitNotChecked
	}
	return code
}

// config returns the suite's configuration. It reads the files that the flags name.
func (o *options) config() (conformance.Config, error) {
	if !o.testTenant {
		return conformance.Config{}, errors.New("--test-tenant is missing: the checks change the tenant's data")
	}
	if o.timeout <= 0 {
		return conformance.Config{}, fmt.Errorf("--timeout is %s: it must be positive", o.timeout)
	}
	if o.refusalHour < 0 {
		return conformance.Config{}, fmt.Errorf("--refusal-hour is %s: it must not be negative", o.refusalHour)
	}
	customer, err := orgnumber.Parse(o.organizationNumber)
	if err != nil {
		return conformance.Config{}, fmt.Errorf("--organization-number: %w", err)
	}
	token, err := outbound.ReadBearer(o.hrmToken)
	if err != nil {
		return conformance.Config{}, fmt.Errorf("--hrm-token: %w", err)
	}
	calls, err := o.calls()
	if err != nil {
		return conformance.Config{}, err
	}
	c := conformance.Config{
		Endpoint: o.hrmURL, Token: token, Customer: customer, Calls: calls,
		DocumentsURL: strings.TrimSuffix(o.documentsURL, "/"), Only: o.checks, RefusalHour: o.refusalHour,
	}
	for _, text := range o.units {
		unit, err := orgnumber.Parse(text)
		if err != nil {
			return conformance.Config{}, fmt.Errorf("--unit: %w", err)
		}
		c.Units = append(c.Units, unit)
	}
	return c, nil
}

func (o *options) calls() (outbound.Caller, error) {
	calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: o.timeout, Now: time.Now}
	if o.hrmCA == "" {
		return calls, nil
	}
	roots, err := outbound.ReadRoots(o.hrmCA)
	if err != nil {
		return calls, fmt.Errorf("--hrm-ca: %w", err)
	}
	calls.Transport = outbound.NewTransport(roots)
	return calls, nil
}

// conform runs the checks, prints the report and returns the exit code.
func conform(ctx context.Context, config conformance.Config, to *reportWriter) (int, error) {
	to.head(config)
	report, err := conformance.Run(ctx, config)
	if err != nil {
		return exitNotChecked, err
	}
	if err := to.report(report); err != nil {
		return exitNotChecked, fmt.Errorf("printing the report: %w", err)
	}
	switch {
	case report.Count(conformance.Broken) > 0:
		return exitBroken, nil
	case report.Count(conformance.NotChecked) > 0:
		return exitNotChecked, nil
	default:
		return exitHolds, nil
	}
}
