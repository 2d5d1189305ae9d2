package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// completionTimeout limits how long a person waits for completion.
const completionTimeout = 3 * time.Second

// findSelected connects to the cluster and returns the selected customers, for commands that change them.
func (p *Program) findSelected(
	ctx context.Context, s *selection, names []string,
) (client.WithWatch, []v1alpha1.CustomerIntegration, error) {
	if err := s.checkNamed(names); err != nil {
		return nil, nil, err
	}
	c, namespace, err := p.cluster()
	if err != nil {
		return nil, nil, err
	}
	customers, err := s.customers(ctx, c, namespace)
	if err == nil && len(customers) == 0 {
		err = fmt.Errorf("no customer is selected; see: %s", commandLine("status", "-A"))
	}
	return c, customers, err
}

// findOne connects to the cluster and returns one customer, by its name or organization number.
func (p *Program) findOne(ctx context.Context, name string) (client.WithWatch, *v1alpha1.CustomerIntegration, error) {
	c, namespace, err := p.cluster()
	if err != nil {
		return nil, nil, err
	}
	customer, err := findCustomer(ctx, c, namespace, name)
	return c, customer, err
}

// cluster returns the client and the namespace of the command line.
func (p *Program) cluster() (client.WithWatch, string, error) {
	c, err := p.client()
	if err != nil {
		return nil, "", err
	}
	namespace, err := p.namespace()
	return c, namespace, err
}

// completeNames completes the names of customers.
func (p *Program) completeNames(
	cmd *cobra.Command, given []string, prefix string,
) ([]string, cobra.ShellCompDirective) {
	ctx, stop := context.WithTimeout(cmd.Context(), completionTimeout)
	defer stop()
	c, namespace, err := p.cluster()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	all, err := listCustomers(ctx, c, namespace)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	names := make([]string, 0, len(all))
	for i := range all {
		if strings.HasPrefix(all[i].Name, prefix) && !slices.Contains(given, all[i].Name) {
			names = append(names, all[i].Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeName completes the name of the one customer that a command takes.
func (p *Program) completeName(cmd *cobra.Command, given []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return p.completeNames(cmd, given, prefix)
}
