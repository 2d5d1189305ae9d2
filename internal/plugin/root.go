package plugin

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/4human/integration-operator/internal/version"
)

// shownFlags are those of kubectl's flags that the help lists. The others work too.
var shownFlags = map[string]bool{"namespace": true, "context": true, "kubeconfig": true, "request-timeout": true}

// newRootCommand returns "kubectl cint" with its commands.
func (p *Program) newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-cint",
		Short: "Customers and their access: who must do what",
		Long: `Customers and their access: who must do what.

Reads CustomerIntegrations and Suppliers with your rights. Every command works in the namespace of the
context, or in that of --namespace. All of kubectl's connection flags work (see: kubectl options).

Exit codes: 0 the result is good, 1 an error, 2 the result is bad (access is not granted, a run failed, a
list has faults), 3 no result before the time-out.`,
		Example: `  kubectl cint status -A --waiting 14d
  kubectl cint why dynamisk-altetende-tiger
  kubectl cint guide dynamisk-altetende-tiger
  kubectl cint verify --all`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl cint"},
		Version:       version.String(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.ErrOut)
	root.SetFlagErrorFunc(usageError)
	p.Flags.AddFlags(root.PersistentFlags())
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = !shownFlags[f.Name] })
	root.AddCommand(p.commands()...)
	return root
}

// commands returns the commands of the plugin.
func (p *Program) commands() []*cobra.Command {
	return []*cobra.Command{
		newStatusCommand(p),
		newWhyCommand(p),
		newGuideCommand(p),
		newVerifyCommand(p),
		newSyncCommand(p),
		newAskCommand(p),
		newSuspendCommand(p),
		newResumeCommand(p),
		newStopCommand(p),
		newContinueCommand(p),
		newCheckCommand(p),
		newImportCommand(p),
		newKeygenCommand(p),
		newReportCommand(p),
		newLinkCommand(p),
		newVersionCommand(p),
	}
}

// oneCustomer is the arguments of a command on one customer.
func oneCustomer(cmd *cobra.Command, names []string) error {
	if len(names) == 1 {
		return nil
	}
	return usageError(cmd, errors.New("name one customer"))
}
