// Package brokerclient asks the operator's token broker for the access token of one
// customer and service. The broker knows from the pod's own service account token
// whose pod asks, so a pod cannot ask for anybody else's.
package brokerclient

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// defaultWait is how long a token is waited for. Brokers are replaced one by one, so
	// a minute without any is an outage.
	defaultWait = time.Minute
	// The pauses between attempts begin with the first, and double up to the last.
	firstPause, lastPause = time.Second, 8 * time.Second
)

// Config is what a Client needs to know.
type Config struct {
	// URL is where the broker gives tokens, https, such as
	// https://token-broker.integration-operator-system.svc/token.
	URL string
	// TokenFile is the file of the pod's own projected service account token.
	TokenFile string
	// Calls makes the calls; its transport trusts the broker's authority and no other.
	Calls outbound.Caller
	// Wait is how long a token is waited for, all attempts together; 0 means a minute.
	Wait time.Duration
	// Pause waits, or gives the context's error if that ends first; nil means by a timer.
	Pause func(ctx context.Context, d time.Duration) error
	// Random gives a number in [0, 1), so that many pods do not ask in step; nil means
	// rand.Float64.
	Random func() float64
	// Log is told of each attempt.
	Log *slog.Logger
}

// Client asks a token broker.
type Client struct {
	url       string
	tokenFile string
	calls     outbound.Caller
	wait      time.Duration
	pause     func(context.Context, time.Duration) error
	random    func() float64
	log       *slog.Logger
}

// New makes a Client. It makes no outside call and reads no file.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, errors.New("the token broker's URL must begin with https:// and have a host, and no user")
	}
	if cfg.TokenFile == "" {
		return nil, errors.New("the file of the pod's own token is not named")
	}
	if cfg.Wait == 0 {
		cfg.Wait = defaultWait
	}
	if cfg.Pause == nil {
		cfg.Pause = Pause
	}
	if cfg.Random == nil {
		cfg.Random = rand.Float64
	}
	return &Client{
		url:       cfg.URL,
		tokenFile: cfg.TokenFile,
		calls:     cfg.Calls,
		wait:      cfg.Wait,
		pause:     cfg.Pause,
		random:    cfg.Random,
		log:       cfg.Log,
	}, nil
}

// Token asks until there is a token, or the broker says no, or the wait is over. fresh asks for one that was issued
// lately, because the last one was not accepted.
// Every error is a *runreport.Error: AccessRefused, BrokerUnavailable, or
// ConfigurationInvalid if the pod's own token cannot be read.
func (c *Client) Token(ctx context.Context, fresh bool) (Token, error) {
	const doing = "asking the token broker"
	end := c.calls.Now().Add(c.wait)
	for attempt := 1; ; attempt++ {
		token, failed := c.ask(ctx, end, fresh)
		if failed == nil {
			return token, nil
		}
		c.log.WarnContext(ctx, "Token broker gave no token", "attempt", attempt, "err", failed.err)
		rest := c.pauseAfter(attempt, failed.retryAfter)
		if failed.final || ctx.Err() != nil {
			return Token{}, runreport.Errorf(failed.reason, "%s: %w", doing, failed.err)
		}
		if !c.calls.Now().Add(rest).Before(end) {
			return Token{}, runreport.Errorf(failed.reason, "%s: no token within %s (attempt %d): %w", doing, c.wait, attempt, failed.err)
		}
		if err := c.pause(ctx, rest); err != nil {
			return Token{}, runreport.Errorf(failed.reason, "%s: given up while waiting to ask again: %w", doing, err)
		}
	}
}

// pauseAfter gives the pause after an attempt, the first being 1. It is never shorter
// than the broker asks for, and up to half as long again as it would be otherwise.
func (c *Client) pauseAfter(attempt int, asked time.Duration) time.Duration {
	growing := lastPause
	if doublings := attempt - 1; doublings < 3 {
		growing = firstPause << doublings
	}
	return max(growing, asked) + time.Duration(c.random()*float64(growing)/2)
}

// Pause waits for d, or gives the context's error if that ends first.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pausing: %w", ctx.Err())
	}
}
