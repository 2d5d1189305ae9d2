//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// platform imposes a quota, a label policy and an injected sidecar on the customers' namespace, and takes the owners
// from the hare's objects, as a restored backup does. The refusal is reported with what mends it, which mends it; the
// run beside the sidecar is counted; the objects get their owner back.
func (s *story) platform(t *testing.T) {
	const job = "on-a-platform"
	kubectl(t, "apply", "-f", "test/e2e/platform.yaml")
	await(t, func() string { // until the policies take effect
		template := s.cronJob(t, wolf, v1alpha1.ServiceFollowUpPlans).Spec.JobTemplate.Spec.Template
		probe := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
		probe.Namespace, probe.Name = customersNamespace, "probe-of-policies"
		err := s.Create(t.Context(), probe, client.DryRunAll)
		if err != nil && strings.Contains(err.Error(), "label team") {
			return ""
		}
		return fmt.Sprintf("the label policy to refuse a pod: %v", err)
	})
	kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+plansOf(wolf), job)
	s.ownersLost(t)
	refused := await(t, s.healthIs(t, wolf, "False "+v1alpha1.ReasonSyncPodRefused))
	text := meta.FindStatusCondition(s.customer(t, wolf).Status.Conditions, v1alpha1.ConditionReady).Message
	for _, want := range []string{"label team is required", "spec.sync.jobLabels", "kubectl describe job"} {
		if !strings.Contains(text, want) {
			t.Errorf("Ready lacks %q: %s", want, text)
		}
	}
	kubectl(t, "delete", "job", "-n", customersNamespace, job)
	s.patchSupplier(t, `{"sync":{"jobLabels":{"team":"hr"},"resources":{"limits":{"cpu":"200m","memory":"128Mi"}}}}`)
	await(t, func() string {
		template := s.cronJob(t, wolf, v1alpha1.ServiceFollowUpPlans).Spec.JobTemplate.Spec.Template
		if template.Labels["team"] == "hr" && template.Spec.Containers[0].Resources.Limits.Cpu().String() == "200m" {
			return ""
		}
		return "the CronJob with the label and the limit"
	})
	s.runAgain(t, wolf, job)
	if containers := s.containersOf(t, job); containers != "sync mesh-proxy" {
		t.Errorf("the run's pod had the containers %s", containers)
	}
	t.Logf("a refused pod was reported after %s; the run beside a sidecar was counted", seconds(refused))

	kubectl(t, "delete", "-f", "test/e2e/platform.yaml")
	// The operator deletes it too, half a minute after the worker's end.
	kubectl(t, "delete", "job", "-n", customersNamespace, job, "--ignore-not-found")
	s.patchSupplier(t, `{"sync":null}`)
	s.awaitTemplate(t, wolf)
}

// ownersLost takes the owners from the hare's CronJob and ServiceAccount, and waits until they are its own again.
func (s *story) ownersLost(t *testing.T) {
	t.Helper()
	for _, kind := range []string{"cronjob", "serviceaccount"} {
		kubectl(t, "patch", kind, "-n", customersNamespace, plansOf(hare), "--type=json", "-p",
			`[{"op":"remove","path":"/metadata/ownerReferences"}]`)
	}
	owner := s.customer(t, hare)
	took := await(t, func() string {
		account := &corev1.ServiceAccount{}
		must(t, s.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: plansOf(hare)}, account))
		cronJob := s.cronJob(t, hare, v1alpha1.ServiceFollowUpPlans)
		if metav1.IsControlledBy(cronJob, owner) && metav1.IsControlledBy(account, owner) {
			return ""
		}
		return "an owner of the hare's CronJob and ServiceAccount"
	})
	if diff := s.customerIs(t, hare, "True Delegated", "True Delegated")(); diff != "" {
		t.Error(diff)
	}
	t.Logf("objects without an owner were adopted after %s", seconds(took))
}

// containersOf returns the names of the containers of a Job's pod.
func (s *story) containersOf(t *testing.T, job string) string {
	t.Helper()
	var pods corev1.PodList
	must(t, s.List(t.Context(), &pods, client.InNamespace(customersNamespace),
		client.MatchingLabels{batchv1.JobNameLabel: job}))
	var names []string
	for _, pod := range pods.Items {
		for _, c := range pod.Spec.Containers {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, " ")
}
