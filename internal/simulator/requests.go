package simulator

import (
	"maps"
	"sync"
	"time"
)

// recentRequests is how many token requests are remembered one by one.
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

// RequestReport is what was asked of the simulator.
type RequestReport struct {
	// Counts has the number of requests by endpoint (token, metadata, jwk, health) and outcome. OK is the good outcome of
	// the endpoints that are not token.
	Counts map[string]map[string]int `json:"counts"`
	// Recent has the last thousand token requests, oldest first.
	Recent []TokenRequest `json:"recent"`
}

type requestLog struct {
	mu     sync.Mutex
	counts map[string]map[string]int
	ring   []TokenRequest
	next   int // where the oldest is, once the ring is full
}

func newRequestLog() *requestLog {
	return &requestLog{counts: map[string]map[string]int{}}
}

// Requests tells what was asked since the start or the last reset.
func (s *Simulator) Requests() RequestReport {
	l := s.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	report := RequestReport{Counts: map[string]map[string]int{}, Recent: make([]TokenRequest, 0, len(l.ring))}
	for endpoint, outcomes := range l.counts {
		report.Counts[endpoint] = maps.Clone(outcomes)
	}
	report.Recent = append(report.Recent, l.ring[l.next:]...)
	report.Recent = append(report.Recent, l.ring[:l.next]...)
	return report
}

// ResetRequests forgets what was asked.
func (s *Simulator) ResetRequests() {
	l := s.requests
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts, l.ring, l.next = map[string]map[string]int{}, nil, 0
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
	if len(l.ring) < recentRequests {
		l.ring = append(l.ring, request)
		return
	}
	l.ring[l.next] = request
	l.next = (l.next + 1) % recentRequests
}

func (l *requestLog) countLocked(endpoint, outcome string) {
	if l.counts[endpoint] == nil {
		l.counts[endpoint] = map[string]int{}
	}
	l.counts[endpoint][outcome]++
}
