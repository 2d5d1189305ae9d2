package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// composition is a team's kustomizations over config/: the operator and its namespace by `namespace:` and `images:`,
// and a namespace of customers with rights for the operator there. BASE is the repository.
var composition = map[string]string{
	"kept": `{namespace: NAMESPACE, resources: [BASE/config/kept]}`,
	"operator": `
namespace: NAMESPACE
resources: [BASE/config/default]
components: [BASE/config/portal]
images:
- {name: localhost/integration-operator, newName: registry.example/hr/integration-operator, newTag: "1"}
- {name: localhost/integration-operator-sync, newName: registry.example/hr/integration-operator-sync, newTag: "1"}
- {name: localhost/integration-operator-portal, newName: registry.example/hr/integration-operator-portal, newTag: "1"}
`,
	"customers": `
namespace: CUSTOMERS
resources: [BASE/config/customer-namespace, BASE/config/portal/customer-namespace]
patches:
- target: {kind: RoleBinding}
  patch: |
    - {op: replace, path: /subjects/0/namespace, value: NAMESPACE}
`,
}

// composed writes a kustomization of the composition and returns its folder.
func composed(t *testing.T, name, namespace, of string) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	base, err := filepath.Rel(folder, root)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("BASE", base, "NAMESPACE", namespace, "CUSTOMERS", of).Replace(composition[name])
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestBaseComposes renders config/ for namespaces and another registry. Nothing names the namespaces and the registry
// of the base, and every subject of a binding is a ServiceAccount that is rendered.
func TestBaseComposes(t *testing.T) {
	for namespace, of := range map[string]string{"hr-system": "employers", "flyt": "flyt-kunder"} {
		t.Run(namespace, func(t *testing.T) {
			var all []*unstructured.Unstructured
			for name := range composition {
				all = append(all, rendered(t, composed(t, name, namespace, of))...)
			}
			accounts := map[string]bool{}
			for _, o := range all {
				if o.GetKind() == "ServiceAccount" {
					accounts[o.GetNamespace()+"/"+o.GetName()] = true
				}
			}
			if len(accounts) != 2 {
				t.Errorf("ServiceAccounts: %v, want those of operator and portal", accounts)
			}
			for _, o := range all {
				checkComposed(t, o, accounts, namespace, of)
			}
		})
	}
}

// checkComposed verifies an object's namespace, references and images.
func checkComposed(t *testing.T, o *unstructured.Unstructured, accounts map[string]bool, namespaces ...string) {
	t.Helper()
	name := o.GetKind() + " " + o.GetName()
	if in := o.GetNamespace(); in != "" && in != namespaces[0] && in != namespaces[1] {
		t.Errorf("%s is in namespace %s", name, in)
	}
	if o.GetKind() == "Namespace" && o.GetName() != namespaces[0] && o.GetName() != namespaces[1] {
		t.Errorf("namespace %s", o.GetName())
	}
	text, err := json.Marshal(o.Object)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{system, "localhost/"} {
		if strings.Contains(string(text), of) {
			t.Errorf("%s names %s: %s", name, of, text)
		}
	}
	subjects, _, err := unstructured.NestedSlice(o.Object, "subjects")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range subjects {
		subject, _ := s.(map[string]any)
		if account := fmt.Sprintf("%s/%s", subject["namespace"], subject["name"]); !accounts[account] {
			t.Errorf("%s binds %s, which is not rendered", name, account)
		}
	}
}

// TestComposedInstalls applies the composition to an API server. The ServiceAccounts have their rights, and the
// portal's policy applies to its ServiceAccount.
func TestComposedInstalls(t *testing.T) {
	w := &world{t: t, server: apiServer(t)}
	const namespace, of = "hr-system", "employers"
	for _, name := range []string{"kept", "operator", "customers"} {
		w.apply("-k", composed(t, name, namespace, of))
	}
	account := "system:serviceaccount:" + namespace + ":" + operator
	for what, in := range map[string]string{
		"get secrets": namespace, "get pods": namespace, "update leases.coordination.k8s.io": namespace,
		"watch customerintegrations.integrations.4human.no": of, "create jobs.batch": of,
		"create events.events.k8s.io": "default",
	} {
		if !w.may(account, what, in) {
			t.Errorf("%s may not %s in %s", account, what, in)
		}
	}
	w.must(w.server.Client.Create(t.Context(), customer(of, "tiger", tigerNumber)))
	w.policyApplies(account+"-portal", of)
	w.kubectl("delete", "cint/tiger", "-n", of)
	w.kubectl("delete", "roles,rolebindings", "--all", "-n", of) // no controller would delete the namespace
	w.kubectl("delete", "-k", composed(t, "operator", namespace, of))
}

// policyApplies waits until the portal's policy keeps an account from changing a spec: a new policy is in force a
// moment after it was created.
func (w *world) policyApplies(account, namespace string) {
	w.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for begin := time.Now(); time.Since(begin) < patience; <-tick.C {
		_, problems, err := w.server.Kubectl(w.t.Context(), "", "patch", "cint/tiger", "-n", namespace, "--type=merge",
			"-p", `{"spec":{"suspend":true}}`, "--as="+account, "--dry-run=server")
		if err != nil && strings.Contains(problems, "the portal may not change spec") {
			return
		}
	}
	w.t.Errorf("%s may change a spec", account)
}

// may reports whether a user may do something, such as "patch deployments.apps", in a namespace.
func (w *world) may(user, what, namespace string) bool {
	w.t.Helper()
	verb, resource, _ := strings.Cut(what, " ")
	resource, group, _ := strings.Cut(resource, ".")
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: verb, Group: group, Resource: resource, Namespace: namespace,
		},
	}}
	w.must(w.server.Client.Create(w.t.Context(), review))
	return review.Status.Allowed
}
