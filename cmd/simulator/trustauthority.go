package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

func newTrustAuthorityCommand(admin *adminClient) *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:   "trust-authority NAME",
		Short: "Trust enterprise certificates that an authority issued",
		Long: `Trust enterprise certificates that an authority issued. Clients that were registered with
--enterprise-certificate can then sign with a certificate of their owner's.`,
		Example: "  simulator trust-authority test-ca --certificate ca.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(file) //nolint:gosec // the path is a flag's
			if err != nil {
				return fmt.Errorf("cannot read the certificate: %w", err)
			}
			authority := simmaskinporten.CertificateAuthority{Name: args[0], Certificate: string(text)}
			path := "/certificate-authorities/" + url.PathEscape(args[0])
			if err := admin.call(cmd.Context(), http.MethodPut, path, authority, nil); err != nil {
				return fmt.Errorf("cannot trust the authority: %w", err)
			}
			cmd.Printf("Certificates of %s are trusted\n", args[0])
			return nil
		},
	}
	command.Flags().StringVar(&file, "certificate", "", "file with the authority's own certificate, PEM")
	_ = command.MarkFlagRequired("certificate") // fails only on a flag that does not exist
	return command
}
