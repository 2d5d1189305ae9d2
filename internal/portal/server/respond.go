package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/session"
)

// frame returns what every page has.
func (s *server) frame(r *http.Request, person *session.Session) page.Frame {
	f := page.Frame{Language: languageOf(r), Path: r.URL.RequestURI(), Now: s.Now(), HasLogin: s.Login != nil}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Path = "/"
	}
	if person != nil {
		f.Person = &page.Person{Name: person.Name}
	}
	return f
}

// languageOf returns the language that the person chose, or else the browser's.
func languageOf(r *http.Request) language.Language {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		return language.Of(cookie.Value, r.Header.Get("Accept-Language"))
	}
	return language.Of(r.Header.Get("Accept-Language"))
}

// render writes a page, or the page of an internal error if it cannot be rendered.
func (s *server) render(w http.ResponseWriter, r *http.Request, write func(io.Writer) error) {
	var body bytes.Buffer
	if err := write(&body); err != nil {
		s.fail(w, r, err)
		return
	}
	s.writePage(w, r, http.StatusOK, body.Bytes())
}

// writePage writes a page. To a browser that has it already, such as one that waits for news, it sends 304 Not
// Modified.
func (s *server) writePage(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(languageOf(r)))
	h.Add("Vary", "Accept-Language, Cookie")
	if status == http.StatusOK {
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
		h.Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// fail writes the page of an internal error and logs the error, which must have no data of people.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.Error("Cannot serve a page", "route", r.Pattern, "err", err)
	s.problem(w, r, page.ProblemInternal, nil)
}

// statuses are the HTTP statuses of problems.
var statuses = map[page.Problem]int{
	page.ProblemNotFound:         http.StatusNotFound,
	page.ProblemLinkInvalid:      http.StatusNotFound,
	page.ProblemNoRights:         http.StatusForbidden,
	page.ProblemAccessUnknown:    http.StatusServiceUnavailable,
	page.ProblemLoginDisabled:    http.StatusForbidden,
	page.ProblemLoginUnavailable: http.StatusServiceUnavailable,
	page.ProblemLoginFailed:      http.StatusBadRequest,
	page.ProblemLoginRefused:     http.StatusForbidden,
	page.ProblemTooManyGroups:    http.StatusForbidden,
	page.ProblemTooManyRequests:  http.StatusTooManyRequests,
	page.ProblemForeignForm:      http.StatusForbidden,
	page.ProblemBadRequest:       http.StatusBadRequest,
	page.ProblemCheckFailed:      http.StatusServiceUnavailable,
	page.ProblemInternal:         http.StatusInternalServerError,
}

// retryAfter is when to try again after problems that end by themselves.
const retryAfter = 30 * time.Second

// problem writes the page of a problem.
func (s *server) problem(w http.ResponseWriter, r *http.Request, p page.Problem, person *session.Session) {
	retry := time.Duration(0)
	if statuses[p] == http.StatusServiceUnavailable {
		retry = retryAfter
	}
	s.problemLater(w, r, p, person, retry)
}

// problemLater writes the page of a problem that may be over after some time, 0 if that is not known.
func (s *server) problemLater(
	w http.ResponseWriter, r *http.Request, p page.Problem, person *session.Session, retry time.Duration,
) {
	if retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
	}
	var body bytes.Buffer
	d := page.ErrorData{Frame: s.frame(r, person), Problem: p, Retry: retry}
	if err := s.Pages.Error(&body, d); err != nil {
		s.Log.Error("Cannot render the page of a problem", "problem", string(p), "err", err)
		http.Error(w, string(p), statuses[p])
		return
	}
	s.writePage(w, r, statuses[p], body.Bytes())
}
