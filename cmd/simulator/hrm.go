package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator"
)

// newHRMCommand is what the HRM solution's people see of a tenant's data.
func newHRMCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "hrm TENANT",
		Short: "Show the plans and documents that a tenant of the HRM solution has",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var plans []simulator.PlanView
			var documents []simulator.DocumentView
			tenant := "/hrm/tenants/" + url.PathEscape(args[0])
			if err := admin.call(cmd.Context(), http.MethodGet, tenant+"/plans", nil, &plans); err != nil {
				return fmt.Errorf("cannot list the tenant's plans: %w", err)
			}
			if err := admin.call(cmd.Context(), http.MethodGet, tenant+"/documents", nil, &documents); err != nil {
				return fmt.Errorf("cannot list the tenant's documents: %w", err)
			}
			return printTenant(cmd.OutOrStdout(), plans, documents)
		},
	}
}

func printTenant(out io.Writer, plans []simulator.PlanView, documents []simulator.DocumentView) error {
	if len(plans)+len(documents) == 0 {
		_, err := fmt.Fprintln(out, "It has nothing")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(plans) > 0 {
		_, _ = fmt.Fprintln(table, "PLAN\tSTATE\tNAV'S UUID\tPRACTITIONER\tREJECTION\tNAV-CALL-ID")
		for i := range plans {
			p := &plans[i]
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.State, shown(p.NAVUUID), cmp.Or(p.Practitioner, "-"), cmp.Or(p.Rejection, "-"), shown(p.CallID))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(documents) > 0 {
		_, _ = fmt.Fprintln(table, "UNIT\tKIND\tDOCUMENT\tNUMBER\tPDF")
		for _, d := range documents {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%t\n", d.Unit, d.Kind, d.ID, d.SequenceNumber, d.PDF)
		}
	}
	return table.Flush()
}

func shown(id uuid.UUID) string {
	if id == uuid.Nil {
		return "-"
	}
	return id.String()
}

// samplePlan is a plan about somebody.
func samplePlan(employee string, toPractitioner bool) map[string]any {
	return map[string]any{
		"employeeIdentificationNumber": employee,
		"typicalWorkday":               "Kundemottak og lagerarbeid", "tasksThatCanStillBeDone": "Kundemottak",
		"tasksThatCanNotBeDone": "Tunge løft", "previousFacilitation": "Hev/senk-bord", "plannedFacilitation": "Kortere dager i fire uker",
		"followUp": "Ukentlig samtale", "evaluationDate": "2026-12-15", "sendPlanToNav": true, "sendPlanToGeneralPractitioner": toPractitioner,
		"contactPersonFullName": "Syntetisk Leder", "contactPersonPhoneNumber": "99999999", "contactPersonEmail": "leder@example.com",
		"employeeHasContributedToPlan": true,
	}
}

func newOfferPlanCommand(admin *adminClient) *cobra.Command {
	var employee string
	var toPractitioner bool
	command := &cobra.Command{
		Use:     "offer-plan TENANT PLAN",
		Short:   "Have a tenant of the HRM solution finish a follow-up plan, which is offered then",
		Example: `  simulator offer-plan tiger plan-1 --employee 01447842099`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/hrm/tenants/" + url.PathEscape(args[0]) + "/plans/" + url.PathEscape(args[1])
			document, err := json.Marshal(samplePlan(employee, toPractitioner))
			if err != nil {
				return fmt.Errorf("writing the plan: %w", err)
			}
			if err := admin.call(cmd.Context(), http.MethodPut, path, json.RawMessage(document), nil); err != nil {
				return fmt.Errorf("cannot offer the plan: %w", err)
			}
			cmd.Printf("Plan %s of %s is offered\n", args[1], args[0])
			return nil
		},
	}
	f := command.Flags()
	f.StringVar(&employee, "employee", "", "synthetic identity number of the employee")
	f.BoolVar(&toPractitioner, "to-general-practitioner", false, "the general practitioner shall have the plan, too")
	_ = command.MarkFlagRequired("employee") // fails only on a flag that does not exist
	return command
}

func newSettlePlanCommand(admin *adminClient) *cobra.Command {
	var received string
	var notReceived bool
	command := &cobra.Command{
		Use:   "settle-plan TENANT PLAN",
		Short: "Write down what a person has found out about an unknown plan",
		Example: `  simulator settle-plan tiger plan-1 --received c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10
  simulator settle-plan tiger plan-1 --not-received`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var fate simulator.Fate
			if !notReceived {
				var err error
				if fate.NAVUUID, err = uuid.Parse(received); err != nil {
					return fmt.Errorf("reading --received: %w", err)
				}
			}
			path := "/hrm/tenants/" + url.PathEscape(args[0]) + "/plans/" + url.PathEscape(args[1]) + "/fate"
			if err := admin.call(cmd.Context(), http.MethodPut, path, fate, nil); err != nil {
				return fmt.Errorf("cannot settle the plan: %w", err)
			}
			cmd.Printf("Plan %s of %s is settled\n", args[1], args[0])
			return nil
		},
	}
	f := command.Flags()
	f.StringVar(&received, "received", "", "NAV has it, under this uuid")
	f.BoolVar(&notReceived, "not-received", false, "NAV does not have it: it is offered again")
	command.MarkFlagsOneRequired("received", "not-received")
	command.MarkFlagsMutuallyExclusive("received", "not-received")
	return command
}

func newWantPDFsCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "want-pdfs TENANT",
		Short: "Have a tenant of the HRM solution want a PDF of each document",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := admin.call(cmd.Context(), http.MethodPut, "/hrm/tenants/"+url.PathEscape(args[0])+"/pdfs", nil, nil); err != nil {
				return fmt.Errorf("cannot have the tenant want PDFs: %w", err)
			}
			cmd.Printf("%s wants PDFs\n", args[0])
			return nil
		},
	}
}
