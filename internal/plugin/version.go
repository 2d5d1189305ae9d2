package plugin

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/version"
)

// newVersionCommand returns "kubectl cint version".
func newVersionCommand(p *Program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(p.Out, "%s version %s\n", cmd.Root().DisplayName(), version.String())
			return err
		},
	}
}
