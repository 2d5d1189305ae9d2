package server

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"github.com/4human/integration-operator/internal/portal/page"
)

const (
	// jitter is the greatest number of random bytes by which a compressed page is longer, so that its length says nothing
	// about the links in it (BREACH).
	jitter = 64
	// minGzip is the least length, in bytes, that is worth compressing.
	minGzip = 1024
)

// wrap adds what all routes have.
func (s *server) wrap(mux http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	// A proxy may change the header Host. What is at our own address is not foreign.
	if err := protection.AddTrustedOrigin(s.PublicURL.Scheme + "://" + s.PublicURL.Host); err != nil {
		s.Log.Error("Cannot trust the portal's own address", "err", err)
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, page.ProblemForeignForm, nil)
	}))
	handler := s.recovered(protection.Handler(mux))
	if compressed, err := gzhttp.NewWrapper(gzhttp.MinSize(minGzip), gzhttp.RandomJitter(jitter, 0, false)); err == nil {
		handler = compressed(handler)
	} else {
		s.Log.Error("Cannot compress pages", "err", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		s.addHeaders(w.Header())
		s.Metrics.observe(w, r, handler, s.Now)
	})
}

// addHeaders adds the headers that all responses have.
func (s *server) addHeaders(h http.Header) {
	h.Set("Content-Security-Policy", s.policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Addresses of customers' own pages are secrets. With no-referrer, forms would send the Origin null, which is refused
	// as foreign without Sec-Fetch-Site: old browsers do not send that, and none does over HTTP.
	h.Set("Referrer-Policy", "strict-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// policy returns the content security policy. Forms may lead to the login provider, because a browser applies the
// policy to the redirect after the logout too.
func (s *server) policy() string {
	forms := []string{"'self'"}
	if s.Login != nil {
		forms = append(forms, s.Login.Provider.Origins()...)
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'; form-action " + strings.Join(forms, " ")
}

// recovered responds to a panic. What panicked may have a customer's data, so only its type is logged.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if what == http.ErrAbortHandler { //nolint:errorlint // It is compared as net/http does.
				panic(what)
			}
			s.Log.Error("Recovered from a panic", "route", r.Pattern, "type", fmt.Sprintf("%T", what),
				"stack", string(debug.Stack()))
			s.problem(w, r, page.ProblemInternal, nil)
		}()
		next.ServeHTTP(w, r)
	})
}

// limited limits the requests of one client address.
func (s *server) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if allowed, retry := s.limiter.Allow(s.Proxies.ClientOf(r)); !allowed {
			s.problemLater(w, r, page.ProblemTooManyRequests, nil, retry)
			return
		}
		next(w, r)
	}
}

// robots tells search engines to stay away.
func robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /\n"))
}

// asset serves a file that pages refer to. Its path has a hash of it, so browsers keep it.
func (s *server) asset(w http.ResponseWriter, r *http.Request) {
	file, ok := s.Pages.Assets().At(r.URL.Path)
	if !ok {
		s.problem(w, r, page.ProblemNotFound, nil)
		return
	}
	w.Header().Set("Content-Type", file.ContentType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(file.Body)
}
