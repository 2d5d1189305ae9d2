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

// broker stands in for the manager's token broker: who it is that asks, it is told by the token that the test gave the
// worker, "customer/service". The access tokens are Maskinporten's, as simulated.
type broker struct {
	client *maskinporten.Client
	// fails is asked whether a question shall fail.
	fails func() bool

	mu   sync.Mutex
	held map[string]*maskinporten.Token
}

func (b *broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if b.fails() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	token, err := b.token(r.Context(), who, r.URL.Query().Get("fresh") == "true")
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

func (b *broker) token(ctx context.Context, who string, fresh bool) (*maskinporten.Token, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if held := b.held[who]; held != nil && !fresh && time.Until(held.ExpiresAt) > 10*time.Second {
		return held, nil
	}
	request, err := requestOf(who)
	if err != nil {
		return nil, err
	}
	token, err := b.client.Token(ctx, request)
	if err != nil {
		return nil, err
	}
	b.held[who] = token
	return token, nil
}

// requestOf gives what a worker's token is asked for with.
func requestOf(who string) (maskinporten.Request, error) {
	customer, service, _ := strings.Cut(who, "/")
	number, err := orgnumber.Parse(customer)
	if err != nil {
		return maskinporten.Request{}, fmt.Errorf("reading who asks for a token: %w", err)
	}
	if service == followUpPlans {
		return maskinporten.Request{Scope: planScope, Consumer: number}, nil
	}
	return maskinporten.Request{Scope: sickPayScope, SystemUser: maskinporten.SystemUserRequest{Owner: number}}, nil
}
