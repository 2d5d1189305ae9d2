//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	chart   = "charts/integration-operator"
	release = "integration-operator"
	// nextTag is the tag of the same image as another version.
	nextTag = "next"
	// freshNamespace and freshCustomers are the namespaces of the operator that Helm installs where nothing was.
	freshNamespace = "hr-integrations"
	freshCustomers = "hr-customers"
	// changedDescription is what an upgrade adds to a CRD.
	changedDescription = "Changed by the next version"
)

// helm takes the operator over from kustomize, upgrades it with its CRDs, uninstalls it, and installs it where nothing
// was.
func (s *story) helm(t *testing.T) {
	s.helmTakesOver(t)
	s.helmUpgrades(t)
	s.helmUninstalls(t)
	s.helmInstallsAnew(t)
}

// helm runs helm, and returns its output.
func helm(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var out, problems bytes.Buffer
	command := exec.CommandContext(ctx, "bin/helm", args...)
	command.Stdout, command.Stderr = &out, &problems
	start := time.Now()
	if err := command.Run(); err != nil {
		t.Fatalf("helm %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), problems.String())
	}
	t.Logf("helm %s %s: %s", args[0], args[1], seconds(time.Since(start)))
	return out.String()
}

// helmTakesOver moves an installation by kustomize to Helm, as docs/helm.md says. No manager is restarted, because
// nothing of its pods changes.
func (s *story) helmTakesOver(t *testing.T) {
	before := namesOf(s.managers(t))
	helm(t, "install", release, chart, "-n", systemNamespace, "--take-ownership", "--force-conflicts", "--wait")
	if diff := cmp.Diff(before, namesOf(s.managers(t))); diff != "" {
		t.Errorf("managers, -before +after Helm took over:\n%s", diff)
	}
	s.helmTests(t, release, systemNamespace)
}

// helmTests runs `helm test`, whose pod verifies that the operator serves.
func (s *story) helmTests(t *testing.T, release, namespace string) {
	t.Helper()
	out := helm(t, "test", release, "-n", namespace, "--logs")
	for _, want := range []string{
		"the API server serves Suppliers", "a ready replica serves https://token-broker." + namespace + ".svc/token",
		" leads",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("helm test does not say %q:\n%s", want, out)
		}
	}
}

// helmUpgrades upgrades to a chart with another CRD, another image and other values. No customer notices.
func (s *story) helmUpgrades(t *testing.T) {
	before := s.customer(t, wolf)
	helm(t, "upgrade", release, nextChart(t), "-n", systemNamespace, "--wait", "--set", "image.tag="+nextTag,
		"--set", "replicas=3", "--set", "logLevel=debug", "--force-conflicts")
	var d appsv1.Deployment
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: systemNamespace, Name: operatorName}, &d))
	container := d.Spec.Template.Spec.Containers[0]
	if d.Status.ReadyReplicas != 3 || container.Image != "localhost/integration-operator:"+nextTag ||
		!strings.Contains(strings.Join(container.Args, " "), "--log-level=debug") {
		t.Errorf("after the upgrade %d replicas of %s are ready, with %q", d.Status.ReadyReplicas, container.Image,
			container.Args)
	}
	if out := kubectl(t, "explain", "customerintegration"); !strings.Contains(out, changedDescription) {
		t.Errorf("the upgrade did not change the CRD:\n%s", out)
	}
	s.awaitChecks(t, 1, wolf) // by the new leader
	// Not by the journal: a change of the CRD ends its watch.
	if diff := cmp.Diff(before, s.customer(t, wolf), butForTheCheck); diff != "" {
		t.Errorf("the upgrade changed the wolf (-before +after):\n%s", diff)
	}
}

// nextChart returns a copy of the chart as its next version: its CRD has another description.
func nextChart(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "chart")
	must(t, os.CopyFS(folder, os.DirFS(chart)))
	replace := func(name, old, by string) {
		t.Helper()
		path := filepath.Join(folder, name)
		text, err := os.ReadFile(path)
		must(t, err)
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("%s does not contain %q", name, old)
		}
		must(t, os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(by), 1), 0o600))
	}
	replace("Chart.yaml", "version: 0.0.0-dev", "version: 0.0.1")
	const description = "    schema:\n      openAPIV3Schema:\n        description: "
	replace("files/crd/bases/integrations.4human.no_customerintegrations.yaml", description,
		description+changedDescription+". ")
	return folder
}

// helmUninstalls uninstalls the operator. What holds data is left, as docs/helm.md says.
func (s *story) helmUninstalls(t *testing.T) {
	uid := s.customer(t, wolf).UID
	helm(t, "uninstall", release, "-n", systemNamespace, "--wait")
	if s.customer(t, wolf).UID != uid || s.supplier(t).Name != supplierName {
		t.Error("the wolf was deleted")
	}
	for name, o := range map[string]client.Object{
		systemNamespace + "/" + keySecret:        &corev1.Secret{},
		systemNamespace + "/token-broker-ca":     &corev1.Secret{},
		customersNamespace + "/wolf-hrm":         &corev1.Secret{},
		systemNamespace + "/" + lease:            &coordinationv1.Lease{},
		customersNamespace + "/" + plansOf(wolf): &batchv1.CronJob{},
	} {
		namespace, name, _ := strings.Cut(name, "/")
		if err := s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, o); err != nil {
			t.Errorf("helm uninstall: %v", err)
		}
	}
	for name, o := range map[string]client.Object{
		systemNamespace + "/" + operatorName:    &appsv1.Deployment{},
		systemNamespace + "/token-broker":       &corev1.Service{},
		customersNamespace + "/" + operatorName: &rbacv1.Role{},
		"/" + operatorName:                      &rbacv1.ClusterRole{},
	} {
		namespace, name, _ := strings.Cut(name, "/")
		err := s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, o)
		if !apierrors.IsNotFound(err) {
			t.Errorf("helm uninstall leaves %T %s: %v", o, name, err)
		}
	}
}

// helmInstallsAnew deletes the CRDs, and installs the chart with another name for other namespaces.
func (s *story) helmInstallsAnew(t *testing.T) {
	kubectl(t, "delete", "-k", "config/crd")
	helm(t, "install", "hr", chart, "-n", freshNamespace, "--create-namespace", "--wait",
		"--set", "customerNamespaces.names={"+freshCustomers+"}")
	kubectl(t, "label", "namespace", freshNamespace, "pod-security.kubernetes.io/enforce=restricted")
	s.helmTests(t, "hr", freshNamespace)
	s.enforcesRestricted(t, freshNamespace)
	out := helm(t, "uninstall", "hr", "-n", freshNamespace, "--wait")
	for _, kept := range []string{
		"customerintegrations.integrations.4human.no", "suppliers.integrations.4human.no", freshCustomers,
	} {
		if !strings.Contains(out, kept) {
			t.Errorf("helm uninstall does not say that it keeps %s:\n%s", kept, out)
		}
	}
}

func namesOf(pods []corev1.Pod) map[string]bool {
	names := map[string]bool{}
	for _, pod := range pods {
		names[fmt.Sprintf("%s, restarted %d times", pod.Name, restartsOf(&pod))] = true
	}
	return names
}
