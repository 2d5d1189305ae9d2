package plugin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// suspendedNames returns the names of the suspended customers of a cluster.
func suspendedNames(t *testing.T, c client.Client) []string {
	t.Helper()
	var list v1alpha1.CustomerIntegrationList
	if err := c.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range list.Items {
		if list.Items[i].Spec.Suspend {
			names = append(names, list.Items[i].Name)
		}
	}
	return names
}

// TestSuspendAndResume changes customers and looks which are suspended afterwards.
func TestSuspendAndResume(t *testing.T) {
	for name, test := range map[string]struct {
		reason string
		line   string
		want   []string
		text   string
	}{
		"one": {
			reason: "one customer", line: "suspend klok-stille-ugle", want: []string{"klok-stille-ugle", "seig-modig-mink"},
			text: "klok-stille-ugle: suspended\n",
		},
		"selected": {
			reason: "those with a label", line: "suspend -l team=north",
			want: []string{"dynamisk-altetende-tiger", "klok-stille-ugle", "sjelden-flink-elg", "seig-modig-mink"},
			text: "dynamisk-altetende-tiger: suspended\nklok-stille-ugle: suspended\nsjelden-flink-elg: suspended\n",
		},
		"again": {
			reason: "a customer that is suspended stays so", line: "suspend seig-modig-mink -n customers-west",
			want: []string{"seig-modig-mink"}, text: "seig-modig-mink: suspended already\n",
		},
		"resume": {
			reason: "the field is removed", line: "resume --all -n customers-west", text: "seig-modig-mink: not suspended\n",
		},
		"nothing": {
			reason: "no customer is named", line: "suspend", want: []string{"seig-modig-mink"},
			text: "Error: name the customers, or select them with -l LABEL=VALUE or --all\nexit code 1\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := cluster(t, objects(t)...)
			if text := newSession(t, c).run(t, test.line); text != test.text {
				t.Errorf("it prints %q, want %q", text, test.text)
			}
			if diff := cmp.Diff(test.want, suspendedNames(t, c)); diff != "" {
				t.Errorf("suspended (-want +got):\n%s", diff)
			}
		})
	}
}

// managed returns an entry of managedFields.
func managed(manager, subresource, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationApply, Subresource: subresource, FieldsType: "FieldsV1",
		APIVersion: v1alpha1.GroupVersion.String(), FieldsV1: metav1.NewFieldsV1(fields),
	}
}

// TestGitOpsIsWarnedOf suspends customers that an engine manages.
func TestGitOpsIsWarnedOf(t *testing.T) {
	const spec, suspend = `{"f:spec":{"f:organizationNumber":{}}}`, `{"f:spec":{"f:suspend":{}}}`
	for name, test := range map[string]struct {
		reason              string
		labels, annotations map[string]string
		fields              []metav1.ManagedFieldsEntry
		want                string
	}{
		"person": {reason: "a person's own object", fields: []metav1.ManagedFieldsEntry{managed("kubectl", "", spec)}},
		"status": {
			reason: "the operator manages the status",
			fields: []metav1.ManagedFieldsEntry{managed("integration-operator", "status", `{"f:status":{}}`)},
		},
		"flux": {
			reason: "a Kustomization without the field",
			labels: map[string]string{
				"kustomize.toolkit.fluxcd.io/name": "all", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
			},
			fields: []metav1.ManagedFieldsEntry{managed("kustomize-controller", "", spec)},
			want:   "Flux (Kustomization flux-system/all) manages this object and may revert the change. Make it in git too: set spec.suspend: true.",
		},
		"flux-owns": {
			reason: "a Kustomization whose manifest has the field",
			fields: []metav1.ManagedFieldsEntry{managed("kustomize-controller", "", suspend)},
			want:   "Flux manages this object and will revert the change.",
		},
		"helm": {
			reason: "a HelmRelease",
			labels: map[string]string{"helm.toolkit.fluxcd.io/name": "all", "helm.toolkit.fluxcd.io/namespace": "apps"},
			want:   "Flux (HelmRelease apps/all) manages this object and may revert the change.",
		},
		"argo-label": {
			reason: "an Application by its label", labels: map[string]string{"argocd.argoproj.io/instance": "customers"},
			want: "Argo CD (Application customers) manages this object and may revert the change.",
		},
		"argo-annotation": {
			reason:      "an Application by its annotation",
			annotations: map[string]string{"argocd.argoproj.io/tracking-id": "customers:integrations.4human.no/CustomerIntegration:a/b"},
			fields:      []metav1.ManagedFieldsEntry{managed("argocd-controller", "", suspend)},
			want:        "Argo CD (Application customers) manages this object and will revert the change.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := residents[0].object(t)
			c.Labels, c.Annotations, c.ManagedFields = test.labels, test.annotations, test.fields
			engine := gitOpsOf(c, suspendPath)
			if (engine != nil) != (test.want != "") {
				t.Fatalf("an engine is found: %t", engine != nil)
			}
			if engine == nil {
				return
			}
			if got := engine.warning("set spec.suspend: true"); !strings.Contains(got, test.want) {
				t.Errorf("the warning is %q, want %q", got, test.want)
			}
		})
	}
}

// TestSuspendWarns checks that the warning is printed, and that the change is made.
func TestSuspendWarns(t *testing.T) {
	tiger := residents[0].object(t)
	tiger.Labels = map[string]string{"argocd.argoproj.io/instance": "customers"}
	c := cluster(t, tiger, supplier(t))
	s := newSession(t, c)
	s.run(t, "suspend "+tiger.Name)
	if !strings.HasPrefix(s.err.String(), "Warning: dynamisk-altetende-tiger: Argo CD (Application customers)") {
		t.Errorf("there is no warning: %q", s.err)
	}
	if diff := cmp.Diff([]string{tiger.Name}, suspendedNames(t, c)); diff != "" {
		t.Errorf("suspended (-want +got):\n%s", diff)
	}
}
