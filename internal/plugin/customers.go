package plugin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// pageSize is the number of objects that one request lists.
	pageSize = 500
	// suggestions is the number of names that an error suggests.
	suggestions = 3
)

// listCustomers lists the customers of a namespace, or of all namespaces if it is "", in the order of the API server:
// by namespace and name.
func listCustomers(
	ctx context.Context, c client.Reader, namespace string, options ...client.ListOption,
) ([]v1alpha1.CustomerIntegration, error) {
	all, _, err := readCustomers(ctx, c, append(options, client.InNamespace(namespace))...)
	return all, err
}

// readCustomers lists customers page by page. It returns the version of the list too, from which a watch can go on.
func readCustomers(
	ctx context.Context, c client.Reader, options ...client.ListOption,
) (all []v1alpha1.CustomerIntegration, version string, err error) {
	var next string
	for {
		var page v1alpha1.CustomerIntegrationList
		paging := []client.ListOption{client.Limit(pageSize), client.Continue(next)}
		if err := c.List(ctx, &page, slices.Concat(paging, options)...); err != nil {
			return nil, "", fmt.Errorf("listing customers: %w", err)
		}
		all = append(all, page.Items...)
		if next = page.Continue; next == "" {
			return all, page.ResourceVersion, nil
		}
	}
}

// findCustomer returns the customer with a name, or else with an organization number. If there is none, the error
// suggests names.
func findCustomer(
	ctx context.Context, c client.Reader, namespace, name string,
) (*v1alpha1.CustomerIntegration, error) {
	var found v1alpha1.CustomerIntegration
	err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &found)
	switch {
	case err == nil:
		return &found, nil
	case !apierrors.IsNotFound(err) || lacksCRDs(err):
		return nil, fmt.Errorf("reading customer %s: %w", name, err)
	}
	all, err := listCustomers(ctx, c, namespace)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if string(all[i].Spec.OrganizationNumber) == name {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("namespace %s has no customer %s. %s", namespace, name, suggestion(all, name))
}

// suggestion returns what a person may have meant by a name.
func suggestion(all []v1alpha1.CustomerIntegration, name string) string {
	if len(all) == 0 {
		return "It has no customers at all; find the namespace: " + commandLine("status", "-A", "--search", name)
	}
	elsewhere := "Search all namespaces: " + commandLine("status", "-A", "--search", name)
	if names := nearestNames(all, name); len(names) > 0 {
		return "Did you mean " + strings.Join(names, ", ") + "? " + elsewhere
	}
	return elsewhere
}

// nearestNames returns the names that are most like a name: those that have all of its parts, and those with few other
// letters.
func nearestNames(all []v1alpha1.CustomerIntegration, name string) []string {
	type candidate struct {
		name     string
		distance int
	}
	candidates := make([]candidate, 0, len(all))
	name = strings.ToLower(name)
	for i := range all {
		c := candidate{name: all[i].Name, distance: levenshtein.Distance(name, all[i].Name, nil)}
		if hasParts(c.name, name) {
			c.distance = 0
		}
		if c.distance <= max(2, len(name)/3) {
			candidates = append(candidates, c)
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	names := make([]string, 0, suggestions)
	for _, c := range candidates[:min(suggestions, len(candidates))] {
		names = append(names, c.name)
	}
	return names
}

// hasParts reports whether a name has all parts of another one, which may be separated by hyphens or blanks.
func hasParts(name, other string) bool {
	for part := range strings.FieldsFuncSeq(other, func(r rune) bool { return r == '-' || r == ' ' }) {
		if !strings.Contains(name, part) {
			return false
		}
	}
	return true
}

// findSupplier returns a Supplier, nil if it does not exist. Without the right to read it the error is that of the API
// server.
func findSupplier(ctx context.Context, c client.Reader, name string) (*v1alpha1.Supplier, error) {
	var found v1alpha1.Supplier
	switch err := c.Get(ctx, client.ObjectKey{Name: name}, &found); {
	case err == nil:
		return &found, nil
	case apierrors.IsNotFound(err) && !lacksCRDs(err):
		return nil, nil
	default:
		return nil, fmt.Errorf("reading Supplier %s: %w", name, err)
	}
}
