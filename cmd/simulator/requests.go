package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func newRequestsCommand(admin *adminClient) *cobra.Command {
	var last int
	var reset bool
	command := &cobra.Command{
		Use:   "requests",
		Short: "Show the requests to the simulator and their outcomes",
		Long: `Show how many requests each endpoint had by outcome, the last token requests, and the last calls of NAV,
Altinn and the HRM system.

An outcome is Issued, OK or Created, the code or name of a refusal (MP-251: not delegated), or the outage that
happened instead.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reset {
				if err := admin.call(cmd.Context(), http.MethodDelete, "/requests", nil, nil); err != nil {
					return fmt.Errorf("cannot reset requests: %w", err)
				}
				cmd.Println("The requests are forgotten")
				return nil
			}
			var report simwire.RequestReport
			if err := admin.call(cmd.Context(), http.MethodGet, "/requests", nil, &report); err != nil {
				return fmt.Errorf("cannot show requests: %w", err)
			}
			return printRequests(cmd.OutOrStdout(), report, last)
		},
	}
	command.Flags().IntVar(&last, "last", 10, "number of recent token requests and of recent calls to show")
	command.Flags().BoolVar(&reset, "reset", false, "forget all requests instead")
	return command
}

func printRequests(out io.Writer, report simwire.RequestReport, last int) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(report.Counts) == 0 {
		_, err := fmt.Fprintln(out, "No requests")
		return err
	}
	_, _ = fmt.Fprintln(table, "ENDPOINT\tOUTCOME\tREQUESTS")
	for _, endpoint := range slices.Sorted(maps.Keys(report.Counts)) {
		outcomes := report.Counts[endpoint]
		for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%d\n", endpoint, outcome, outcomes[outcome])
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if recent := lastOf(report.Recent, last); len(recent) > 0 {
		_, _ = fmt.Fprintln(table, "\nTIME\tCLIENT\tCONSUMER\tSCOPE\tSTATUS\tOUTCOME")
		for _, r := range recent {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", r.Time.Format(time.TimeOnly),
				cmp.Or(r.ClientID, "-"), cmp.Or(r.Consumer, "-"), cmp.Or(r.Scope, "-"), r.Status, r.Outcome)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if calls := lastOf(report.RecentCalls, last); len(calls) > 0 {
		_, _ = fmt.Fprintln(table, "\nTIME\tENDPOINT\tORGANIZATION\tSTATUS\tOUTCOME")
		for _, c := range calls {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", c.Time.Format(time.TimeOnly),
				c.Endpoint, cmp.Or(c.Organization, "-"), c.Status, c.Outcome)
		}
	}
	return table.Flush()
}

func lastOf[T any](all []T, count int) []T {
	return all[max(0, len(all)-max(0, count)):]
}
