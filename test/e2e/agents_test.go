//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

// accountants is a Supplier that lets agents grant access, with the goat and the sheep as customers.
const accountants = "test/e2e/agents.yaml"

// goatsUnit is the goat's only sub-unit.
const goatsUnit = "312770016"

// agents follows access through an agent, an accountant. It approves one system user for both of its clients, adds
// them, and later removes the goat: the goat's jobs end, and the sheep keeps its access.
func (s *story) agents(t *testing.T) {
	const notes = 2
	s.hrmOfGoat(t, notes)
	kubectl(t, "apply", "-f", accountants)
	for _, client := range []party{goat, sheep} {
		await(t, s.customerIs(t, client, "False AwaitingApproval", "False AwaitingApproval"))
	}
	if requests := s.maskinporten.accessRequests(t, accountant); len(requests) != 1 || !requests[0].Agent {
		t.Fatalf("the agent has received %+v, want one request for an agent system user", requests)
	}

	s.maskinporten.approve(t, accountant)
	await(t, s.customerIs(t, goat, "False AwaitingClient", "False AwaitingClient"))
	s.lineIs(t, goat, "False AwaitingClient False Customer (age) NotSyncing (age)")

	s.maskinporten.addClient(t, accountant, goat)
	s.maskinporten.addClient(t, accountant, sheep)
	took := await(t, s.customerIs(t, goat, "True Delegated", "True Delegated"))
	ran := await(t, s.synced(t, goat))
	t.Logf("the client was detected after %s, and its first run had succeeded %s later", seconds(took), seconds(ran))
	s.lineIs(t, goat, "True Delegated True SyncSucceeded (age) (age)")
	await(t, s.customerIs(t, sheep, "True Delegated", "True Delegated"))
	s.hasNotes(t, notes)
	s.checkRun(t, goat)

	s.maskinporten.removeClient(t, accountant, goat)
	took = await(t, s.customerIs(t, goat, "False DelegationWithdrawn", "False DelegationWithdrawn"))
	await(t, s.suspended(t, goat, true, v1alpha1.ServiceSickNotes))
	t.Logf("the removal was detected after %s", seconds(took))
	s.lineIs(t, goat, "False DelegationWithdrawn False Supplier (age) NotSyncing (age) (age)")
	await(t, s.customerIs(t, sheep, "True Delegated", "True Delegated"))
	s.oneEventATransition(t, goat)

	kubectl(t, "delete", "-f", accountants)
	await(t, s.nothingOf(t, goat))
	s.maskinporten.deleteSystemUser(t, accountant)
}

// hrmOfGoat registers the goat's unit at NAV, which has sick notes for it, and a tenant of the HRM system, whose token
// is in the goat's Secret.
func (s *story) hrmOfGoat(t *testing.T, notes int) {
	t.Helper()
	unit := "/nav/units/" + goatsUnit
	s.maskinporten.call(t, http.MethodPut, unit, navsickpay.UnitRegistration{MainUnit: goat.number}, nil)
	s.maskinporten.call(t, http.MethodPost, fmt.Sprintf("%s/sick-notes?count=%d", unit, notes), nil, nil)
	token := rand.Text()
	s.maskinporten.call(t, http.MethodPut, "/hrm/tenants/goat",
		simhrm.TenantRegistration{OrganizationNumber: goat.number, Units: []string{goatsUnit}, Token: token}, nil)
	must(t, s.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "goat-hrm", Namespace: customersNamespace},
		StringData: map[string]string{"token": token},
	}))
}

// hasNotes verifies that the goat's HRM system has so many sick notes, all of its unit.
func (s *story) hasNotes(t *testing.T, want int) {
	t.Helper()
	var stored []simhrm.DocumentView
	s.maskinporten.call(t, http.MethodGet, "/hrm/tenants/goat/documents", nil, &stored)
	for _, d := range stored {
		if d.Unit != goatsUnit {
			t.Errorf("document %s is of unit %s, want %s", d.ID, d.Unit, goatsUnit)
		}
	}
	if len(stored) != want {
		t.Errorf("the HRM system has %d documents, want %d", len(stored), want)
	}
}
