package systemuser

import (
	"context"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Prover proves a customer's access with a token of Maskinporten's.
type Prover interface {
	// Token requests a token for the service, by the customer's system user of this reference. Its error is, or wraps, a
	// *maskinporten.Error, or says why no request was sent.
	Token(ctx context.Context, externalRef string) error
	// PeerToken requests a token for the service by another customer's system user. Its errors are those of Token. A
	// refusal because of the other customer wraps a *maskinporten.UnconfirmedError.
	PeerToken(ctx context.Context, peer Peer) error
	// Clients returns the organizations in Altinn's list for which the agent system user of this reference has a right.
	// Its errors are those of Token, or an *altinn.Error.
	Clients(ctx context.Context, externalRef, right string) ([]orgnumber.Number, error)
}

// Register is Altinn's register of system users and of requests for them. Errors are an *altinn.Error, or say why no
// request was sent.
type Register interface {
	// SystemUser looks a customer's system user up.
	SystemUser(ctx context.Context, owner orgnumber.Number, ref string) (altinn.SystemUser, error)
	// SystemUsers returns one page of the list of our system's users.
	SystemUsers(ctx context.Context, page string) (altinn.Page[altinn.SystemUser], error)
	// Listed returns what Altinn's lists have of a customer. They were read a short while ago at most, to their ends.
	Listed(ctx context.Context, owner orgnumber.Number) (Listed, error)
	// Request returns a request for a system user by its id.
	Request(ctx context.Context, id string) (altinn.Request, error)
	// RequestByExternalRef looks for a request for a system user.
	RequestByExternalRef(ctx context.Context, owner orgnumber.Number, ref string) (altinn.Request, error)
	// CreateRequest requests a system user from a customer.
	CreateRequest(ctx context.Context, n altinn.NewRequest) (altinn.Request, error)
	// DeleteRequest deletes a request for a system user.
	DeleteRequest(ctx context.Context, id string) error
	// IsEscalated reports whether a request for a system user had been forwarded to an access manager of the customer when
	// the list of requests was last read.
	IsEscalated(ctx context.Context, id string) (bool, error)
	// Change returns a change by its id.
	Change(ctx context.Context, id string) (altinn.Request, error)
	// CreateChange requests more rights from a customer.
	CreateChange(ctx context.Context, n altinn.NewChange) (altinn.Request, error)
}

// Listed is what Altinn's lists of our system's users and requests have of a customer, under any reference.
type Listed struct {
	// Users are its system users.
	Users []altinn.SystemUser
	// Requests are the requests for one that wait for the customer.
	Requests []altinn.Request
}

// Authority is Maskinporten and Altinn.
type Authority interface {
	Prover
	Register
}
