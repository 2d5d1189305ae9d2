// Command kubectl-cint is kubectl's plugin for customers: it shows who must do what, renders customers' guides, and
// requests verifications and runs.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // Times are Oslo's, also on systems without time zones.

	"github.com/go-logr/logr"
	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/internal/plugin"
)

func main() {
	os.Exit(run())
}

// run returns the exit code.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	klog.SetLogger(logr.Discard()) // the commands report errors themselves
	ctrl.SetLogger(logr.Discard())
	p := &plugin.Program{
		IOStreams: genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr},
		Flags:     genericclioptions.NewConfigFlags(true),
		Now:       time.Now,
		Terminal:  plugin.Terminal{In: isTerminal(os.Stdin), Out: isTerminal(os.Stdout), ErrOut: isTerminal(os.Stderr)},
		Locale:    plugin.LocaleOf(os.Getenv),
		Colors:    plugin.ColorsOf(os.Getenv),
	}
	return p.Execute(ctx, os.Args[1:])
}

func isTerminal(f *os.File) bool {
	return term.IsTerminal(int(f.Fd()))
}
