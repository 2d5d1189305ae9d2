package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
)

func newRegisterHRMTenantCommand(admin *adminClient) *cobra.Command {
	var registration simhrm.TenantRegistration
	var tokenIn, tokenOut string
	command := &cobra.Command{
		Use:   "register-hrm-tenant TENANT",
		Short: "Register a tenant of the HRM system and its token",
		Long: `Register a tenant of the HRM system, the organization number that it returns, and its token.

With --token-out a token is made here and written to a new file that only you can read: the token and
nothing else, not even a line break. With --token an existing one is used. Registering again replaces
organization and token. To simulate a mix-up of tenants, register another organization.`,
		Example: `  simulator register-hrm-tenant tiger --organization 310330701 --token-out tiger.token
  simulator register-hrm-tenant tiger --organization 314240979 --token tiger.token`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if registration.Token, err = obtainToken(tokenIn, tokenOut); err != nil {
				return err
			}
			path := "/hrm/tenants/" + url.PathEscape(args[0])
			if err := admin.call(cmd.Context(), http.MethodPut, path, registration, nil); err != nil {
				err = fmt.Errorf("cannot register the tenant: %w", err)
				if tokenOut != "" {
					err = errors.Join(err, os.Remove(tokenOut))
				}
				return err
			}
			cmd.Printf("Tenant %s of %s is registered\n", args[0], registration.OrganizationNumber)
			if tokenOut != "" {
				cmd.Printf("Its token is in %s\n", tokenOut)
			}
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&registration.OrganizationNumber, "organization", "", "organization number of the tenant")
	flags.StringSliceVar(&registration.Units, "units", nil,
		"sub-units for which the tenant wants sick notes and applications")
	flags.StringVar(&tokenOut, "token-out", "", "file for a new token; must not exist")
	flags.StringVar(&tokenIn, "token", "", "file with an existing token")
	_ = command.MarkFlagRequired("organization") // fails only on a flag that does not exist
	command.MarkFlagsMutuallyExclusive("token", "token-out")
	command.MarkFlagsOneRequired("token", "token-out")
	return command
}

// obtainToken reads the token, or makes one and writes it.
func obtainToken(in, out string) (string, error) {
	if in != "" {
		text, err := os.ReadFile(in) //nolint:gosec // the path is a flag's
		if err != nil {
			return "", fmt.Errorf("cannot read the token: %w", err)
		}
		return strings.TrimSpace(string(text)), nil
	}
	token := rand.Text()
	err := writeSecret(out, []byte(token))
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s exists: register the token in it with --token, or remove it", out)
	}
	if err != nil {
		return "", fmt.Errorf("cannot write the token: %w", err)
	}
	return token, nil
}
