package broker

import (
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// account returns the user name of the manager.
func (w *world) account() string {
	return "system:serviceaccount:" + w.system + ":integration-operator"
}

// allow grants the manager the rights that the broker needs, and no others.
func (w *world) allow() {
	w.t.Helper()
	rule := func(group, resource string, verbs ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: verbs}
	}
	w.allowIn("", // the whole cluster
		rule("authentication.k8s.io", "tokenreviews", "create"),
		rule("integrations.4human.no", "suppliers", "list", "watch"),
	)
	w.allowIn(w.system,
		rule("", "secrets", "get", "list", "watch", "create"),
	)
	w.allowIn(w.customers,
		rule("integrations.4human.no", "customerintegrations", "list", "watch"),
		rule("", "serviceaccounts", "get"),
		rule("", "pods", "get", "list", "watch"),
		rule("batch", "jobs", "get"),
		rule("batch", "cronjobs", "get"),
	)
}

func (w *world) allowIn(namespace string, rules ...rbacv1.PolicyRule) {
	w.t.Helper()
	meta := metav1.ObjectMeta{Namespace: namespace, Name: "integration-operator-of-" + w.system}
	manager := []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: w.account()}}
	if namespace == "" {
		w.create(&rbacv1.ClusterRole{ObjectMeta: meta, Rules: rules})
		w.create(&rbacv1.ClusterRoleBinding{
			ObjectMeta: meta, Subjects: manager, RoleRef: rbacv1.RoleRef{
				APIGroup: rbacv1.GroupName, Kind: "ClusterRole",
				Name: meta.Name,
			},
		})
		return
	}
	w.create(&rbacv1.Role{ObjectMeta: meta, Rules: rules})
	w.create(&rbacv1.RoleBinding{
		ObjectMeta: meta, Subjects: manager, RoleRef: rbacv1.RoleRef{
			APIGroup: rbacv1.GroupName, Kind: "Role",
			Name: meta.Name,
		},
	})
}
