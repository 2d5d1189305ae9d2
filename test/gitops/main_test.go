package gitops

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yannh/kubeconform/pkg/config"
	"github.com/yannh/kubeconform/pkg/resource"
	"github.com/yannh/kubeconform/pkg/validator"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/4human/integration-operator/internal/plugin"
)

// programVariable selects the program that the test binary runs as, for the commands in CI's files.
const programVariable = "GITOPS_TEST_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(programVariable) {
	case "kubeconform":
		os.Exit(kubeconform(os.Args[1:]))
	case "kubectl-cint":
		p := &plugin.Program{
			IOStreams: genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr},
			Flags:     genericclioptions.NewConfigFlags(true), Now: time.Now,
			Locale: plugin.LocaleOf(os.Getenv), Colors: plugin.ColorsOf(os.Getenv),
		}
		os.Exit(p.Execute(context.Background(), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// kubeconform does what the program of that name does, by its own library, and returns its exit code.
func kubeconform(args []string) int {
	settings, message, err := config.FromFlags("kubeconform", args)
	if err != nil {
		fmt.Fprintln(os.Stderr, message, err)
		return 1
	}
	v, err := validator.New(settings.SchemaLocations, validator.Opts{Strict: settings.Strict})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var code atomic.Int32
	found, problems := resource.FromFiles(context.Background(), settings.Files, settings.IgnoreFilenamePatterns, 1)
	go func() {
		for problem := range problems {
			fmt.Fprintln(os.Stderr, problem)
			code.Store(1)
		}
	}()
	for r := range found {
		if result := v.ValidateResource(r); result.Status != validator.Valid && result.Status != validator.Empty {
			_, _ = fmt.Fprintf(os.Stdout, "%s: %v\n", r.Path, result.Err)
			code.Store(1)
		}
	}
	return int(code.Load())
}
