package simulator

import (
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// Admin serves the API with which people, the demo and tests arrange the simulator. Every body is JSON; errors are
// [admin.Problem].
//
//	GET, PUT     /clients/{clientID}                         a [maskinporten.Client]
//	GET          /certificate-authorities                    a list of [maskinporten.CertificateAuthority]
//	PUT, DELETE  /certificate-authorities/{name}             trust one, by a [maskinporten.CertificateAuthority], and distrust it
//	GET          /delegations                                a list of [maskinporten.Delegation]
//	PUT, DELETE  /delegations/{consumer}/{supplier}?scope=…  delegate and withdraw; default scope: [accesstoken.FollowUpPlanScope]
//	GET          /scopes                                     a list of [maskinporten.Scope]
//	PUT          /scopes/{name}                              a [maskinporten.Scope]
//	GET          /altinn/systems                             a list of [altinn.System]
//	GET, PUT     /altinn/systems/{systemID}                  a [altinn.System]
//	DELETE       /altinn/systems/{systemID}                  remove it with its users and requests
//	GET          /altinn/requests                            a list of [altinn.SystemUserRequest]
//	POST         /altinn/requests/{target}/{decision}        approve, reject, deny, escalate or time-out, by request id or organization
//	GET          /altinn/system-users                        a list of [altinn.SystemUser]
//	POST         /altinn/system-users                        create one by hand, from a [altinn.SystemUser]
//	DELETE       /altinn/system-users/{target}               withdraw, by id or organization; returns a list of [altinn.SystemUser]
//	PUT, DELETE  /altinn/system-users/{target}/clients/{client}  add a client to an agent system user, and remove it
//	GET          /altinn/unknown-organizations               a list of organization numbers
//	PUT, DELETE  /altinn/unknown-organizations/{number}      make an organization unknown to Altinn, and known again
//	GET          /hrm/tenants                                a list of [hrm.Tenant]
//	PUT, DELETE  /hrm/tenants/{tenant}                       register with a [hrm.TenantRegistration], and remove
//	GET          /hrm/tenants/{tenant}/plans                 a list of [hrm.PlanView]
//	PUT          /hrm/tenants/{tenant}/plans/{plan}          finish a plan, the body
//	PUT          /hrm/tenants/{tenant}/plans/{plan}/fate     settle an unknown plan, by a [hrm.Fate]
//	PUT          /hrm/tenants/{tenant}/plans/{plan}/decision decide on a refused plan, by a [hrm.PlanDecision]
//	GET          /hrm/tenants/{tenant}/documents             a list of [hrm.DocumentView]
//	GET          /hrm/tenants/{tenant}/documents/{unit}/{kind}/{id}  a Document of the contract for HRM systems
//	GET          /hrm/tenants/{tenant}/cursors               a list of [hrm.CursorView]
//	PUT          /hrm/tenants/{tenant}/pdfs                  want PDFs
//	GET          /hrm/tenants/{tenant}/letters               a list of [hrm.LetterView]
//	POST         /nav/employments                            an [navplans.Employment]
//	POST         /nav/sick-notes                             a [navplans.SickNote], sent to an employer
//	DELETE       /nav/sick-notes                             withdraw sick notes, by a [navplans.SickNoteWithdrawal]
//	GET          /nav/plans                                  a list of [navplans.StoredPlan]
//	PUT          /nav/units/{unit}                           register its employer, a [navsickpay.UnitRegistration]
//	GET          /nav/units/{unit}/{kind}                    a list of [navsickpay.Row]
//	POST         /nav/units/{unit}/{kind}?…                  receive documents: count, seed, late, not-for-employer, id; the last [navsickpay.Row]
//	POST         /nav/documents/{kind}/{id}/show             make a late document visible; a [navsickpay.Row]
//	POST         /nav/documents/{kind}/{id}/renumber         renumber a document; a [navsickpay.Row]
//	GET          /nav/letters/{unit}/{type}                  a list of [navletters.Letter], of a type of NAV's
//	POST         /nav/letters/{unit}/{type}?…                send letters: count, late, same-time, status; a list of [navletters.Letter]
//	PUT          /nav/letters/{id}/withdraw                  withdraw a letter; a [navletters.Letter]
//	PUT          /nav/letters/{id}/read                      read a letter as a person does; a [navletters.Letter]
//	PUT          /nav/letters/{id}/show                      make a late letter visible; a [navletters.Letter]
//	GET          /nav/reports/{organization}                 a list of [navreports.Report]
//	POST         /nav/reports/{organization}?…               make settlement reports: count, type, value-date; a list of [navreports.Report]
//	PUT          /nav/reports/{id}/archive                   archive a report as a person does; a [navreports.Report]
//	GET          /register/units                             a list of [enhetsregisteret.Unit]
//	PUT, DELETE  /register/units/{number}                    register an [enhetsregisteret.Unit], and forget it
//	GET          /registrations                              a list of [registrations.Registration]
//	GET, PUT     /faults                                     [Faults], all at once
//	DELETE       /faults                                     repair everything
//	GET, DELETE  /requests                                   a [wire.RequestReport], and forget it
//	POST         /signing-key                                rotate the key that access tokens are signed with
//	GET          /healthz                                    whether the simulator is up
func (w *World) Admin() http.Handler {
	mux := http.NewServeMux()
	for _, service := range []interface{ AddAdmin(*http.ServeMux) }{
		w.Maskinporten, w.Altinn, w.NAVPlans, w.SickPay, w.Letters, w.Reports,
		w.HRM, w.Register, w.Registrations,
	} {
		service.AddAdmin(mux)
	}
	mux.HandleFunc("GET /faults", w.getFaults)
	mux.HandleFunc("PUT /faults", w.putFaults)
	mux.HandleFunc("DELETE /faults", w.deleteFaults)
	mux.HandleFunc("GET /requests", w.getRequests)
	mux.HandleFunc("DELETE /requests", w.deleteRequests)
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) {
		admin.WriteJSON(rw, map[string]string{"status": "ok"})
	})
	return mux
}

func (w *World) getFaults(rw http.ResponseWriter, _ *http.Request) {
	admin.WriteJSON(rw, w.Faults())
}

func (w *World) putFaults(rw http.ResponseWriter, r *http.Request) {
	var faults Faults
	if err := admin.ReadJSON(rw, r, &faults); err != nil {
		admin.WriteProblem(rw, http.StatusBadRequest, err.Error())
		return
	}
	if err := w.SetFaults(faults); err != nil {
		admin.WriteProblem(rw, http.StatusBadRequest, err.Error())
		return
	}
	w.getFaults(rw, r)
}

func (w *World) deleteFaults(rw http.ResponseWriter, _ *http.Request) {
	if err := w.SetFaults(Faults{}); err != nil {
		admin.WriteProblem(rw, http.StatusInternalServerError, err.Error())
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

func (w *World) getRequests(rw http.ResponseWriter, _ *http.Request) {
	admin.WriteJSON(rw, w.Recorder.Report())
}

func (w *World) deleteRequests(rw http.ResponseWriter, _ *http.Request) {
	w.Recorder.Reset()
	rw.WriteHeader(http.StatusNoContent)
}
