// Package portal runs the portal for tests, with a simulated login provider, in front of a cluster in memory or a real
// API server.
package portal

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
	"github.com/4human/integration-operator/internal/portal/access"
	"github.com/4human/integration-operator/internal/portal/check"
	"github.com/4human/integration-operator/internal/portal/customers"
	"github.com/4human/integration-operator/internal/portal/guestlink"
	"github.com/4human/integration-operator/internal/portal/guides"
	"github.com/4human/integration-operator/internal/portal/login"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/server"
	"github.com/4human/integration-operator/internal/portal/session"
	"github.com/4human/integration-operator/internal/portal/visitor"
	simlogin "github.com/4human/integration-operator/internal/simulator/login"
)

const (
	// SessionLifetime is how long sessions last.
	SessionLifetime = 8 * time.Hour
	clientID        = "portal"
	clientSecret    = "hush-of-the-simulated-portal" //nolint:gosec // Of a simulated client.
)

// Options configure a World. All are optional.
type Options struct {
	// Cluster is what the portal reads. Default: an empty one.
	Cluster *Cluster
	// Reader, Client and Watch take the place of Cluster: a cache, a client, and what tells an index of changes.
	Reader client.Reader
	Client client.Client
	Watch  func(toolscache.ResourceEventHandler) error
	// Namespaces are those of customers. Default: customers, customers-nord, customers-vest.
	Namespaces []string
	// Inaccessible are the namespaces in which the portal has no rights.
	Inaccessible []string
	// NoLogin leaves the login provider out.
	NoLogin bool
	// People replace those of the login provider.
	People []simlogin.Person
	// Proxies are trusted.
	Proxies []string
	// Now is the clock. Default: one that World.Advance moves, from the present time on.
	Now func() time.Time
}

// World is a running portal.
type World struct {
	// URL is the portal's, and Issuer the login provider's.
	URL, Issuer string
	Cluster     *Cluster
	Links       *guestlink.Index
	Registry    *prometheus.Registry
	Provider    *Switch

	t      testing.TB
	mu     sync.Mutex
	offset time.Duration
	link   *Rotating[customerlink.Key]
	keys   *Rotating[session.Keys]
	log    lockedBuffer
}

// Start starts a portal. It ends with the test.
func Start(t testing.TB, o Options) *World {
	t.Helper()
	w := &World{t: t, Cluster: o.Cluster, Registry: prometheus.NewRegistry()}
	w.link = &Rotating[customerlink.Key]{make: customerlink.NewKey}
	w.keys = &Rotating[session.Keys]{make: func(secret []byte) (session.Keys, error) { return session.NewKeys(secret) }}
	w.RotateLinks()
	w.RotateSessions()
	if w.Cluster == nil {
		w.Cluster = NewCluster()
	}
	if o.Reader == nil {
		o.Reader, o.Client = w.Cluster, w.Cluster
		o.Watch = func(h toolscache.ResourceEventHandler) error { w.Cluster.handle(h); return nil }
	}
	if o.Namespaces == nil {
		o.Namespaces = []string{"customers", "customers-nord", "customers-vest"}
	}
	if o.Now == nil {
		o.Now = w.Now
	}
	w.serve(o)
	return w
}

// serve starts the servers.
func (w *World) serve(o Options) {
	t := w.t
	t.Helper()
	portal := httptest.NewUnstartedServer(nil)
	portal.Config.MaxHeaderBytes = 64 << 10
	w.URL = "http://" + portal.Listener.Addr().String()
	public, err := url.Parse(w.URL)
	w.must(err)
	pages, err := page.New()
	w.must(err)
	log := slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	own, err := guides.Open("", o.Now, log)
	w.must(err)
	proxies, err := visitor.ParseProxies(o.Proxies)
	w.must(err)
	w.Links = guestlink.New(w.link.Get)
	w.must(o.Watch(w.Links.Handler()))
	options := server.Options{
		PublicURL: public, Pages: pages, Links: w.Links, Guides: own.Of, Proxies: proxies, Now: o.Now, Log: log,
		Store:   &customers.Store{Reader: o.Reader, Inaccessible: func() []string { return o.Inaccessible }},
		Checks:  &check.Requester{Client: o.Client, Now: o.Now},
		Metrics: server.NewMetrics(w.Registry),
	}
	if !o.NoLogin {
		options.Login = w.login(o, log)
	}
	portal.Config.Handler = server.New(options)
	portal.Start()
	t.Cleanup(portal.Close)
}

