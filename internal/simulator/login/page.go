package login

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// cookieName is the cookie with who is logged in at the provider.
const cookieName = "simulated-login"

// sessionAge is how long a person is logged in at the provider, in seconds.
const sessionAge = 8 * 60 * 60

var peoplePage = template.Must(template.New("people").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated login</title>
<style>
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 3rem auto; padding: 0 1rem; }
button { font: inherit; width: 100%; padding: .75rem 1rem; margin: .25rem 0; text-align: left; cursor: pointer; }
small { opacity: .8; }
</style></head>
<body>
<h1>Simulated login</h1>
<p>Who are you? These people are invented, and need no password.</p>
<form method="post" action="/login">
<input type="hidden" name="id" value="{{.ID}}">
{{range .People}}<button name="person" value="{{.ID}}" id="{{.ID}}">{{.Name}}<br>
<small>{{if .Groups}}{{range $i, $g := .Groups}}{{if lt $i 3}}{{$g}} {{end}}{{end}}{{else}}no groups{{end}}</small>
</button>
{{end}}</form>
</body></html>
`))

// showPeople lets a person choose who to be. One who is logged in goes on at once.
func (s *Service) showPeople(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if cookie, err := r.Cookie(cookieName); err == nil && s.logIn(id, cookie.Value) {
		s.goOn(w, r, id)
		return
	}
	s.mu.Lock()
	data := struct {
		ID     string
		People []Person
	}{id, s.people}
	s.mu.Unlock()
	var body bytes.Buffer
	if err := peoplePage.Execute(&body, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body.Bytes())
}

// choose logs a person in.
func (s *Service) choose(w http.ResponseWriter, r *http.Request) {
	id, person := r.PostFormValue("id"), r.PostFormValue("person")
	if !s.logIn(id, person) {
		http.Error(w, "There is no such person, or the login was begun too long ago. Begin again.", http.StatusBadRequest)
		return
	}
	http.SetCookie(w, sessionCookie(person, sessionAge))
	s.goOn(w, r, id)
}

func (s *Service) goOn(w http.ResponseWriter, r *http.Request, id string) {
	address := op.AuthCallbackURL(s.provider)(op.ContextWithIssuer(r.Context(), s.options.Issuer), id)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// logIn finishes an authorization request. It returns false if there is none, or no such person.
func (s *Service) logIn(request, person string) bool {
	if _, ok := s.person(person); !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.requests[request]
	if !ok {
		return false
	}
	finished := *found
	finished.subject, finished.at = person, s.options.Now()
	s.requests[request] = &finished
	return true
}

func sessionCookie(value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // The simulator is served over http, too.
		Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
