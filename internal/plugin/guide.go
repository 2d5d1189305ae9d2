package plugin

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

// guideFormats are the values of guide's -o. The first is the default.
var guideFormats = []string{"text", "md", "html"}

// guideOptions are the flags of guide.
type guideOptions struct {
	output, service, system string
	withLink                bool
	lang                    languageFlag
}

// newGuideCommand returns "kubectl cint guide".
func newGuideCommand(p *Program) *cobra.Command {
	var o guideOptions
	cmd := &cobra.Command{
		Use:   "guide NAME",
		Short: "Print the guide by which a customer gives access in Altinn",
		Long: `Prints the guide by which this customer gives access in Altinn, with its name and number: who may do it, the
steps, what to check, and what happens next. Send it to the customer. It is in Norwegian unless you choose
English with --lang en.

There is one guide for each API delegation, and one for all services with a system user. The platform team
may replace the steps by the ConfigMap ` + guide.ConfigMap + ` in the operator's namespace.`,
		Example: `  kubectl cint guide dynamisk-altetende-tiger
  kubectl cint guide dynamisk-altetende-tiger --service ` + exampleService(v1alpha1.AccessSystemUser) + `
  kubectl cint guide dynamisk-altetende-tiger -o html > guide.html`,
		Args:              oneCustomer,
		ValidArgsFunction: p.completeName,
		RunE: func(cmd *cobra.Command, names []string) error {
			return p.guide(cmd.Context(), names[0], &o)
		},
	}
	f := cmd.Flags()
	o.lang.addForCustomers(cmd)
	f.StringVarP(&o.output, "output", "o", guideFormats[0], "format: "+strings.Join(guideFormats, ", "))
	f.StringVar(&o.service, "service", "", "only the guide for this service")
	f.BoolVar(&o.withLink, "link", false, "name the customer's own page in the portal, as link prints it")
	addSystemNamespace(cmd, &o.system)
	_ = cmd.RegisterFlagCompletionFunc("output",
		cobra.FixedCompletions(guideFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("service", p.completeServices)
	return cmd
}

// guide prints the guides of a customer.
func (p *Program) guide(ctx context.Context, name string, o *guideOptions) error {
	lang, err := o.lang.of(p)
	if err != nil {
		return err
	}
	if !slices.Contains(guideFormats, o.output) {
		return fmt.Errorf("-o is %q: write one of %s", o.output, strings.Join(guideFormats, ", "))
	}
	c, customer, err := p.findOne(ctx, name)
	if err != nil {
		return err
	}
	subjects, err := subjectsOf(ctx, c, customer, o.service, lang)
	if err != nil {
		return err
	}
	if o.withLink {
		page, err := pageOf(ctx, c, o.system, customer)
		if err != nil {
			return err
		}
		for i := range subjects {
			subjects[i].PageURL = page
		}
	}
	guides, err := render(p.guides(ctx, c, o.system), subjects)
	if err != nil {
		return err
	}
	return printGuides(p.Out, o.output, guides)
}

// guides returns the guides with the platform team's replacements. What is wrong with these is a warning.
func (p *Program) guides(ctx context.Context, c client.Reader, system string) *guide.Guides {
	var replaced corev1.ConfigMap
	err := c.Get(ctx, client.ObjectKey{Namespace: system, Name: guide.ConfigMap}, &replaced)
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err) {
		_, _ = fmt.Fprintf(p.ErrOut, "Warning: the built-in guide is used, as ConfigMap %s/%s cannot be read: %v\n",
			system, guide.ConfigMap, err)
	}
	all, err := guide.Load(replaced.Data)
	if err != nil {
		_, _ = fmt.Fprintf(p.ErrOut, "Warning: ConfigMap %s/%s is wrong, and the built-in guide is used: %v\n",
			system, guide.ConfigMap, err)
	}
	return all
}

// subjectsOf returns what the customer's guides are about, or only the one for a service.
func subjectsOf(
	ctx context.Context, c client.Reader, customer *v1alpha1.CustomerIntegration, service string, lang language.Language,
) ([]guide.Subject, error) {
	supplier, err := findSupplier(ctx, c, customer.SupplierName())
	if err != nil {
		return nil, err
	}
	if supplier == nil {
		return nil, fmt.Errorf("there is no Supplier/%s, and the guide names the supplier. Create it, or see: %s",
			customer.SupplierName(), commandOn(customer, "why"))
	}
	all := guide.SubjectsOf(customer, supplier, lang)
	if len(all) == 0 {
		return nil, fmt.Errorf("the Supplier %s offers none of the customer's services, or the customer is a sub-unit. See: %s",
			supplier.Name, commandOn(customer, "why"))
	}
	if service == "" {
		return all, nil
	}
	for i := range all {
		if slices.ContainsFunc(all[i].Services, func(name v1alpha1.ServiceName) bool {
			return strings.EqualFold(string(name), service)
		}) {
			return all[i : i+1], nil
		}
	}
	return nil, fmt.Errorf("%s has no service %q: write one of %s", customer.Name, service,
		strings.Join(serviceNames(customer), ", "))
}

// serviceNames returns the names of a customer's listed services.
func serviceNames(c *v1alpha1.CustomerIntegration) []string {
	names := make([]string, 0, len(c.Spec.Services))
	for _, listed := range c.Spec.Services {
		names = append(names, string(listed.Name))
	}
	return names
}

// completeServices completes the names of the services of the customer in the arguments.
func (p *Program) completeServices(cmd *cobra.Command, names []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(names) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, stop := context.WithTimeout(cmd.Context(), completionTimeout)
	defer stop()
	_, customer, err := p.findOne(ctx, names[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return serviceNames(customer), cobra.ShellCompDirectiveNoFileComp
}

// render renders the guides of subjects.
func render(guides *guide.Guides, subjects []guide.Subject) ([]*guide.Guide, error) {
	all := make([]*guide.Guide, 0, len(subjects))
	errs := make([]error, 0, len(subjects))
	for i := range subjects {
		g, err := guides.Render(subjects[i])
		errs = append(errs, err)
		all = append(all, g)
	}
	return all, errors.Join(errs...)
}

// printGuides prints guides in a format, one after the other.
func printGuides(w io.Writer, format string, all []*guide.Guide) error {
	if format == "html" {
		return guidePage.Execute(w, all)
	}
	for i, g := range all {
		text := g.Text()
		if format == "md" {
			text = g.Markdown()
		}
		if i > 0 {
			text = "\n\n" + text
		}
		if _, err := io.WriteString(w, text); err != nil {
			return fmt.Errorf("printing the guide: %w", err)
		}
	}
	return nil
}

//go:embed guidepage.html.tmpl
var guidePageText string

// guidePage is the page of guide -o html: one file that needs no network, for a browser or an e-mail.
var guidePage = template.Must(template.New("guidepage").Parse(guidePageText))
