package altinn

import (
	"context"
	"net/url"
)

// NewChange asks a customer for more rights for its system user.
type NewChange struct {
	// ID is a UUID of our choice, and becomes the request's: the same again asks for nothing anew. It must not be the
	// system user's.
	ID string
	// SystemUserID is Altinn's id of the system user.
	SystemUserID string
	// Rights are the ids of resources; those that it has are no change.
	Rights []string
	// AccessPackages are URNs.
	AccessPackages []string
	// RedirectURL is where the administrator is sent afterwards; "" is nowhere.
	RedirectURL string
}

// newChange is NewChange on the wire. Nothing is ever unwanted.
type newChange struct {
	RequiredRights         []right         `json:"requiredRights"`
	UnwantedRights         []right         `json:"unwantedRights"`
	RequiredAccessPackages []accessPackage `json:"requiredAccessPackages"`
	UnwantedAccessPackages []accessPackage `json:"unwantedAccessPackages"`
	RedirectURL            string          `json:"redirectUrl,omitempty"`
}

// CreateChange asks a customer for more rights for its system user, once for an ID: the same again returns the request
// that is there, whatever became of it, or an error of ClassPending or ClassIDUsed. StatusNoChangeNeeded says that the
// customer was not asked, because nothing was missing.
func (c *Client) CreateChange(ctx context.Context, n NewChange) (Request, error) {
	r := call{
		doing: "asking a customer for a change of a system user", scope: ScopeWrite, limit: maxAnswer,
		path:  []string{"changerequest", "vendor"},
		query: url.Values{"correlation-id": {n.ID}, "system-user-id": {n.SystemUserID}},
		body: newChange{
			RequiredRights: rightsTo(n.Rights), UnwantedRights: rightsTo(nil),
			RequiredAccessPackages: packages(n.AccessPackages), UnwantedAccessPackages: packages(nil),
			RedirectURL: n.RedirectURL,
		},
	}
	if !isUUID(n.ID) || !isUUID(n.SystemUserID) || n.ID == n.SystemUserID {
		return Request{}, r.failed(failure(ClassRefused, "a change and its system user need a UUID each"))
	}
	return c.askRequest(ctx, r, asked{id: n.ID, systemUserID: n.SystemUserID})
}

// Change looks at a change by its id. ClassRequestNotFound says that there is none.
func (c *Client) Change(ctx context.Context, id string) (Request, error) {
	r := call{
		doing: "looking at a change of a system user", scope: ScopeRead, limit: maxAnswer,
		path: []string{"changerequest", "vendor", id},
	}
	return c.askRequest(ctx, r, asked{id: id})
}
