package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

func newRegisterUnitCommand(admin *adminClient) *cobra.Command {
	var registration navsickpay.UnitRegistration
	command := &cobra.Command{
		Use:   "register-unit UNIT",
		Short: "Register a unit as a sub-unit of an employer",
		Long: `Register a unit as a sub-unit of an employer, the main unit. A system user that the main unit has approved
may read documents of its sub-units; NAV keeps documents by sub-unit.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := admin.call(cmd.Context(), http.MethodPut, "/nav/units/"+url.PathEscape(args[0]), registration,
				nil); err != nil {
				return fmt.Errorf("cannot register the unit: %w", err)
			}
			cmd.Printf("%s is a unit of %s\n", args[0], registration.MainUnit)
			return nil
		},
	}
	command.Flags().StringVar(&registration.MainUnit, "main-unit", "", "organization number of the employer")
	_ = command.MarkFlagRequired("main-unit") // fails only on a flag that does not exist
	return command
}

func newAddDocumentsCommand(admin *adminClient) *cobra.Command {
	var kind string
	var count int
	var seed uint64
	var late time.Duration
	var notForEmployer, unreadable bool
	command := &cobra.Command{
		Use:   "add-documents UNIT",
		Short: "Have NAV receive sick notes, or applications for sick pay, of a unit's employees",
		Long: `Have NAV receive sick notes, or applications for sick pay, of a unit's employees. The employees and
their identity numbers are invented. The same seed results in the same documents, or in the next ones if those
exist.`,
		Example: `  simulator add-documents 315587336 --count 3
  simulator add-documents 315587336 --kind sick-pay-applications --late 1m`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := url.Values{
				"count": {strconv.Itoa(count)}, "late": {late.String()},
				"not-for-employer": {strconv.FormatBool(notForEmployer)}, "unreadable": {strconv.FormatBool(unreadable)},
			}
			if cmd.Flags().Changed("seed") {
				query.Set("seed", strconv.FormatUint(seed, 10))
			}
			path := "/nav/units/" + url.PathEscape(args[0]) + "/" + url.PathEscape(kind) + "?" + query.Encode()
			if err := admin.call(cmd.Context(), http.MethodPost, path, nil, nil); err != nil {
				return fmt.Errorf("cannot add documents: %w", err)
			}
			cmd.Printf("NAV has received %d %s for %s\n", count, kind, args[0])
			return nil
		},
	}
	addKindFlag(command, &kind)
	f := command.Flags()
	f.IntVar(&count, "count", 1, "number of documents")
	f.Uint64Var(&seed, "seed", 0, "seed of the invented documents (default: random)")
	f.DurationVar(&late, "late", 0, "time from the documents' numbering until they become visible")
	f.BoolVar(&unreadable, "unreadable", false, "a time in them has a form that NAV's API does not have")
	f.BoolVar(&notForEmployer, "not-for-employer", false,
		"they count toward the size of a page, but NAV does not return them")
	return command
}

func newDocumentsCommand(admin *adminClient) *cobra.Command {
	var kind string
	command := &cobra.Command{
		Use:   "documents UNIT",
		Short: "Show the sick notes, or applications for sick pay, that NAV has of a unit's employees",
		Long: `List NAV's documents of a unit's employees by number, including those that are not visible yet. The list
shows nothing about the employees.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rows []navsickpay.Row
			path := "/nav/units/" + url.PathEscape(args[0]) + "/" + url.PathEscape(kind)
			if err := admin.call(cmd.Context(), http.MethodGet, path, nil, &rows); err != nil {
				return fmt.Errorf("cannot list documents: %w", err)
			}
			if len(rows) == 0 {
				cmd.Printf("NAV has no %s of %s\n", kind, args[0])
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "NUMBER\tID\tFOR EMPLOYER\tVERSION\tSENT\tVISIBLE")
			for _, r := range rows {
				_, _ = fmt.Fprintf(table, "%d\t%s\t%t\t%d\t%s\t%s\n", r.Number, r.ID, !r.NotForEmployer, r.Version,
					r.Sent.Format(time.DateTime), r.Visible.Format(time.DateTime))
			}
			return table.Flush()
		},
	}
	addKindFlag(command, &kind)
	return command
}

func newShowDocumentCommand(admin *adminClient) *cobra.Command {
	return newChangeDocumentCommand(admin, "show", "Make a late document visible",
		"Document %s of number %d is visible\n")
}

func newRenumberDocumentCommand(admin *adminClient) *cobra.Command {
	return newChangeDocumentCommand(admin, "renumber", "Give a document a new number, as if NAV received it again",
		"Document %s has number %d\n")
}

func newChangeDocumentCommand(admin *adminClient, change, short, done string) *cobra.Command {
	var kind string
	command := &cobra.Command{
		Use:   change + "-document ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var row navsickpay.Row
			path := "/nav/documents/" + url.PathEscape(kind) + "/" + url.PathEscape(args[0]) + "/" + change
			if err := admin.call(cmd.Context(), http.MethodPost, path, nil, &row); err != nil {
				return fmt.Errorf("cannot %s the document: %w", change, err)
			}
			cmd.Printf(done, row.ID, row.Number)
			return nil
		},
	}
	addKindFlag(command, &kind)
	return command
}

func addKindFlag(command *cobra.Command, kind *string) {
	command.Flags().StringVar(kind, "kind", "sick-notes", "sick-notes or sick-pay-applications")
}
