package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// samplePlan returns a plan about an employee.
func samplePlan(employee string, toPractitioner bool) map[string]any {
	return map[string]any{
		"employeeIdentificationNumber": employee,
		"typicalWorkday":               "Kundemottak og lagerarbeid", "tasksThatCanStillBeDone": "Kundemottak",
		"tasksThatCanNotBeDone": "Tunge løft", "previousFacilitation": "Hev/senk-bord",
		"plannedFacilitation": "Kortere dager i fire uker",
		"followUp":            "Ukentlig samtale", "evaluationDate": "2026-12-15", "sendPlanToNav": true,
		"sendPlanToGeneralPractitioner": toPractitioner,
		"contactPersonFullName":         "Syntetisk Leder", "contactPersonPhoneNumber": "99999999",
		"contactPersonEmail":           "leder@example.com",
		"employeeHasContributedToPlan": true,
	}
}

func newOfferPlanCommand(admin *adminClient) *cobra.Command {
	var employee string
	var toPractitioner bool
	var count int
	command := &cobra.Command{
		Use:   "offer-plan TENANT PLAN",
		Short: "Offer a follow-up plan in a tenant of the HRM system",
		Long: `Offer a follow-up plan about a synthetic employee in a tenant of the HRM system. With --count there are
several, whose names end with a number.`,
		Example: `  simulator offer-plan tiger plan-1 --employee 01447842099
  simulator offer-plan tiger monday --employee 01447842099 --count 20`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			plans, err := planNames(args[1], count)
			if err != nil {
				return err
			}
			for _, plan := range plans {
				path := hrmTenantPath(args[0]) + "/plans/" + url.PathEscape(plan)
				if err := admin.call(cmd.Context(), http.MethodPut, path, samplePlan(employee, toPractitioner), nil); err != nil {
					return fmt.Errorf("cannot offer the plan: %w", err)
				}
				cmd.Printf("Plan %s of %s is offered\n", plan, args[0])
			}
			return nil
		},
	}
	f := command.Flags()
	f.StringVar(&employee, "employee", "", "synthetic identity number of the employee")
	f.BoolVar(&toPractitioner, "to-general-practitioner", false, "send the plan to the general practitioner too")
	f.IntVar(&count, "count", 1, "number of plans")
	_ = command.MarkFlagRequired("employee") // fails only on a flag that does not exist
	return command
}

// planNames returns the plan's name, or one for each of several.
func planNames(name string, count int) ([]string, error) {
	if count < 1 {
		return nil, errors.New("--count must be at least 1")
	}
	if count == 1 {
		return []string{name}, nil
	}
	names := make([]string, 0, count)
	for i := range count {
		names = append(names, fmt.Sprintf("%s-%d", name, i+1))
	}
	return names, nil
}

func newSettlePlanCommand(admin *adminClient) *cobra.Command {
	var received string
	var notReceived bool
	command := &cobra.Command{
		Use:   "settle-plan TENANT PLAN",
		Short: "Settle an unknown plan, as a person",
		Example: `  simulator settle-plan tiger plan-1 --received c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10
  simulator settle-plan tiger plan-1 --not-received`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var fate simhrm.Fate
			if !notReceived {
				var err error
				if fate.NAVUUID, err = uuid.Parse(received); err != nil {
					return fmt.Errorf("reading --received: %w", err)
				}
			}
			path := hrmTenantPath(args[0]) + "/plans/" + url.PathEscape(args[1]) + "/fate"
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

func newDecidePlanCommand(admin *adminClient) *cobra.Command {
	var offerAgain, abandon bool
	command := &cobra.Command{
		Use:   "decide-plan TENANT PLAN",
		Short: "Decide on a plan that NAV has refused for now",
		Long: `Decide on a plan that NAV has refused for now, as a person: offer it again at once, or abandon it. The plan
must be refused or undecided.`,
		Example: `  simulator decide-plan tiger plan-1 --offer-again
  simulator decide-plan tiger plan-1 --abandon`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			decision, done := hrmstore.OfferAgain, "offered again"
			if abandon {
				decision, done = hrmstore.Abandon, "abandoned"
			}
			path := hrmTenantPath(args[0]) + "/plans/" + url.PathEscape(args[1]) + "/decision"
			if err := admin.call(cmd.Context(), http.MethodPut, path, simhrm.PlanDecision{Decision: decision}, nil); err != nil {
				return fmt.Errorf("cannot decide on the plan: %w", err)
			}
			cmd.Printf("Plan %s of %s is %s\n", args[1], args[0], done)
			return nil
		},
	}
	f := command.Flags()
	f.BoolVar(&offerAgain, "offer-again", false, "offer it again at once")
	f.BoolVar(&abandon, "abandon", false, "abandon it")
	command.MarkFlagsOneRequired("offer-again", "abandon")
	command.MarkFlagsMutuallyExclusive("offer-again", "abandon")
	return command
}

func newWantPDFsCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "want-pdfs TENANT",
		Short: "Have a tenant of the HRM system want a PDF of each document, and a CSV file of each settlement report",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := admin.call(cmd.Context(), http.MethodPut, hrmTenantPath(args[0])+"/pdfs", nil, nil); err != nil {
				return fmt.Errorf("cannot have the tenant want PDFs: %w", err)
			}
			cmd.Printf("%s wants PDFs, and CSV files of settlement reports\n", args[0])
			return nil
		},
	}
}
