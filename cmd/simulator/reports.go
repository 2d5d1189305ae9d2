package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator/navreports"
)

// newReportCommands arrange and show NAV's settlement reports.
func newReportCommands(admin *adminClient) []*cobra.Command {
	return []*cobra.Command{newAddReportsCommand(admin), newReportsCommand(admin), newArchiveReportCommand(admin)}
}

func newAddReportsCommand(admin *adminClient) *cobra.Command {
	var reportType, valueDate string
	var count int
	command := &cobra.Command{
		Use:   "add-reports ORGANIZATION",
		Short: "Have NAV make settlement reports for an organization: its main unit, as a rule",
		Example: `  simulator add-reports 310330701
  simulator add-reports 310330701 --type trekk-hend --value-date 2026-12-31`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := url.Values{"count": {strconv.Itoa(count)}, "type": {reportType}, "value-date": {valueDate}}
			var added []navreports.Report
			if err := admin.call(cmd.Context(), http.MethodPost, "/nav/reports/"+url.PathEscape(args[0])+"?"+query.Encode(), nil,
				&added); err != nil {
				return fmt.Errorf("cannot add reports: %w", err)
			}
			cmd.Printf("NAV has made settlement reports of type %s for %s: %d\n", reportType, args[0], len(added))
			return nil
		},
	}
	f := command.Flags()
	f.StringVar(&reportType, "type", navreports.TypeRefund, "NAV's type: "+navreports.TypeRefund+", "+
		navreports.TypeDeduction+" or "+navreports.TypeSettlement)
	f.StringVar(&valueDate, "value-date", "", "date on which NAV pays, such as 2026-12-31 (default: today)")
	f.IntVar(&count, "count", 1, "number of reports")
	return command
}

func newReportsCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "reports ORGANIZATION",
		Short: "Show NAV's settlement reports of an organization",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var reports []navreports.Report
			if err := admin.call(cmd.Context(), http.MethodGet, "/nav/reports/"+url.PathEscape(args[0]), nil,
				&reports); err != nil {
				return fmt.Errorf("cannot list reports: %w", err)
			}
			if len(reports) == 0 {
				cmd.Printf("NAV has no reports of %s\n", args[0])
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "ID\tTYPE\tVALUE DATE\tARCHIVED\tFETCHED")
			for _, r := range reports {
				_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%t\t%d\n", r.ID, r.Type, r.ValueDate, r.Archived, r.Fetched)
			}
			return table.Flush()
		},
	}
}

func newArchiveReportCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "archive-report ID",
		Short: "Have a person archive a settlement report, which hides it from NAV's lists for everybody",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := admin.call(cmd.Context(), http.MethodPut, "/nav/reports/"+url.PathEscape(args[0])+"/archive", nil,
				nil); err != nil {
				return fmt.Errorf("cannot archive the report: %w", err)
			}
			cmd.Printf("Archived report %s\n", args[0])
			return nil
		},
	}
}
