package hrm

import (
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

func (h *Service) getTenants(w http.ResponseWriter, _ *http.Request) {
	admin.WriteJSON(w, h.Tenants())
}

func (h *Service) putTenant(w http.ResponseWriter, r *http.Request) {
	var registration TenantRegistration
	if err := admin.ReadJSON(w, r, &registration); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	registered := Tenant{
		Name: r.PathValue("tenant"), OrganizationNumber: registration.OrganizationNumber,
		Units: registration.Units,
	}
	if err := h.RegisterTenant(registered, registration.Token); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h *Service) deleteTenant(w http.ResponseWriter, r *http.Request) {
	if err := h.RemoveTenant(r.PathValue("tenant")); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
