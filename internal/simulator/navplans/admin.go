// Package navplans is NAV's simulated API for follow-up plans (navikt/lps-oppfolgingsplan-mottak on GitHub).
package navplans

import (
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// AddAdmin adds the part of the admin API that arranges NAV's registers, and shows its ledger.
func (n *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("POST /nav/employments", admin.Register(n.RegisterEmployment))
	mux.HandleFunc("POST /nav/sick-notes", admin.Register(n.RegisterSickNote))
	mux.HandleFunc("DELETE /nav/sick-notes", admin.Register(n.WithdrawSickNotes))
	mux.HandleFunc("GET /nav/plans", func(w http.ResponseWriter, _ *http.Request) { admin.WriteJSON(w, n.Plans()) })
}
