package simulator

import "net/http"

func (s *Simulator) getTenants(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.Tenants())
}

func (s *Simulator) putTenant(w http.ResponseWriter, r *http.Request) {
	var registration TenantRegistration
	if err := readJSON(w, r, &registration); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	registered := Tenant{Name: r.PathValue("tenant"), OrganizationNumber: registration.OrganizationNumber, Units: registration.Units}
	if err := s.RegisterTenant(registered, registration.Token); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) deleteTenant(w http.ResponseWriter, r *http.Request) {
	if err := s.RemoveTenant(r.PathValue("tenant")); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
