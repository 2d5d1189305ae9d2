package brokerclient

import (
	"context"
	"time"
)

// minLifetime is what a token has left at least when it is used.
const minLifetime = 10 * time.Second

// Source gives the access token of a run, and asks the broker only if the one that it has is of no use any more.
type Source struct {
	client *Client
	held   Token
}

// NewSource makes a Source of a Client. It is for one goroutine.
func NewSource(client *Client) *Source { return &Source{client: client} }

// Token gives a token that can be used at once. fresh asks for another than the last one, which was not accepted. Its
// errors are those of Client.Token.
func (s *Source) Token(ctx context.Context, fresh bool) (Token, error) {
	if !fresh && s.held.ExpiresAt.Sub(s.client.calls.Now()) >= minLifetime {
		return s.held, nil
	}
	token, err := s.client.Token(ctx, fresh)
	if err != nil {
		return Token{}, err
	}
	s.held = token
	return token, nil
}
