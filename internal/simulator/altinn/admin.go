package altinn

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// AddAdmin adds the part of the admin API that arranges Altinn and acts as its customers.
func (a *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /altinn/systems", func(w http.ResponseWriter, _ *http.Request) { admin.WriteJSON(w, a.Systems()) })
	mux.HandleFunc("GET /altinn/systems/{systemID}", a.getSystem)
	mux.HandleFunc("PUT /altinn/systems/{systemID}", a.putSystem)
	mux.HandleFunc("DELETE /altinn/systems/{systemID}", func(w http.ResponseWriter, r *http.Request) {
		a.RemoveSystem(r.PathValue("systemID"))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /altinn/requests",
		func(w http.ResponseWriter, _ *http.Request) { admin.WriteJSON(w, a.SystemUserRequests()) })
	for decision, decide := range map[string]func(string) (SystemUserRequest, error){
		"approve": a.ApproveRequest, "reject": a.RejectRequest, "deny": a.DenyRequest, "time-out": a.TimeOutRequest,
		"escalate": a.EscalateRequest,
	} {
		mux.HandleFunc("POST /altinn/requests/{target}/"+decision, settleRequest(decide))
	}
	mux.HandleFunc("GET /altinn/system-users",
		func(w http.ResponseWriter, _ *http.Request) { admin.WriteJSON(w, a.SystemUsers()) })
	mux.HandleFunc("POST /altinn/system-users", a.postSystemUser)
	mux.HandleFunc("DELETE /altinn/system-users/{target}", a.deleteSystemUser)
	mux.HandleFunc("PUT /altinn/system-users/{target}/clients/{client}", a.changeClient(a.AddClient))
	mux.HandleFunc("DELETE /altinn/system-users/{target}/clients/{client}", a.changeClient(a.RemoveClient))
	mux.HandleFunc("GET /altinn/unknown-organizations",
		func(w http.ResponseWriter, _ *http.Request) { admin.WriteJSON(w, a.UnknownOrganizations()) })
	mux.HandleFunc("PUT /altinn/unknown-organizations/{organization}", a.setUnknown(true))
	mux.HandleFunc("DELETE /altinn/unknown-organizations/{organization}", a.setUnknown(false))
}

func (a *Service) getSystem(w http.ResponseWriter, r *http.Request) {
	system, known := a.System(r.PathValue("systemID"))
	if !known {
		admin.WriteProblem(w, http.StatusNotFound, fmt.Sprintf("system %q is not registered", r.PathValue("systemID")))
		return
	}
	admin.WriteJSON(w, system)
}

func (a *Service) putSystem(w http.ResponseWriter, r *http.Request) {
	var system System
	if err := admin.ReadJSON(w, r, &system); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	named := r.PathValue("systemID")
	if cmp.Or(system.SystemID, named) != named {
		admin.WriteProblem(w, http.StatusBadRequest,
			fmt.Sprintf("the body is about system %q, the path about %q", system.SystemID, named))
		return
	}
	system.SystemID = named
	if err := a.RegisterSystem(system); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	a.getSystem(w, r)
}

func settleRequest(decide func(target string) (SystemUserRequest, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		request, err := decide(r.PathValue("target"))
		if err != nil {
			admin.WriteProblem(w, http.StatusConflict, err.Error())
			return
		}
		admin.WriteJSON(w, request)
	}
}

func (a *Service) postSystemUser(w http.ResponseWriter, r *http.Request) {
	var user SystemUser
	if err := admin.ReadJSON(w, r, &user); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	created, err := a.CreateSystemUser(user)
	if err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	admin.WriteJSON(w, created)
}

func (a *Service) deleteSystemUser(w http.ResponseWriter, r *http.Request) {
	withdrawn, err := a.WithdrawSystemUser(r.PathValue("target"))
	if err != nil {
		admin.WriteProblem(w, http.StatusNotFound, err.Error())
		return
	}
	admin.WriteJSON(w, withdrawn)
}

func (a *Service) changeClient(change func(target, client string) (SystemUser, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		changed, err := change(r.PathValue("target"), r.PathValue("client"))
		if err != nil {
			admin.WriteProblem(w, http.StatusConflict, err.Error())
			return
		}
		admin.WriteJSON(w, changed)
	}
}

func (a *Service) setUnknown(unknown bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := a.SetUnknownOrganization(r.PathValue("organization"), unknown); err != nil {
			admin.WriteProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
