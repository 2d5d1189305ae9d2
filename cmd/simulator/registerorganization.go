package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
)

func newRegisterOrganizationCommand(admin *adminClient) *cobra.Command {
	var unit simregister.Unit
	command := &cobra.Command{
		Use:   "register-organization NUMBER",
		Short: "Register an organization in Enhetsregisteret",
		Long: `Register an organization in Enhetsregisteret: a main unit, or with --main-unit a sub-unit of one.
Registering again replaces it.`,
		Example: `  simulator register-organization 310330701 --name "DYNAMISK ALTETENDE TIGER AS"
  simulator register-organization 315587336 --name "TIGER AVD OSLO" --main-unit 310330701
  simulator register-organization 314240979 --name "NEDLAGT ELG AS" --deleted-on 2026-05-31`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			unit.Number = args[0]
			path := "/register/units/" + url.PathEscape(unit.Number)
			if err := admin.call(cmd.Context(), http.MethodPut, path, unit, nil); err != nil {
				return fmt.Errorf("cannot register the organization: %w", err)
			}
			cmd.Printf("Organization %s is registered\n", unit.Number)
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&unit.Name, "name", "", "name of the organization")
	flags.StringVar(&unit.MainUnit, "main-unit", "", "organization number of the unit above it")
	flags.StringVar(&unit.DeletedOn, "deleted-on", "", "date of its deletion, such as 2026-05-31")
	flags.BoolVar(&unit.Removed, "removed", false, "it was removed for legal reasons: the register withholds its name")
	flags.BoolVar(&unit.Bankrupt, "bankrupt", false, "it is bankrupt")
	flags.BoolVar(&unit.Dissolving, "dissolving", false, "it is being wound up")
	return command
}
