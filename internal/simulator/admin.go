package simulator

import (
	"cmp"
	"fmt"
	"net/http"
)

// Admin serves the API with which people, the demo and tests arrange the simulator. Every body is JSON; errors are [Problem].
//
//	GET, PUT     /clients/{clientID}                         a [Client]
//	GET          /certificate-authorities                    a list of [CertificateAuthority]
//	PUT, DELETE  /certificate-authorities/{name}             trust one, by a [CertificateAuthority], and distrust it
//	GET          /delegations                                a list of [Delegation]
//	PUT, DELETE  /delegations/{consumer}/{supplier}?scope=…  delegate and withdraw; default scope: [FollowUpPlanScope]
//	GET          /scopes                                     a list of [Scope]
//	PUT          /scopes/{name}                              a [Scope]
//	GET          /altinn/systems                             a list of [System]
//	GET, PUT     /altinn/systems/{systemID}                  a [System]
//	DELETE       /altinn/systems/{systemID}                  remove it with its users and requests
//	GET          /altinn/requests                            a list of [SystemUserRequest]
//	POST         /altinn/requests/{target}/{decision}        approve, reject, deny, escalate or time-out, by request id or organization
//	GET          /altinn/system-users                        a list of [SystemUser]
//	POST         /altinn/system-users                        create one by hand, from a [SystemUser]
//	DELETE       /altinn/system-users/{target}               withdraw, by id or organization; answers a list of [SystemUser]
//	GET          /altinn/unknown-organizations               a list of organization numbers
//	PUT, DELETE  /altinn/unknown-organizations/{number}      have Altinn not know an organization, and know it again
//	GET          /hrm/tenants                                a list of [Tenant]
//	PUT, DELETE  /hrm/tenants/{tenant}                       register with a [TenantRegistration], and remove
//	GET          /hrm/tenants/{tenant}/plans                 a list of [PlanView]
//	PUT          /hrm/tenants/{tenant}/plans/{plan}          finish a plan, the body
//	PUT          /hrm/tenants/{tenant}/plans/{plan}/fate     settle an unknown plan, by a [Fate]
//	GET          /hrm/tenants/{tenant}/documents             a list of [DocumentView]
//	GET          /hrm/tenants/{tenant}/documents/{unit}/{kind}/{id}  a Document of the contract for HRM solutions
//	GET          /hrm/tenants/{tenant}/cursors               a list of [CursorView]
//	PUT          /hrm/tenants/{tenant}/pdfs                  want PDFs
//	POST         /nav/employments                            an [Employment]
//	POST         /nav/sick-notes                             a [SickNote], sent to an employer
//	GET          /nav/plans                                  a list of [StoredPlan]
//	PUT          /nav/units/{unit}                           whose it is, a [UnitRegistration]
//	GET          /nav/units/{unit}/{kind}                    a list of [SickPayRow]
//	POST         /nav/units/{unit}/{kind}?…                  receive documents: count, seed, late, not-for-employer, id; the last [SickPayRow]
//	POST         /nav/documents/{kind}/{id}/show             make a document visible that is late; a [SickPayRow]
//	POST         /nav/documents/{kind}/{id}/renumber         give a document a new number; a [SickPayRow]
//	GET, PUT     /faults                                     [Faults], all at once
//	DELETE       /faults                                     repair everything
//	GET, DELETE  /requests                                   a [RequestReport], and forget it
//	POST         /signing-key                                rotate the key that access tokens are signed with
//	GET          /healthz                                    is the simulator up?
func (s *Simulator) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /clients/{clientID}", s.getClient)
	mux.HandleFunc("PUT /clients/{clientID}", s.putClient)
	mux.HandleFunc("GET /delegations", s.getDelegations)
	mux.HandleFunc("PUT /delegations/{consumer}/{supplier}", changeDelegation(s.Delegate))
	mux.HandleFunc("DELETE /delegations/{consumer}/{supplier}", changeDelegation(s.Withdraw))
	mux.HandleFunc("GET /certificate-authorities", s.getAuthorities)
	mux.HandleFunc("PUT /certificate-authorities/{name}", s.putAuthority)
	mux.HandleFunc("DELETE /certificate-authorities/{name}", s.deleteAuthority)
	s.addAltinnAdmin(mux)
	s.addHRMAdmin(mux)
	s.addNAVAdmin(mux)
	mux.HandleFunc("GET /scopes", s.getScopes)
	mux.HandleFunc("PUT /scopes/{name...}", s.putScope)
	mux.HandleFunc("GET /hrm/tenants", s.getTenants)
	mux.HandleFunc("PUT /hrm/tenants/{tenant}", s.putTenant)
	mux.HandleFunc("DELETE /hrm/tenants/{tenant}", s.deleteTenant)
	mux.HandleFunc("GET /faults", s.getFaults)
	mux.HandleFunc("PUT /faults", s.putFaults)
	mux.HandleFunc("DELETE /faults", s.deleteFaults)
	mux.HandleFunc("GET /requests", s.getRequests)
	mux.HandleFunc("DELETE /requests", s.deleteRequests)
	mux.HandleFunc("POST /signing-key", s.postSigningKey)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"status": "ok"})
	})
	return mux
}

func (s *Simulator) getClient(w http.ResponseWriter, r *http.Request) {
	client, known := s.Client(r.PathValue("clientID"))
	if !known {
		writeProblem(w, http.StatusNotFound, fmt.Sprintf("client %q is not registered", r.PathValue("clientID")))
		return
	}
	writeJSON(w, client)
}

func (s *Simulator) putClient(w http.ResponseWriter, r *http.Request) {
	var client Client
	if err := readJSON(w, r, &client); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	named := r.PathValue("clientID")
	if cmp.Or(client.ClientID, named) != named {
		writeProblem(w, http.StatusBadRequest, fmt.Sprintf("the body is about client %q, the path about %q", client.ClientID, named))
		return
	}
	client.ClientID = named
	if err := s.RegisterClient(client); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	s.getClient(w, r)
}

func (s *Simulator) getDelegations(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.Delegations())
}

func changeDelegation(change func(consumer, supplier, scope string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		scope := cmp.Or(r.URL.Query().Get("scope"), FollowUpPlanScope)
		if err := change(r.PathValue("consumer"), r.PathValue("supplier"), scope); err != nil {
			writeProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Simulator) getScopes(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.Scopes())
}

func (s *Simulator) putScope(w http.ResponseWriter, r *http.Request) {
	var scope Scope
	if err := readJSON(w, r, &scope); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	named := r.PathValue("name")
	if cmp.Or(scope.Name, named) != named {
		writeProblem(w, http.StatusBadRequest, fmt.Sprintf("the body is about scope %q, the path about %q", scope.Name, named))
		return
	}
	scope.Name = named
	if err := s.RegisterScope(scope); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) getFaults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.Faults())
}

func (s *Simulator) putFaults(w http.ResponseWriter, r *http.Request) {
	var faults Faults
	if err := readJSON(w, r, &faults); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := s.SetFaults(faults); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	s.getFaults(w, r)
}

func (s *Simulator) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	if err := s.SetFaults(Faults{}); err != nil {
		writeProblem(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) getRequests(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.Requests())
}

func (s *Simulator) deleteRequests(w http.ResponseWriter, _ *http.Request) {
	s.ResetRequests()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) postSigningKey(w http.ResponseWriter, _ *http.Request) {
	if err := s.RotateSigningKey(); err != nil {
		writeProblem(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
