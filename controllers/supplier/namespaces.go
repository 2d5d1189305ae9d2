package supplier

import (
	"fmt"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

// maxNamed is how many namespaces a message names.
const maxNamed = 3

// allowedAmong returns the namespaces in which a Supplier may have customers.
func allowedAmong(s *v1alpha1.Supplier, namespaces []string) []string {
	return slices.DeleteFunc(slices.Clone(namespaces), func(namespace string) bool {
		return !slices.Contains(s.Spec.AllowedNamespaces, namespace)
	})
}

// namespacesCondition returns the condition of that name, nil if it never was True.
func namespacesCondition(s *facts) *condition.State {
	if len(s.inaccessible) == 0 {
		return ended(s, v1alpha1.ConditionNamespacesInaccessible, v1alpha1.ReasonNamespaceRightsExist,
			"The manager has its rights in every namespace of its --namespaces that this Supplier allows.")
	}
	named := strings.Join(s.inaccessible[:min(maxNamed, len(s.inaccessible))], ", ")
	if more := len(s.inaccessible) - maxNamed; more > 0 {
		named = fmt.Sprintf("%s and %d more", named, more)
	}
	return new(condition.True(v1alpha1.ReasonNamespaceRightsMissing, fmt.Sprintf(
		"The manager has no rights in namespace %s, so customers there are not verified and get no tokens. "+
			"Apply config/customer-namespace with `namespace: NAME`, or remove it from --namespaces.", named)))
}
