package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// withMonitoring returns the folder of a kustomization with config/monitoring in a namespace of its own.
func withMonitoring(t *testing.T, namespace string) string {
	t.Helper()
	folder := t.TempDir()
	config, err := filepath.Abs("../../config")
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Rel(folder, config)
	if err != nil {
		t.Fatal(err)
	}
	content := fmt.Sprintf("namespace: %[1]s\nresources: [%[2]s/manager, %[2]s/rbac]\ncomponents: [%[2]s/monitoring]\n",
		namespace, there)
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestMonitoringFollowsTheManager verifies that config/monitoring finds the manager and its own identity in any
// namespace.
func TestMonitoringFollowsTheManager(t *testing.T) {
	found := map[string]*unstructured.Unstructured{}
	for _, o := range rendered(t, withMonitoring(t, "elsewhere")) {
		found[o.GetKind()+"/"+o.GetName()] = o
	}
	at := func(object string, path ...string) any {
		t.Helper()
		if found[object] == nil {
			t.Fatalf("there is no %s", object)
		}
		value, _, err := unstructured.NestedFieldNoCopy(found[object].Object, path...)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	const monitor, scraper = "PodMonitor/integration-operator", "integration-operator-scraper"
	endpoints, ok := at(monitor, "spec", "podMetricsEndpoints").([]any)
	if !ok || len(endpoints) != 1 {
		t.Fatalf("the PodMonitor has the endpoints %v, want one", endpoints)
	}
	want := map[string]any{
		"port": "metrics", "scheme": "https", "tlsConfig": map[string]any{"insecureSkipVerify": true},
		"authorization": map[string]any{"credentials": map[string]any{"name": scraper, "key": "token"}},
	}
	if diff := cmp.Diff(any(want), endpoints[0]); diff != "" {
		t.Errorf("the endpoint (-want +got):\n%s", diff)
	}
	labels := at("Deployment/integration-operator", "spec", "template", "metadata", "labels")
	if diff := cmp.Diff(labels, at(monitor, "spec", "selector", "matchLabels")); diff != "" {
		t.Errorf("labels of pods, -Deployment +PodMonitor:\n%s", diff)
	}
	subject := []any{map[string]any{"kind": "ServiceAccount", "name": scraper, "namespace": "elsewhere"}}
	if diff := cmp.Diff(any(subject), at("ClusterRoleBinding/"+scraper, "subjects")); diff != "" {
		t.Errorf("the subject (-want +got):\n%s", diff)
	}
	for _, name := range []string{
		monitor, "PrometheusRule/integration-operator", "Secret/" + scraper,
		"ServiceAccount/" + scraper,
	} {
		if got := at(name, "metadata", "namespace"); got != "elsewhere" {
			t.Errorf("%s is in namespace %v", name, got)
		}
	}
}
