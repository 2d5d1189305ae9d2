package maskinporten

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// metadataLifetime is how long the metadata is used before it is fetched again.
const metadataLifetime = time.Hour

// wellKnown is the path of an authorization server's metadata (RFC 8414, section 3).
const wellKnown = "/.well-known/oauth-authorization-server"

// metadata is the part of an authorization server's metadata that we use.
type metadata struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
	KeysURI       string `json:"jwks_uri"`
}

// parseIssuer parses a configured issuer: an absolute URL with nothing but scheme, host and perhaps a path.
func parseIssuer(issuer string, allowInsecure bool) (*url.URL, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, errors.New("the issuer is not a URL")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !allowInsecure) {
		return nil, errors.New("the issuer must begin with https://")
	}
	if u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return nil, errors.New("the issuer must have a host, and no user, query or fragment")
	}
	return u, nil
}

// metadataURL returns the issuer with the well-known path between its host and its path.
func metadataURL(issuer *url.URL) string {
	return issuer.Scheme + "://" + issuer.Host + wellKnown + strings.TrimSuffix(issuer.EscapedPath(), "/")
}

// fetchMetadata fetches the metadata of the issuer.
func fetchMetadata(ctx context.Context, calls *caller, issuer string, at *url.URL) (metadata, error) {
	var md metadata
	if err := calls.get(ctx, metadataURL(at), maxResponse, &md); err != nil {
		return metadata{}, doing("fetching the metadata", err)
	}
	if md.Issuer == "" || md.TokenEndpoint == "" || md.KeysURI == "" {
		return metadata{}, failure(ClassBadResponse, "fetching the metadata: it lacks issuer, token_endpoint or jwks_uri")
	}
	if err := md.check(issuer, at); err != nil {
		return metadata{}, &Error{Class: ClassMetadataInvalid, Err: err}
	}
	return md, nil
}

// check returns an error if the metadata is not of the configured issuer, or has an endpoint of another origin, which
// the configuration does not trust.
func (md metadata) check(issuer string, at *url.URL) error {
	if md.Issuer != issuer {
		return fmt.Errorf("the metadata is of another issuer than %s (a slash at the end counts)", clean(issuer))
	}
	for _, endpoint := range []string{md.TokenEndpoint, md.KeysURI} {
		u, err := url.Parse(endpoint)
		if err != nil || u.User != nil || origin(u) != origin(at) {
			return errors.New("the metadata's token_endpoint or jwks_uri is not of the issuer's origin")
		}
	}
	return nil
}

// origin returns scheme, host and port in one form.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
