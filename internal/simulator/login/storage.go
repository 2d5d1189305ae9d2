package login

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"maps"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// requestLifetime is how long a login may be under way.
const requestLifetime = 10 * time.Minute

var (
	errNoRequest   = errors.New("there is no such login")
	errNoClient    = errors.New("there is no such client")
	errUnsupported = errors.New("the simulated provider does not support this")
)

// storage is what the provider's library keeps.
type storage struct{ *Service }

var (
	_ op.Storage                   = storage{}
	_ op.CanSetUserinfoFromRequest = storage{}
)

// CreateAuthRequest begins a login.
func (s storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if len(r.Prompt) == 1 && r.Prompt[0] == oidc.PromptNone {
		return nil, oidc.ErrLoginRequired()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	maps.DeleteFunc(s.requests, func(_ string, old *authRequest) bool { return now.Sub(old.created) > requestLifetime })
	maps.DeleteFunc(s.codes, func(_, id string) bool { return s.requests[id] == nil })
	request := &authRequest{AuthRequest: r, id: rand.Text(), created: now}
	s.requests[request.id] = request
	return request, nil
}

// AuthRequestByID returns a login.
func (s storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if request, ok := s.requests[id]; ok {
		return request, nil
	}
	return nil, errNoRequest
}

// AuthRequestByCode returns the login of a code.
func (s storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode keeps the code of a login.
func (s storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest ends a login: its code works once.
func (s storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	maps.DeleteFunc(s.codes, func(_, request string) bool { return request == id })
	return nil
}

// CreateAccessToken returns the id of a token that opens nothing.
func (s storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), s.options.Now().Add(idTokenLifetime), nil
}

// CreateAccessAndRefreshTokens refuses: there are no refresh tokens.
func (s storage) CreateAccessAndRefreshTokens(
	context.Context, op.TokenRequest, string,
) (access, refresh string, expires time.Time, err error) {
	return "", "", time.Time{}, errUnsupported
}

// TokenRequestByRefreshToken refuses.
func (s storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

// TerminateSession ends nothing: the browser has the session.
func (s storage) TerminateSession(context.Context, string, string) error { return nil }

// RevokeToken revokes nothing: no token opens anything.
func (s storage) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

// GetRefreshTokenInfo refuses.
func (s storage) GetRefreshTokenInfo(context.Context, string, string) (user, token string, err error) {
	return "", "", op.ErrInvalidRefreshToken
}

// SigningKey returns the key that signs ID tokens.
func (s storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

// SignatureAlgorithms returns the key's algorithm.
func (s storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet returns the public key.
func (s storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }

// GetClientByClientID returns the client.
func (s storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.options.Client.ID {
		return nil, errNoClient
	}
	return client{s.options.Client}, nil
}

// AuthorizeClientIDSecret verifies the client's secret.
func (s storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != s.options.Client.ID || s.options.Client.Secret == "" ||
		subtle.ConstantTimeCompare([]byte(secret), []byte(s.options.Client.Secret)) != 1 {
		return errNoClient
	}
	return nil
}

// SetUserinfoFromScopes does nothing: SetUserinfoFromRequest does.
func (s storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest writes who the person is into an ID token.
func (s storage) SetUserinfoFromRequest(
	_ context.Context, info *oidc.UserInfo, request op.IDTokenRequest, _ []string,
) error {
	p, ok := s.person(request.GetSubject())
	if !ok {
		return errNoRequest
	}
	info.Subject, info.Name, info.PreferredUsername = p.ID, p.Name, p.Email()
	info.Email, info.EmailVerified = p.Email(), true
	if p.Overage {
		info.AppendClaims("_claim_names", map[string]string{claimGroups: "src1"})
		info.AppendClaims("_claim_sources", map[string]any{
			"src1": map[string]string{"endpoint": s.options.Issuer + "/groups"},
		})
		return nil
	}
	info.AppendClaims(claimGroups, p.Groups)
	return nil
}

// SetUserinfoFromToken refuses: all is in the ID token.
func (s storage) SetUserinfoFromToken(context.Context, *oidc.UserInfo, string, string, string) error {
	return errUnsupported
}

// SetIntrospectionFromToken refuses.
func (s storage) SetIntrospectionFromToken(
	context.Context, *oidc.IntrospectionResponse, string, string, string,
) error {
	return errUnsupported
}

// GetPrivateClaimsFromScopes returns none.
func (s storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// GetKeyByIDAndClientID refuses: clients have no keys.
func (s storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnsupported
}

// ValidateJWTProfileScopes refuses.
func (s storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnsupported
}

// Health reports that the provider works.
func (s storage) Health(context.Context) error { return nil }

// signingKey is the provider's key.
type signingKey struct {
	id  string
	key *rsa.PrivateKey
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Key() any                                    { return k.key }

// publicKey is its public part.
type publicKey struct{ signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.key.PublicKey }
