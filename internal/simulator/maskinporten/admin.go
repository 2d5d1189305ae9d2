package maskinporten

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/admin"
)

// AddAdmin adds the part of the admin API that arranges Maskinporten.
func (s *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /clients/{clientID}", s.getClient)
	mux.HandleFunc("PUT /clients/{clientID}", s.putClient)
	mux.HandleFunc("GET /delegations", s.getDelegations)
	mux.HandleFunc("PUT /delegations/{consumer}/{supplier}", changeDelegation(s.Delegate))
	mux.HandleFunc("DELETE /delegations/{consumer}/{supplier}", changeDelegation(s.Withdraw))
	mux.HandleFunc("GET /certificate-authorities", s.getAuthorities)
	mux.HandleFunc("PUT /certificate-authorities/{name}", s.putAuthority)
	mux.HandleFunc("DELETE /certificate-authorities/{name}", s.deleteAuthority)
	mux.HandleFunc("GET /scopes", s.getScopes)
	mux.HandleFunc("PUT /scopes/{name...}", s.putScope)
	mux.HandleFunc("POST /signing-key", s.postSigningKey)
}

func (s *Service) getClient(w http.ResponseWriter, r *http.Request) {
	client, known := s.Client(r.PathValue("clientID"))
	if !known {
		admin.WriteProblem(w, http.StatusNotFound, fmt.Sprintf("client %q is not registered", r.PathValue("clientID")))
		return
	}
	admin.WriteJSON(w, client)
}

func (s *Service) putClient(w http.ResponseWriter, r *http.Request) {
	var client Client
	if err := admin.ReadJSON(w, r, &client); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	named := r.PathValue("clientID")
	if cmp.Or(client.ClientID, named) != named {
		admin.WriteProblem(w, http.StatusBadRequest,
			fmt.Sprintf("the body is about client %q, the path about %q", client.ClientID, named))
		return
	}
	client.ClientID = named
	if err := s.RegisterClient(client); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	s.getClient(w, r)
}

func (s *Service) getDelegations(w http.ResponseWriter, _ *http.Request) {
	admin.WriteJSON(w, s.Delegations())
}

func changeDelegation(change func(consumer, supplier, scope string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scope := cmp.Or(r.URL.Query().Get("scope"), accesstoken.FollowUpPlanScope)
		if err := change(r.PathValue("consumer"), r.PathValue("supplier"), scope); err != nil {
			admin.WriteProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Service) getScopes(w http.ResponseWriter, _ *http.Request) {
	admin.WriteJSON(w, s.Scopes())
}

func (s *Service) putScope(w http.ResponseWriter, r *http.Request) {
	var scope Scope
	if err := admin.ReadJSON(w, r, &scope); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	named := r.PathValue("name")
	if cmp.Or(scope.Name, named) != named {
		admin.WriteProblem(w, http.StatusBadRequest,
			fmt.Sprintf("the body is about scope %q, the path about %q", scope.Name, named))
		return
	}
	scope.Name = named
	if err := s.RegisterScope(scope); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Service) postSigningKey(w http.ResponseWriter, _ *http.Request) {
	if err := s.Tokens.Rotate(); err != nil {
		admin.WriteProblem(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
