package maskinporten

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/4human/integration-operator/internal/orgnumber"
)

const (
	// expiryLeeway is how long after its expiry, by our clock, a token that has just come is accepted.
	expiryLeeway = 10 * time.Second
	// maxSkew is how far our clock may be off before a token's times count against the token.
	maxSkew = time.Minute
	// maxLifetime bounds expires_in and exp; Maskinporten's are minutes.
	maxLifetime = 24 * time.Hour
)

// Token is a verified access token. It shows all but AccessToken itself, however it is printed, logged or encoded.
type Token struct {
	// AccessToken is the secret. It cannot be revoked: after a withdrawal it is valid until it expires.
	AccessToken string
	// ExpiresAt is when it must no longer be used, by our clock.
	ExpiresAt time.Time
	// Consumer is the organization whose data it opens: the consumer, the owner of the system user, or the supplier
	// itself.
	Consumer orgnumber.Number
	// Supplier is the organization that acts for the consumer, or no number if the consumer acts itself.
	Supplier orgnumber.Number
	// Scope is its one scope.
	Scope string
	// SystemUser is the system user by which it was requested, or none.
	SystemUser SystemUser
}

// String returns all but the secret.
func (t Token) String() string {
	return fmt.Sprintf("token for scope %s, consumer %s, supplier %s, until %s",
		t.Scope, t.Consumer, t.Supplier, t.ExpiresAt.UTC().Format(time.RFC3339))
}

// GoString returns String.
func (t Token) GoString() string {
	return t.String()
}

// Format writes String, whatever the verb and flags.
func (t Token) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, t.String())
}

// LogValue returns all but the secret.
func (t Token) LogValue() slog.Value {
	return slog.GroupValue(slog.String("scope", t.Scope), slog.String("consumer", t.Consumer.String()),
		slog.String("supplier", t.Supplier.String()), slog.Time("expiresAt", t.ExpiresAt))
}

// MarshalJSON returns all but the secret. To pass a token on, use the field.
func (t Token) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"scope": t.Scope, "consumer": t.Consumer, "supplier": t.Supplier, "expiresAt": t.ExpiresAt,
	})
}

// tokenResponse is the body of a 200 of the token endpoint (RFC 6749, section 5.1). Its scope is informational; the one
// in the token counts.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   *int64 `json:"expires_in"`
}

// parseTokenResponse parses the body of a 200. Its errors do not quote the body, which may hold a token.
func parseTokenResponse(body []byte) (tokenResponse, error) {
	var a tokenResponse
	problem := ""
	switch {
	case json.Unmarshal(body, &a) != nil:
		problem = "the body is not a token response"
	case a.AccessToken == "":
		problem = "there is no access_token"
	case !strings.EqualFold(a.TokenType, "Bearer"):
		problem = "the token_type is not Bearer"
	case a.ExpiresIn != nil && *a.ExpiresIn <= 0:
		problem = "expires_in is not positive"
	}
	if problem != "" {
		return tokenResponse{}, &Error{Class: ClassBadResponse, Status: http.StatusOK, Err: errors.New(problem)}
	}
	return a, nil
}

// expiry returns the earlier expiry of response and token, and at most maxLifetime from now. expires_in counts from
// when the grant was sent, so that the time on the way is not included.
func (a tokenResponse) expiry(sent, exp time.Time) time.Time {
	seconds := int64(maxLifetime / time.Second)
	if a.ExpiresIn != nil {
		seconds = min(*a.ExpiresIn, seconds)
	}
	if byAnswer := sent.Add(time.Duration(seconds) * time.Second); byAnswer.Before(exp) {
		return byAnswer
	}
	return exp
}

// tokenClaims are the claims that we check (docs.digdir.no, Maskinporten access token). aud is not among them: it is
// absent, or "unspecified", or names a resource, and we request none.
type tokenClaims struct {
	Issuer   string           `json:"iss"`
	Scope    string           `json:"scope"`
	Issued   *jwt.NumericDate `json:"iat"`
	Expires  *jwt.NumericDate `json:"exp"`
	Consumer *party           `json:"consumer"`
	Supplier *party           `json:"supplier"`

	Details []authorizationDetail `json:"authorization_details"`
}

// party is an organization in a token. ID is an ISO 6523 identifier.
type party struct {
	ID string `json:"ID"`
}

func (p *party) is(n orgnumber.Number) bool {
	if p == nil {
		return false
	}
	got, err := orgnumber.ParseISO6523(p.ID)
	return err == nil && got == n
}

// These methods implement golang-jwt's Claims. Its own checks are off.

func (c *tokenClaims) GetExpirationTime() (*jwt.NumericDate, error) { return c.Expires, nil }
func (c *tokenClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return c.Issued, nil }
func (c *tokenClaims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (c *tokenClaims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *tokenClaims) GetSubject() (string, error)                  { return "", nil }
func (c *tokenClaims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

var tokenParser = jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "RS384", "RS512"}),
	jwt.WithoutClaimsValidation())

// verifySignature parses a token and checks its signature.
func (c *Client) verifySignature(ctx context.Context, token string, received time.Time) (*tokenClaims, error) {
	claims := &tokenClaims{}
	_, err := tokenParser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		return c.signerKey(ctx, id, received)
	})
	var ours *Error
	switch {
	case err == nil:
		return claims, nil
	case errors.As(err, &ours):
		return nil, ours
	case errors.Is(err, jwt.ErrTokenMalformed):
		return nil, failure(ClassBadResponse, "the access token is not a readable JWT")
	}
	c.keys.doubt(c.keys.look().last)
	// The parser's text may quote the token's header.
	return nil, failure(ClassTokenMismatch,
		"the token's signature is not the issuer's, or its algorithm is not RS256, RS384 or RS512")
}

// check returns an error if a token is not the requested one.
func (c *tokenClaims) check(issuer string, q subject, now time.Time) error {
	consumer := q.consumer
	if consumer.IsZero() {
		consumer = q.supplier
	}
	switch {
	case c.Issuer != issuer:
		return failure(ClassTokenMismatch, "the token is of another issuer")
	case c.Scope != q.scope:
		return failure(ClassTokenMismatch, "the token is not for exactly the requested scope")
	case !c.Consumer.is(consumer):
		return failure(ClassTokenMismatch, "the token's consumer is not %s", consumer)
	case q.consumer.IsZero() && c.Supplier != nil: // also by system user the consumer is the supplier
		return failure(ClassTokenMismatch, "the token has a supplier, and the request had no consumer")
	case !q.consumer.IsZero() && !c.Supplier.is(q.supplier):
		return failure(ClassTokenMismatch, "the token's supplier is not %s", q.supplier)
	}
	if err := c.checkSystemUser(q); err != nil {
		return err
	}
	return c.checkTimes(now)
}

// checkTimes distinguishes an old token from a wrong clock of ours. A new token cannot have expired, nor be issued in
// the future.
func (c *tokenClaims) checkTimes(now time.Time) error {
	if c.Expires == nil || c.Issued != nil && !c.Expires.After(c.Issued.Time) {
		return failure(ClassTokenMismatch, "the token has no expiry, or one before its issue")
	}
	if c.Issued != nil && c.Issued.After(now.Add(maxSkew)) {
		return failure(ClassClockSkewed, "the token was issued in the future by our clock")
	}
	ago := now.Sub(c.Expires.Time)
	switch {
	case ago < expiryLeeway:
		return nil
	case ago <= maxSkew:
		return failure(ClassClockSkewed, "the token was expired by our clock when it arrived")
	}
	return failure(ClassTokenMismatch, "the token had expired long before it arrived")
}
