package enhetsregisteret

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// AddAdmin adds the part of the admin API that registers organizations.
func (s *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /register/units", func(w http.ResponseWriter, _ *http.Request) {
		admin.WriteJSON(w, s.Units())
	})
	mux.HandleFunc("PUT /register/units/{number}", func(w http.ResponseWriter, r *http.Request) {
		admin.Register(func(u Unit) error {
			u.Number = cmp.Or(u.Number, r.PathValue("number"))
			if u.Number != r.PathValue("number") {
				return fmt.Errorf("the body is about %s, the path about %s", u.Number, r.PathValue("number"))
			}
			return s.Register(u)
		})(w, r)
	})
	mux.HandleFunc("DELETE /register/units/{number}", func(w http.ResponseWriter, r *http.Request) {
		s.Forget(r.PathValue("number"))
		w.WriteHeader(http.StatusNoContent)
	})
}
