package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

func newRotateSigningKeyCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "rotate-signing-key",
		Short: "Let Maskinporten sign with a new key",
		Long: `Let Maskinporten sign access tokens with a new key, as the real one does now and then.

The previous key stays published until the next rotation. A client that has cached the keys must fetch
them again when it receives a token with the new kid.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := admin.call(cmd.Context(), http.MethodPost, "/signing-key", nil, nil); err != nil {
				return fmt.Errorf("cannot rotate the signing key: %w", err)
			}
			cmd.Println("Maskinporten signs with a new key")
			return nil
		},
	}
}
