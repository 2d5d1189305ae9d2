package main

import (
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"

	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

func newSystemUserRequestsCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "system-user-requests",
		Short: "List the suppliers' requests to customers in Altinn",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var requests []simaltinn.SystemUserRequest
			if err := admin.call(cmd.Context(), http.MethodGet, "/altinn/requests", nil, &requests); err != nil {
				return fmt.Errorf("cannot list requests: %w", err)
			}
			if len(requests) == 0 {
				cmd.Println("No requests")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "ORGANIZATION\tSYSTEM\tREFERENCE\tKIND\tSTATUS\tID\tRIGHTS")
			for _, r := range requests {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.OrganizationNumber, r.SystemID, r.ExternalRef, r.Kind,
					stateOf(r), r.ID, accessOf(r.Rights, r.AccessPackages))
			}
			return table.Flush()
		},
	}
}

// stateOf returns a request's status, including what Altinn's own status omits.
func stateOf(r simaltinn.SystemUserRequest) string {
	status, isOpen := string(r.Status), r.Status == simaltinn.RequestNew
	switch {
	case r.Deleted:
		return status + ",Deleted"
	case isOpen && r.TimedOut:
		return status + ",TimedOut"
	case isOpen && r.Escalated:
		return status + ",Escalated"
	default:
		return status
	}
}

// newDecisionCommands returns the commands that end or forward a request.
func newDecisionCommands(admin *adminClient) []*cobra.Command {
	return []*cobra.Command{
		newDecisionCommand(admin, "%s has approved the request of %s\n", &cobra.Command{
			Use:   "approve ORGANIZATION|ID",
			Short: "Approve a request in Altinn, as the customer",
			Long: `Approve a supplier's request as the customer's administrator, who does so at the request's confirm URL: for
a system user, or a change of one. A request is named by its id, or by the organization if it has only one
open request.`,
		}),
		newDecisionCommand(admin, "%s has rejected the request of %s\n", &cobra.Command{
			Use:   "reject ORGANIZATION|ID",
			Short: "Decline a request in Altinn, as the customer",
		}),
		newDecisionCommand(admin, "%s has denied the request of %s\n", &cobra.Command{
			Use:   "deny ORGANIZATION|ID",
			Short: "Deny a request as the customer: Altinn's status Denied instead of Rejected",
		}),
		newDecisionCommand(admin, "%s has forwarded the request of %s to an access manager\n", &cobra.Command{
			Use:   "escalate ORGANIZATION|ID",
			Short: "Forward a request to the customer's access manager, as a user without the right to decide",
		}),
		newDecisionCommand(admin, "%s has not decided on the request of %s in time\n", &cobra.Command{
			Use:   "time-out ORGANIZATION|ID",
			Short: "Let a request time out at once, as after 180 days",
		}),
	}
}

func newDecisionCommand(admin *adminClient, done string, command *cobra.Command) *cobra.Command {
	command.Args = cobra.ExactArgs(1)
	command.RunE = func(cmd *cobra.Command, args []string) error {
		var request simaltinn.SystemUserRequest
		path := "/altinn/requests/" + url.PathEscape(args[0]) + "/" + cmd.Name()
		if err := admin.call(cmd.Context(), http.MethodPost, path, nil, &request); err != nil {
			return fmt.Errorf("cannot %s: %w", cmd.Name(), err)
		}
		cmd.Printf(done, request.OrganizationNumber, request.SystemID)
		return nil
	}
	return command
}

func newUnknownOrganizationCommand(admin *adminClient) *cobra.Command {
	var known bool
	command := &cobra.Command{
		Use:   "unknown-organization ORGANIZATION",
		Short: "Make an organization unknown to Altinn (AUTH-00000)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			method, done := http.MethodPut, "Altinn does not know %s\n"
			if known {
				method, done = http.MethodDelete, "Altinn knows %s\n"
			}
			path := "/altinn/unknown-organizations/" + url.PathEscape(args[0])
			if err := admin.call(cmd.Context(), method, path, nil, nil); err != nil {
				return fmt.Errorf("cannot change what Altinn knows: %w", err)
			}
			cmd.Printf(done, args[0])
			return nil
		},
	}
	command.Flags().BoolVar(&known, "known", false, "make it known again instead")
	return command
}
