package simulator

import (
	"maps"
	"sync"
	"time"
)

// recentRequests is how many token requests are remembered one by one, and how many calls.
const recentRequests = 1000

// TokenRequest is what is remembered of a token request: never the assertion, never the token.
type TokenRequest struct {
	// Time is when it was judged, by the simulator's clock.
	Time time.Time `json:"time"`
	// ClientID is the iss of the grant, unverified.
	ClientID string `json:"clientID,omitempty"`
	// Consumer is the organization number that the request was about.
	Consumer string `json:"consumer,omitempty"`
	// Scope is what was asked for.
	Scope string `json:"scope,omitempty"`
	// Status is the HTTP status of the answer, also of one that was lost on its way. Zero for a connection reset before.
	Status int `json:"status"`
	// Outcome is Issued, an MP code or a name of [Refusals], an [Outage], or CallerGone. An answer that an outage hit after
	// the request was processed has both, with a comma.
	Outcome string `json:"outcome"`
	// Code is the MP code of a refusal, whether or not the answer told it.
	Code string `json:"code,omitempty"`
}

// Call is what is remembered of a request to NAV, Altinn or the HRM solution: never the token.
type Call struct {
	// Time is when it was judged, by the real clock.
	Time time.Time `json:"time"`
	// Endpoint is nav, sickpay, altinn or hrm.
	Endpoint string `json:"endpoint"`
	// Operation is what was asked: method and path, with names instead of values. It is empty for a path that there is not, and
	// for NAV's question whether the integration works.
	Operation string `json:"operation,omitempty"`
	// Organization is the organization number that the call was about: of the token's consumer, unverified, of the tenant as it
	// is registered, or of the customer that Altinn was asked about.
	Organization string `json:"organizationNumber,omitempty"`
	// Status is the HTTP status of the answer, as in [TokenRequest].
	Status int `json:"status"`
	// Outcome is OK, Created, an error code of Altinn's, the simulator's name for why the call was refused (more than the answer tells), an [Outage], or
	// CallerGone. An answer that an outage hit after the call was processed has both, with a comma.
	Outcome string `json:"outcome"`
}

// RequestReport is what was asked of the simulator.
type RequestReport struct {
	// Counts has the number of requests by endpoint (token, metadata, jwk, health; nav, altinn, hrm) and outcome. OK is the good
	// outcome of the endpoints that are not token.
	Counts map[string]map[string]int `json:"counts"`
	// Recent has the last thousand token requests, oldest first.
	Recent []TokenRequest `json:"recent"`
	// RecentCalls has the last thousand requests to NAV, Altinn and the HRM solution, oldest first.
	RecentCalls []Call `json:"recentCalls"`
}

type requestLog struct {
	mu     sync.Mutex
	counts map[string]map[string]int
	tokens ring[TokenRequest]
	calls  ring[Call]
}

func newRequestLog() *requestLog {
	return &requestLog{counts: map[string]map[string]int{}}
}

// Requests tells what was asked since the start or the last reset.
func (s *Simulator) Requests() RequestReport {
	l := s.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	report := RequestReport{Counts: map[string]map[string]int{}, Recent: l.tokens.all(), RecentCalls: l.calls.all()}
	for endpoint, outcomes := range l.counts {
		report.Counts[endpoint] = maps.Clone(outcomes)
	}
	return report
}

// ResetRequests forgets what was asked.
func (s *Simulator) ResetRequests() {
	l := s.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts, l.tokens, l.calls = map[string]map[string]int{}, ring[TokenRequest]{}, ring[Call]{}
}

func (l *requestLog) count(endpoint, outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countLocked(endpoint, outcome)
}

func (l *requestLog) record(request TokenRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countLocked("token", request.Outcome)
	l.tokens.add(request)
}

func (l *requestLog) recordCall(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countLocked(c.Endpoint, c.Outcome)
	l.calls.add(c)
}

func (l *requestLog) countLocked(endpoint, outcome string) {
	if l.counts[endpoint] == nil {
		l.counts[endpoint] = map[string]int{}
	}
	l.counts[endpoint][outcome]++
}
