package navreports

import (
	"net/http"
	"strconv"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// maxAdded is how many reports can be added at once.
const maxAdded = 10_000

// AddAdmin adds the part of the admin API that arranges settlement reports.
func (s *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /nav/reports/{organization}", func(w http.ResponseWriter, r *http.Request) {
		admin.WriteJSON(w, s.Reports(r.PathValue("organization")))
	})
	mux.HandleFunc("POST /nav/reports/{organization}", s.postReports)
	mux.HandleFunc("PUT /nav/reports/{id}/archive", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // 0 is no report's
		report, err := s.Archive(id)
		if err != nil {
			admin.WriteProblem(w, http.StatusNotFound, err.Error())
			return
		}
		admin.WriteJSON(w, report)
	})
}

// postReports adds reports by the parameters count, type and value-date, and returns them.
func (s *Service) postReports(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	count := 1
	if text := query.Get("count"); text != "" {
		count, _ = strconv.Atoi(text) // 0 is refused
	}
	if count < 1 || count > maxAdded {
		admin.WriteProblem(w, http.StatusBadRequest, "count is a number from 1 to "+strconv.Itoa(maxAdded))
		return
	}
	added := make([]Report, 0, count)
	for range count {
		one, err := s.Add(Report{
			Organization: r.PathValue("organization"), Type: query.Get("type"), ValueDate: query.Get("value-date"),
		})
		if err != nil {
			admin.WriteProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		added = append(added, one)
	}
	admin.WriteJSON(w, added)
}
