//go:build e2e

package e2e

import (
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
)

// rights verifies which rights the manager has and does not have.
func (s *story) rights(t *testing.T) {
	const allNamespaces, none = "", ""
	for _, c := range []struct {
		ask    string
		in     []string
		want   string
		reason string
	}{
		{"get secrets", []string{systemNamespace}, "yes", "the key is in a Secret"},
		{"update secrets", []string{systemNamespace}, "no", "the manager never writes the key"},
		{"get secrets", []string{customersNamespace, "kube-system", "default", simulatorNamespace, allNamespaces}, "no", "others' secrets"},
		{"list secrets", []string{customersNamespace, "kube-system", "default", simulatorNamespace, allNamespaces}, "no", "others' secrets"},
		{"watch secrets", []string{customersNamespace, "kube-system", allNamespaces}, "no", "others' secrets"},

		{"create pods", []string{systemNamespace, customersNamespace, "kube-system", allNamespaces}, "no", "a pod has its namespace's secrets"},
		{"create jobs.batch", []string{customersNamespace}, "yes", "the first run after access is granted"},
		{"create jobs.batch", []string{systemNamespace, simulatorNamespace, "kube-system", "default", allNamespaces}, "no", "jobs create pods"},
		{"create cronjobs.batch", []string{customersNamespace}, "yes", "customers' jobs"},
		{"create cronjobs.batch", []string{systemNamespace, simulatorNamespace, "kube-system", "default", allNamespaces}, "no", "cron jobs create jobs"},
		{"patch jobs.batch", []string{customersNamespace, allNamespaces}, "no", "jobs are never changed"},
		{"delete pods", []string{customersNamespace, allNamespaces}, "no", "the Job's controller deletes pods"},
		{"create serviceaccounts", []string{customersNamespace}, "yes", "the accounts of jobs"},
		{"create serviceaccounts", []string{systemNamespace, "kube-system", allNamespaces}, "no", "others' accounts"},
		{"patch configmaps", []string{systemNamespace, customersNamespace, "kube-system", allNamespaces}, "no", "others' settings"},
		{"get configmaps", []string{customersNamespace, allNamespaces}, "no", "the manager reads none"},
		{"create configmaps", []string{customersNamespace, allNamespaces}, "no", "the manager creates none"},
		{"update secrets", []string{customersNamespace, allNamespaces}, "no", "customers' credentials"},
		{"create pods/exec", []string{systemNamespace, customersNamespace, allNamespaces}, "no", "another pod's rights"},
		{"create serviceaccounts/token", []string{systemNamespace, customersNamespace, "kube-system", allNamespaces}, "no", "another account's rights"},
		{"patch roles.rbac.authorization.k8s.io", []string{systemNamespace, customersNamespace, allNamespaces}, "no", "this would escalate its rights"},
		{"create rolebindings.rbac.authorization.k8s.io", []string{systemNamespace, customersNamespace, allNamespaces}, "no", "this would escalate its rights"},
		{"impersonate users", []string{none}, "no", "everybody's rights"},

		{"watch customerintegrations.integrations.4human.no", []string{customersNamespace}, "yes", "its work"},
		{"watch customerintegrations.integrations.4human.no", []string{"default", allNamespaces}, "no", "not in --namespaces"},
		{"update customerintegrations.integrations.4human.no", []string{customersNamespace, allNamespaces}, "no", "users write the spec"},
		{"patch customerintegrations.integrations.4human.no", []string{customersNamespace, allNamespaces}, "no", "users write the spec"},
		{"delete customerintegrations.integrations.4human.no", []string{customersNamespace, allNamespaces}, "no", "users delete the object"},
		{"patch customerintegrations.integrations.4human.no/status", []string{customersNamespace}, "yes", "its work"},
		{"watch suppliers.integrations.4human.no", []string{none}, "yes", "its work"},
		{"patch suppliers.integrations.4human.no", []string{none}, "no", "users write the spec"},
		{"patch suppliers.integrations.4human.no/status", []string{none}, "yes", "its work"},
		{"create events.events.k8s.io", []string{customersNamespace, "default"}, "yes", "transitions; a Supplier's are in default"},
		{"update leases.coordination.k8s.io", []string{systemNamespace}, "yes", "leading"},
		{"update leases.coordination.k8s.io", []string{"kube-system", "kube-node-lease", customersNamespace}, "no", "others' leases"},
	} {
		for _, in := range c.in {
			if got := s.may(t, c.ask, in); got != c.want {
				t.Errorf("%s in namespace %q (\"\": all): %s, want %s: %s", c.ask, in, got, c.want, c.reason)
			}
		}
	}
}

// may returns the output of kubectl auth can-i: "yes" or "no". ask is a verb and a resource, such as
// "patch deployments.apps/status".
func (s *story) may(t *testing.T, ask, namespace string) string {
	t.Helper()
	verb, resource, _ := strings.Cut(ask, " ")
	resource, subresource, _ := strings.Cut(resource, "/")
	resource, group, _ := strings.Cut(resource, ".")
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:   "system:serviceaccount:" + systemNamespace + ":integration-operator",
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + systemNamespace, "system:authenticated"},
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: verb, Group: group, Resource: resource, Subresource: subresource, Namespace: namespace,
		},
	}}
	must(t, s.Create(t.Context(), review))
	if review.Status.Allowed {
		return "yes"
	}
	return "no"
}
