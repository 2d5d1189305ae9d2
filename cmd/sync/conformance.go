package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/conformance"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// The exit codes of the conformance command.
const (
	exitHolds      = 0
	exitBroken     = 1
	exitNotChecked = 2
)

// conformanceOptions are the flags of the conformance command.
type conformanceOptions struct {
	hrmURL, hrmToken, hrmCA, documentsURL string
	organizationNumber                    string
	units, checks                         []string
	timeout, refusalHour                  time.Duration
	testTenant                            bool
}

// conformanceCommand gives the command that checks a HRM solution against the contract. It leaves the exit code in code.
func conformanceCommand(code *int) *cobra.Command {
	var o conformanceOptions
	cmd := &cobra.Command{
		Use:   "conformance",
		Short: "Checks a HRM solution against the contract, in a tenant made for tests",
		Long: fmt.Sprintf(`Checks whether a HRM solution keeps the promises of the contract, api/hrm/openapi.yaml, by asking it as the
worker does, and as a worker that went wrong would. It says what was asked, what the contract promises, what
came, and what to do. It takes about half a minute, and with --refusal-hour about a hundred of those hours more.

It CHANGES the tenant's data: it claims every plan that is offered, uses up %d of them, which are then marked as
sent, rejected, refused or undecided although NAV never had them, stores documents of synthetic people, moves cursors, and stores
PDFs for all documents whose PDF is wanted. Use a tenant that was made for tests, and confirm that by
--test-tenant. Nothing is sent to NAV.

Prepare at least %d finished plans, of synthetic people, before each run, and two sub-units.

Exit code: 0 if all holds, 1 if something is broken, 2 if something could not be checked.`, conformance.PlansNeeded(), conformance.PlansNeeded()),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := o.config()
			if err != nil {
				return err
			}
			*code, err = conform(cmd.Context(), config, newReportWriter(cmd.OutOrStdout()))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.hrmURL, "hrm-url", "", "base URL of the test tenant (required)")
	f.StringVar(&o.hrmToken, "hrm-token", "", "file of the token for the test tenant (required)")
	f.StringVar(&o.organizationNumber, "organization-number", "", "organization number of the test tenant, nine digits (required)")
	f.StringVar(&o.hrmCA, "hrm-ca", "", "PEM file of the authority that the certificate is of (default: the system's)")
	f.StringSliceVar(&o.units, "unit", nil, "sub-unit to use for documents, may be repeated (default: those that the HRM solution names)")
	f.StringVar(&o.documentsURL, "documents-url", "", "where the test tenant shows what it has stored, as GET URL/{unit}/{kind}/{documentID}")
	f.DurationVar(&o.refusalHour, "refusal-hour", 0, "how long an hour of the times for refused plans lasts in the test tenant, such as 5s (default: the checks that need to wait are not made)")
	f.StringSliceVar(&o.checks, "check", nil, "check to make, may be repeated (default: all)")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "time for each request")
	f.BoolVar(&o.testTenant, "test-tenant", false, "confirms that it is a tenant made for tests, whose data may be changed (required)")
	return cmd
}

// config reads what the flags name.
func (o *conformanceOptions) config() (conformance.Config, error) {
	if !o.testTenant {
		return conformance.Config{}, errors.New("--test-tenant is missing: the checks change the tenant's data")
	}
	if o.timeout <= 0 {
		return conformance.Config{}, fmt.Errorf("--timeout is %s: there would be no time", o.timeout)
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

func (o *conformanceOptions) calls() (outbound.Caller, error) {
	calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: o.timeout, Now: time.Now}
	if o.hrmCA == "" {
		return calls, nil
	}
	roots, err := readRoots(o.hrmCA)
	if err != nil {
		return calls, fmt.Errorf("--hrm-ca: %w", err)
	}
	calls.Transport = outbound.NewTransport(roots)
	return calls, nil
}

// conform makes the checks, prints what became of them, and gives the exit code.
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
