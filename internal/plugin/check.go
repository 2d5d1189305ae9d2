package plugin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/onboarding"
	"github.com/4human/integration-operator/internal/outbound"
)

// registerTimeout bounds one look-up in Enhetsregisteret.
const registerTimeout = 10 * time.Second

// checkFlags are the flags that check and import share.
type checkFlags struct {
	languageFlag

	format        string
	strict        bool
	supplierFiles []string
	register      bool
	registerURL   string
}

// add adds the flags to a command.
func (f *checkFlags) add(cmd *cobra.Command) {
	f.languageFlag.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.format, "output", "o", string(onboarding.FormatText), "format: "+formatNames())
	flags.BoolVar(&f.strict, "strict", false, "let warnings fail the command, too")
	flags.StringSliceVar(&f.supplierFiles, "supplier-file", nil,
		"YAML file with Suppliers, to check services, namespaces and HRM hosts against")
	flags.BoolVar(&f.register, "register", false, "look each organization up in Enhetsregisteret (data.brreg.no)")
	flags.StringVar(&f.registerURL, "register-url", onboarding.DefaultRegisterURL,
		"base URL of Enhetsregisteret, such as that of a simulator; implies --register")
	_ = cmd.MarkFlagFilename("supplier-file", "yaml", "yml")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(strings.Split(formatNames(), ", "),
		cobra.ShellCompDirectiveNoFileComp))
}

// formatNames lists the formats of a report.
func formatNames() string {
	formats := onboarding.Formats()
	names := make([]string, 0, len(formats))
	for _, format := range formats {
		names = append(names, string(format))
	}
	return strings.Join(names, ", ")
}

// options returns the options of the checks.
func (f *checkFlags) options(p *Program, cmd *cobra.Command) (onboarding.Options, error) {
	o := onboarding.Options{}
	var err error
	if o.Language, err = f.of(p); err != nil {
		return o, err
	}
	if !slices.Contains(onboarding.Formats(), onboarding.Format(f.format)) {
		return o, fmt.Errorf("--output is %q: write one of %s", f.format, formatNames())
	}
	if len(f.supplierFiles) > 0 {
		if o.Suppliers, err = onboarding.ReadSources(f.supplierFiles, p.In); err != nil {
			return o, err
		}
	}
	if f.register || cmd.Flags().Changed("register-url") {
		o.Register = &onboarding.Register{URL: f.registerURL, Calls: outbound.Caller{
			Transport: outbound.NewTransport(nil), Timeout: registerTimeout, Now: p.Now,
		}}
		o.Register.Began = func(organizations int, atLeast time.Duration) {
			_, _ = fmt.Fprintln(p.ErrOut, onboarding.LookingUp(o.Language, organizations, atLeast))
		}
	}
	o.Defaults.Namespace = *p.Flags.Namespace
	return o, nil
}

// newCheckCommand returns "kubectl cint check".
func newCheckCommand(p *Program) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE|DIRECTORY|-...",
		Short: "Check files of customers before they reach the cluster",
		Long: `Checks CustomerIntegrations and Suppliers in YAML files, and spreadsheets of customers (CSV), without a
cluster: organization numbers, duplicates, names, unknown fields, and every rule of the API server. With the
Supplier's file also its services, namespaces and HRM hosts. With --register also what Enhetsregisteret says.

Each fault is one line: where it is, what is wrong, what to write. See docs/onboarding.md.

Exit codes: 0 no errors, 2 errors (with --strict also warnings), 1 the check could not be made.`,
		Example: `  kubectl cint check customers/
  kubectl cint check customers.csv --supplier-file supplier.yaml --register --lang nb
  kustomize build . | kubectl cint check -
  kubectl cint check customers/ -o github   # in a workflow of GitHub Actions`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("no file to check: name YAML or CSV files, or directories with such files, such as: %s",
					commandLine("check", "customers/"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, paths []string) error { return p.check(cmd, &f, paths) },
	}
	f.add(cmd)
	return cmd
}

// check checks files and prints the report.
func (p *Program) check(cmd *cobra.Command, f *checkFlags, paths []string) error {
	o, err := f.options(p, cmd)
	if err != nil {
		return err
	}
	sources, err := onboarding.ReadSources(paths, p.In)
	if err != nil {
		return err
	}
	report, err := onboarding.Check(cmd.Context(), sources, o)
	if err != nil {
		return err
	}
	if err := report.Write(p.Out, onboarding.Format(f.format), o.Language); err != nil {
		return err
	}
	if report.Failed(f.strict) {
		return exit(ExitBad)
	}
	return nil
}
