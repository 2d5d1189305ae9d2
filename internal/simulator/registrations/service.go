// Package registrations simulates an API that no built-in service uses, so that vendors' own workers have something to
// work with: customers delegate its scope, and workers register items of a customer, each under a reference. It is no
// copy of a real API.
package registrations

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/admin"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// endpointName is the name of the endpoint in records.
const endpointName = "registrations"

// Options configure the API.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Tokens verify access tokens. Required.
	Tokens accesstoken.Issuer
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is the API with what was registered. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	tokens accesstoken.Issuer

	mu  sync.Mutex
	all []Registration
}

// New returns an API without registrations.
func New(options Options) *Service {
	return &Service{
		Endpoint: wire.NewEndpoint(endpointName, options.Now, options.Recorder), tokens: options.Tokens,
	}
}

// Registration is an item that was registered.
type Registration struct {
	// Organization and Supplier are the token's consumer and supplier.
	Organization string `json:"organizationNumber"`
	Supplier     string `json:"supplier"`
	// Reference is the worker's own.
	Reference string `json:"reference"`
	// Times counts how often it was registered.
	Times int `json:"times"`
}

// Registrations lists what was registered, oldest first.
func (s *Service) Registrations() []Registration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// register registers an item. It returns false if the organization has registered it before.
func (s *Service) register(r Registration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.all, func(have Registration) bool {
		return have.Organization == r.Organization && have.Reference == r.Reference
	})
	if i >= 0 {
		s.all[i].Times++
		return false
	}
	r.Times = 1
	s.all = append(s.all, r)
	return true
}

// AddAdmin adds the part of the admin API that shows what was registered.
func (s *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /registrations", func(w http.ResponseWriter, _ *http.Request) {
		admin.WriteJSON(w, s.Registrations())
	})
}
