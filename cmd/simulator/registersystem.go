package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

func newRegisterSystemCommand(admin *adminClient) *cobra.Command {
	var system simaltinn.System
	command := &cobra.Command{
		Use:   "register-system SYSTEM",
		Short: "Register a supplier's system in Altinn, so that customers can have users of it",
		Long: `Register a supplier's system in Altinn's system register. Its id is the supplier's organization number,
an underscore and a name. The supplier can request users of the system from customers, with rights
and access packages that are registered on it. The clients get tokens for such users.

Registering again replaces the system; its users and requests stay.`,
		Example: `  simulator register-system 897757222_4human_hrm --organization 897757222 --client my-client \
    --right nav_sykepenger_sykmelding --right nav_sykepenger_soeknad --redirect-url https://hrm.example/done`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			system.SystemID = args[0]
			path := "/altinn/systems/" + url.PathEscape(system.SystemID)
			if err := admin.call(cmd.Context(), http.MethodPut, path, system, nil); err != nil {
				return fmt.Errorf("cannot register the system: %w", err)
			}
			cmd.Printf("System %s of %s is registered\n", system.SystemID, system.OrganizationNumber)
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&system.OrganizationNumber, "organization", "",
		"organization number of the system's vendor, the supplier")
	flags.StringVar(&system.Name, "name", "", "displayed name; default: the name in the id")
	flags.StringArrayVar(&system.ClientIDs, "client", nil, "a client that gets tokens for the system's users; repeatable")
	flags.StringArrayVar(&system.Rights, "right", nil, "id of a resource that users may have rights to; repeatable")
	flags.StringArrayVar(&system.AccessPackages, "access-package", nil, "URN of a package that users may have; repeatable")
	flags.StringArrayVar(&system.AllowedRedirectURLs, "redirect-url", nil,
		"URL that customers may return to after a decision; repeatable")
	_ = command.MarkFlagRequired("organization") // fails only on a flag that does not exist
	return command
}
