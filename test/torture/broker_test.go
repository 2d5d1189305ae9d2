package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// broker replaces the manager's token broker. It identifies a worker by its token, "customer/service". Its access
// tokens are from the simulated Maskinporten.
type broker struct {
	client *maskinporten.Client
	// fails reports whether a request fails.
	fails func() bool

	mu   sync.Mutex
	held map[string]*maskinporten.Token
}

func (b *broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	worker, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if b.fails() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	token, err := b.token(r.Context(), worker, r.URL.Query().Get("fresh") == "true")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"access_token": token.AccessToken, "token_type": "Bearer", "scope": token.Scope,
		"expires_in": int64(time.Until(token.ExpiresAt) / time.Second),
	})
}

func (b *broker) token(ctx context.Context, worker string, fresh bool) (*maskinporten.Token, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if held := b.held[worker]; held != nil && !fresh && time.Until(held.ExpiresAt) > 10*time.Second {
		return held, nil
	}
	request, err := requestOf(worker)
	if err != nil {
		return nil, err
	}
	token, err := b.client.Token(ctx, request)
	if err != nil {
		return nil, err
	}
	b.held[worker] = token
	return token, nil
}

// requestOf returns the request for a worker's access token.
func requestOf(worker string) (maskinporten.Request, error) {
	customer, service, _ := strings.Cut(worker, "/")
	number, err := orgnumber.Parse(customer)
	if err != nil {
		return maskinporten.Request{}, fmt.Errorf("parsing the worker's token: %w", err)
	}
	if service == followUpPlans {
		return maskinporten.Request{Scope: planScope, Consumer: number}, nil
	}
	scope := sickPayScope
	switch service {
	case meetingLetters:
		scope = letterScope
	case settlementReports:
		scope = reportScope
	}
	return maskinporten.Request{Scope: scope, SystemUser: maskinporten.SystemUserRequest{Owner: number}}, nil
}