// login starts the login provider.
func (w *World) login(o Options, log *slog.Logger) *server.Login {
	w.t.Helper()
	w.Provider = &Switch{}
	provider := httptest.NewServer(w.Provider)
	w.t.Cleanup(provider.Close)
	w.Issuer = provider.URL
	simulated, err := simlogin.New(simlogin.Options{
		Issuer: w.Issuer, Now: o.Now, People: o.People, Client: simlogin.Client{
			ID: clientID, Secret: clientSecret, RedirectURIs: []string{w.URL + "/callback"},
			LogoutURIs: []string{w.URL + "/signed-out"},
		},
	})
	w.must(err)
	w.Provider.handler = simulated.Handler()
	keys := func() session.Keys { value, _ := w.keys.Get(); return value }
	return &server.Login{
		Provider: login.New(login.Options{
			Issuer: w.Issuer, ClientID: clientID, Secret: func() string { return clientSecret },
			Callback: w.URL + "/callback", Scopes: []string{"profile", "email"},
			Claims: login.Claims{Username: "sub", UsernamePrefix: "oidc:", Groups: "groups"},
			HTTP:   &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}, Now: o.Now, Log: log,
		}),
		Sessions: session.New(keys, false, SessionLifetime, o.Now),
		Pending:  session.NewJar("portal-login", session.ForLogin, false, keys),
		Access:   access.New(o.Client, o.Namespaces, o.Now),
	}
}

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Now is the portal's clock.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.offset) //nolint:forbidigo // The clock of tests.
}

// Advance moves the portal's clock.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset += d
}

// RotateLinks replaces the key of links.
func (w *World) RotateLinks() { w.t.Helper(); w.must(w.link.Rotate()) }

// RotateSessions replaces the key of sessions.
func (w *World) RotateSessions() { w.t.Helper(); w.must(w.keys.Rotate()) }

// GuestURL returns the address of a customer's own page.
func (w *World) GuestURL(c *v1alpha1.CustomerIntegration) string {
	return w.URL + "/g/" + w.Links.Token(c)
}

// Log returns what the portal has logged.
func (w *World) Log() string { return w.log.String() }

// Browser returns a client with cookies that follows redirects.
func (w *World) Browser() *http.Client {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &http.Client{Jar: jar, Timeout: time.Minute}
}

// LogIn logs a person in with a browser, and returns the page that the portal shows then.
func (w *World) LogIn(b *http.Client, person, path string) *Page {
	w.t.Helper()
	people := w.Get(b, path)
	address, err := url.Parse(people.URL)
	w.must(err)
	if !strings.HasPrefix(people.URL, w.Issuer) {
		w.t.Fatalf("not sent to the login provider but to %s: %d", people.URL, people.Status)
	}
	return w.Post(b, w.Issuer+"/login", url.Values{"id": {address.Query().Get("id")}, "person": {person}})
}

// Page is a response.
type Page struct {
	// URL is where the redirects ended.
	URL    string
	Status int
	Header http.Header
	Body   string
}

// Path returns the path and query of the URL.
func (p *Page) Path() string {
	u, err := url.Parse(p.URL)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// Get gets a path, or an absolute address.
func (w *World) Get(b *http.Client, path string) *Page {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.absolute(path), http.NoBody)
	w.must(err)
	return w.Do(b, r)
}

// Post posts a form as the portal's own pages do.
func (w *World) Post(b *http.Client, path string, form url.Values) *Page {
	w.t.Helper()
	body := strings.NewReader(form.Encode())
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.absolute(path), body)
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.Do(b, r)
}

// Do sends a request.
func (w *World) Do(b *http.Client, r *http.Request) *Page {
	w.t.Helper()
	response, err := b.Do(r)
	w.must(err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	w.must(err)
	return &Page{
		URL: response.Request.URL.String(), Status: response.StatusCode, Header: response.Header, Body: string(body),
	}
}

func (w *World) absolute(path string) string {
	if strings.HasPrefix(path, "/") {
		return w.URL + path
	}
	return path
}

// Switch is a server that can be broken.
type Switch struct {
	handler http.Handler
	mu      sync.Mutex
	status  int
}

// Break makes the server return a status, until it is 0.
func (s *Switch) Break(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// ServeHTTP serves a request.
func (s *Switch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	status := s.status
	s.mu.Unlock()
	if status != 0 {
		http.Error(w, "broken", status)
		return
	}
	s.handler.ServeHTTP(w, r)
}

// Rotating is a key that is replaced.
type Rotating[T any] struct {
	make func(secret []byte) (T, error)

	mu      sync.Mutex
	value   T
	version int
}

// Get returns the key and its version.
func (k *Rotating[T]) Get() (key T, version int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.value, k.version
}

// Rotate replaces the key by a random one.
func (k *Rotating[T]) Rotate() error {
	value, err := k.make([]byte(rand.Text() + rand.Text()))
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.value = value
	k.version++
	return nil
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
