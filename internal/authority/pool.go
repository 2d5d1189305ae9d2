package authority

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/services"
)

// Issuers of the two environments (docs.digdir.no, Maskinporten, well-known endpoints). The trailing slash is part
// of the identifier.
const (
	IssuerProduction = "https://maskinporten.no/"
	IssuerTest       = "https://test.maskinporten.no/"
)

const altinnTimeout = 10 * time.Second

// ConfigurationError reports that no client can be made of a Supplier and its Secret. Its text holds nothing of the
// Secret.
type ConfigurationError struct {
	// Reason is the reason of the Supplier's Ready condition.
	Reason string
	// Message says what to fix.
	Message string
}

// Error returns the message.
func (e *ConfigurationError) Error() string { return e.Message }

// configurationErrorf returns a *ConfigurationError.
func configurationErrorf(reason, format string, args ...any) error {
	return &ConfigurationError{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Connect makes the TokenSource of a Guard.
type Connect func(maskinporten.Config) (TokenSource, error)

// Pool keeps one Guard per Supplier, and replaces it when the Supplier's client or key changes.
type Pool struct {
	// Secrets reads the manager's own namespace.
	Secrets   client.Reader
	Namespace string
	Now       func() time.Time
	// Connect makes the clients; nil: maskinporten.New.
	Connect Connect
	// AltinnTransport makes the calls to Altinn; nil: one of each Guard's own.
	AltinnTransport http.RoundTripper
	// Metrics counts requests; nil: nothing is published.
	Metrics *metrics.Metrics
	// Limits of each Guard. PerSecond is the Supplier's.
	Limits Limits

	mu     sync.Mutex
	guards map[string]entry
}

// entry has a Guard, or why there is none, for one state of a Supplier and its key.
type entry struct {
	guard *Guard
	err   error
	sum   [sha256.Size]byte
	// generation is the Supplier's when the metrics' series were last added.
	generation int64
}

// Guard returns the Supplier's Guard. It sends no request. The error is a *ConfigurationError if the Supplier or its
// Secret is at fault, and another one if the Secret could not be read.
func (p *Pool) Guard(ctx context.Context, s *v1alpha1.Supplier) (*Guard, error) {
	material, err := p.keyMaterial(ctx, s)
	if _, gone := errors.AsType[*ConfigurationError](err); gone {
		p.Forget(s.Name)
	}
	if err != nil {
		return nil, err
	}
	sum, err := fingerprint(s, material)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.guards[s.Name]
	isNew := !ok || e.sum != sum
	if isNew {
		e = entry{sum: sum}
		e.guard, e.err = p.connect(s, material)
	}
	isChanged := isNew || e.generation != s.Generation
	if isChanged {
		e.generation = s.Generation
		if p.guards == nil {
			p.guards = map[string]entry{}
		}
		p.guards[s.Name] = e
	}
	if e.guard != nil {
		e.guard.learn(s, isChanged)
	}
	return e.guard, e.err
}

// learn updates a Guard with the spec of its Supplier. If the spec may have changed, the services may be new.
func (g *Guard) learn(s *v1alpha1.Supplier, isChanged bool) {
	g.System.retryEvery(RetryInterval(s.VerificationInterval()))
	g.Proof.setHeldByCustomers(services.ProofScopes(s))
	if isChanged {
		g.metrics.AddSupplier(s, priorityNames()...)
	}
}

// Forget drops the Guard of a Supplier, and all that it remembers.
func (p *Pool) Forget(supplier string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.guards, supplier)
}

// ForgetCustomer drops what every Guard remembers of a customer that no longer exists.
func (p *Pool) ForgetCustomer(customer types.NamespacedName) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.guards {
		if e.guard != nil {
			e.guard.Forget(customer)
		}
	}
}

func (p *Pool) connect(s *v1alpha1.Supplier, material maskinporten.KeyMaterial) (*Guard, error) {
	keys, err := p.parseKeys(s.Spec.Maskinporten, material)
	if err != nil {
		return nil, err
	}
	number, err := orgnumber.Parse(string(s.Spec.OrganizationNumber))
	if err != nil {
		return nil, configurationErrorf(v1alpha1.ReasonConfigurationInvalid, "spec.organizationNumber: %v.", err)
	}
	issuer, overridden := Issuer(s)
	source, err := p.newSource(maskinporten.Config{
		Issuer:        issuer,
		AllowInsecure: overridden,
		ClientID:      s.Spec.Maskinporten.ClientID,
		Supplier:      number,
		SystemID:      s.Spec.SystemUser.SystemID,
		Keys:          keys,
		Now:           p.Now,
	})
	if err != nil {
		return nil, configurationErrorf(v1alpha1.ReasonConfigurationInvalid,
			"spec does not make a Maskinporten client: %v.", err)
	}
	limits := p.Limits
	limits.PerSecond = s.RequestsPerSecond()
	guard := newGuard(source, keys[0], p.Now, limits)
	guard.metrics = cmp.Or(p.Metrics, guard.metrics)
	guard.limiter.refused = func(priority Priority) { guard.metrics.CountDeferral(s.Name, priority.String()) }
	if err := p.connectAltinn(guard, s); err != nil {
		return nil, configurationErrorf(v1alpha1.ReasonConfigurationInvalid,
			"No client of Altinn can be made of spec: %v.", err)
	}
	return guard, nil
}

// connectAltinn sets a Guard's client of Altinn, if the Supplier has a system there.
func (p *Pool) connectAltinn(guard *Guard, s *v1alpha1.Supplier) error {
	if s.Spec.SystemUser.SystemID == "" {
		return nil
	}
	transport := p.AltinnTransport
	if transport == nil {
		transport = outbound.NewTransport(nil)
	}
	vendorAPI, err := altinn.New(altinn.Config{
		BaseURL:  services.Altinn(s),
		SystemID: s.Spec.SystemUser.SystemID,
		Calls:    outbound.Caller{Transport: transport, Timeout: altinnTimeout, Now: p.Now},
		Tokens:   altinn.TokenSource(guard.ownToken),
	})
	guard.Altinn.client = vendorAPI
	return err
}

func (p *Pool) newSource(c maskinporten.Config) (TokenSource, error) {
	if p.Connect != nil {
		return p.Connect(c)
	}
	return maskinporten.New(c)
}

// Issuer returns the issuer identifier of the Supplier's Maskinporten, and whether spec.endpoints overrides it.
func Issuer(s *v1alpha1.Supplier) (issuer string, overridden bool) {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return IssuerProduction, false
	}
	if e := s.Spec.Endpoints.Maskinporten; e != "" {
		return e, true
	}
	return IssuerTest, false
}

// fingerprint returns the same sum for the same client, keys and certificates. It stays in memory.
func fingerprint(s *v1alpha1.Supplier, material maskinporten.KeyMaterial) ([sha256.Size]byte, error) {
	issuer, _ := Issuer(s)
	b, err := json.Marshal([]any{
		s.UID, issuer, s.Spec.OrganizationNumber, s.Spec.Maskinporten, s.RequestsPerSecond(), s.Spec.SystemUser.SystemID,
		services.Altinn(s),
		material.Data, material.Chain,
	})
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("fingerprinting Supplier %s: %w", s.Name, err)
	}
	return sha256.Sum256(b), nil
}
