package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

func newSystemUsersCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "system-users",
		Short: "List the customers' users of suppliers' systems",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var users []simaltinn.SystemUser
			if err := admin.call(cmd.Context(), http.MethodGet, "/altinn/system-users", nil, &users); err != nil {
				return fmt.Errorf("cannot list system users: %w", err)
			}
			if len(users) == 0 {
				cmd.Println("There are no system users")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "ORGANIZATION\tSYSTEM\tREFERENCE\tID\tRIGHTS\tCLIENTS\tSINCE")
			for _, u := range users {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", u.OrganizationNumber, u.SystemID, u.ExternalRef,
					u.ID, accessOf(u.Rights, u.AccessPackages), clientsOf(u), u.Created.Format(time.DateTime))
			}
			return table.Flush()
		},
	}
}

func newCreateSystemUserCommand(admin *adminClient) *cobra.Command {
	var user simaltinn.SystemUser
	command := &cobra.Command{
		Use:   "create-system-user ORGANIZATION",
		Short: "Create a system user as the customer, without a request",
		Long: `Create a user of a supplier's system as the customer, as its administrator can in Altinn without a request.
It has all rights and packages of the system, or those that are named.`,
		Example: "  simulator create-system-user 310330701 --system 897757222_4human_hrm",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			user.OrganizationNumber = args[0]
			var created simaltinn.SystemUser
			if err := admin.call(cmd.Context(), http.MethodPost, "/altinn/system-users", user, &created); err != nil {
				return fmt.Errorf("cannot create the system user: %w", err)
			}
			cmd.Printf("%s has a user of %s, %s\n", created.OrganizationNumber, created.SystemID, created.ID)
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&user.SystemID, "system", "", "id of the system")
	flags.StringVar(&user.ExternalRef, "external-ref", "", "reference of the user; default: the organization number")
	flags.StringArrayVar(&user.Rights, "right", nil, "id of a resource that the user has rights to; repeatable")
	flags.StringArrayVar(&user.AccessPackages, "access-package", nil, "URN of a package that the user has; repeatable")
	flags.BoolVar(&user.Agent, "agent", false, "make it an agent system user, which acts for the organization's clients")
	flags.StringArrayVar(&user.Clients, "client", nil, "organization number of a client of an agent; repeatable")
	_ = command.MarkFlagRequired("system") // fails only on a flag that does not exist
	return command
}

func newWithdrawSystemUserCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "withdraw-system-user ORGANIZATION|ID",
		Short: "Have a customer delete its system user",
		Long: `Have a customer delete its system user, as its administrator can at any time in Altinn, without notice.

From now on Maskinporten refuses tokens for the user with MP-303. Issued tokens work until they
expire.`,
		Example: "  simulator withdraw-system-user 310330701",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var withdrawn []simaltinn.SystemUser
			path := "/altinn/system-users/" + url.PathEscape(args[0])
			if err := admin.call(cmd.Context(), http.MethodDelete, path, nil, &withdrawn); err != nil {
				return fmt.Errorf("cannot withdraw the system user: %w", err)
			}
			for _, user := range withdrawn {
				cmd.Printf("%s has withdrawn its user of %s, %s\n", user.OrganizationNumber, user.SystemID, user.ID)
			}
			return nil
		},
	}
}

// newClientCommands returns the commands by which an agent chooses whom its agent system user acts for.
func newClientCommands(admin *adminClient) []*cobra.Command {
	return []*cobra.Command{
		newClientCommand(admin, http.MethodPut, "%s acts for client %s\n", &cobra.Command{
			Use:   "add-client AGENT|ID CLIENT",
			Short: "Add a client to an agent system user, as its owner's client administrator",
			Long: `Add a client to an agent system user, as a client administrator of its owner does in Altinn. The agent system
user is named by its id, or by its owner if that has only one.`,
			Example: "  simulator add-client 313876144 310330701",
		}),
		newClientCommand(admin, http.MethodDelete, "%s no longer acts for client %s\n", &cobra.Command{
			Use:     "remove-client AGENT|ID CLIENT",
			Short:   "Remove a client from an agent system user",
			Long:    "Remove a client from an agent system user: its owner did so, or the client ended the agreement.",
			Example: "  simulator remove-client 313876144 310330701",
		}),
	}
}

func newClientCommand(admin *adminClient, method, done string, command *cobra.Command) *cobra.Command {
	command.Args = cobra.ExactArgs(2)
	command.RunE = func(cmd *cobra.Command, args []string) error {
		path := "/altinn/system-users/" + url.PathEscape(args[0]) + "/clients/" + url.PathEscape(args[1])
		var user simaltinn.SystemUser
		if err := admin.call(cmd.Context(), method, path, nil, &user); err != nil {
			return fmt.Errorf("cannot %s: %w", cmd.Name(), err)
		}
		cmd.Printf(done, user.OrganizationNumber, args[1])
		return nil
	}
	return command
}

// clientsOf lists the clients of an agent system user. It returns "-" for another one, and "none" for one without.
func clientsOf(u simaltinn.SystemUser) string {
	switch {
	case !u.Agent:
		return "-"
	case len(u.Clients) == 0:
		return "none"
	default:
		return strings.Join(u.Clients, ",")
	}
}

// accessOf lists rights and packages.
func accessOf(rights, packages []string) string {
	if len(rights)+len(packages) == 0 {
		return "-"
	}
	return strings.Join(slices.Concat(rights, packages), ",")
}
