//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// keySecret is the Secret of the private key, keyEntry its key.
const (
	keySecret = "maskinporten-key"
	keyEntry  = "key.jwk"
)

// installed verifies what hack/e2e.sh has installed: config/simulator, config/default with the portal, and the key.
func (s *story) installed(t *testing.T) {
	s.rolledOut(t, systemNamespace, operatorName, 2)
	s.rolledOut(t, systemNamespace, portalName, 2)
	s.rolledOut(t, simulatorNamespace, "simulator", 1)
	for _, pod := range slices.Concat(s.managers(t), s.portals(t)) {
		if restarts := restartsOf(&pod); restarts != 0 {
			t.Errorf("%s was restarted %d times", pod.Name, restarts)
		}
	}
	s.awaitLeader(t, "")

	for _, namespace := range []string{systemNamespace, simulatorNamespace} {
		s.enforcesRestricted(t, namespace)
	}
	s.keyIsRegistered(t)
}

// rolledOut waits until a Deployment's rollout is complete.
func (s *story) rolledOut(t *testing.T, namespace, name string, replicas int32) {
	t.Helper()
	await(t, func() string {
		var d appsv1.Deployment
		must(t, s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &d))
		status := d.Status
		if status.ObservedGeneration == d.Generation && status.UpdatedReplicas == replicas &&
			status.AvailableReplicas == replicas && status.Replicas == replicas {
			return ""
		}
		return fmt.Sprintf("%d replicas of %s: %+v", replicas, name, status)
	})
}

// managers returns the manager's two pods, which are ready.
func (s *story) managers(t *testing.T) []corev1.Pod {
	t.Helper()
	return s.bothReady(t, operatorName)
}

// portals returns the portal's two pods, which are ready.
func (s *story) portals(t *testing.T) []corev1.Pod {
	t.Helper()
	return s.bothReady(t, portalName)
}

func (s *story) bothReady(t *testing.T, name string) []corev1.Pod {
	t.Helper()
	var pods corev1.PodList
	await(t, func() string {
		must(t, s.List(t.Context(), &pods, client.InNamespace(systemNamespace),
			client.MatchingLabels{"app.kubernetes.io/name": name}))
		ready := 0
		for i := range pods.Items {
			if isReady(&pods.Items[i]) {
				ready++
			}
		}
		if ready == 2 && len(pods.Items) == 2 {
			return ""
		}
		return fmt.Sprintf("two pods of %s, both ready: %d of %d are", name, ready, len(pods.Items))
	})
	return pods.Items
}

func isReady(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp.IsZero() && slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func restartsOf(pod *corev1.Pod) int32 {
	var n int32
	for _, c := range pod.Status.ContainerStatuses {
		n += c.RestartCount
	}
	return n
}

// enforcesRestricted verifies that a namespace rejects pods that are not restricted.
func (s *story) enforcesRestricted(t *testing.T, namespace string) {
	t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "root", Namespace: namespace},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "root", Image: "localhost/busybox:dev"}}},
	}
	err := s.Create(t.Context(), pod, client.DryRunAll)
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `violates PodSecurity "restricted`) {
		t.Errorf("a pod that is not restricted, in namespace %s: %v, want it forbidden", namespace, err)
	}
	var pods corev1.PodList
	must(t, s.List(t.Context(), &pods, client.InNamespace(namespace)))
	if len(pods.Items) == 0 {
		t.Errorf("no pods in namespace %s", namespace)
	}
}

// keyIsRegistered verifies that Maskinporten has the public half of the Secret's key.
func (s *story) keyIsRegistered(t *testing.T) {
	t.Helper()
	private := s.privateKey(t)
	registered := s.maskinporten.registered(t)
	if registered.OrganizationNumber != supplierNumber || len(registered.JWKS.Keys) != 1 {
		t.Fatalf("registered for %s with %d keys", registered.OrganizationNumber, len(registered.JWKS.Keys))
	}
	public := registered.JWKS.Keys[0]
	if public.KeyID != private.KeyID || !public.IsPublic() || private.IsPublic() {
		t.Errorf("key %s is registered (public: %t), and the Secret has %s (public: %t)",
			public.KeyID, public.IsPublic(), private.KeyID, private.IsPublic())
	}
}

// keyData returns the key in its Secret.
func (s *story) keyData(t *testing.T) []byte {
	t.Helper()
	var secret corev1.Secret
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: systemNamespace, Name: keySecret}, &secret))
	return secret.Data[keyEntry]
}

func (s *story) privateKey(t *testing.T) jose.JSONWebKey {
	t.Helper()
	var key jose.JSONWebKey
	if err := json.Unmarshal(s.keyData(t), &key); err != nil {
		t.Fatalf("the Secret %s does not hold a JWK", keySecret)
	}
	return key
}
