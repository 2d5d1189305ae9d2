// Package brokerclient gets access tokens from the operator's token broker. The broker identifies the customer and the
// service by the pod's own service account token, so a pod cannot get another customer's token.
package brokerclient

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// defaultWait is how long Token waits for a token. Brokers are replaced one by one, so a minute without one is an
	// outage.
	defaultWait = time.Minute
	// The pauses between attempts begin with firstPause and double up to lastPause.
	firstPause, lastPause = time.Second, 8 * time.Second
)

// Config configures a Client.
type Config struct {
	// URL is the broker's token endpoint, https, such as https://token-broker.integration-operator-system.svc/token.
	URL string
	// TokenFile is the file of the pod's own projected service account token.
	TokenFile string
	// Calls makes the calls. Its transport trusts only the broker's certificate authority.
	Calls outbound.Caller
	// Wait bounds all attempts together. 0 means a minute.
	Wait time.Duration
	// Pause waits. If the context ends first, it returns the context's error.
	Pause func(ctx context.Context, d time.Duration) error
	// Random returns a number in [0, 1) that spreads the attempts of many pods. nil means rand.Float64.
	Random func() float64
	// Log records each attempt.
	Log *slog.Logger
}

// Client is a client of the broker.
type Client struct{ config Config }

// New returns a Client. It sends no request and reads no file.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, errors.New("the broker's URL must begin with https:// and have a host and no user")
	}
	if cfg.TokenFile == "" {
		return nil, errors.New("the file of the pod's token is missing")
	}
	if cfg.Wait == 0 {
		cfg.Wait = defaultWait
	}
	if cfg.Random == nil {
		cfg.Random = rand.Float64
	}
	return &Client{config: cfg}, nil
}

// Token returns a token. It repeats the request until the broker refuses access or the wait is over. fresh requests a
// new token because the last one was rejected. Each error is a *runreport.Error: AccessRefused, BrokerUnavailable, or
// ConfigurationInvalid if the pod's token is unreadable.
func (c *Client) Token(ctx context.Context, fresh bool) (Token, error) {
	const doing = "requesting a token from the broker"
	end := c.config.Calls.Now().Add(c.config.Wait)
	for attempt := 1; ; attempt++ {
		token, failed := c.request(ctx, end, fresh)
		if failed == nil {
			return token, nil
		}
		c.config.Log.WarnContext(ctx, "Failed to get a token from the broker", "attempt", attempt, "err", failed.err)
		rest := c.pauseAfter(attempt, failed.retryAfter)
		if failed.final || ctx.Err() != nil {
			return Token{}, runreport.Errorf(failed.reason, "%s: %w", doing, failed.err)
		}
		if !c.config.Calls.Now().Add(rest).Before(end) {
			return Token{}, runreport.Errorf(failed.reason, "%s: no token within %s (attempt %d): %w",
				doing, c.config.Wait, attempt, failed.err)
		}
		if err := c.config.Pause(ctx, rest); err != nil {
			return Token{}, runreport.Errorf(failed.reason, "%s: %w", doing, err)
		}
	}
}

// pauseAfter returns the pause after an attempt; the first attempt is 1. The pause is at least retryAfter, plus a
// random part of up to half the regular pause.
func (c *Client) pauseAfter(attempt int, retryAfter time.Duration) time.Duration {
	growing := lastPause
	if doublings := attempt - 1; doublings < 3 {
		growing = firstPause << doublings
	}
	return max(growing, retryAfter) + time.Duration(c.config.Random()*float64(growing)/2)
}
