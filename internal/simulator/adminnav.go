package simulator

import "net/http"

// addNAVAdmin adds what is arranged at NAV, and NAV's own view of it.
func (s *Simulator) addNAVAdmin(mux *http.ServeMux) {
	mux.HandleFunc("POST /nav/employments", register(s.RegisterEmployment))
	mux.HandleFunc("POST /nav/sick-notes", register(s.RegisterSickNote))
	mux.HandleFunc("DELETE /nav/sick-notes", register(s.WithdrawSickNotes))
	mux.HandleFunc("GET /nav/plans", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Plans()) })
	s.addSickPayAdmin(mux)
}

// register takes a document and has it registered.
func register[T any](do func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var document T
		err := readJSON(w, r, &document)
		if err == nil {
			err = do(document)
		}
		if err != nil {
			writeProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
