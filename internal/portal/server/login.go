package server

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/portal/login"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/session"
)

const (
	signedOutPath  = "/signed-out"
	languageCookie = "portal-language"
	// languageAge is how long a chosen language is kept, in seconds.
	languageAge = 365 * 24 * 60 * 60
	// maxReturn bounds the path that is shown after the login, so that its cookie stays small.
	maxReturn = 1000
)

// beginLogin sends the browser to the login provider.
func (s *server) beginLogin(w http.ResponseWriter, r *http.Request) {
	back := localPath(r.URL.Query().Get("return"))
	if s.Login.Sessions.Of(r) != nil {
		http.Redirect(w, r, back, http.StatusSeeOther) //nolint:gosec // localPath has checked it.
		return
	}
	address, pending, err := s.Login.Provider.Begin(r.Context(), back)
	if err != nil {
		s.loginProblem(w, r, err)
		return
	}
	if err := s.Login.Pending.Put(w, pending, login.Lifetime); err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther) //nolint:gosec // The provider's address; the path is in a cookie.
}

// finishLogin begins a session when the provider has sent the browser back.
func (s *server) finishLogin(w http.ResponseWriter, r *http.Request) {
	var pending login.Pending
	if err := s.Login.Pending.Get(r, &pending); err != nil {
		s.loginProblem(w, r, login.ErrFailed)
		return
	}
	s.Login.Pending.Clear(w) // each login is finished once
	who, err := s.Login.Provider.Finish(r.Context(), pending, r.URL.Query())
	if err != nil {
		s.loginProblem(w, r, err)
		return
	}
	err = s.Login.Sessions.Begin(w, session.Session{Username: who.Username, Groups: who.Groups, Name: who.Name})
	if err != nil {
		s.loginProblem(w, r, err)
		return
	}
	s.Metrics.login("Succeeded")
	http.Redirect(w, r, localPath(pending.Return), http.StatusSeeOther)
}

// loginProblem writes the page of a login that failed.
func (s *server) loginProblem(w http.ResponseWriter, r *http.Request, err error) {
	problem := page.ProblemInternal
	switch {
	case errors.Is(err, login.ErrUnavailable):
		problem = page.ProblemLoginUnavailable
	case errors.Is(err, login.ErrFailed):
		problem = page.ProblemLoginFailed
	case errors.Is(err, login.ErrRefused), errors.Is(err, login.ErrNoUsername):
		problem = page.ProblemLoginRefused
	case errors.Is(err, login.ErrTooManyGroups), errors.Is(err, session.ErrTooLarge):
		problem = page.ProblemTooManyGroups
	}
	s.Log.Info("A login failed", "problem", string(problem), "err", err)
	s.Metrics.login(string(problem))
	s.problem(w, r, problem, nil)
}

// logOut ends the session, and the one at the provider if it can be ended.
func (s *server) logOut(w http.ResponseWriter, r *http.Request) {
	s.Login.Sessions.End(w)
	target := s.Login.Provider.LogoutURL(s.absolute(signedOutPath))
	if target == "" {
		target = signedOutPath
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// signedOut is the page after the logout.
func (s *server) signedOut(w http.ResponseWriter, r *http.Request) {
	d := page.SignedOutData{Frame: s.frame(r, nil)}
	s.render(w, r, func(to io.Writer) error { return s.Pages.SignedOut(to, d) })
}

// chooseLanguage keeps the language that a person chose and shows the page again.
func (s *server) chooseLanguage(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.problem(w, r, page.ProblemBadRequest, nil)
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure where the portal is served over https.
		Name: languageCookie, Value: string(language.Of(r.PostFormValue("language"))), Path: "/", MaxAge: languageAge,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, localPath(r.PostFormValue("return")), http.StatusSeeOther)
}

// localPath returns a path of the portal with its query, or "/" for anything else: a redirect never leaves the portal.
func localPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || len(text) > maxReturn ||
		!strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}
