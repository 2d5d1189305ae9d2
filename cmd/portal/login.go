package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/portal/access"
	"github.com/4human/integration-operator/internal/portal/login"
	"github.com/4human/integration-operator/internal/portal/server"
	"github.com/4human/integration-operator/internal/portal/session"
)

// providerTimeout bounds a request to the login provider.
const providerTimeout = 10 * time.Second

// newLogin returns what people log in with, nil without a provider. Until the context ends it tries to discover the
// provider.
func newLogin(ctx context.Context, o *options, c *cluster, log *slog.Logger) (*server.Login, error) {
	if o.oidc.issuer == "" {
		return nil, nil
	}
	keys, err := openSessionKeys(o.sessionKeyFiles, log)
	if err != nil {
		return nil, fmt.Errorf("--session-key-files: %w", err)
	}
	secret := func() string { return "" }
	if o.oidc.secretFile != "" {
		file, err := openClientSecret(o.oidc.secretFile, log)
		if err != nil {
			return nil, fmt.Errorf("--oidc-client-secret-file: %w", err)
		}
		secret = func() string { value, _ := file.Get(); return value }
	}
	roots, err := outbound.ReadMoreRoots(o.oidc.caFile)
	if err != nil {
		return nil, fmt.Errorf("--oidc-ca-file: %w", err)
	}
	provider := login.New(login.Options{
		Issuer: o.oidc.issuer, ClientID: o.oidc.clientID, Secret: secret, Callback: o.public.String() + "/callback",
		Scopes: o.oidc.scopes, Claims: o.oidc.claims, Now: time.Now, Log: log,
		HTTP: &http.Client{Transport: outbound.NewTransport(roots), Timeout: providerTimeout},
	})
	go func() { _ = provider.Discover(ctx) }() // It logs its failures.
	present := func() session.Keys { value, _ := keys.Get(); return value }
	secure := o.public.Scheme == "https"
	return &server.Login{
		Provider: provider,
		Sessions: session.New(present, secure, o.sessionLifetime, time.Now),
		Pending:  session.NewJar("portal-login", session.ForLogin, secure, present),
		Access:   access.New(c.client, o.namespaces, time.Now),
	}, nil
}
