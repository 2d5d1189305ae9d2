package brokerclient

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxLifetime bounds expires_in. The broker's tokens live for minutes.
const maxLifetime = 24 * time.Hour

// Token is an access token for one service of one customer. Printing it does not show its secret.
type Token struct {
	// AccessToken is the secret. It cannot be revoked: after a withdrawal it is valid until it expires.
	AccessToken outbound.Bearer
	// ExpiresAt is when the token expires, by our clock, counted from the request.
	ExpiresAt time.Time
	// Scope is the token's scope, as the broker reports it.
	Scope string
}

// Tokens returns access tokens, as a Source does.
type Tokens interface {
	// Token returns a token. If fresh is set, it is not the last one.
	Token(ctx context.Context, fresh bool) (Token, error)
}

// WithToken calls call with a token. If NAV rejects the token, or reports that its system user lacks the right,
// WithToken calls it once more with another one: a token of a system user that the customer has replaced lacks every
// right.
func WithToken(ctx context.Context, tokens Tokens, call func(token outbound.Bearer) error) error {
	for fresh := false; ; fresh = true {
		token, err := tokens.Token(ctx, fresh)
		if err != nil {
			return err
		}
		err = call(token.AccessToken)
		if fresh || !mayBeOfToken(err) {
			return err
		}
	}
}

// mayBeOfToken reports whether the error may be the token's, so that another one avoids it.
func mayBeOfToken(err error) bool {
	switch runreport.ReasonOf(err) {
	case runreport.NAVTokenRejected, runreport.RightMissing:
		return true
	default:
		return false
	}
}

// minLifetime is the least remaining lifetime of a token that Source returns.
const minLifetime = 10 * time.Second

// Source returns the access token of a run. It requests a new one from the broker if the last one has expired. It is
// safe for concurrent use.
type Source struct {
	client *Client

	mu   sync.Mutex
	last Token
}

// newSource returns a Source.
func newSource(client *Client) *Source { return &Source{client: client} }

// Connection is how a pod reaches the broker.
type Connection struct {
	// URL is the broker's token endpoint.
	URL string
	// CA is the certificate of the authority that signs the broker's certificate, in PEM.
	CA string
	// TokenFile is the file of the pod's own projected service account token.
	TokenFile string
	Now       func() time.Time
	// Pause waits. If the context ends first, it returns the context's error.
	Pause func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
}

// callTimeout bounds a call to the broker.
const callTimeout = 10 * time.Second

// Connect returns the Source of a pod. It sends no request. No proxy is used, and no authority but CA is trusted.
func Connect(c Connection) (*Source, error) {
	roots, err := outbound.ParseRoots([]byte(c.CA))
	if err != nil {
		return nil, fmt.Errorf("parsing the broker's certificate authority: %w", err)
	}
	client, err := New(Config{
		URL: c.URL, TokenFile: c.TokenFile,
		Calls: outbound.Caller{
			Transport: outbound.WithoutProxy(outbound.NewTransport(roots)), Timeout: callTimeout, Now: c.Now,
		},
		Pause: c.Pause, Log: c.Log,
	})
	if err != nil {
		return nil, err
	}
	return newSource(client), nil
}

// Token returns a token that is valid for at least minLifetime. fresh requests a new token because the last one was
// rejected. Its errors are those of Client.Token.
func (s *Source) Token(ctx context.Context, fresh bool) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !fresh && s.last.ExpiresAt.Sub(s.client.config.Calls.Now()) >= minLifetime {
		return s.last, nil
	}
	token, err := s.client.Token(ctx, fresh)
	if err != nil {
		return Token{}, err
	}
	s.last = token
	return token, nil
}
