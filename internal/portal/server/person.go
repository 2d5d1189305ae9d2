package server

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/4human/integration-operator/internal/portal/access"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/session"
)

// viewer is a person who is logged in and may see the customers of some namespaces.
type viewer struct {
	*session.Session

	namespaces []string
}

// maySee reports whether the person may see the customers of a namespace.
func (p *viewer) maySee(namespace string) bool { return slices.Contains(p.namespaces, namespace) }

// withLogin serves a page only if the portal has a login.
func (s *server) withLogin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.Login == nil {
			s.problem(w, r, page.ProblemLoginDisabled, nil)
			return
		}
		next(w, r)
	}
}

// forPerson serves a page to a person who is logged in and may see customers. If Kubernetes does not say what the
// person may see, nothing is shown.
func (s *server) forPerson(next func(http.ResponseWriter, *http.Request, *viewer)) http.HandlerFunc {
	return s.withLogin(func(w http.ResponseWriter, r *http.Request) {
		person := s.Login.Sessions.Of(r)
		if person == nil {
			http.Redirect(w, r, loginPath(r), http.StatusSeeOther)
			return
		}
		who := access.Person{Username: person.Username, Groups: person.Groups}
		namespaces, err := s.Login.Access.Namespaces(r.Context(), who)
		if err != nil {
			s.Log.Error("Cannot find out what a person may see", "err", err)
			s.problem(w, r, page.ProblemAccessUnknown, person)
			return
		}
		if len(namespaces) == 0 {
			s.problem(w, r, page.ProblemNoRights, person)
			return
		}
		next(w, r, &viewer{Session: person, namespaces: namespaces})
	})
}

// loginPath returns the path of the login that comes back to a request's page.
func loginPath(r *http.Request) string {
	back := "/"
	if r.Method == http.MethodGet {
		back = r.URL.RequestURI()
	}
	if back == "/" {
		return "/login"
	}
	return "/login?" + url.Values{"return": {back}}.Encode()
}
