//go:build bench

package bench

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/sample"
)

// systemID is the supplier's system in Altinn.
const systemID = sample.SupplierNumber + "_4human_hrm"

// response is Maskinporten's response to a token request.
type response struct {
	consumer string // the supplier itself, or a customer
	outcome  string
	at       time.Time
}

// authorities are a simulated Maskinporten and Altinn, which check what they receive and respond after -bench.latency.
type authorities struct {
	*simulator.World
	issuer string
	altinn string
	// begun is closed at the first token request.
	begun chan struct{}
	once  sync.Once

	mu        sync.Mutex
	responses []response
	forgotten time.Time // when responses was last emptied
}

func startAuthorities(t *testing.T) *authorities {
	t.Helper()
	a := &authorities{begun: make(chan struct{})}
	maskinporten, register := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	a.issuer = "http://" + maskinporten.Listener.Addr().String() + "/"
	a.altinn = "http://" + register.Listener.Addr().String()
	var err error
	a.World, err = simulator.New(simulator.Options{
		Issuer: a.issuer, Now: time.Now, SigningKey: sample.MaskinportenKey(), Logger: slog.New(recorder{a: a}),
		HRMData: t.TempDir(),
	})
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	key := sample.SigningKey()
	must(t, a.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: sample.ClientID, OrganizationNumber: sample.SupplierNumber, Scopes: scopes(),
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}},
	}))
	must(t, a.Altinn.RegisterSystem(simaltinn.System{
		SystemID: systemID, OrganizationNumber: sample.SupplierNumber, ClientIDs: []string{sample.ClientID},
		Rights: []string{
			fixture.Service(v1alpha1.ServiceSickNotes).Resources[0],
			fixture.Service(v1alpha1.ServiceSickPayApplications).Resources[0],
		},
	}))
	a.breakFor(t, nil, simmaskinporten.AnswerFaults{})
	for server, handler := range map[*httptest.Server]http.Handler{
		maskinporten: a.noticeFirst(a.Maskinporten.Handler()), register: a.Altinn.Handler(),
	} {
		server.Config.Handler = handler
		server.Start()
		t.Cleanup(server.Close)
	}
	return a
}

// scopes are all that the client needs where every service is offered.
func scopes() []string {
	return []string{
		sample.Scope, fixture.Service(v1alpha1.ServiceSickNotes).Scope, altinn.ScopeRead, altinn.ScopeWrite,
		altinn.ScopeRegister,
	}
}

// breakFor sets the faults of Maskinporten's responses about some customers. All others work.
func (a *authorities) breakFor(t *testing.T, consumers []string, faults simmaskinporten.AnswerFaults) {
	t.Helper()
	latency := simwire.Duration(*latencyFlag)
	all := simulator.Faults{Altinn: simwire.Faults{Latency: latency}}
	all.Faults.AnswerFaults.Latency = latency
	if faults.Latency == 0 {
		faults.Latency = latency
	}
	if len(consumers) > 0 {
		all.Faults.Limited = []simmaskinporten.LimitedFaults{{Consumers: consumers, AnswerFaults: faults}}
	}
	must(t, a.SetFaults(all))
}

// breakAll sets the faults of all responses of Maskinporten.
func (a *authorities) breakAll(t *testing.T, faults simmaskinporten.AnswerFaults) {
	t.Helper()
	all := simulator.Faults{Altinn: simwire.Faults{Latency: simwire.Duration(*latencyFlag)}}
	all.Faults.AnswerFaults = faults
	all.Faults.AnswerFaults.Latency = simwire.Duration(*latencyFlag)
	must(t, a.SetFaults(all))
}

// delegate lets customers delegate the scope of FollowUpPlans, and approve a system user if the services need one.
func (a *authorities) delegate(t *testing.T, numbers []string, systemUsers bool) {
	t.Helper()
	for _, number := range numbers {
		must(t, a.Maskinporten.Delegate(number, sample.SupplierNumber, sample.Scope))
		if systemUsers {
			_, err := a.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: number})
			must(t, err)
		}
	}
}

// noticeFirst closes begun at the first token request.
func (a *authorities) noticeFirst(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			a.once.Do(func() { close(a.begun) })
		}
		inner.ServeHTTP(w, r)
	})
}

// all returns the responses so far.
func (a *authorities) all() []response {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.responses)
}

// forget drops the recorded responses.
func (a *authorities) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.responses, a.forgotten = nil, time.Now()
}

// ofCustomers returns the number of responses about customers.
func (a *authorities) ofCustomers() int {
	n := 0
	for _, one := range a.all() {
		if one.consumer != sample.SupplierNumber {
			n++
		}
	}
	return n
}

// recorder is the simulator's log, of which it keeps the responses to token requests.
type recorder struct{ a *authorities }

// Enabled accepts every record.
func (recorder) Enabled(context.Context, slog.Level) bool { return true }

// Handle keeps the response to a token request.
func (r recorder) Handle(_ context.Context, record slog.Record) error {
	if record.Message != "Responded to token request" {
		return nil
	}
	one := response{at: time.Now()}
	record.Attrs(func(attr slog.Attr) bool {
		switch attr.Key {
		case "consumer":
			one.consumer = attr.Value.String()
		case "outcome":
			one.outcome = attr.Value.String()
		}
		return true
	})
	r.a.mu.Lock()
	defer r.a.mu.Unlock()
	r.a.responses = append(r.a.responses, one)
	return nil
}

// WithAttrs returns the recorder: the simulator adds none.
func (r recorder) WithAttrs([]slog.Attr) slog.Handler { return r }

// WithGroup returns the recorder: the simulator has no groups.
func (r recorder) WithGroup(string) slog.Handler { return r }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
