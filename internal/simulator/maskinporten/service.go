package maskinporten

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/history"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Altinn is what Maskinporten looks up in Altinn.
type Altinn interface {
	// SystemUserOfClient returns the id and the system of the party's user of the system that the owner's client belonged
	// to at a time. An external reference of "" is none.
	SystemUserOfClient(owner, clientID, party, externalRef string, at time.Time) (id, systemID string, found bool)
	// IsUnknown reports whether Altinn cannot resolve an organization.
	IsUnknown(organizationNumber string) bool
}

// Options configure Maskinporten.
type Options struct {
	// Tokens sign the access tokens, and name the issuer. Required.
	Tokens *accesstoken.Signer
	// Now returns the time. Required.
	Now func() time.Time
	// Altinn is where system users are looked up. Required for requests with authorization_details.
	Altinn Altinn
	// Recorder records the requests. Default: one of its own.
	Recorder *wire.Recorder
	// Log receives internal errors. Default: nothing is logged.
	Log *slog.Logger
}

// Service is Maskinporten with its clients, scopes, delegations and keys. It is safe for concurrent use.
type Service struct {
	// Tokens sign the access tokens.
	Tokens *accesstoken.Signer

	origin   string // the issuer without a trailing slash
	realNow  func() time.Time
	log      *slog.Logger
	altinn   Altinn
	used     *usedGrants
	recorder *wire.Recorder
	faults   atomic.Pointer[faultState]
	readings atomic.Pointer[Readings]

	mu          sync.RWMutex
	clients     map[string]Client
	scopes      map[string]Scope
	delegations map[delegationKey]time.Time
	delegated   map[delegationKey]history.Values[bool]
	authorities map[string]trustedAuthority
}

// New returns a Maskinporten without clients and delegations that knows the scopes of NAV's APIs and of Altinn's
// API for vendors.
func New(options Options) *Service {
	s := &Service{
		Tokens:      options.Tokens,
		origin:      strings.TrimSuffix(options.Tokens.Issuer(), "/"),
		realNow:     options.Now,
		log:         options.Log,
		altinn:      options.Altinn,
		used:        newUsedGrants(),
		recorder:    options.Recorder,
		clients:     map[string]Client{},
		scopes:      map[string]Scope{},
		delegations: map[delegationKey]time.Time{},
		delegated:   map[delegationKey]history.Values[bool]{},
		authorities: map[string]trustedAuthority{},
	}
	if s.recorder == nil {
		s.recorder = wire.NewRecorder(nil)
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.faults.Store(&faultState{})
	s.SetReadings(Readings{})
	for _, scope := range defaultScopes() {
		s.scopes[scope.Name] = scope
	}
	return s
}

// Handler serves metadata, keys, tokens and health.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.document("metadata", s.metadata))
	mux.HandleFunc("GET /jwk", s.document("jwk", s.publishedKeys))
	mux.HandleFunc("GET /health", s.document("health", health))
	mux.HandleFunc("/token", s.serveToken)
	return mux
}

// SetReadings replaces the readings.
func (s *Service) SetReadings(readings Readings) { s.readings.Store(&readings) }

// now is the time by Maskinporten's clock, which a fault can put wrong.
func (s *Service) now() time.Time {
	return s.realNow().Add(time.Duration(s.faults.Load().ClockOffset))
}
