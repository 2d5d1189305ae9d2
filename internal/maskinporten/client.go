package maskinporten

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// Config configures a Client.
type Config struct {
	// Issuer is "https://maskinporten.no/" or "https://test.maskinporten.no/", exactly as written: the slash is part of
	// it.
	Issuer string
	// AllowInsecure allows an issuer with http://. For tests only.
	AllowInsecure bool
	// ClientID is the id of the supplier's client.
	ClientID string
	// Supplier is the organization that owns the client.
	Supplier orgnumber.Number
	// SystemID is the supplier's system in Altinn's system register. Requests by system user need it.
	SystemID string
	// Keys sign the grants: one, or two during a rotation. The first signs. The second signs while Maskinporten does not
	// know the first, which takes up to two minutes after a change.
	Keys []*SigningKey
	// Transport makes the calls; nil: one of the Client's own.
	Transport http.RoundTripper
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Timeout bounds each call (metadata, keys, token), including the body. Default: defaultTimeout.
	Timeout time.Duration
}

// Client requests tokens from Maskinporten. It is safe for concurrent use.
type Client struct {
	issuer   string
	clientID string
	supplier orgnumber.Number
	systemID string
	ring     *keyRing
	now      func() time.Time
	newID    func() string
	calls    *caller
	metadata *document[metadata]
	keys     *document[keySet]
}

// New returns a Client. It sends no request.
func New(cfg Config) (*Client, error) {
	at, err := parseIssuer(cfg.Issuer, cfg.AllowInsecure)
	if err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	c := &Client{
		issuer:   cfg.Issuer,
		clientID: cfg.ClientID,
		supplier: cfg.Supplier,
		systemID: cfg.SystemID,
		ring:     &keyRing{keys: slices.Clone(cfg.Keys), now: cfg.Now},
		now:      cfg.Now,
		newID:    uuid.NewString,
		calls:    &caller{transport: cfg.Transport, timeout: cfg.Timeout, now: cfg.Now},
	}
	c.metadata = &document[metadata]{
		lifetime: metadataLifetime,
		now:      cfg.Now,
		fetch: func(ctx context.Context) (metadata, error) {
			return fetchMetadata(ctx, c.calls, cfg.Issuer, at)
		},
	}
	c.keys = &document[keySet]{lifetime: keySetLifetime, now: cfg.Now, fetch: c.fetchKeys}
	return c, nil
}

