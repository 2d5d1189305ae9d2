package main

import (
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

func newDelegateCommand(admin *adminClient) *cobra.Command {
	return newDelegationCommand(admin, http.MethodPut, "%s has delegated %s to %s\n", &cobra.Command{
		Use:   "delegate",
		Short: "Delegate a scope of a consumer to a supplier",
		Long: `Delegate a scope of a consumer to a supplier, as the consumer's administrator does in Altinn.

From now on Maskinporten issues tokens for the consumer to the supplier. Repeating it changes nothing.`,
		Example: "  simulator delegate --consumer 310330701 --supplier 897757222",
	})
}

func newWithdrawCommand(admin *adminClient) *cobra.Command {
	return newDelegationCommand(admin, http.MethodDelete, "%s has withdrawn %s from %s\n", &cobra.Command{
		Use:   "withdraw",
		Short: "Withdraw a delegation",
		Long: `Withdraw a delegation, as the consumer's administrator can at any time in Altinn, without notice.

From now on Maskinporten refuses tokens for the consumer with MP-251. Issued tokens work until they
expire.`,
		Example: "  simulator withdraw --consumer 310330701 --supplier 897757222",
	})
}

func newDelegationCommand(admin *adminClient, method, done string, command *cobra.Command) *cobra.Command {
	var consumer, supplier, scope string
	command.Args = cobra.NoArgs
	command.RunE = func(cmd *cobra.Command, _ []string) error {
		path := fmt.Sprintf("/delegations/%s/%s?scope=%s", url.PathEscape(consumer), url.PathEscape(supplier),
			url.QueryEscape(scope))
		if err := admin.call(cmd.Context(), method, path, nil, nil); err != nil {
			return fmt.Errorf("cannot %s: %w", cmd.Name(), err)
		}
		cmd.Printf(done, consumer, scope, supplier)
		return nil
	}
	flags := command.Flags()
	flags.StringVar(&consumer, "consumer", "", "organization number of the customer")
	flags.StringVar(&supplier, "supplier", "", "organization number of the supplier")
	flags.StringVar(&scope, "scope", accesstoken.FollowUpPlanScope, "the scope")
	for _, required := range []string{"consumer", "supplier"} {
		_ = command.MarkFlagRequired(required) // fails only on a flag that does not exist
	}
	return command
}

func newDelegationsCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "delegations",
		Short: "List delegations",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var delegations []simmaskinporten.Delegation
			if err := admin.call(cmd.Context(), http.MethodGet, "/delegations", nil, &delegations); err != nil {
				return fmt.Errorf("cannot list delegations: %w", err)
			}
			if len(delegations) == 0 {
				cmd.Println("No delegations")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "CONSUMER\tSUPPLIER\tSCOPE\tSINCE")
			for _, d := range delegations {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", d.Consumer, d.Supplier, d.Scope, d.Created.Format(time.DateTime))
			}
			return table.Flush()
		},
	}
}
