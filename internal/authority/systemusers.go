package authority

import (
	"context"
	"errors"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/systemuser"
)

var _ systemuser.Authority = (*SystemUsers)(nil)

// SystemUsers sends the requests of one negotiation of a customer's access by system user. Each of its methods may be
// held back, as Guard.Token is.
type SystemUsers struct {
	guard   *Guard
	request TokenRequest
	begun   bool // a request of the negotiation was let through
	probes  bool // a token request was let through although our system may have a fault
}

// SystemUsers returns what sends the requests of one negotiation. The TokenRequest names the customer, the scope, the
// priority and the owner of the system user; it needs no reference.
func (g *Guard) SystemUsers(r TokenRequest) *SystemUsers { return &SystemUsers{guard: g, request: r} }

// admit lets the limiter decide about the first request of the negotiation. Further ones are never refused, because
// many negotiations that begin anew would never end. They count, and others wait for them, also of the same priority.
func (s *SystemUsers) admit(p Priority) error {
	if s.begun {
		s.guard.limiter.owe(s.guard.now(), p)
		return nil
	}
	err := s.guard.limiter.take(s.guard.now(), p, s.request.key())
	s.begun = err == nil
	return err
}

// Token requests a token by the customer's system user. While our system has a fault, a negotiation that was let
// through goes on: the system user may have another reference.
func (s *SystemUsers) Token(ctx context.Context, externalRef string) error {
	restore := func() {}
	if !s.probes {
		var held error
		if restore, held = s.guard.System.hold(s.request.Priority); held != nil {
			return held
		}
	}
	r := s.request
	r.Request.SystemUser.ExternalRef, r.negotiated = externalRef, true
	_, err := s.guard.tokenIf(ctx, r, s.admit)
	if isUnsent(err) {
		restore()
	}
	s.probes = s.probes || !isUnsent(err)
	return err
}

// PeerToken requests a token by another customer's system user, which shows that Maskinporten finds them for our
// client. The token is dropped.
func (s *SystemUsers) PeerToken(ctx context.Context, peer systemuser.Peer) error {
	r := s.request
	r.Request.SystemUser = maskinporten.SystemUserRequest{Owner: peer.Owner, ExternalRef: peer.ExternalRef}
	r.negotiated, r.peer = true, true
	_, err := s.guard.tokenIf(ctx, r, s.admit)
	return err
}

func isUnsent(err error) bool {
	_, held := errors.AsType[*HeldError](err)
	return held || isBusy(err)
}

// SystemUser looks the customer's system user up.
func (s *SystemUsers) SystemUser(ctx context.Context, owner orgnumber.Number, ref string) (altinn.SystemUser, error) {
	return callFor(ctx, s, metrics.OperationSystemUser,
		func(ctx context.Context, c *altinn.Client) (altinn.SystemUser, error) {
			return c.SystemUser(ctx, owner, ref)
		})
}

// SystemUsers returns one page of the list of our system's users. It needs a scope of its own, without which the rest
// goes on.
func (s *SystemUsers) SystemUsers(ctx context.Context, page string) (altinn.Page[altinn.SystemUser], error) {
	if held := s.guard.holdScope(altinn.ScopeRegister); held != nil {
		return altinn.Page[altinn.SystemUser]{}, held
	}
	return callFor(ctx, s, metrics.OperationSystemUsers,
		func(ctx context.Context, c *altinn.Client) (altinn.Page[altinn.SystemUser], error) {
			return c.SystemUsers(ctx, page)
		})
}

// DeleteRequest deletes a request for a system user.
func (s *SystemUsers) DeleteRequest(ctx context.Context, id string) error {
	_, err := callFor(ctx, s, metrics.OperationDeleteRequest,
		func(ctx context.Context, c *altinn.Client) (struct{}, error) {
			return struct{}{}, c.DeleteRequest(ctx, id)
		})
	return err
}

// requestsOf returns the client for the owner's requests.
func (s *SystemUsers) requestsOf(c *altinn.Client) *altinn.Client {
	if s.request.Agent {
		return c.Agents()
	}
	return c
}

// Clients returns for whom the agent's system user has a right: it requests a token of the system user for Altinn's
// list of them. The token is of another scope than the service's, so the client needs that scope, too.
func (s *SystemUsers) Clients(ctx context.Context, externalRef, right string) ([]orgnumber.Number, error) {
	r := s.request
	r.Request.Scope, r.Request.SystemUser.ExternalRef, r.negotiated = altinn.ScopeParties, externalRef, true
	token, err := s.guard.tokenIf(ctx, r, s.admit)
	if err != nil {
		return nil, err
	}
	bearer, err := outbound.NewBearer(token.AccessToken)
	if err != nil {
		return nil, err
	}
	return callFor(ctx, s, metrics.OperationClients,
		func(ctx context.Context, c *altinn.Client) ([]orgnumber.Number, error) {
			return c.Clients(ctx, bearer, right)
		})
}

// Request returns a request for a system user.
func (s *SystemUsers) Request(ctx context.Context, id string) (altinn.Request, error) {
	return callFor(ctx, s, metrics.OperationRequest, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) {
		return s.requestsOf(c).Request(ctx, id)
	})
}

// RequestByExternalRef looks for a request for a system user.
func (s *SystemUsers) RequestByExternalRef(
	ctx context.Context, owner orgnumber.Number, ref string,
) (altinn.Request, error) {
	return callFor(ctx, s, metrics.OperationRequest, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) {
		return s.requestsOf(c).RequestByExternalRef(ctx, owner, ref)
	})
}

// CreateRequest requests a system user from the customer.
func (s *SystemUsers) CreateRequest(ctx context.Context, n altinn.NewRequest) (altinn.Request, error) {
	return callFor(ctx, s, metrics.OperationCreateRequest,
		func(ctx context.Context, c *altinn.Client) (altinn.Request, error) {
			return s.requestsOf(c).CreateRequest(ctx, n)
		})
}

// Change returns a change of a system user's rights.
func (s *SystemUsers) Change(ctx context.Context, id string) (altinn.Request, error) {
	return callFor(ctx, s, metrics.OperationChange, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) {
		return c.Change(ctx, id)
	})
}

// CreateChange requests more rights from the customer.
func (s *SystemUsers) CreateChange(ctx context.Context, n altinn.NewChange) (altinn.Request, error) {
	return callFor(ctx, s, metrics.OperationCreateChange,
		func(ctx context.Context, c *altinn.Client) (altinn.Request, error) {
			return c.CreateChange(ctx, n)
		})
}

func callFor[T any](
	ctx context.Context, s *SystemUsers, operation string, call func(context.Context, *altinn.Client) (T, error),
) (result T, err error) {
	err = s.guard.callAltinn(ctx, s, operation, func(ctx context.Context) error {
		result, err = call(ctx, s.guard.Altinn.client)
		return err
	})
	return result, err
}
