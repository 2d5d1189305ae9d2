package altinn

import (
	"context"
	"strings"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Agents is the part of the API for agent system users, which act for their owners' clients. Altinn keeps their
// requests apart from others. It has no changes of them.
type Agents struct{ client *Client }

// Agents returns the part of the API for agent system users.
func (c *Client) Agents() Agents { return Agents{c} }

type newAgentRequest struct {
	ExternalRef    string          `json:"externalRef"`
	SystemID       string          `json:"systemId"`
	PartyOrgNo     string          `json:"partyOrgNo"`
	AccessPackages []accessPackage `json:"accessPackages"`
	RedirectURL    string          `json:"redirectUrl,omitempty"`
}

// CreateRequest requests an agent system user as Client.CreateRequest requests another. Rights are not requested: an
// agent system user has access packages only.
func (a Agents) CreateRequest(ctx context.Context, n NewRequest) (Request, error) {
	r := call{
		doing: "requesting an agent system user", scope: ScopeWrite, limit: maxResponse,
		path: []string{"request", "vendor", "agent"},
		body: newAgentRequest{
			ExternalRef: n.ExternalRef, SystemID: a.client.systemID, PartyOrgNo: n.Owner.String(),
			AccessPackages: packages(n.AccessPackages), RedirectURL: n.RedirectURL,
		},
	}
	return a.read(ctx, r, subject{owner: n.Owner, ref: n.ExternalRef})
}

// Request returns a request by its id. ClassRequestNotFound means that there is none.
func (a Agents) Request(ctx context.Context, id string) (Request, error) {
	r := call{
		doing: "reading a request for an agent system user", scope: ScopeRead, limit: maxResponse,
		path: []string{"request", "vendor", "agent", id},
	}
	return a.read(ctx, r, subject{id: id})
}

// RequestByExternalRef returns the request to an owner by our reference. ClassRequestNotFound means that there is none.
func (a Agents) RequestByExternalRef(ctx context.Context, owner orgnumber.Number, ref string) (Request, error) {
	r := call{
		doing: "looking for a request for an agent system user", scope: ScopeRead, limit: maxResponse,
		path: []string{"request", "vendor", "agent", "byexternalref", a.client.systemID, owner.String(), ref},
	}
	return a.read(ctx, r, subject{owner: owner, ref: ref})
}

// Altinn's pages for requests. When an agent's request is read, some versions of Altinn return the page of other
// requests, which does not know it (altinn-authentication, RequestSystemUserController).
const (
	requestPage      = "/systemuser/request?"
	agentRequestPage = "/systemuser/agentrequest?"
)

func (a Agents) read(ctx context.Context, r call, about subject) (Request, error) {
	got, err := a.client.readRequest(ctx, r, about)
	got.ConfirmURL = strings.Replace(got.ConfirmURL, requestPage, agentRequestPage, 1)
	return got, err
}

// EscalatedRequests returns one page of the list of requests for agent system users, as Client.EscalatedRequests does.
func (a Agents) EscalatedRequests(ctx context.Context, token string) (Page[string], error) {
	return a.client.escalatedRequests(ctx, token, "agent", "bysystem", a.client.systemID)
}
