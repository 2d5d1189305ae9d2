package session

import (
	"net/http"
	"time"
)

// Session is a person who is logged in.
type Session struct {
	// Username and Groups are the person's for Kubernetes.
	Username string   `json:"u"`
	Groups   []string `json:"g,omitempty"`
	// Name is for people.
	Name string `json:"n,omitempty"`
	// Expires is when the person has to log in again.
	Expires time.Time `json:"e"`
}

// Sessions keeps sessions in cookies.
type Sessions struct {
	jar      *Jar
	lifetime time.Duration
	now      func() time.Time
}

// New returns Sessions that last for lifetime.
func New(keys func() Keys, secure bool, lifetime time.Duration, now func() time.Time) *Sessions {
	return &Sessions{jar: NewJar("portal-session", ForSession, secure, keys), lifetime: lifetime, now: now}
}

// Begin begins a session. It returns ErrTooLarge if the groups do not fit into cookies.
func (s *Sessions) Begin(w http.ResponseWriter, session Session) error {
	session.Expires = s.now().Add(s.lifetime)
	return s.jar.Put(w, session, s.lifetime)
}

// Of returns the session of a request, nil if it has no valid one.
func (s *Sessions) Of(r *http.Request) *Session {
	var found Session
	if err := s.jar.Get(r, &found); err != nil || found.Username == "" || !s.now().Before(found.Expires) {
		return nil
	}
	return &found
}

// End ends the session of the browser.
func (s *Sessions) End(w http.ResponseWriter) { s.jar.Clear(w) }
