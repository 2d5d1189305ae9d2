//go:build e2e

package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// customerDeleted deletes a customer, and verifies that no further request is sent for it.
func (s *story) customerDeleted(t *testing.T) {
	start := time.Now()
	kubectl(t, "delete", "customerintegration", elk.name, "-n", customersNamespace)
	t.Logf("the elk was deleted after %s", seconds(time.Since(start)))
	start = time.Now()
	kubectl(t, "delete", "customerintegration", tiger.name, "-n", customersNamespace)
	await(t, s.nothingOf(t, tiger))
	t.Logf("the tiger and its children were deleted after %s", seconds(time.Since(start)))
	s.awaitChecks(t, 1, wolf) // a request in flight has ended
	s.maskinporten.forgetRequests(t)
	s.awaitChecks(t, 2, wolf) // the elk and the tiger would have been due: all have the same interval
	if n := s.maskinporten.asked(t, elk.number); n != 0 {
		t.Errorf("%d requests for a deleted customer", n)
	}
}

// operatorDeleted deletes the operator and installs it again: no customer and no Secret is lost, and no link revoked.
func (s *story) operatorDeleted(t *testing.T) {
	before := s.customer(t, wolf).UID
	link := s.link(t, wolf)
	kubectl(t, "delete", "-k", installation)
	kubectl(t, "apply", "-k", installation)
	took := await(t, s.customerIs(t, wolf, "True Delegated", "True Delegated"))
	if after := s.customer(t, wolf).UID; after != before {
		t.Errorf("the wolf was %s and is %s", before, after)
	}
	for _, secret := range []client.ObjectKey{
		{Namespace: customersNamespace, Name: "wolf-hrm"},
		{Namespace: systemNamespace, Name: keySecret},
		{Namespace: systemNamespace, Name: portalName},
	} {
		must(t, s.Get(t.Context(), secret, &corev1.Secret{}))
	}
	for _, deployment := range []string{operatorName, portalName} {
		kubectl(t, "rollout", "status", "deployment/"+deployment, "-n", systemNamespace)
	}
	if status, _ := s.get(t, link, ""); status != http.StatusOK {
		t.Errorf("the wolf's link from before has the status %d", status)
	}
	t.Logf("installed again: verified after %s", seconds(took))
}

// namespaceDeleted deletes the namespace with all customers and the manager's rights in it, and installs it again.
func (s *story) namespaceDeleted(t *testing.T) {
	restarts := s.restarts(t)
	var credentials corev1.Secret
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: "wolf-hrm"}, &credentials))
	start := time.Now()
	kubectl(t, "delete", "namespace", customersNamespace)
	t.Logf("the namespace was deleted after %s", seconds(time.Since(start)))

	kubectl(t, "apply", "-k", "config/customer-namespace")
	kubectl(t, "apply", "-n", customersNamespace, "-f", "config/simulator/reach.yaml") // as hack/demo/on_cluster.sh does
	kubectl(t, "apply", "-k", installation)
	// Not the Supplier: that would end its monthly schedule, and the wolf's hourly run could start in a later step.
	kubectl(t, "apply", "-f", "config/samples/customers.yaml")
	// Their credentials were in the namespace.
	took := await(t, s.customerIs(t, wolf, "False HRMCredentialsMissing", "True Delegated"))
	await(t, s.customerIs(t, tiger, "False HRMCredentialsMissing", "True Delegated"))
	await(t, s.customerIs(t, elk, "False AwaitingDelegation", "False NotDelegated"))
	t.Logf("installed again: verified after %s", seconds(took))

	await(t, s.healthIs(t, wolf, "False HRMCredentialsMissing"))
	if reason := s.customer(t, wolf).Status.Services[0].Sync.LastRun.Reason; reason != "HRMCredentialsMissing" {
		t.Errorf("the wolf's credentials were deleted with the namespace, and its run failed with %s", reason)
	}
	again := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: credentials.Name, Namespace: customersNamespace},
		Data:       credentials.Data,
	}
	must(t, s.Create(t.Context(), again))
	s.runAgain(t, wolf, "with-credentials")
	if diff := cmp.Diff(restarts, s.restarts(t)); diff != "" {
		t.Errorf("managers were restarted (-before +after):\n%s", diff)
	}
}
