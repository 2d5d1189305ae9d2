package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
)

const (
	// systemNamespace is the default of --system-namespace.
	systemNamespace = "integration-operator-system"
	// linkSecret and linkKey are the Secret and its key with the key of customers' links.
	linkSecret, linkKey = "integration-operator-portal", "link.key"
)

// newLinkCommand returns "kubectl cint link".
func newLinkCommand(p *Program) *cobra.Command {
	var namespace string
	var revoke bool
	cmd := &cobra.Command{
		Use:   "link NAME",
		Short: "Print the link to a customer's own page in the portal",
		Long: `Prints the secret link to a customer's own page in the portal: its guide, with the live state. Everyone
who has the link sees the page, without login. With --revoke the old link ends, and a new one is printed.

It needs the right to read the Secret ` + linkSecret + ` in the operator's namespace.`,
		Example: `  kubectl cint link dynamisk-altetende-tiger
  kubectl cint link dynamisk-altetende-tiger --revoke`,
		Args:              oneCustomer,
		ValidArgsFunction: p.completeName,
		RunE: func(cmd *cobra.Command, names []string) error {
			return p.link(cmd.Context(), names[0], namespace, revoke)
		},
	}
	cmd.Flags().BoolVar(&revoke, "revoke", false, "end the link, and print a new one")
	addSystemNamespace(cmd, &namespace)
	return cmd
}

// addSystemNamespace adds the flag --system-namespace.
func addSystemNamespace(cmd *cobra.Command, namespace *string) {
	cmd.Flags().StringVar(namespace, "system-namespace", systemNamespace, "the operator's namespace")
}

// link prints the link to a customer's page, after revoking the old one if that is wanted.
func (p *Program) link(ctx context.Context, name, system string, revoke bool) error {
	c, customer, err := p.findOne(ctx, name)
	if err != nil {
		return err
	}
	if revoke {
		if err := p.revokeLink(ctx, c, customer); err != nil {
			return err
		}
	}
	page, err := pageOf(ctx, c, system, customer)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Out, page)
	return err
}

// pageOf returns the address of a customer's own page in the portal.
func pageOf(
	ctx context.Context, c client.Reader, system string, customer *v1alpha1.CustomerIntegration,
) (string, error) {
	portal, err := portalOf(ctx, c, customer)
	if err != nil {
		return "", err
	}
	key, err := linkKeyOf(ctx, c, system, portal, customer)
	if err != nil {
		return "", err
	}
	token := key.Token(customer.UID, customer.Annotations[v1alpha1.AnnotationLinkRevision])
	return portal + "/g/" + token, nil
}

// revokeLink makes another link for a customer. The old one ends.
func (p *Program) revokeLink(ctx context.Context, c client.Client, customer *v1alpha1.CustomerIntegration) error {
	revision := p.requestValue()
	change := fmt.Sprintf("the annotation %s: %q", v1alpha1.AnnotationLinkRevision, revision)
	path := fieldpath.MakePathOrDie("metadata", "annotations", v1alpha1.AnnotationLinkRevision)
	if engine := gitOpsOf(customer, path); engine != nil {
		_, _ = fmt.Fprintf(p.ErrOut, "Warning: %s Without it the old link may work again.\n", engine.warning(change))
	}
	if err := c.Patch(ctx, customer, annotationPatch(v1alpha1.AnnotationLinkRevision, revision), fieldOwner); err != nil {
		return fmt.Errorf("revoking the link of %s: %w", customer.Name, err)
	}
	_, _ = fmt.Fprintf(p.ErrOut, "The old link of %s has ended. Send the customer the new one.\n", customer.Name)
	return nil
}

// portalOf returns the address of the portal of a customer's Supplier.
func portalOf(ctx context.Context, c client.Reader, customer *v1alpha1.CustomerIntegration) (string, error) {
	s, err := findSupplier(ctx, c, customer.SupplierName())
	switch {
	case err != nil:
		return "", err
	case s == nil:
		return "", fmt.Errorf("there is no Supplier/%s, and so no portal. Create it, or see: %s",
			customer.SupplierName(), commandOn(customer, "why"))
	case s.Spec.Portal.URL == "":
		return "", fmt.Errorf("the customer's Supplier/%s has no portal. Install the portal and set the Supplier's spec.portal.url; "+
			"or send the customer the guide: %s", s.Name, commandOn(customer, "guide"))
	default:
		return s.Spec.Portal.URL, nil
	}
}

// linkKeyOf returns the key of customers' links.
func linkKeyOf(
	ctx context.Context, c client.Reader, system, portal string, customer *v1alpha1.CustomerIntegration,
) (customerlink.Key, error) {
	var secret corev1.Secret
	err := c.Get(ctx, client.ObjectKey{Namespace: system, Name: linkSecret}, &secret)
	name := system + "/" + linkSecret
	switch {
	case apierrors.IsForbidden(err):
		return customerlink.Key{}, fmt.Errorf("%w\nAsk the platform team for the right to get this Secret, or copy the link "+
			"in the portal: %s/customers/%s/%s", err, portal, customer.Namespace, customer.Name)
	case apierrors.IsNotFound(err):
		return customerlink.Key{}, fmt.Errorf("there is no Secret %s. Install the portal, or name the operator's "+
			"namespace: --system-namespace", name)
	case err != nil:
		return customerlink.Key{}, fmt.Errorf("reading Secret %s: %w", name, err)
	}
	key, err := customerlink.NewKey(secret.Data[linkKey])
	if err != nil {
		return customerlink.Key{}, fmt.Errorf("key %q of Secret %s: %w. Replace it as the portal's documentation says",
			linkKey, name, err)
	}
	return key, nil
}
