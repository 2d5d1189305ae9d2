package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator/navletters"
)

// newLetterCommands arrange and show NAV's letters.
func newLetterCommands(admin *adminClient) []*cobra.Command {
	return []*cobra.Command{
		newAddLettersCommand(admin), newLettersCommand(admin),
		newChangeLetterCommand(admin, "withdraw", "Have NAV withdraw a letter, without notice"),
		newChangeLetterCommand(admin, "read", "Have a person read a letter in Altinn"),
		newChangeLetterCommand(admin, "show", "Make a late letter visible"),
	}
}

func newAddLettersCommand(admin *adminClient) *cobra.Command {
	var documentType, status string
	var count int
	var late time.Duration
	var sameTime bool
	command := &cobra.Command{
		Use:   "add-letters UNIT",
		Short: "Have NAV send letters to a unit: about dialogue meetings, or follow-up plans of its own",
		Example: `  simulator add-letters 315587336 --count 3
  simulator add-letters 315587336 --type OPPFOLGINGSPLAN --late 1m`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := url.Values{
				"count": {strconv.Itoa(count)}, "late": {late.String()}, "same-time": {strconv.FormatBool(sameTime)},
				"status": {status},
			}
			if err := admin.call(cmd.Context(), http.MethodPost, lettersPath(args[0], documentType)+"?"+query.Encode(), nil,
				nil); err != nil {
				return fmt.Errorf("cannot add letters: %w", err)
			}
			cmd.Printf("NAV has sent %d letters of type %s to %s\n", count, documentType, args[0])
			return nil
		},
	}
	addTypeFlag(command, &documentType)
	f := command.Flags()
	f.IntVar(&count, "count", 1, "number of letters")
	f.DurationVar(&late, "late", 0, "time from the letters' creation until they become visible")
	f.BoolVar(&sameTime, "same-time", false, "NAV creates all of them in the same microsecond")
	f.StringVar(&status, "status", "", "RECEIVED, PENDING, COMPLETED (default) or ERROR")
	return command
}

func newLettersCommand(admin *adminClient) *cobra.Command {
	var documentType string
	command := &cobra.Command{
		Use:   "letters UNIT",
		Short: "Show the letters that NAV has sent to a unit",
		Long: `List NAV's letters to a unit by the time of their creation, including those that are withdrawn or not visible
yet, and how often their content was fetched. The list shows nothing about the employees.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var letters []navletters.Letter
			if err := admin.call(cmd.Context(), http.MethodGet, lettersPath(args[0], documentType), nil,
				&letters); err != nil {
				return fmt.Errorf("cannot list letters: %w", err)
			}
			if len(letters) == 0 {
				cmd.Printf("NAV has sent no letters of type %s to %s\n", documentType, args[0])
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "ID\tCREATED\tVISIBLE\tSTATUS\tREAD\tFETCHED\tWITHDRAWN")
			for i := range letters {
				l := &letters[i]
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%t\t%d\t%t\n", l.ID, l.Created.Format(time.DateTime),
					l.Visible.Format(time.DateTime), l.Status, l.Read, l.Fetched, l.Withdrawn)
			}
			return table.Flush()
		},
	}
	addTypeFlag(command, &documentType)
	return command
}

func newChangeLetterCommand(admin *adminClient, change, short string) *cobra.Command {
	return &cobra.Command{
		Use:   change + "-letter ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/nav/letters/" + url.PathEscape(args[0]) + "/" + change
			if err := admin.call(cmd.Context(), http.MethodPut, path, nil, nil); err != nil {
				return fmt.Errorf("cannot %s the letter: %w", change, err)
			}
			cmd.Printf("Changed letter %s: %s\n", args[0], change)
			return nil
		},
	}
}

func lettersPath(unit, documentType string) string {
	return "/nav/letters/" + url.PathEscape(unit) + "/" + url.PathEscape(documentType)
}

func addTypeFlag(command *cobra.Command, documentType *string) {
	command.Flags().StringVar(documentType, "type", navletters.TypeDialogueMeeting,
		"NAV's type: "+navletters.TypeDialogueMeeting+" or "+navletters.TypeFollowUpPlan)
}
