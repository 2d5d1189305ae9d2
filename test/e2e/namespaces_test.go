//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// namespaces verifies that a namespace must be listed both in the manager's --namespaces and in the Supplier's
// allowedNamespaces. It creates the stranger, a customer in a namespace that is not in the former.
func (s *story) namespaces(t *testing.T) {
	s.stranger = &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Name: "stranger", Namespace: strangersNamespace},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: "313550028",
			Services:           []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "http://hrm.simulator.svc/stranger",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "stranger-hrm"},
			},
		},
	}
	must(t, s.Create(t.Context(), s.stranger))
	s.maskinporten.forgetRequests(t)

	s.allow(t, strangersNamespace)
	for _, p := range []party{tiger, wolf, elk} {
		await(t, s.customerIs(t, p, "False SupplierNotAllowed", "Unknown SupplierNotAllowed"))
	}
	if state := s.customer(t, wolf).Status.Services[0].Authorization.State; state != v1alpha1.AuthorizationGranted {
		t.Errorf("the wolf's access is %s while it is not allowed: the last verified state is lost", state)
	}

	s.allow(t, customersNamespace)
	back := await(t, s.customerIs(t, wolf, "True Delegated", "True Delegated"))
	await(t, s.customerIs(t, tiger, "True Delegated", "True Delegated"))
	await(t, s.customerIs(t, elk, "False AwaitingDelegation", "False NotDelegated"))
	await(t, s.customerIs(t, hare, "True Delegated", "True Delegated"))
	t.Logf("allowed again: verified after %s", seconds(back))
}

// strangerLeftAlone verifies that nothing was done for the customer in another namespace.
func (s *story) strangerLeftAlone(t *testing.T) {
	s.awaitChecks(t, 2, wolf) // the stranger would have been due
	var found v1alpha1.CustomerIntegration
	must(t, s.Get(t.Context(), client.ObjectKeyFromObject(s.stranger), &found))
	if diff := cmp.Diff(s.stranger, &found); diff != "" {
		t.Errorf("a customer outside --namespaces was written (-created +now):\n%s", diff)
	}
	if n := s.maskinporten.asked(t, string(s.stranger.Spec.OrganizationNumber)); n != 0 {
		t.Errorf("%d requests for a customer outside --namespaces", n)
	}
	if out := kubectl(t, "get", "events,cronjobs,jobs,pods", "-n", strangersNamespace, "-o", "name"); out != "" {
		t.Errorf("objects outside --namespaces: %s", out)
	}
}

// allow sets the only allowed namespace of the Supplier.
func (s *story) allow(t *testing.T, namespace string) {
	t.Helper()
	kubectl(t, "patch", "supplier", supplierName, "--type=merge", "-p",
		fmt.Sprintf(`{"spec":{"allowedNamespaces":[%q]}}`, namespace))
}
