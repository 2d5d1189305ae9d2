package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// rendered returns the objects of a kustomization.
func rendered(t testing.TB, folder string) []*unstructured.Unstructured {
	t.Helper()
	text, problems, err := apiServer(t).Kubectl(t.Context(), "", "kustomize", folder)
	if err != nil {
		t.Fatalf("%v\n%s", err, problems)
	}
	var all []*unstructured.Unstructured
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewBufferString(text), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(&o.Object); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
}

// lossy are kinds whose deletion deletes data with them.
var lossy = []string{"Namespace", "CustomResourceDefinition", "Secret", "Supplier", "CustomerIntegration"}

// TestDefaultHasNoData verifies that the deletion of config/default loses no data, and that no tool prunes config/kept.
func TestDefaultHasNoData(t *testing.T) {
	for _, o := range rendered(t, "../../config/default") {
		if slices.Contains(lossy, o.GetKind()) {
			t.Errorf("config/default has the %s %s", o.GetKind(), o.GetName())
		}
	}
	kept := rendered(t, "../../config/kept")
	if len(kept) != 3 {
		t.Errorf("config/kept has %d objects, want two CRDs and a namespace", len(kept))
	}
	for _, o := range append(kept, rendered(t, "../../config/customer-namespace")...) {
		if !slices.Contains(lossy, o.GetKind()) {
			continue
		}
		for annotation, want := range map[string]string{
			"kustomize.toolkit.fluxcd.io/prune": "disabled",
			"helm.sh/resource-policy":           "keep",
			"argocd.argoproj.io/sync-options":   "Prune=false,Delete=false",
		} {
			if got := o.GetAnnotations()[annotation]; got != want {
				t.Errorf("%s %s: %s is %q, want %q", o.GetKind(), o.GetName(), annotation, got, want)
			}
		}
	}
}

// TestMemoryLimit verifies that Go's limit of memory is below the container's.
func TestMemoryLimit(t *testing.T) {
	for _, o := range rendered(t, "../../config/default") {
		if o.GetKind() != "Deployment" {
			continue
		}
		containers, _, err := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
		if err != nil || len(containers) != 1 {
			t.Fatalf("%d containers, %v", len(containers), err)
		}
		manager, _ := containers[0].(map[string]any)
		limit, _, err := unstructured.NestedString(manager, "resources", "limits", "memory")
		if err != nil {
			t.Fatal(err)
		}
		env, _, err := unstructured.NestedSlice(manager, "env")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := valueOf(env, "GOMEMLIMIT"), memoryLimit(t, limit); got != want {
			t.Errorf("GOMEMLIMIT is %q, want %q: nine tenths of %s", got, want, limit)
		}
		return
	}
	t.Error("config/default has no Deployment")
}

// memoryLimit returns nine tenths of a quantity, as Go writes it.
func memoryLimit(t *testing.T, quantity string) string {
	t.Helper()
	limit, err := resource.ParseQuantity(quantity)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%dMiB", limit.Value()*9/10>>20)
}

// valueOf returns the value of a variable.
func valueOf(env []any, name string) string {
	for _, v := range env {
		if variable, ok := v.(map[string]any); ok && variable["name"] == name {
			value, _ := variable["value"].(string)
			return value
		}
	}
	return ""
}

// TestReinstall deletes the operator by the commands of docs/uninstall.md and installs it again: customers and Secrets
// are kept.
func TestReinstall(t *testing.T) {
	w := newWorld(t)
	w.apply("-k", "../../config/default")
	credentials := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: customers, Name: "tiger-hrm"}}
	w.must(w.server.Client.Create(t.Context(), credentials))
	t.Cleanup(func() { w.must(w.server.Client.Delete(context.Background(), credentials)) })
	kept := []client.Object{
		customer(customers, "tiger", tigerNumber), supplier(""), credentials,
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: "maskinporten-key"}},
	}
	for _, o := range kept {
		w.must(w.server.Client.Get(t.Context(), client.ObjectKeyFromObject(o), o))
	}
	w.kubectl("delete", "-k", "../../config/default")
	w.apply("-k", "../../config/default")
	w.checkKept(kept)
	w.kubectl("delete", "customerintegrations", "--all", "--all-namespaces")
	w.kubectl("delete", "suppliers", "--all")
}

// checkKept verifies that objects are the same as before.
func (w *world) checkKept(kept []client.Object) {
	t := w.t
	t.Helper()
	for _, o := range kept {
		uid := o.GetUID()
		if err := w.server.Client.Get(t.Context(), client.ObjectKeyFromObject(o), o); err != nil || o.GetUID() != uid {
			t.Errorf("%T %s: %v", o, o.GetName(), err)
		}
		if !o.GetDeletionTimestamp().IsZero() {
			t.Errorf("%T %s is being deleted", o, o.GetName())
		}
	}
}
