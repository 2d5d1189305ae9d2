package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/portal/login"
	"github.com/4human/integration-operator/internal/portal/visitor"
	"github.com/4human/integration-operator/internal/profiling"
	"github.com/4human/integration-operator/internal/version"
)

const (
	minSession = 5 * time.Minute
	maxSession = 24 * time.Hour
)

type options struct {
	namespaces      []string
	publicURL       string
	address         string
	metricsAddress  string
	healthAddress   string
	certDir         string
	linkKeyFile     string
	sessionKeyFiles []string
	sessionLifetime time.Duration
	guidesDir       string
	trustedProxies  []string
	pprofAddress    string
	logLevel        string

	oidc oidcOptions

	// What complete has parsed.
	public  *url.URL
	proxies visitor.Proxies
}

// oidcOptions are the flags of the login, named as kube-apiserver's.
type oidcOptions struct {
	issuer     string
	clientID   string
	secretFile string
	caFile     string
	scopes     []string
	claims     login.Claims
}

func command() *cobra.Command {
	o := options{}
	cmd := &cobra.Command{
		Use:   "portal",
		Short: "Shows customers' access to consultants and management, and each customer its own page",
		Long: `A web application that shows customers' access. It has three kinds of readers: consultants and management, who log in
with OpenID Connect and see the customers of the namespaces in which Kubernetes lets them get customerintegrations;
and each customer, who opens its own page by a secret link.

It only reads CustomerIntegrations and Suppliers, and writes one annotation: the request to verify a customer now.
Without --oidc-issuer-url it serves customers' own pages only.`,
		Version:       version.String(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return run(cmd.Context(), &o)
		},
	}
	o.addFlags(cmd)
	o.oidc.addFlags(cmd)
	return cmd
}

func (o *options) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&o.namespaces, "namespaces", nil,
		"namespaces of CustomerIntegrations, comma-separated (required); each needs the RoleBinding of config/portal/customer-namespace")
	f.StringVar(&o.publicURL, "public-url", "",
		"address by which browsers reach the portal, without a path, such as https://portal.4human.example (required)")
	f.StringVar(&o.address, "bind-address", ":8080", "address of the pages")
	f.StringVar(&o.certDir, "tls-cert-dir", "",
		"folder with tls.crt and tls.key for the pages, read again when replaced (default: plain HTTP, behind a proxy that has TLS)")
	f.StringVar(&o.metricsAddress, "metrics-bind-address", ":8082", "address of /metrics, over HTTP; 0 disables it")
	f.StringVar(&o.healthAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz")
	f.StringVar(&o.linkKeyFile, "link-key-file", "",
		"file with the key of the links to customers' own pages, at least 32 bytes (required)")
	f.StringSliceVar(&o.sessionKeyFiles, "session-key-files", nil,
		"files with the keys of sessions, at least 32 bytes each (required with --oidc-issuer-url): the first encrypts, the others, which may be missing, decrypt sessions from before a rotation")
	f.DurationVar(&o.sessionLifetime, "session-lifetime", 8*time.Hour, "how long a person stays logged in, 5m to 24h")
	f.StringVar(&o.guidesDir, "guides-dir", "",
		"folder with guides that replace built-in ones, such as a mounted ConfigMap (default: the built-in ones)")
	f.StringSliceVar(&o.trustedProxies, "trusted-proxies", nil,
		"networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8 (default: none)")
	f.StringVar(&o.pprofAddress, "pprof-address", "", profiling.Usage)
	f.StringVar(&o.logLevel, "log-level", "info", "log level: debug, info, warn or error")
}

func (o *oidcOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.issuer, "oidc-issuer-url", "",
		"issuer of the login provider, to the letter (default: no login, and only customers' own pages)")
	f.StringVar(&o.clientID, "oidc-client-id", "", "client id of the portal (required with --oidc-issuer-url)")
	f.StringVar(&o.secretFile, "oidc-client-secret-file", "", "file with the client's secret (default: a public client)")
	f.StringVar(&o.caFile, "oidc-ca-file", "",
		"file with certificates of authorities that verify the provider besides the public ones, in PEM")
	f.StringSliceVar(&o.scopes, "oidc-scopes", []string{"profile", "email"}, "scopes to request besides openid")
	f.StringVar(&o.claims.Username, "oidc-username-claim", "sub", "claim of the ID token with the user name")
	f.StringVar(&o.claims.UsernamePrefix, "oidc-username-prefix", "",
		`prefix of user names (default: the issuer and "#", or none for the claim email); "-" is none`)
	f.StringVar(&o.claims.Groups, "oidc-groups-claim", "groups", "claim of the ID token with the groups")
	f.StringVar(&o.claims.GroupsPrefix, "oidc-groups-prefix", "", "prefix of groups")
}

// complete applies defaults and verifies the flags.
func (o *options) complete() error {
	if len(o.namespaces) == 0 {
		return errors.New("--namespaces is required")
	}
	for i, ns := range o.namespaces {
		o.namespaces[i] = strings.TrimSpace(ns)
		if o.namespaces[i] == "" {
			return errors.New("--namespaces has an empty element")
		}
	}
	var err error
	if o.public, err = parsePublicURL(o.publicURL); err != nil {
		return err
	}
	if o.linkKeyFile == "" {
		return errors.New("--link-key-file is required")
	}
	if o.proxies, err = visitor.ParseProxies(o.trustedProxies); err != nil {
		return fmt.Errorf("--trusted-proxies: %w", err)
	}
	if err := profiling.CheckAddress(o.pprofAddress); err != nil {
		return err
	}
	if o.sessionLifetime < minSession || o.sessionLifetime > maxSession {
		return fmt.Errorf("--session-lifetime must be from %s to %s, not %s", minSession, maxSession, o.sessionLifetime)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return fmt.Errorf("--log-level must be debug, info, warn or error, not %q", o.logLevel)
	}
	return o.completeLogin()
}

// completeLogin verifies the flags of the login.
func (o *options) completeLogin() error {
	if o.oidc.issuer == "" {
		if o.oidc.clientID != "" {
			return errors.New("--oidc-issuer-url is required with --oidc-client-id")
		}
		return nil
	}
	if o.oidc.clientID == "" {
		return errors.New("--oidc-client-id is required with --oidc-issuer-url")
	}
	if len(o.sessionKeyFiles) == 0 || slices.Contains(o.sessionKeyFiles, "") {
		return errors.New("--session-key-files is required with --oidc-issuer-url")
	}
	if o.oidc.claims.Username == "" {
		return errors.New("--oidc-username-claim is required with --oidc-issuer-url")
	}
	issuer, err := url.Parse(o.oidc.issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" && issuer.Scheme != "http" {
		return errors.New("--oidc-issuer-url must be an https URL")
	}
	if issuer.Scheme == "http" && o.public.Scheme == "https" {
		return errors.New("--oidc-issuer-url must be an https URL; http is for demonstrations, with an http --public-url")
	}
	return nil
}

func parsePublicURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("--public-url is required")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("--public-url must be an https URL without a path, such as https://portal.4human.example")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// level returns the log level, which complete has verified.
func (o *options) level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(o.logLevel))
	return level
}
