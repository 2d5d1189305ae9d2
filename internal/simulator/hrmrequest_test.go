package simulator_test

import (
	"net/http"
	"testing"

	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
)

const (
	tenant      = "tiger"
	tenantToken = "aXQncyBhIHNlY3JldA=="
)

// registerTenant registers a tenant of the HRM system.
func (w *world) registerTenant(name, organizationNumber, token string) {
	w.t.Helper()
	w.must(w.sim.HRM.RegisterTenant(simhrm.Tenant{Name: name, OrganizationNumber: organizationNumber}, token))
}

func (w *world) hrmRequest(path string, authorization ...string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.hrm.URL+path, http.NoBody)
	w.must(err)
	for _, value := range authorization {
		request.Header.Add("Authorization", value)
	}
	return request
}

// askTenant requests the organization of a tenant.
func (w *world) askTenant(name, token string) reply {
	w.t.Helper()
	return w.mustSend(w.hrmRequest("/"+name+"/v1/organization", "Bearer "+token))
}

func checkOrganization(t *testing.T, reason, number string, got reply) {
	t.Helper()
	diff(t, reason, []any{200, "application/json", `{"organizationNumber":"` + number + `"}`},
		[]any{got.status, got.header.Get("Content-Type"), string(got.raw)})
}
