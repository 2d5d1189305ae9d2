package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// errNothingSelected means that a command which changes customers does not say which.
var errNothingSelected = errors.New("name the customers, or select them with -l LABEL=VALUE or --all")

// selection selects the customers of a command.
type selection struct {
	names         []string
	selector      string
	all           bool
	allNamespaces bool
}

// addSelector adds the flag -l.
func (s *selection) addSelector(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&s.selector, "selector", "l", "", "labels of the customers, such as team=north,tier!=trial")
}

// addAllNamespaces adds the flag -A.
func (s *selection) addAllNamespaces(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&s.allNamespaces, "all-namespaces", "A", false, "in all namespaces")
}

// addAll adds the flag --all.
func (s *selection) addAll(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&s.all, "all", false, "all customers of the namespace, or with -A of all namespaces")
}

// check returns an error if names and flags contradict each other.
func (s *selection) check(names []string) error {
	s.names = names
	switch {
	case len(names) > 0 && (s.selector != "" || s.all):
		return errors.New("name customers, or select them with -l or --all, not both")
	case len(names) > 0 && s.allNamespaces:
		return errors.New("names are those of one namespace: leave out --all-namespaces, or use -n NAMESPACE")
	default:
		return nil
	}
}

// checkNamed is check for commands that change customers: these must be named or selected.
func (s *selection) checkNamed(names []string) error {
	if err := s.check(names); err != nil {
		return err
	}
	if len(names) == 0 && s.selector == "" && !s.all {
		return errNothingSelected
	}
	return nil
}

// customers returns the selected customers: by name in the order of the names, otherwise by namespace and name.
func (s *selection) customers(
	ctx context.Context, c client.Reader, namespace string,
) ([]v1alpha1.CustomerIntegration, error) {
	if len(s.names) > 0 {
		return s.named(ctx, c, namespace)
	}
	selector, err := labels.Parse(s.selector)
	if err != nil {
		return nil, fmt.Errorf("--selector is %q: write labels such as team=north,tier!=trial: %w", s.selector, err)
	}
	if s.allNamespaces {
		namespace = ""
	}
	return listCustomers(ctx, c, namespace, client.MatchingLabelsSelector{Selector: selector})
}

// named returns the named customers.
func (s *selection) named(
	ctx context.Context, c client.Reader, namespace string,
) ([]v1alpha1.CustomerIntegration, error) {
	found := make([]v1alpha1.CustomerIntegration, 0, len(s.names))
	for _, name := range s.names {
		customer, err := findCustomer(ctx, c, namespace, name)
		if err != nil {
			return nil, err
		}
		found = append(found, *customer)
	}
	return found, nil
}
