package main

import (
	"fmt"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator/navplans"
)

// newNAVCommands arrange NAV's registers, and show what it has.
func newNAVCommands(admin *adminClient) []*cobra.Command {
	return []*cobra.Command{
		newEmployCommand(admin), newSickNoteCommand(admin), newWithdrawSickNotesCommand(admin), newPlansCommand(admin),
		newRegisterUnitCommand(admin),
		newAddDocumentsCommand(admin), newDocumentsCommand(admin), newShowDocumentCommand(admin),
		newRenumberDocumentCommand(admin),
	}
}

func newEmployCommand(admin *adminClient) *cobra.Command {
	var e navplans.Employment
	command := &cobra.Command{
		Use:   "employ EMPLOYEE",
		Short: "Register an employment at NAV, and optionally a sick note",
		Long: `Add an employment to NAV's registers, and a sick note that was sent to that employer.
NAV takes follow-up plans of such people alone, until 16 days after the sick note. The employee is
named by a synthetic identity number: a real one must not be used.`,
		Example: `  simulator employ 01447842099 --main-unit 310330701 --unit 315587336 --sick-from 2026-11-01 --sick-to 2026-12-01`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			e.Employee = args[0]
			if err := admin.call(cmd.Context(), http.MethodPost, "/nav/employments", e, nil); err != nil {
				return fmt.Errorf("cannot register the employment: %w", err)
			}
			cmd.Printf("NAV knows an employee of %s\n", e.MainUnit)
			return nil
		},
	}
	f := command.Flags()
	f.StringVar(&e.MainUnit, "main-unit", "", "organization number of the employer")
	f.StringVar(&e.Unit, "unit", "", "organization number of the sub-unit")
	f.StringVar(&e.SickFrom, "sick-from", "", "first day of the sick note, 2006-01-02")
	f.StringVar(&e.SickTo, "sick-to", "", "last day of the sick note")
	_ = command.MarkFlagRequired("main-unit") // fails only on a flag that does not exist
	_ = command.MarkFlagRequired("unit")
	return command
}

func newSickNoteCommand(admin *adminClient) *cobra.Command {
	var note navplans.SickNote
	command := &cobra.Command{
		Use:   "sick-note EMPLOYEE",
		Short: "Have another sick note sent to an employer",
		Long: `Have a sick note sent to an employer: to a main unit or to a sub-unit. NAV takes follow-up plans until 16 days
after it. The employee is named by a synthetic identity number, and employed with the command employ.`,
		Example: `  simulator sick-note 01447842099 --unit 315587336 --from 2026-12-02 --to 2026-12-31`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			note.Employee = args[0]
			if err := admin.call(cmd.Context(), http.MethodPost, "/nav/sick-notes", note, nil); err != nil {
				return fmt.Errorf("cannot register the sick note: %w", err)
			}
			cmd.Printf("A sick note was sent to %s\n", note.Unit)
			return nil
		},
	}
	f := command.Flags()
	f.StringVar(&note.Unit, "unit", "", "organization number that it is sent to")
	f.StringVar(&note.From, "from", "", "first day, 2006-01-02")
	f.StringVar(&note.To, "to", "", "last day")
	f.StringVar(&note.SentOn, "sent-on", "",
		"day on which it is sent (default: its first day); NAV drops a sick note that has ended by then")
	for _, required := range []string{"unit", "from", "to"} {
		_ = command.MarkFlagRequired(required) // fails only on a flag that does not exist
	}
	return command
}

func newWithdrawSickNotesCommand(admin *adminClient) *cobra.Command {
	var w navplans.SickNoteWithdrawal
	command := &cobra.Command{
		Use:   "withdraw-sick-notes EMPLOYEE",
		Short: "Have an employee's sick notes to an employer withdrawn",
		Long: `Withdraw the sick notes that were sent to an employer. NAV then takes no follow-up plans because of them, but
its API for sick notes still lists them.`,
		Example: `  simulator withdraw-sick-notes 01447842099 --unit 315587336`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.Employee = args[0]
			if err := admin.call(cmd.Context(), http.MethodDelete, "/nav/sick-notes", w, nil); err != nil {
				return fmt.Errorf("cannot withdraw the sick notes: %w", err)
			}
			cmd.Printf("The sick notes to %s are withdrawn\n", w.Unit)
			return nil
		},
	}
	command.Flags().StringVar(&w.Unit, "unit", "", "organization number that they were sent to")
	_ = command.MarkFlagRequired("unit") // fails only on a flag that does not exist
	return command
}

func newPlansCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "plans",
		Short: "Show the follow-up plans that NAV has taken",
		Long: `Show NAV's own ledger: every plan that it has taken, even if the response was lost, and whether it went to
NAV and to the general practitioner. It does not show whom a plan is about.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var plans []navplans.StoredPlan
			if err := admin.call(cmd.Context(), http.MethodGet, "/nav/plans", nil, &plans); err != nil {
				return fmt.Errorf("cannot list NAV's plans: %w", err)
			}
			if len(plans) == 0 {
				cmd.Println("NAV has taken no plans")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "UUID\tEMPLOYER\tSUPPLIER\tNAV\tPRACTITIONER\tRECEIVED")
			for _, p := range plans {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%t\t%t\t%s\n",
					p.UUID, p.Employer, p.Supplier, p.SentToNAV, p.SentToPractitioner, p.Received.Format(time.TimeOnly))
			}
			return table.Flush()
		},
	}
}
