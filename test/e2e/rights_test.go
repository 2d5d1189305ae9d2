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
		{ask: "get secrets", in: []string{systemNamespace}, want: "yes", reason: "the key is in a Secret"},
		{ask: "update secrets", in: []string{systemNamespace}, want: "no", reason: "the manager never writes the key"},
		{
			ask: "get secrets", in: []string{customersNamespace, "kube-system", "default", simulatorNamespace, allNamespaces},
			want: "no", reason: "others' secrets",
		},
		{
			ask: "list secrets", in: []string{customersNamespace, "kube-system", "default", simulatorNamespace, allNamespaces},
			want: "no", reason: "others' secrets",
		},
		{
			ask: "watch secrets", in: []string{customersNamespace, "kube-system", allNamespaces}, want: "no",
			reason: "others' secrets",
		},

		{
			ask: "create pods", in: []string{systemNamespace, customersNamespace, "kube-system", allNamespaces}, want: "no",
			reason: "a pod has its namespace's secrets",
		},
		{
			ask: "create jobs.batch", in: []string{customersNamespace}, want: "yes",
			reason: "the first run after access is granted",
		},
		{
			ask: "create jobs.batch", in: []string{systemNamespace, simulatorNamespace, "kube-system", "default", allNamespaces},
			want: "no", reason: "jobs create pods",
		},
		{ask: "create cronjobs.batch", in: []string{customersNamespace}, want: "yes", reason: "customers' jobs"},
		{ask: "create cronjobs.batch", in: []string{
			systemNamespace, simulatorNamespace, "kube-system", "default",
			allNamespaces,
		}, want: "no", reason: "cron jobs create jobs"},
		{
			ask: "patch jobs.batch", in: []string{customersNamespace, allNamespaces}, want: "no",
			reason: "jobs are never changed",
		},
		{
			ask: "delete pods", in: []string{customersNamespace, allNamespaces}, want: "no",
			reason: "the Job's controller deletes pods",
		},
		{ask: "create serviceaccounts", in: []string{customersNamespace}, want: "yes", reason: "the accounts of jobs"},
		{
			ask: "create serviceaccounts", in: []string{systemNamespace, "kube-system", allNamespaces}, want: "no",
			reason: "others' accounts",
		},
		{
			ask: "patch configmaps", in: []string{systemNamespace, customersNamespace, "kube-system", allNamespaces}, want: "no",
			reason: "others' settings",
		},
		{
			ask: "get configmaps", in: []string{customersNamespace, allNamespaces}, want: "no",
			reason: "the manager reads none",
		},
		{
			ask: "create configmaps", in: []string{customersNamespace, allNamespaces}, want: "no",
			reason: "the manager creates none",
		},
		{
			ask: "update secrets", in: []string{customersNamespace, allNamespaces}, want: "no",
			reason: "customers' credentials",
		},
		{
			ask: "create pods/exec", in: []string{systemNamespace, customersNamespace, allNamespaces}, want: "no",
			reason: "another pod's rights",
		},
		{
			ask: "create serviceaccounts/token", in: []string{systemNamespace, customersNamespace, "kube-system", allNamespaces},
			want: "no", reason: "another account's rights",
		},
		{
			ask: "patch roles.rbac.authorization.k8s.io", in: []string{systemNamespace, customersNamespace, allNamespaces},
			want: "no", reason: "this would escalate its rights",
		},
		{
			ask: "create rolebindings.rbac.authorization.k8s.io",
			in: []string{
				systemNamespace, customersNamespace,
				allNamespaces,
			}, want: "no", reason: "this would escalate its rights",
		},
		{ask: "impersonate users", in: []string{none}, want: "no", reason: "everybody's rights"},

		{
			ask: "watch customerintegrations.integrations.4human.no", in: []string{customersNamespace}, want: "yes",
			reason: "its work",
		},
		{
			ask: "watch customerintegrations.integrations.4human.no", in: []string{"default", allNamespaces}, want: "no",
			reason: "not in --namespaces",
		},
		{
			ask: "update customerintegrations.integrations.4human.no", in: []string{customersNamespace, allNamespaces},
			want: "no", reason: "users write the spec",
		},
		{
			ask: "patch customerintegrations.integrations.4human.no", in: []string{customersNamespace, allNamespaces},
			want: "no", reason: "users write the spec",
		},
		{
			ask: "delete customerintegrations.integrations.4human.no", in: []string{customersNamespace, allNamespaces},
			want: "no", reason: "users delete the object",
		},
		{
			ask: "patch customerintegrations.integrations.4human.no/status", in: []string{customersNamespace}, want: "yes",
			reason: "its work",
		},
		{ask: "watch suppliers.integrations.4human.no", in: []string{none}, want: "yes", reason: "its work"},
		{ask: "patch suppliers.integrations.4human.no", in: []string{none}, want: "no", reason: "users write the spec"},
		{ask: "patch suppliers.integrations.4human.no/status", in: []string{none}, want: "yes", reason: "its work"},
		{
			ask: "create events.events.k8s.io", in: []string{customersNamespace, "default"}, want: "yes",
			reason: "transitions; a Supplier's are in default",
		},
		{
			ask: "list events.events.k8s.io", in: []string{customersNamespace}, want: "yes",
			reason: "why the pod of a Job is refused",
		},
		{
			ask: "get pods", in: []string{systemNamespace}, want: "yes",
			reason: "the image of jobs is in the manager's own Pod",
		},
		{ask: "get pods", in: []string{simulatorNamespace, allNamespaces}, want: "no", reason: "others' pods"},
		{ask: "list events.events.k8s.io", in: []string{"default", allNamespaces}, want: "no", reason: "others' events"},
		{ask: "update leases.coordination.k8s.io", in: []string{systemNamespace}, want: "yes", reason: "leading"},
		{
			ask: "update leases.coordination.k8s.io", in: []string{"kube-system", "kube-node-lease", customersNamespace},
			want: "no", reason: "others' leases",
		},
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
