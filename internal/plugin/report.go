package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/report"
	"github.com/4human/integration-operator/internal/rollout"
)

// reportOptions are the flags of report.
type reportOptions struct {
	selection
	html, csv, text bool
	waiting         span
	out             string
	lang            languageFlag
}

// newReportCommand returns "kubectl cint report".
func newReportCommand(p *Program) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report [--text | --html | --csv] [--out FILE]",
		Short: "Report how the roll-out goes, as text, one HTML file or CSV",
		Long: `Reports how the roll-out goes: customers by state, accesses over time, a funnel for each service, how long
customers have been awaited, withdrawals, what the Suppliers depend on, and a list of customers.

The HTML file needs no network. The list has the customers of whom a person has to act; with --waiting those
who have been awaited for at least that long.`,
		Example: `  kubectl cint report -A
  kubectl cint report -A --html --out report.html
  kubectl cint report -A --csv --waiting 14d --out waiting.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.report(cmd.Context(), &o)
		},
	}
	f := cmd.Flags()
	o.addSelector(cmd)
	o.addAllNamespaces(cmd)
	o.lang.addForCustomers(cmd)
	f.BoolVar(&o.text, "text", false, "write text (the default)")
	f.BoolVar(&o.html, "html", false, "write one HTML file")
	f.BoolVar(&o.csv, "csv", false, "write the list as CSV")
	f.Var(&o.waiting, "waiting", "list the customers who have been awaited for at least this long, such as 14d")
	f.StringVar(&o.out, "out", "", "file to write (default: the terminal)")
	cmd.MarkFlagsMutuallyExclusive("text", "html", "csv")
	return cmd
}

// report writes the report.
func (p *Program) report(ctx context.Context, o *reportOptions) error {
	lang, err := o.lang.of(p)
	if err != nil {
		return err
	}
	c, namespace, err := p.cluster()
	if err != nil {
		return err
	}
	customers, err := o.customers(ctx, c, namespace)
	if err != nil {
		return err
	}
	suppliers, err := listSuppliers(ctx, c)
	if err != nil {
		return err
	}
	return p.writeFile(o.out, func(w io.Writer) error {
		return o.write(w, customers, suppliers, lang, p.Now())
	})
}

// write writes the report in its format.
func (o *reportOptions) write(
	w io.Writer, customers []v1alpha1.CustomerIntegration, suppliers map[string]*v1alpha1.Supplier,
	lang language.Language, now time.Time,
) error {
	views := viewsOf(customers, suppliers)
	options := report.Options{
		Language: lang, Now: now, Waiting: time.Duration(o.waiting), Lights: rollout.Lights(supplierList(suppliers), now),
	}
	switch {
	case o.html:
		return report.HTML(w, rollout.Summarize(views, now), views, options)
	case o.csv:
		return report.CSV(w, views, options)
	default:
		return report.Text(w, rollout.Summarize(views, now), views, options)
	}
}

// writeFile calls write with a file, or with the output if there is no name. A file that could not be written is
// removed.
func (p *Program) writeFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(p.Out)
	}
	file, err := os.Create(name) //nolint:gosec // the path is a flag's
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	_, _ = fmt.Fprintln(p.ErrOut, "Wrote", name)
	return nil
}
