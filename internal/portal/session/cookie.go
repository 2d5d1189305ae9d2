package session

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// chunkSize is the length of one cookie's value. Browsers keep at least 4096 bytes of name, value and attributes.
	chunkSize = 3600
	// maxChunks bounds the cookies of one value. Two hundred groups, as many as Entra ID writes into a token, take two.
	// Their header fits into the 8 KiB that proxies usually accept.
	maxChunks = 2
)

// ErrTooLarge means that a value does not fit into cookies.
var ErrTooLarge = errors.New("the session has too many groups for cookies")

// Jar keeps one sealed value in cookies of a browser.
type Jar struct {
	name    string
	purpose Purpose
	secure  bool
	keys    func() Keys
}

// NewJar returns a Jar. Secure cookies are sent over https only, and no other host can set them (the prefix __Host-).
func NewJar(name string, purpose Purpose, secure bool, keys func() Keys) *Jar {
	if secure {
		name = "__Host-" + name
	}
	return &Jar{name: name, purpose: purpose, secure: secure, keys: keys}
}

// Put keeps a value for lifetime. It returns ErrTooLarge if the value does not fit.
func (j *Jar) Put(w http.ResponseWriter, value any, lifetime time.Duration) error {
	sealed, err := j.keys().Seal(j.purpose, value)
	if err != nil {
		return err
	}
	if len(sealed) > maxChunks*chunkSize {
		return ErrTooLarge
	}
	for i := range maxChunks {
		chunk := sealed[:min(len(sealed), chunkSize)]
		sealed = sealed[len(chunk):]
		age := int(lifetime.Seconds())
		if chunk == "" {
			age = -1
		}
		http.SetCookie(w, j.cookie(i, chunk, age))
	}
	return nil
}

// Get reads the value of a request. It returns errInvalid if there is none, or one that was not sealed by a known key.
func (j *Jar) Get(r *http.Request, value any) error {
	var sealed strings.Builder
	for i := range maxChunks {
		cookie, err := r.Cookie(j.nameOf(i))
		if err != nil || cookie.Value == "" {
			break
		}
		sealed.WriteString(cookie.Value)
	}
	if sealed.Len() == 0 {
		return errInvalid
	}
	return j.keys().Open(j.purpose, sealed.String(), value)
}

// Clear removes the value.
func (j *Jar) Clear(w http.ResponseWriter) {
	for i := range maxChunks {
		http.SetCookie(w, j.cookie(i, "", -1))
	}
}

// cookie returns one cookie. Lax, because a person comes back from the login provider by a link.
func (j *Jar) cookie(i int, value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure where the portal is served over https.
		Name: j.nameOf(i), Value: value, Path: "/", MaxAge: age, Secure: j.secure, HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

func (j *Jar) nameOf(i int) string {
	if i == 0 {
		return j.name
	}
	return j.name + "-" + strconv.Itoa(i)
}
