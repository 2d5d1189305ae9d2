package login

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Lifetime is how long a login at the provider may take.
const Lifetime = 10 * time.Minute

// ErrFailed means that a login was not completed: it was begun in another browser, took too long or was forged.
var ErrFailed = errors.New("the login was not completed")

// ErrRefused means that the provider refused the login.
var ErrRefused = errors.New("the login provider refused the login")

// Pending is a login that is under way. The browser keeps it, sealed.
type Pending struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Return   string    `json:"r"`
	Expires  time.Time `json:"e"`
}

// Begin returns the URL of the provider's login page, and the login to keep. returnTo is the path to show afterwards.
func (p *Provider) Begin(ctx context.Context, returnTo string) (address string, pending Pending, err error) {
	found, err := p.provider(ctx)
	if err != nil {
		return "", Pending{}, err
	}
	// Each is 256 random bits.
	pending = Pending{
		State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
		Return: returnTo, Expires: p.options.Now().Add(Lifetime),
	}
	address = p.config(found).AuthCodeURL(pending.State, oidc.Nonce(pending.Nonce),
		oauth2.S256ChallengeOption(pending.Verifier))
	return address, pending, nil
}

// Finish ends a login with the query with which the provider sent the browser back. Its errors are ErrFailed,
// ErrRefused, ErrUnavailable and those of Claims.
func (p *Provider) Finish(ctx context.Context, pending Pending, query url.Values) (Identity, error) {
	if pending.State == "" || !p.options.Now().Before(pending.Expires) {
		return Identity{}, fmt.Errorf("%w: it is unknown or too old", ErrFailed)
	}
	if subtle.ConstantTimeCompare([]byte(pending.State), []byte(query.Get("state"))) != 1 {
		return Identity{}, fmt.Errorf("%w: state differs", ErrFailed)
	}
	if reason := query.Get("error"); reason != "" {
		return Identity{}, refusal(reason)
	}
	found, err := p.provider(ctx)
	if err != nil {
		return Identity{}, err
	}
	token, err := p.config(found).Exchange(p.context(ctx), query.Get("code"), oauth2.VerifierOption(pending.Verifier))
	if err != nil {
		return Identity{}, exchangeError(err)
	}
	return p.identify(ctx, found, token, pending.Nonce)
}

// identify verifies the ID token.
func (p *Provider) identify(
	ctx context.Context, found *oidc.Provider, token *oauth2.Token, nonce string,
) (Identity, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, fmt.Errorf("%w: the provider returned no ID token", ErrFailed)
	}
	verifier := found.VerifierContext(p.context(ctx), &oidc.Config{ClientID: p.options.ClientID, Now: p.options.Now})
	verified, err := verifier.Verify(p.context(ctx), raw)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: the ID token is not valid: %w", ErrFailed, err)
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(nonce)) != 1 {
		return Identity{}, fmt.Errorf("%w: nonce differs", ErrFailed)
	}
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("%w: the ID token cannot be read", ErrFailed)
	}
	return p.options.Claims.identity(p.options.Issuer, claims)
}

// refusal returns the error of a code of RFC 6749 4.1.2.1. Its text comes through the browser and is not kept.
func refusal(code string) error {
	switch code {
	case "server_error", "temporarily_unavailable":
		return ErrUnavailable
	default:
		return ErrRefused
	}
}

// exchangeError tells an outage from a refused code. Neither error has the provider's text, which may quote the code.
func exchangeError(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response == nil {
		return fmt.Errorf("%w: no token response", ErrUnavailable)
	}
	status := refused.Response.StatusCode
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return fmt.Errorf("%w: the token endpoint returned %d", ErrUnavailable, status)
	}
	if refused.ErrorCode == "invalid_client" || refused.ErrorCode == "unauthorized_client" {
		return fmt.Errorf("%w: it does not accept the portal's client id and secret", ErrUnavailable)
	}
	return fmt.Errorf("%w: the token endpoint returned %d", ErrFailed, status)
}