func (cfg Config) check() error {
	switch {
	case !isPrintable(cfg.ClientID):
		return errors.New("the client id must be 1 to 256 printable ASCII characters without spaces")
	case cfg.Supplier.IsZero():
		return errors.New("the supplier's organization number is missing")
	case len(cfg.Keys) < 1 || len(cfg.Keys) > maxKeys:
		return errors.New("there must be one signing key, or two during a rotation")
	case slices.ContainsFunc(cfg.Keys, func(k *SigningKey) bool { return k == nil || k.private == nil }):
		return errors.New("the signing key is missing")
	case cfg.Timeout < 0:
		return errors.New("the time-out is negative")
	}
	return nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Transport == nil {
		cfg.Transport = outbound.NewTransport(nil)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // It is the default of an injected clock.
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	return cfg
}

func (c *Client) fetchKeys(ctx context.Context) (keySet, error) {
	md, err := c.metadata.get(ctx)
	if err != nil {
		return nil, err
	}
	return fetchKeySet(ctx, c.calls, md.value.KeysURI)
}

// Request says which token is requested.
type Request struct {
	// Scope is exactly one scope. The APIs compare a token's whole scope with theirs.
	Scope string
	// Consumer is the customer on whose behalf the token is. Without a number the token is for the supplier itself.
	Consumer orgnumber.Number
	// SystemUser is the system user to use, in place of a consumer.
	SystemUser SystemUserRequest
}

// Token requests a token once and verifies that it is the requested one. During a rotation it sends one grant of each
// key if Maskinporten does not know the first key. Every error is an *Error or wraps one; see ClassOf.
func (c *Client) Token(ctx context.Context, r Request) (*Token, error) {
	if err := c.checkRequest(r); err != nil {
		return nil, err
	}
	q := subject{
		scope: r.Scope, consumer: r.Consumer, supplier: c.supplier, systemUser: r.SystemUser,
		systemID: c.systemID,
	}
	md, err := c.metadata.get(ctx)
	if err != nil {
		return nil, err
	}
	token, err := c.ring.try(func(key *SigningKey) (*Token, error) {
		sent := c.now()
		got, err := c.sendGrant(ctx, md.value.TokenEndpoint, q, key, sent)
		if err != nil {
			return nil, err
		}
		return c.verify(ctx, got, q, sent)
	})
	if isDoubtful(ClassOf(err)) {
		c.metadata.doubt(md)
	}
	return token, err
}

// isDoubtful reports whether an error may be the fault of the metadata that the request used: any error except an
// answer and ClassRateLimited.
func isDoubtful(c Class) bool {
	return c != "" && c != ClassRateLimited && c.Kind() != conclusion.Answer
}

// AcceptedKey returns the key whose grant last led to a token or to an answer about the customer. Before that, it is
// the first of Config.Keys.
func (c *Client) AcceptedKey() *SigningKey {
	return c.ring.acceptedKey()
}

// checkRequest returns an error for a request that Maskinporten would refuse. It sends nothing.
func (c *Client) checkRequest(r Request) error {
	if !isPrintable(r.Scope) || strings.ContainsAny(r.Scope, `"\`) {
		return failure(ClassClientRejected, "a token request must have exactly one scope")
	}
	if r.Consumer == c.supplier {
		return failure(ClassConsumerIsSupplier, "the consumer %s is the supplier itself", r.Consumer)
	}
	if !r.Consumer.IsZero() && !r.SystemUser.IsZero() {
		return failure(ClassClientRejected, "a token request has a consumer or a system user, not both")
	}
	return r.SystemUser.check(c.systemID)
}

// sendGrant sends a new grant and returns the body of the response with status 200.
func (c *Client) sendGrant(
	ctx context.Context, endpoint string, q subject, key *SigningKey, now time.Time,
) (tokenResponse, error) {
	assertion, err := key.sign(grantClaims(c.issuer, c.clientID, q, now, c.newID()))
	if err != nil {
		return tokenResponse{}, &Error{Class: ClassClientRejected, Err: err}
	}
	got, err := c.calls.post(ctx, endpoint, grantForm(assertion))
	if err != nil {
		return tokenResponse{}, doing("requesting a token", err)
	}
	if got.BodyErr != nil && dependsOnBody(got.Status) {
		return tokenResponse{}, doing("reading the token response", noResponse(got.Status, got.BodyErr))
	}
	if got.Status != http.StatusOK {
		return tokenResponse{}, classify(got.Status, got.RetryAfter, parseEnvelope(got.Body), q)
	}
	return parseTokenResponse(got.Body)
}

// verify returns the Token of a response, if it is the requested one.
func (c *Client) verify(ctx context.Context, a tokenResponse, q subject, sent time.Time) (*Token, error) {
	received := c.now()
	claims, err := c.verifySignature(ctx, a.AccessToken, received)
	if err != nil {
		return nil, doing("verifying the token", err)
	}
	if err := claims.check(c.issuer, q, received); err != nil {
		return nil, doing("verifying the token", err)
	}
	token := &Token{
		AccessToken: a.AccessToken,
		ExpiresAt:   a.expiry(sent, claims.Expires.Time),
		Consumer:    q.consumer,
		Scope:       q.scope,
		SystemUser:  claims.systemUser(q),
	}
	switch {
	case !q.consumer.IsZero():
		token.Supplier = c.supplier
	case !q.systemUser.IsZero():
		token.Consumer, token.Supplier = q.systemUser.Owner, c.supplier
	default:
		token.Consumer = c.supplier
	}
	return token, nil
}

// dependsOnBody reports whether the meaning of the response depends on its body.
func dependsOnBody(status int) bool {
	return status == http.StatusOK ||
		status >= http.StatusBadRequest && status < http.StatusInternalServerError && status != http.StatusTooManyRequests
}
