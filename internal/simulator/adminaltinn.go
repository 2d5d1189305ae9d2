package simulator

import (
	"cmp"
	"fmt"
	"net/http"
)

// addAltinnAdmin adds the part of the admin API that arranges Altinn and plays its customers.
func (s *Simulator) addAltinnAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /altinn/systems", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Systems()) })
	mux.HandleFunc("GET /altinn/systems/{systemID}", s.getSystem)
	mux.HandleFunc("PUT /altinn/systems/{systemID}", s.putSystem)
	mux.HandleFunc("DELETE /altinn/systems/{systemID}", func(w http.ResponseWriter, r *http.Request) {
		s.RemoveSystem(r.PathValue("systemID"))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /altinn/requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.SystemUserRequests()) })
	for decision, decide := range map[string]func(string) (SystemUserRequest, error){
		"approve": s.ApproveRequest, "reject": s.RejectRequest, "deny": s.DenyRequest, "time-out": s.TimeOutRequest,
		"escalate": s.EscalateRequest,
	} {
		mux.HandleFunc("POST /altinn/requests/{target}/"+decision, settleRequest(decide))
	}
	mux.HandleFunc("GET /altinn/system-users", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.SystemUsers()) })
	mux.HandleFunc("POST /altinn/system-users", s.postSystemUser)
	mux.HandleFunc("DELETE /altinn/system-users/{target}", s.deleteSystemUser)
	mux.HandleFunc("GET /altinn/unknown-organizations", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.UnknownOrganizations()) })
	mux.HandleFunc("PUT /altinn/unknown-organizations/{organization}", s.setUnknown(true))
	mux.HandleFunc("DELETE /altinn/unknown-organizations/{organization}", s.setUnknown(false))
}

func (s *Simulator) getSystem(w http.ResponseWriter, r *http.Request) {
	system, known := s.System(r.PathValue("systemID"))
	if !known {
		writeProblem(w, http.StatusNotFound, fmt.Sprintf("system %q is not registered", r.PathValue("systemID")))
		return
	}
	writeJSON(w, system)
}

func (s *Simulator) putSystem(w http.ResponseWriter, r *http.Request) {
	var system System
	if err := readJSON(w, r, &system); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	named := r.PathValue("systemID")
	if cmp.Or(system.SystemID, named) != named {
		writeProblem(w, http.StatusBadRequest, fmt.Sprintf("the body is about system %q, the path about %q", system.SystemID, named))
		return
	}
	system.SystemID = named
	if err := s.RegisterSystem(system); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	s.getSystem(w, r)
}

func settleRequest(decide func(target string) (SystemUserRequest, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		request, err := decide(r.PathValue("target"))
		if err != nil {
			writeProblem(w, http.StatusConflict, err.Error())
			return
		}
		writeJSON(w, request)
	}
}

func (s *Simulator) postSystemUser(w http.ResponseWriter, r *http.Request) {
	var user SystemUser
	if err := readJSON(w, r, &user); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	created, err := s.CreateSystemUser(user)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(w, created)
}

func (s *Simulator) deleteSystemUser(w http.ResponseWriter, r *http.Request) {
	withdrawn, err := s.WithdrawSystemUser(r.PathValue("target"))
	if err != nil {
		writeProblem(w, http.StatusNotFound, err.Error())
		return
	}
	writeJSON(w, withdrawn)
}

func (s *Simulator) setUnknown(unknown bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.SetUnknownOrganization(r.PathValue("organization"), unknown); err != nil {
			writeProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
