package altinn

import (
	"context"
	"net/url"
)

// NewChange is a request for more rights of a system user.
type NewChange struct {
	// ID is a UUID of our choice, which becomes the request's. The same ID never creates a second request. It must differ
	// from SystemUserID.
	ID           string
	SystemUserID string
	// Rights are the ids of resources. Those that the system user already has may be left out.
	Rights []string
	// AccessPackages are URNs.
	AccessPackages []string
	// RedirectURL is where Altinn sends the administrator afterwards. "" means none.
	RedirectURL string
}

// newChange is a NewChange in JSON. Its lists of unwanted rights are always empty.
type newChange struct {
	RequiredRights         []right         `json:"requiredRights"`
	UnwantedRights         []right         `json:"unwantedRights"`
	RequiredAccessPackages []accessPackage `json:"requiredAccessPackages"`
	UnwantedAccessPackages []accessPackage `json:"unwantedAccessPackages"`
	RedirectURL            string          `json:"redirectUrl,omitempty"`
}

// CreateChange requests more rights for a customer's system user, once per ID. A repeated call returns the existing
// request, whatever its status, or an error of ClassPending or ClassIDUsed. StatusNoChangeNeeded means that no right
// was missing, so that no request was created.
func (c *Client) CreateChange(ctx context.Context, n NewChange) (Request, error) {
	r := call{
		doing: "requesting a change of a system user", scope: ScopeWrite, limit: maxResponse,
		path:  []string{"changerequest", "vendor"},
		query: url.Values{"correlation-id": {n.ID}, "system-user-id": {n.SystemUserID}},
		body: newChange{
			RequiredRights: rightsTo(n.Rights), UnwantedRights: rightsTo(nil),
			RequiredAccessPackages: packages(n.AccessPackages), UnwantedAccessPackages: packages(nil),
			RedirectURL: n.RedirectURL,
		},
	}
	if !isUUID(n.ID) || !isUUID(n.SystemUserID) || n.ID == n.SystemUserID {
		return Request{}, r.wrap(failure(ClassRefused, "a change and its system user need different UUIDs"))
	}
	return c.readRequest(ctx, r, subject{id: n.ID, systemUserID: n.SystemUserID})
}

// Change returns a change by its id. ClassRequestNotFound means that there is none.
func (c *Client) Change(ctx context.Context, id string) (Request, error) {
	r := call{
		doing: "reading a change of a system user", scope: ScopeRead, limit: maxResponse,
		path: []string{"changerequest", "vendor", id},
	}
	return c.readRequest(ctx, r, subject{id: id})
}
