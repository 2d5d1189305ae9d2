// Package server serves the portal over HTTP: routes, headers and what each page shows.
package server

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/portal/access"
	"github.com/4human/integration-operator/internal/portal/check"
	"github.com/4human/integration-operator/internal/portal/customers"
	"github.com/4human/integration-operator/internal/portal/guestlink"
	"github.com/4human/integration-operator/internal/portal/login"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/session"
	"github.com/4human/integration-operator/internal/portal/visitor"
)

// Options configure a server. All but Login are required.
type Options struct {
	// PublicURL is the address by which browsers reach the portal, without a path.
	PublicURL *url.URL
	Pages     *page.Pages
	Store     *customers.Store
	Links     *guestlink.Index
	Checks    *check.Requester
	// Guides renders the guides of a customer.
	Guides Guides
	// Login is what people log in with. Without it, only customers' own pages are served.
	Login *Login
	// Proxies are believed about the addresses of clients.
	Proxies visitor.Proxies
	Metrics *Metrics
	Now     func() time.Time
	Log     *slog.Logger
}

// Guides renders the guides of a customer. The Supplier is not nil. E-mails name pageURL, unless it is "".
type Guides func(
	c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier, lang language.Language, pageURL string,
) ([]page.Guide, error)

// Login is what people log in with, and what decides what they see.
type Login struct {
	Provider *login.Provider
	Sessions *session.Sessions
	// Pending keeps logins that are under way.
	Pending *session.Jar
	Access  *access.Access
}

const (
	// maxBody bounds a request's body, in bytes. Forms have a few fields.
	maxBody = 64 << 10
	// guestsPerSecond and guestBurst limit the requests of one client address to pages that need no login.
	guestsPerSecond = 2
	guestBurst      = 60
)

// server serves the portal.
type server struct {
	Options

	secure  bool
	limiter *visitor.Limiter
}

// New returns the portal's handler.
func New(o Options) http.Handler {
	s := &server{
		Options: o, secure: o.PublicURL.Scheme == "https",
		limiter: visitor.NewLimiter(guestsPerSecond, guestBurst, o.Now),
	}
	mux := http.NewServeMux()
	s.addRoutes(mux)
	return s.wrap(mux)
}

func (s *server) addRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.forPerson(s.list))
	mux.HandleFunc("GET /customers.csv", s.forPerson(s.csv))
	mux.HandleFunc("GET /customers/{namespace}/{name}", s.forPerson(s.customer))
	mux.HandleFunc("POST /customers/{namespace}/{name}/check", s.forPerson(s.checkCustomer))
	mux.HandleFunc("GET /overview", s.forPerson(s.overview))

	mux.HandleFunc("GET /g/{token}", s.limited(s.guest))
	mux.HandleFunc("POST /g/{token}/check", s.limited(s.checkGuest))

	mux.HandleFunc("GET /login", s.limited(s.withLogin(s.beginLogin)))
	mux.HandleFunc("GET /callback", s.limited(s.withLogin(s.finishLogin)))
	mux.HandleFunc("POST /logout", s.withLogin(s.logOut))
	mux.HandleFunc("GET "+signedOutPath, s.signedOut)
	mux.HandleFunc("POST /language", s.chooseLanguage)

	mux.HandleFunc("GET "+page.AssetPrefix, s.asset)
	mux.HandleFunc("GET /robots.txt", robots)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.problem(w, r, page.ProblemNotFound, nil) })
}

// absolute returns the absolute URL of a path.
func (s *server) absolute(path string) string {
	return strings.TrimSuffix(s.PublicURL.String(), "/") + path
}
