package worker

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/clock"
)

// Token is an access token for one service of one customer. Printing it does not show its secret.
type Token struct{ token brokerclient.Token }

// Authorize sets the Authorization header of a request to the service's API. Send it to no other host. It cannot be
// revoked: after a withdrawal it is valid until it expires.
func (t Token) Authorize(header http.Header) { t.token.AccessToken.Authorize(header) }

// ExpiresAt returns when the token expires, by the pod's clock.
func (t Token) ExpiresAt() time.Time { return t.token.ExpiresAt }

// Scope returns the token's scope.
func (t Token) Scope() string { return t.token.Scope }

// Tokens gets access tokens from the token broker, which identifies the customer and the service by the pod's own
// token. It is safe for concurrent use.
type Tokens struct{ source *brokerclient.Source }

// NewTokens returns the Tokens of a run. It sends no request. The logger records each request, never a token. Its
// errors name what is wrong with the environment.
func NewTokens(e *Environment, tokenFile string, log *slog.Logger) (*Tokens, error) {
	source, err := brokerclient.Connect(brokerclient.Connection{
		URL: e.TokenBroker.URL, CA: e.TokenBroker.CA, TokenFile: tokenFile,
		Now:   time.Now, //nolint:forbidigo // A worker's clock is the system's.
		Pause: clock.Pause, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return &Tokens{source}, nil
}

// Token returns a token that is valid for at least 10 s: the last one, or shortly before that expires another one. It
// repeats a request that fails for up to a minute, unless the broker refuses. [ReasonOf] returns the reason of its
// errors: AccessRefused, BrokerUnavailable or ConfigurationInvalid.
func (t *Tokens) Token(ctx context.Context) (Token, error) {
	token, err := t.source.Token(ctx, false)
	return Token{token}, err
}

// Fresh requests another token because the API rejected the last one, for example after the customer replaced its
// system user. Use it once: if the API rejects that token too, end the run with [ServiceTokenRejected].
func (t *Tokens) Fresh(ctx context.Context) (Token, error) {
	token, err := t.source.Token(ctx, true)
	return Token{token}, err
}
