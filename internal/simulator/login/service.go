// Package login simulates a login provider of a company: OpenID Connect with discovery, PKCE, a claim with groups,
// single sign-on and logout. Its people are invented. A visitor of its page chooses one of them, without a password.
package login

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
)

// keyBits is the size of the signing key, in bits.
const keyBits = 2048

// Paths of the provider that are not the protocol's.
const (
	loginPath      = "/login"
	endSessionPath = "/end_session"
)

// Options configure the provider.
type Options struct {
	// Issuer is its public URL. Required.
	Issuer string
	// Client is the one program that people log in to. Required.
	Client Client
	// People are who can log in. Default: People().
	People []Person
	// Now returns the time. Required.
	Now func() time.Time
}

// Client is a program that people log in to.
type Client struct {
	// ID and Secret identify it. Without a secret it is a public client.
	ID, Secret string
	// RedirectURIs and LogoutURIs are where it may send the browser after a login and after a logout.
	RedirectURIs, LogoutURIs []string
}

// Service is the provider. It is safe for concurrent use.
type Service struct {
	options  Options
	key      signingKey
	provider *op.Provider
	handler  http.Handler

	mu       sync.Mutex
	people   []Person
	requests map[string]*authRequest // by id
	codes    map[string]string       // ids by code
}

// New returns a provider.
func New(o Options) (*Service, error) {
	if o.Now == nil {
		return nil, errors.New("a login provider needs a clock")
	}
	if o.Client.ID == "" {
		return nil, errors.New("a login provider needs a client")
	}
	if o.People == nil {
		o.People = People()
	}
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("making the key of the login provider: %w", err)
	}
	s := &Service{
		options: o, key: signingKey{id: rand.Text(), key: key}, people: o.People,
		requests: map[string]*authRequest{}, codes: map[string]string{},
	}
	config := &op.Config{
		CodeMethodS256: true, AuthMethodPost: true, SupportedUILocales: []language.Tag{language.English},
		SupportedScopes: []string{"openid", "profile", "email"},
		SupportedClaims: []string{"sub", "name", "email", claimGroups},
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, fmt.Errorf("making the key of codes: %w", err)
	}
	config.CryptoKeyId = rand.Text()
	s.provider, err = op.NewProvider(config, storage{s}, op.StaticIssuer(o.Issuer), op.WithAllowInsecure(),
		op.WithCustomEndSessionEndpoint(op.NewEndpoint(endSessionPath)))
	if err != nil {
		return nil, fmt.Errorf("making the login provider: %w", err)
	}
	s.handler = s.routes()
	return s, nil
}

// Handler serves the provider at its issuer's address.
func (s *Service) Handler() http.Handler { return s.handler }

// person returns a person.
func (s *Service) person(id string) (Person, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.people, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return s.people[i], true
}

func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+loginPath, s.showPeople)
	mux.Handle("POST "+loginPath, op.NewIssuerInterceptor(s.provider.IssuerFromRequest).HandlerFunc(s.choose))
	mux.HandleFunc(endSessionPath, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, sessionCookie("", -1))
		s.provider.ServeHTTP(w, r)
	})
	mux.Handle("/", s.provider)
	return mux
}
