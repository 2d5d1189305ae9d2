package main

import (
	"context"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// TestPolicy verifies what the portal's account may write: the annotation that requests a verification, and nothing
// else.
func TestPolicy(t *testing.T) {
	w := newWorld(t)
	tiger := sample.Customer(south, "default", "310330701")
	key := client.ObjectKeyFromObject(tiger)
	w.kubectl("annotate", "-n", south, "--overwrite", "cint/"+tiger.Name, "other=1", v1alpha1.AnnotationLinkRevision+"=1")
	w.kubectl("label", "-n", south, "--overwrite", "cint/"+tiger.Name, "mine=yes")
	portal, person := w.client(account, accountGroups()...), w.server.Client
	w.awaitPolicy(func() error { return portal.Patch(t.Context(), tiger.DeepCopy(), forbiddenPatch(), client.DryRunAll) })
	const at = `"reconcile.fluxcd.io/requestedAt":"2026-11-29T12:00:00Z"`
	for name, tc := range map[string]struct {
		reason      string
		patch       string
		subResource string
		allowed     bool
	}{
		"the annotation": {
			reason: "this is what the button does", patch: `{"metadata":{"annotations":{` + at + `}}}`, allowed: true,
		},
		"the annotation again": {
			reason: "with another value", allowed: true,
			patch: `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"2026-11-29T12:01:00Z"}}}`,
		},
		"no time": {
			reason: "the value is a time",
			patch:  `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"<script>"}}}`,
		},
		"removed": {
			reason: "the annotation may not be removed",
			patch:  `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":null}}}`,
		},
		"ask the customer again": {
			reason: "only a person asks a customer again",
			patch:  `{"metadata":{"annotations":{` + at + `,"integrations.4human.no/ask-customer-again":"1"}}}`,
		},
		"link revision": {
			reason: "links are the platform team's",
			patch:  `{"metadata":{"annotations":{` + at + `,"integrations.4human.no/link-revision":"2"}}}`,
		},
		"other annotation": {
			reason: "no other annotation changes", patch: `{"metadata":{"annotations":{` + at + `,"other":"2"}}}`,
		},
		"other annotation removed": {
			reason: "or goes", patch: `{"metadata":{"annotations":{` + at + `,"other":null}}}`,
		},
		"all annotations removed": {reason: "or all go", patch: `{"metadata":{"annotations":null}}`},
		"label":                   {reason: "no label is added", patch: `{"metadata":{"annotations":{` + at + `},"labels":{"new":"x"}}}`},
		"label removed":           {reason: "or goes", patch: `{"metadata":{"annotations":{` + at + `},"labels":{"mine":null}}}`},
		"suspend":                 {reason: "the spec is the platform team's", patch: `{"metadata":{"annotations":{` + at + `}},"spec":{"suspend":true}}`},
		"services":                {reason: "the spec is the platform team's", patch: `{"metadata":{"annotations":{` + at + `}},"spec":{"services":[{"name":"SickNotes"}]}}`},
		"finalizer":               {reason: "no finalizer", patch: `{"metadata":{"annotations":{` + at + `},"finalizers":["a.example/b"]}}`},
		"owner": {
			reason: "no owner",
			patch: `{"metadata":{"annotations":{` + at + `},"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x",` +
				`"uid":"x"}]}}`,
		},
		"status": {
			reason: "the status is the operator's", subResource: "status",
			patch: `{"metadata":{"annotations":{` + at + `}},"status":{"observedGeneration":7}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			patch := func(c client.Client) error {
				o := &v1alpha1.CustomerIntegration{}
				o.Namespace, o.Name = key.Namespace, key.Name
				body := client.RawPatch(types.MergePatchType, []byte(tc.patch))
				if tc.subResource != "" {
					return c.SubResource(tc.subResource).Patch(t.Context(), o, body,
						&client.SubResourcePatchOptions{PatchOptions: client.PatchOptions{DryRun: []string{"All"}}})
				}
				return c.Patch(t.Context(), o, body, client.DryRunAll)
			}
			err := patch(portal)
			if tc.allowed && err != nil || !tc.allowed && !denied(err) {
				t.Errorf("%s: %v", tc.reason, err)
			}
			if err := patch(person); err != nil {
				t.Errorf("another user: %v", err)
			}
		})
	}
	t.Run("status without a change", func(t *testing.T) {
		o := &v1alpha1.CustomerIntegration{}
		o.Namespace, o.Name = key.Namespace, key.Name
		body := []byte(`{"metadata":{"annotations":{` + at + `}},"status":{"observedGeneration":7}}`)
		if err := portal.Patch(t.Context(), o, client.RawPatch(types.MergePatchType, body)); err != nil {
			t.Fatal(err)
		}
		if o.Status.ObservedGeneration == 7 {
			t.Error("the portal wrote a status")
		}
	})
	t.Run("create and delete", func(t *testing.T) {
		if err := portal.Create(t.Context(), sample.Customer(south, "default", "310702641")); !denied(err) {
			t.Errorf("create: %v", err)
		}
		if err := portal.Delete(t.Context(), tiger); !denied(err) {
			t.Errorf("delete: %v", err)
		}
	})
}

// TestPolicyWithMoreRights verifies that the policy holds if the portal's account has more rights than it needs, also
// with a name that kustomize's namePrefix changed.
func TestPolicyWithMoreRights(t *testing.T) {
	for _, prefix := range []string{"", "hr-"} {
		t.Run("prefix "+prefix, func(t *testing.T) { testPolicyWithMoreRights(t, prefix+"integration-operator-portal") })
	}
}

func testPolicyWithMoreRights(t *testing.T, name string) {
	t.Helper()
	w := newWorld(t)
	w.create(&rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "far-too-much"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: system, Name: name}},
	})
	portal := w.client("system:serviceaccount:"+system+":"+name, accountGroups()...)
	tiger := sample.Customer(south, "default", "310330701")
	w.awaitPolicy(func() error {
		return portal.Create(t.Context(), sample.Customer(south, "default", "310702641"), client.DryRunAll)
	})
	for name, try := range map[string]func() error{
		"create": func() error { return portal.Create(t.Context(), sample.Customer(south, "default", "310702641")) },
		"delete": func() error { return portal.Delete(t.Context(), tiger) },
		"status": func() error {
			return portal.SubResource("status").Patch(t.Context(), tiger,
				client.RawPatch(types.MergePatchType, []byte(`{"status":{"observedGeneration":7}}`)))
		},
		"Supplier": func() error {
			return portal.Patch(t.Context(), sample.Supplier("default", ""),
				client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"x":"y"}}}`)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := try(); !isOfPolicy(err) {
				t.Errorf("got %v, want the policy's refusal", err)
			}
		})
	}
}

// forbiddenPatch returns a patch that the policy refuses.
func forbiddenPatch() client.Patch {
	return client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":true}}`))
}

// awaitPolicy waits until the API server enforces the policy, and knows the rights of the portal's account: a request
// that the policy refuses returns its refusal.
func (w *world) awaitPolicy(refused func() error) {
	w.t.Helper()
	err := wait.PollUntilContextTimeout(w.t.Context(), 50*time.Millisecond, patience, true,
		func(context.Context) (bool, error) { return isOfPolicy(refused()), nil })
	if err != nil {
		w.t.Fatalf("the policy is not in force: %v", err)
	}
}

// isOfPolicy reports whether an error is a refusal by the policy.
func isOfPolicy(err error) bool {
	return err != nil && strings.Contains(err.Error(), "ValidatingAdmissionPolicy 'integration-operator-portal'")
}

// denied reports whether RBAC or the policy refused.
func denied(err error) bool { return apierrors.IsForbidden(err) || apierrors.IsInvalid(err) }
