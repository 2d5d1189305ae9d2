//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/registrations"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	// registrar is a Supplier of services of its own, with the bear as its only customer.
	registrar = "test/e2e/registrar.yaml"
	// pythonRegistration is the service whose worker is the example in Python.
	pythonRegistration v1alpha1.ServiceName = "PythonRegistration"
)

// customServices follows services that a Supplier declares itself, with the examples in Go, Python and shell as
// workers: declared, verified, the first job of each with a token of its own, reported, withdrawn during a run, and the
// pod gone.
func (s *story) customServices(t *testing.T) {
	s.registersScope(t)
	kubectl(t, "apply", "-f", registrar)
	await(t, s.customerIs(t, bear, "False AwaitingDelegation", "False NotDelegated"))
	s.lineIs(t, bear, "False AwaitingDelegation False Customer (age) NotSyncing (age)")

	s.maskinporten.call(t, http.MethodPut, registrationDelegation(), nil, nil)
	took := await(t, s.customerIs(t, bear, "True Delegated", "True Delegated"))
	ran := await(t, s.synced(t, bear))
	t.Logf("the delegation was detected after %s, and all workers had run %s later", seconds(took), seconds(ran))
	s.lineIs(t, bear, "True Delegated True SyncSucceeded (age) (age)")
	s.registeredOnce(t, "go-1", "go-2", "python-1", "python-2", "shell-1", "shell-2")
	s.checkRun(t, bear)

	s.maskinporten.set(t, simulator.Faults{
		Registrations: simwire.Faults{Latency: simwire.Duration(25 * time.Second)},
	})
	pod := s.runningPodOf(t, naming.Child(bear.name, pythonRegistration), "bear-by-hand")
	s.maskinporten.call(t, http.MethodDelete, registrationDelegation(), nil, nil)
	took = await(t, s.customerIs(t, bear, "False DelegationWithdrawn", "False DelegationWithdrawn"))
	gone := await(t, func() string {
		if err := s.Get(t.Context(), client.ObjectKeyFromObject(pod), &corev1.Pod{}); err != nil &&
			client.IgnoreNotFound(err) == nil {
			return ""
		}
		return "the bear's pod to be deleted"
	})
	t.Logf("the withdrawal was detected after %s, the pod was deleted %s later", seconds(took), seconds(gone))
	s.maskinporten.repair(t)
	s.lineIs(t, bear, "False DelegationWithdrawn False Supplier (age) NotSyncing (age) (age)")

	kubectl(t, "delete", "-f", registrar)
	await(t, s.nothingOf(t, bear))
}

// registersScope registers the scope of the services at Maskinporten, and adds it to the supplier's client.
func (s *story) registersScope(t *testing.T) {
	t.Helper()
	s.maskinporten.call(t, http.MethodPut, "/scopes/"+accesstoken.RegistrationScope, simmaskinporten.Scope{
		AccessibleForAll: true, DelegationSource: "altinn", TokenLifetime: simwire.Duration(2 * time.Minute),
	}, nil)
	supplier := s.maskinporten.registered(t)
	supplier.Scopes = append(supplier.Scopes, accesstoken.RegistrationScope)
	s.maskinporten.call(t, http.MethodPut, "/clients/"+url.PathEscape(clientID), supplier, nil)
}

// registrationDelegation is the path of the bear's delegation at the simulator.
func registrationDelegation() string {
	return "/delegations/" + bear.number + "/" + supplierNumber +
		"?scope=" + url.QueryEscape(accesstoken.RegistrationScope)
}

// lineIs waits until kubectl get shows a customer's line, after its name and number.
func (s *story) lineIs(t *testing.T, p party, want string) {
	t.Helper()
	await(t, func() string {
		lines := s.columns(t, "get", "cint", p.name, "-n", customersNamespace)
		return cmp.Diff(p.name+" "+p.number+" "+want, lines[len(lines)-1])
	})
}

// registeredOnce verifies that the API has each item of the bear's once.
func (s *story) registeredOnce(t *testing.T, items ...string) {
	t.Helper()
	var all []registrations.Registration
	s.maskinporten.call(t, http.MethodGet, "/registrations", nil, &all)
	var got []string
	for _, r := range all {
		if r.Organization != bear.number || r.Supplier != supplierNumber || r.Times != 1 {
			t.Errorf("registered: %+v", r)
		}
		got = append(got, r.Reference)
	}
	slices.Sort(got)
	if diff := cmp.Diff(items, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}
