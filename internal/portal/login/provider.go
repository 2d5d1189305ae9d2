// Package login logs people in with OpenID Connect: the code flow with PKCE, state and nonce.
package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// retryInterval is the least time between two attempts to discover the provider.
	retryInterval = 5 * time.Second
	// maxResponse bounds a response of the provider, in bytes.
	maxResponse = 1 << 20
)

// ErrUnavailable means that the provider does not respond, or returns errors of its own.
var ErrUnavailable = errors.New("the login provider does not respond")

// Options configure a Provider. All but Secret and Scopes are required.
type Options struct {
	// Issuer is the provider's issuer, to the letter.
	Issuer   string
	ClientID string
	// Secret returns the client's secret, "" for a public client.
	Secret func() string
	// Callback is the absolute URL of the portal's /callback.
	Callback string
	// Scopes are requested besides openid.
	Scopes []string
	Claims Claims
	HTTP   *http.Client
	Now    func() time.Time
	Log    *slog.Logger
}

// Provider is an OpenID Connect provider. It may be down when the portal starts, so it is discovered by Discover or
// when it is first needed. It is safe for concurrent use.
type Provider struct {
	options Options

	mu       sync.Mutex
	found    *oidc.Provider
	ending   string // end_session_endpoint
	failedAt time.Time
	failure  error
}

// New returns a Provider, without a request to it.
func New(o Options) *Provider {
	o.HTTP = &http.Client{
		Transport: bounded{o.HTTP.Transport}, Timeout: o.HTTP.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if o.Secret == nil {
		o.Secret = func() string { return "" }
	}
	return &Provider{options: o}
}

// Discover reads the provider's metadata. It tries again at growing intervals, of a minute at most, until it succeeds
// or the context ends. A portal that has discovered its provider logs out there, too.
func (p *Provider) Discover(ctx context.Context) error {
	_, err := backoff.Retry(ctx, func() (*oidc.Provider, error) { return p.provider(ctx) },
		backoff.WithBackOff(&backoff.ExponentialBackOff{
			InitialInterval: retryInterval, Multiplier: 2, RandomizationFactor: 0, MaxInterval: time.Minute,
		}),
		backoff.WithMaxElapsedTime(0))
	return err
}

// Origins returns the origins outside of the portal that forms may lead to: the provider's, for the logout.
func (p *Provider) Origins() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending == "" {
		return nil
	}
	return []string{origin(p.ending)}
}

// LogoutURL returns where the browser logs out at the provider, or "" if that is not possible or not known.
func (p *Provider) LogoutURL(returnTo string) string {
	p.mu.Lock()
	ending := p.ending
	p.mu.Unlock()
	u, err := url.Parse(ending)
	if ending == "" || err != nil {
		return ""
	}
	query := u.Query()
	query.Set("client_id", p.options.ClientID)
	query.Set("post_logout_redirect_uri", returnTo)
	u.RawQuery = query.Encode()
	return u.String()
}

func (p *Provider) provider(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.failure != nil && p.options.Now().Sub(p.failedAt) < retryInterval {
		return nil, p.failure
	}
	// The keys are fetched later, with the client of this context.
	found, err := oidc.NewProvider(p.context(context.WithoutCancel(ctx)), p.options.Issuer)
	if err != nil {
		p.failedAt, p.failure = p.options.Now(), fmt.Errorf("%w: %w", ErrUnavailable, err)
		p.options.Log.Error("Cannot read the metadata of the login provider", "issuer", p.options.Issuer, "err", err)
		return nil, p.failure
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := found.Claims(&more); err == nil && origin(more.EndSession) != "" {
		p.ending = more.EndSession
	}
	p.found, p.failure = found, nil
	p.options.Log.Info("Read the metadata of the login provider", "issuer", p.options.Issuer)
	return found, nil
}

func (p *Provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.options.HTTP)
}

func (p *Provider) config(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.options.ClientID, ClientSecret: p.options.Secret(), Endpoint: found.Endpoint(),
		RedirectURL: p.options.Callback, Scopes: append([]string{oidc.ScopeOpenID}, p.options.Scopes...),
	}
}

// origin returns the origin of a URL, "" if it is not an http or https URL.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// bounded bounds responses.
type bounded struct{ http.RoundTripper }

// RoundTrip sends a request.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxResponse), response.Body}
	return response, nil
}
