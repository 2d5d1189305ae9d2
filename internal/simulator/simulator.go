package simulator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options configure a [Simulator].
type Options struct {
	// Issuer is the public URL of the simulated Maskinporten, used verbatim as its issuer identifier: with a trailing slash,
	// like the real one's, if it has one here. Required: http or https, without path, query or fragment.
	Issuer string
	// Now tells the time. Required.
	Now func() time.Time
	// HRMData is a folder for the data of the HRM solution, which is kept there; it is made if need be. Default: a temporary one, until [Simulator.Close].
	HRMData string
	// RefusalHour is how long an hour lasts of the HRM solution's times for plans that NAV refuses for now. Default: an hour.
	RefusalHour time.Duration
	// Logger receives one line a token request, and one a call to NAV, Altinn or the HRM solution. Default: nothing is logged.
	Logger *slog.Logger
}

// Simulator is a simulated Maskinporten with the services around it, and the state behind them. It is safe for concurrent use.
type Simulator struct {
	issuer  string
	origin  string // the issuer without a trailing slash
	realNow func() time.Time
	log     *slog.Logger

	keys     *signingKeys
	used     *usedGrants
	requests *requestLog
	altinn   *altinnState

	mu              sync.RWMutex
	clients         map[string]Client
	scopes          map[string]Scope
	delegations     map[delegationKey]time.Time
	delegated       map[delegationKey]history[bool]
	authorities     map[string]trustedAuthority
	tenants         map[string]tenant
	faults          faultState
	callFaults      CallFault
	refusesDocument DocumentRefusal

	hrm      hrmData
	navPlans navPlans
	sickPay  *sickPayData
}

// New makes a simulator without clients, delegations, systems and tenants that knows the scopes of NAV's two APIs and of
// Altinn's API for vendors.
// It generates a signing key. It fails without a clock, on an issuer that is not the URL of a server, and if the folder for the
// HRM solution's data cannot be used, as while another simulator has it open.
func New(options Options) (*Simulator, error) {
	if options.Now == nil {
		return nil, errors.New("a simulator needs a clock")
	}
	if err := checkIssuer(options.Issuer); err != nil {
		return nil, err
	}
	keys, err := newSigningKeys()
	if err != nil {
		return nil, fmt.Errorf("generating the signing key: %w", err)
	}
	s := &Simulator{
		issuer:      options.Issuer,
		origin:      strings.TrimSuffix(options.Issuer, "/"),
		realNow:     options.Now,
		log:         options.Logger,
		keys:        keys,
		used:        newUsedGrants(),
		requests:    newRequestLog(),
		altinn:      newAltinnState(options.Now),
		clients:     map[string]Client{},
		scopes:      map[string]Scope{},
		delegations: map[delegationKey]time.Time{},
		delegated:   map[delegationKey]history[bool]{},
		authorities: map[string]trustedAuthority{},
		tenants:     map[string]tenant{},
		hrm:         hrmData{folder: options.HRMData, refusalHour: options.RefusalHour},
		sickPay:     newSickPayData(),
		navPlans:    navPlans{receipts: map[uuid.UUID]planReceipt{}},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if options.HRMData != "" {
		if _, err := s.hrmStore(); err != nil {
			return nil, err
		}
	}
	for _, scope := range defaultScopes() {
		if err := s.RegisterScope(scope); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func checkIssuer(issuer string) error {
	parsed, err := url.Parse(issuer)
	if err != nil {
		return fmt.Errorf("reading issuer: %w", err)
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return fmt.Errorf("issuer %q must be an http or https URL", issuer)
	}
	if strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return fmt.Errorf("issuer %q must have neither user, path, query nor fragment", issuer)
	}
	return nil
}

// Maskinporten serves what Maskinporten serves to clients: metadata, keys, tokens and health.
func (s *Simulator) Maskinporten() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.document("metadata", s.metadata))
	mux.HandleFunc("GET /jwk", s.document("jwk", s.publishedKeys))
	mux.HandleFunc("GET /health", s.document("health", health))
	mux.HandleFunc("/token", s.serveToken)
	return mux
}

// now is the time by Maskinporten's clock, which a fault can put wrong.
func (s *Simulator) now() time.Time {
	return s.realNow().Add(time.Duration(s.currentFaults().ClockOffset))
}
