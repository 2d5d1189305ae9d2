package plugin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/onboarding"
	"github.com/4human/integration-operator/internal/services"
)

// importFlags are the flags of import.
type importFlags struct {
	checkFlags

	out           string
	supplier      string
	endpoint      string
	services      []string
	overwrite     bool
	kustomization bool
	skipBad       bool
	rejected      string
}

// newImportCommand returns "kubectl cint import".
func newImportCommand(p *Program) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import SPREADSHEET.csv --out DIRECTORY",
		Short: "Write one YAML file per customer of a spreadsheet",
		Long: `Writes one YAML file per customer of a spreadsheet that Excel or another program saved as CSV, for git.
Everything that "check" checks is checked first. If a row has an error, nothing is written; with --skip-bad the
good rows are written, and the bad ones go to a CSV of their own.

A repeated import changes only what changed in the spreadsheet. The file secrets.txt lists the Secrets that the
customers need. The columns are described in docs/onboarding.md.

Exit codes: 0 written, 2 errors (with --strict also warnings), 1 the import could not be made.`,
		Example: `  kubectl cint import customers.csv --out customers --services ` +
			exampleService(v1alpha1.AccessAPIDelegation) + ` \
    --hrm-endpoint 'https://{name}.hrm.4human.example/integration' --kustomization
  kubectl cint import customers.csv --out customers --supplier-file supplier.yaml --register --skip-bad --lang nb`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one CSV file, such as: %s", commandLine("import", "customers.csv", "--out customers"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.importCustomers(cmd, &f, args[0]) },
	}
	f.checkFlags.add(cmd)
	f.add(cmd)
	return cmd
}

// add adds the flags that only import has.
func (f *importFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "directory for the files")
	flags.StringVar(&f.supplier, "supplier", "", "name of the customers' Supplier, without a column for it (default: none, "+
		"which means the Supplier \"default\")")
	flags.StringVar(&f.endpoint, "hrm-endpoint", "",
		"address of HRM systems, without a column for it: {name} and {organizationNumber} are the customer's")
	flags.StringSliceVar(&f.services, "services", nil, "services of customers, without a column for them")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace existing files that differ")
	flags.BoolVar(&f.kustomization, "kustomization", false, "write a kustomization.yaml that lists the files")
	flags.BoolVar(&f.skipBad, "skip-bad", false, "write the good rows although others have errors")
	flags.StringVar(&f.rejected, "rejected", "", "file for the bad rows with --skip-bad (default SPREADSHEET.rejected.csv)")
	_ = cmd.MarkFlagDirname("out")
}

// importCustomers imports a spreadsheet and prints the report.
func (p *Program) importCustomers(cmd *cobra.Command, f *importFlags, path string) error {
	o, err := f.importOptions(p, cmd)
	if err != nil {
		return err
	}
	sources, err := onboarding.ReadSources([]string{path}, p.In)
	if err != nil {
		return err
	}
	if len(sources) != 1 || !sources[0].Named {
		return fmt.Errorf("%s is a directory: name one CSV file", path)
	}
	plan, err := onboarding.Plan(cmd.Context(), sources[0], f.out, o)
	if err != nil {
		return err
	}
	if err := plan.Report.Write(p.Out, onboarding.Format(f.format), o.Language); err != nil {
		return err
	}
	if plan.Blocked(f.skipBad) || f.strict && plan.Failed(true) && !f.skipBad {
		_, _ = fmt.Fprintln(p.ErrOut, plan.NothingWritten(o.Language, f.skipBad))
		return exit(ExitBad)
	}
	return p.write(plan, f, path, o)
}

// write writes the files of an import, and the rejected rows.
func (p *Program) write(plan *onboarding.Import, f *importFlags, path string, o onboarding.ImportOptions) error {
	if err := plan.Write(); err != nil {
		return err
	}
	rejected := ""
	if len(plan.Rejected) > 0 {
		if rejected = f.rejected; rejected == "" {
			rejected = strings.TrimSuffix(path, filepath.Ext(path)) + ".rejected.csv"
		}
		if err := os.WriteFile(rejected, plan.Rejected, 0o600); err != nil {
			return fmt.Errorf("writing the rejected rows: %w", err)
		}
	}
	_, _ = fmt.Fprintln(p.ErrOut, plan.Outcome(o.Language, rejected))
	if plan.Failed(f.strict) {
		return exit(ExitBad)
	}
	return nil
}

// importOptions returns the options of an import.
func (f *importFlags) importOptions(p *Program, cmd *cobra.Command) (onboarding.ImportOptions, error) {
	o := onboarding.ImportOptions{Overwrite: f.overwrite, Kustomization: f.kustomization}
	if f.out == "" {
		return o, errors.New("--out is required: the directory for the files, such as --out customers")
	}
	var err error
	if o.Options, err = f.options(p, cmd); err != nil {
		return o, err
	}
	o.Defaults.Supplier = f.supplier
	for _, name := range f.services {
		if !services.IsName(name) {
			return o, fmt.Errorf("--services has %q: write names of services, such as %s", name, services.Names()[0])
		}
		o.Defaults.Services = append(o.Defaults.Services, v1alpha1.ServiceName(name))
	}
	if o.Defaults.Endpoint = f.endpoint; f.endpoint == "" {
		return o, nil
	}
	return o, onboarding.CheckTemplate(f.endpoint)
}
