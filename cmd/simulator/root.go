package main

import (
	"cmp"
	"os"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/version"
)

const (
	adminVariable = "SIMULATOR_ADMIN"
	defaultAdmin  = "http://localhost:8081"
)

func newRootCommand() *cobra.Command {
	var admin adminClient
	root := &cobra.Command{
		Use:   "simulator",
		Short: "A simulated Maskinporten, Altinn, NAV and HRM system, and the commands that arrange them",
		Long: `A simulated Maskinporten, Altinn, NAV and HRM system, and the commands that arrange them.

One command, serve, is the simulator. The others talk to its admin API: a supplier's client is
registered, customers delegate to it or approve its system users, and things are broken to see what
happens.

A supplier requests a customer's token with consumer_org = the customer's organization number.
Maskinporten issues one only while the customer delegates the scope to the supplier, in Altinn. With the
token the supplier sends follow-up plans to NAV, about people whom NAV knows as employed and on sick
leave. With a token of the HRM system it claims a tenant's plans.

For other scopes it requests a token of the customer's system user, with authorization_details. The
supplier requests such a user in Altinn, and the customer approves it.`,
		Example: `  simulator serve &
  simulator register-client --client-id my-client --organization 897757222 --key-out key.jwk
  simulator delegate --consumer 310330701 --supplier 897757222
  simulator register-system 897757222_hrm --organization 897757222 --client my-client --right nav_sykepenger_sykmelding
  simulator approve 310330701
  simulator register-hrm-tenant tiger --organization 310330701 --token-out tiger.token
  simulator employ 01447842099 --main-unit 310330701 --unit 315587336 --sick-from 2026-11-01 --sick-to 2026-12-01
  simulator plans
  simulator fault outage ServiceUnavailable
  simulator fault clear
  simulator withdraw --consumer 310330701 --supplier 897757222
  simulator requests`,
		Version:       version.String(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(os.Stdout) // where cobra's Print would otherwise write to stderr
	root.PersistentFlags().StringVar(&admin.base, "admin", cmp.Or(os.Getenv(adminVariable), defaultAdmin),
		"URL of the simulator's admin API, also from the variable "+adminVariable)
	root.AddCommand(commands(&admin)...)
	root.AddCommand(newDecisionCommands(&admin)...)
	root.AddCommand(newClientCommands(&admin)...)
	root.AddCommand(newNAVCommands(&admin)...)
	root.AddCommand(newLetterCommands(&admin)...)
	root.AddCommand(newReportCommands(&admin)...)
	return root
}

// commands are the commands besides decisions.
func commands(admin *adminClient) []*cobra.Command {
	return []*cobra.Command{
		newServeCommand(),
		newForwardCommand(),
		newRegisterClientCommand(admin),
		newRegisterSystemCommand(admin),
		newRegisterHRMTenantCommand(admin),
		newRegisterOrganizationCommand(admin),
		newOfferPlanCommand(admin),
		newSettlePlanCommand(admin),
		newDecidePlanCommand(admin),
		newWantPDFsCommand(admin),
		newHRMCommand(admin),
		newTrustAuthorityCommand(admin),
		newDelegateCommand(admin),
		newWithdrawCommand(admin),
		newDelegationsCommand(admin),
		newSystemUserRequestsCommand(admin),
		newSystemUsersCommand(admin),
		newCreateSystemUserCommand(admin),
		newWithdrawSystemUserCommand(admin),
		newUnknownOrganizationCommand(admin),
		newFaultCommand(admin),
		newRotateSigningKeyCommand(admin),
		newRequestsCommand(admin),
	}
}
