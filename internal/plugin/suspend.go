package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// suspendPath is the path of spec.suspend.
var suspendPath = fieldpath.MakePathOrDie("spec", "suspend")

// newSuspendCommand returns "kubectl cint suspend".
func newSuspendCommand(p *Program) *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "suspend NAME... | -l SELECTOR | --all",
		Short: "Stop verification and sync of customers",
		Long: `Sets spec.suspend of customers: no verification, and no sync. Running jobs are stopped. The customer's
access in Altinn does not change.

If Flux or Argo CD manages a customer, the command warns: make the change in git.`,
		Example: `  kubectl cint suspend dynamisk-altetende-tiger
  kubectl cint suspend -l team=north`,
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			return p.setSuspend(cmd.Context(), &s, names, true)
		},
	}
	s.addSelector(cmd)
	s.addAll(cmd)
	s.addAllNamespaces(cmd)
	return cmd
}

// newResumeCommand returns "kubectl cint resume".
func newResumeCommand(p *Program) *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "resume NAME... | -l SELECTOR | --all",
		Short: "Resume verification and sync of suspended customers",
		Long: `Removes spec.suspend of customers: they are verified at once, and sync by schedule if access is granted.

If Flux or Argo CD manages a customer, the command warns: make the change in git.`,
		Example:           `  kubectl cint resume dynamisk-altetende-tiger`,
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			return p.setSuspend(cmd.Context(), &s, names, false)
		},
	}
	s.addSelector(cmd)
	s.addAll(cmd)
	s.addAllNamespaces(cmd)
	return cmd
}

// setSuspend sets or removes spec.suspend of the selected customers.
func (p *Program) setSuspend(ctx context.Context, s *selection, names []string, suspend bool) error {
	c, customers, err := p.findSelected(ctx, s, names)
	if err != nil {
		return err
	}
	for i := range customers {
		if err := p.setSuspendOf(ctx, c, &customers[i], suspend); err != nil {
			return err
		}
	}
	return nil
}

// setSuspendOf sets or removes spec.suspend of one customer, and prints what that means.
func (p *Program) setSuspendOf(
	ctx context.Context, c client.Client, customer *v1alpha1.CustomerIntegration, suspend bool,
) error {
	if customer.Spec.Suspend == suspend {
		_, err := fmt.Fprintf(p.Out, "%s: %s already\n", customer.Name, suspendWord(suspend))
		return err
	}
	body, change := `{"spec":{"suspend":null}}`, "remove spec.suspend"
	if suspend {
		body, change = `{"spec":{"suspend":true}}`, "set spec.suspend: true"
	}
	if engine := gitOpsOf(customer, suspendPath); engine != nil {
		_, _ = fmt.Fprintf(p.ErrOut, "Warning: %s: %s\n", customer.Name, engine.warning(change))
	}
	if err := c.Patch(ctx, customer, mergePatch(body), fieldOwner); err != nil {
		return fmt.Errorf("changing spec.suspend of %s: %w", customer.Name, err)
	}
	_, err := fmt.Fprintf(p.Out, "%s: %s\n", customer.Name, suspendWord(suspend))
	return err
}

func suspendWord(suspend bool) string {
	if suspend {
		return "suspended"
	}
	return "not suspended"
}
