package maskinporten

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// metadataLifetime is how long the metadata is used before it is asked for again.
const metadataLifetime = time.Hour

// wellKnown is the place of an authorisation server's metadata (RFC 8414, section 3).
const wellKnown = "/.well-known/oauth-authorization-server"

// metadata is what we use of an authorisation server's description of itself.
type metadata struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
	KeysURI       string `json:"jwks_uri"`
}

// parseIssuer checks a configured issuer: an absolute URL with nothing but
// scheme, host and perhaps a path.
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

// metadataURL puts the well-known part between the issuer's host and its path.
func metadataURL(issuer *url.URL) string {
	return issuer.Scheme + "://" + issuer.Host + wellKnown + strings.TrimSuffix(issuer.EscapedPath(), "/")
}

// fetchMetadata asks the server at the issuer to describe itself.
func fetchMetadata(ctx context.Context, calls *caller, issuer string, at *url.URL) (metadata, error) {
	var md metadata
	if err := calls.get(ctx, metadataURL(at), maxAnswer, &md); err != nil {
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

// check makes sure that the description is of the issuer we were told of and
// names no endpoint elsewhere: a grant or a key from another origin would be
// outside of what the configuration trusts.
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

// origin gives scheme, host and port in one form.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
