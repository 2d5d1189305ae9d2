// Package plugin is kubectl's plugin "kubectl cint": commands that show and change customers. It reads
// CustomerIntegrations and Suppliers with the person's rights, and writes only annotations, spec.suspend and the
// emergency stop.
package plugin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Program is the environment of the commands: streams, flags, clock and locale.
type Program struct {
	genericiooptions.IOStreams
	// Flags are kubectl's own flags, such as --namespace and --context.
	Flags *genericclioptions.ConfigFlags
	Now   func() time.Time
	// Terminal reports which streams are a person's.
	Terminal Terminal
	// Locale is that of the environment, such as nb_NO.UTF-8, "" if there is none.
	Locale string
	// Colors reports whether the environment allows colors. They are used on a terminal only.
	Colors bool

	// connect returns the client of the cluster. It is nil for the cluster of Flags.
	connect func() (client.WithWatch, error)
}

// Terminal reports for each stream whether it is a terminal.
type Terminal struct{ In, Out, ErrOut bool }

// LocaleOf returns the locale for messages, by the variables of POSIX.
func LocaleOf(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// ColorsOf reports whether the environment allows colors: NO_COLOR (https://no-color.org) is empty, and the terminal
// has them.
func ColorsOf(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// Execute runs a command line and returns the exit code.
func (p *Program) Execute(ctx context.Context, args []string) int {
	root := p.newRootCommand() //nolint:contextcheck // ExecuteContext passes it on.
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		return p.reportFailure(err)
	}
	return ExitGood
}

// commandLine returns the command of the plugin with the given words, for messages.
func commandLine(words ...string) string { return "kubectl cint " + strings.Join(words, " ") }

// commandOn returns the command of the plugin on one customer, for messages. It works in any context's namespace.
func commandOn(c *v1alpha1.CustomerIntegration, words ...string) string {
	return fmt.Sprintf("%s %s -n %s", commandLine(words...), c.Name, c.Namespace)
}
