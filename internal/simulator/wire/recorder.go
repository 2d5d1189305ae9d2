package wire

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// recentRequests is how many token requests are recorded one by one, and how many calls.
const recentRequests = 1000

// TokenRequest is the record of a token request. It has neither the assertion nor the token.
type TokenRequest struct {
	// Time is when the service responded, by Maskinporten's clock.
	Time time.Time `json:"time"`
	// ClientID is the iss of the grant, unverified.
	ClientID string `json:"clientID,omitempty"`
	// Consumer is the organization number that the request was about.
	Consumer string `json:"consumer,omitempty"`
	// Scope is the requested scope.
	Scope string `json:"scope,omitempty"`
	// Status is the HTTP status of the response, also of one that was lost on its way. Zero for a connection reset before.
	Status int `json:"status"`
	// Outcome is Issued, an MP code or a name of [maskinporten.Refusals], an [Outage], or CallerGone. A response that an
	// outage hit after the request was processed has both, with a comma.
	Outcome string `json:"outcome"`
	// Code is the MP code of a refusal, also if the response leaves it out.
	Code string `json:"code,omitempty"`
}

// Call is the record of a request to another service than Maskinporten. It has no token.
type Call struct {
	// Time is when the service responded, by the real clock.
	Time time.Time `json:"time"`
	// Endpoint is as in [CallInfo].
	Endpoint string `json:"endpoint"`
	// Operation is method and path, with names instead of values. It is empty for an unknown path, and for NAV's
	// verify-integration.
	Operation string `json:"operation,omitempty"`
	// Organization is the organization number that the call was about: of the token's consumer, unverified, of the tenant,
	// or of the customer in a request to Altinn.
	Organization string `json:"organizationNumber,omitempty"`
	// Status is the HTTP status of the response, as in [TokenRequest].
	Status int `json:"status"`
	// Outcome is OK, Created, an error code of Altinn's, the simulator's name for why the call was refused (more than the
	// response tells), an [Outage], or CallerGone. A response that an outage hit after the call was processed has both,
	// with a comma.
	Outcome string `json:"outcome"`
}

// RequestReport has the requests to the simulator.
type RequestReport struct {
	// Counts has the number of requests by endpoint (token, metadata, jwk, health, or one of [CallInfo]) and outcome. OK
	// is the good outcome of all endpoints except token.
	Counts map[string]map[string]int `json:"counts"`
	// Recent has the last thousand token requests, oldest first.
	Recent []TokenRequest `json:"recent"`
	// RecentCalls has the last thousand other requests, without those for Maskinporten's documents, oldest first.
	RecentCalls []Call `json:"recentCalls"`
}

// Recorder records the requests to the simulated services, and logs them. It is safe for concurrent use.
type Recorder struct {
	log *slog.Logger

	mu     sync.Mutex
	counts map[string]map[string]int
	tokens ring[TokenRequest]
	calls  ring[Call]
}

// NewRecorder returns a recorder that also logs to log; nil logs nothing.
func NewRecorder(log *slog.Logger) *Recorder {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Recorder{log: log, counts: map[string]map[string]int{}}
}

// Report returns the requests since the start or the last reset.
func (r *Recorder) Report() RequestReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	report := RequestReport{Counts: map[string]map[string]int{}, Recent: r.tokens.all(), RecentCalls: r.calls.all()}
	for endpoint, outcomes := range r.counts {
		report.Counts[endpoint] = maps.Clone(outcomes)
	}
	return report
}

// Reset forgets all requests.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts, r.tokens, r.calls = map[string]map[string]int{}, ring[TokenRequest]{}, ring[Call]{}
}

// Count counts a request that is not recorded one by one.
func (r *Recorder) Count(endpoint, outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.countLocked(endpoint, outcome)
}

// RecordToken records a token request.
func (r *Recorder) RecordToken(ctx context.Context, request TokenRequest) {
	r.mu.Lock()
	r.countLocked("token", request.Outcome)
	r.tokens.add(request)
	r.mu.Unlock()
	r.log.LogAttrs(ctx, slog.LevelInfo, "Responded to token request",
		slog.String("clientID", request.ClientID), slog.String("consumer", request.Consumer),
		slog.String("scope", request.Scope), slog.Int("status", request.Status), slog.String("outcome", request.Outcome))
}

// RecordCall records a call to another service than Maskinporten.
func (r *Recorder) RecordCall(ctx context.Context, c Call) {
	r.mu.Lock()
	r.countLocked(c.Endpoint, c.Outcome)
	r.calls.add(c)
	r.mu.Unlock()
	r.log.LogAttrs(ctx, slog.LevelInfo, "Responded to call",
		slog.String("endpoint", c.Endpoint), slog.String("operation", c.Operation), slog.String("organization",
			c.Organization),
		slog.Int("status", c.Status), slog.String("outcome", c.Outcome))
}

func (r *Recorder) countLocked(endpoint, outcome string) {
	if r.counts[endpoint] == nil {
		r.counts[endpoint] = map[string]int{}
	}
	r.counts[endpoint][outcome]++
}
