package altinn

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// changeBody is the body of a change request.
type changeBody struct {
	RequiredRights         []right         `json:"requiredRights"`
	UnwantedRights         []right         `json:"unwantedRights"`
	RequiredAccessPackages []accessPackage `json:"requiredAccessPackages"`
	UnwantedAccessPackages []accessPackage `json:"unwantedAccessPackages"`
	RedirectURL            string          `json:"redirectUrl"`
}

func (b changeBody) isEmpty() bool {
	return len(b.RequiredRights)+len(b.UnwantedRights)+len(b.RequiredAccessPackages)+len(b.UnwantedAccessPackages) == 0
}

// changeDocument is Altinn's ChangeRequestResponse.
type changeDocument struct {
	ID                     string          `json:"id"`
	ExternalRef            string          `json:"externalRef"`
	SystemID               string          `json:"systemId"`
	SystemUserID           string          `json:"systemUserId"`
	PartyOrgNo             string          `json:"partyOrgNo"`
	RequiredRights         []right         `json:"requiredRights"`
	UnwantedRights         []right         `json:"unwantedRights"`
	RequiredAccessPackages []accessPackage `json:"requiredAccessPackages"`
	UnwantedAccessPackages []accessPackage `json:"unwantedAccessPackages"`
	Status                 RequestStatus   `json:"status"`
	RedirectURL            *string         `json:"redirectUrl"`
	ConfirmURL             string          `json:"confirmUrl"`
	Created                time.Time       `json:"created"`
	TimedOut               bool            `json:"timedOut"`
}

func (r storedRequest) changeDocument() changeDocument {
	return changeDocument{
		ID: r.ID, ExternalRef: r.ExternalRef, SystemID: r.SystemID, SystemUserID: r.SystemUserID,
		PartyOrgNo:     r.OrganizationNumber,
		RequiredRights: listed(r.wire.rights), UnwantedRights: listed(r.wire.unwantedRights),
		RequiredAccessPackages: listed(r.wire.packages), UnwantedAccessPackages: listed(r.wire.unwantedPackages),
		Status: r.Status, RedirectURL: optional(r.RedirectURL), ConfirmURL: r.ConfirmURL,
		Created: r.Created, TimedOut: r.TimedOut,
	}
}

// createChange takes the steps of the real one, in its order (ChangeRequestSystemUserController.cs). The vendor's
// correlation id becomes the id of the change request.
func (c *call) createChange() wire.Response {
	ids := map[string]uuid.UUID{}
	for _, parameter := range []string{"correlation-id", "system-user-id"} {
		given := c.query.Get(parameter)
		id, err := uuid.Parse(given)
		if err != nil && given != "" {
			return invalid(parameter, "The value '"+wire.Bounded(given, 64)+"' is not valid.")
		}
		ids[parameter] = id
	}
	var body changeBody
	if refused, read := c.decode(&body); !read {
		return refused
	}
	body.RedirectURL = strings.TrimSpace(body.RedirectURL)
	switch {
	case ids["correlation-id"] == uuid.Nil:
		return plainBadRequest("Missing or invalid correlation-id. Generate a unique UUID (RFC 4122) for this Change Request.")
	case c.vendor == "":
		return c.bare(http.StatusUnauthorized, "NoConsumer")
	}
	a := c.altinn
	a.mu.Lock()
	defer a.mu.Unlock()
	return c.createChangeLocked(ids["correlation-id"].String(), ids["system-user-id"].String(), body)
}

func (c *call) createChangeLocked(id, userID string, body changeBody) wire.Response {
	a := c.altinn
	user := a.usersByID[userID]
	switch {
	case user == nil:
		return refuse("AUTH-00015")
	case id == userID:
		return plainBadRequest("The correlation-id should not be the same as the system-user-id. Generate a unique id.")
	}
	system := a.systems[user.SystemID]
	if system.OrganizationNumber != c.vendor {
		return c.bare(http.StatusUnauthorized, "NotTheVendor")
	}
	change := c.newChange(id, user, body)
	if body.isEmpty() {
		return noChange(change)
	}
	if existing := a.requestByID[requestKey{RequestChange, id}]; existing != nil {
		if a.systems[existing.SystemID].OrganizationNumber != c.vendor {
			return refuse("AUTH-00012") // an id that is taken
		}
		return c.knownChange(existing.at(c.now))
	}
	if refused := system.refuseChange(change); refused != "" {
		return refuse(refused)
	}
	if c.readings.ComparesChanges && !user.isChangedBy(change) {
		return noChange(change)
	}
	a.addRequestLocked(change)
	created := respondWith(http.StatusCreated, "Created", change.changeDocument())
	created.Header = map[string]string{"Location": "https://platform." + linkHost + systemUserPath + "changerequest/" + id}
	return created
}

// knownChange returns the response to a change whose id is known.
func (c *call) knownChange(existing storedRequest) wire.Response {
	switch {
	case !c.readings.RefusesKnownRequests:
		return respondWith(http.StatusOK, "OK", existing.changeDocument())
	case existing.Status == RequestNew:
		return refuse("AUTH-00007")
	default:
		return refuse("AUTH-00061")
	}
}

// noChange returns the response to a change request that is not kept.
func noChange(change *storedRequest) wire.Response {
	document := change.changeDocument()
	document.Status, document.ConfirmURL = noChangeNeeded, ""
	return respondWith(http.StatusOK, "OK", document)
}

func (c *call) newChange(id string, user *SystemUser, body changeBody) *storedRequest {
	return &storedRequest{
		SystemUserRequest: SystemUserRequest{
			ID: id, Kind: RequestChange, Status: RequestNew, SystemID: user.SystemID, SystemUserID: user.ID,
			OrganizationNumber: user.OrganizationNumber, ExternalRef: user.ExternalRef,
			Rights: resourcesOf(body.RequiredRights), AccessPackages: urnsOf(body.RequiredAccessPackages),
			UnwantedRights: resourcesOf(body.UnwantedRights), UnwantedAccessPackages: urnsOf(body.UnwantedAccessPackages),
			RedirectURL: body.RedirectURL, ConfirmURL: confirmURL("changerequest", id), Created: c.now.UTC().
					Truncate(time.Microsecond),
		},
		wire: requestWire{
			rights: body.RequiredRights, unwantedRights: body.UnwantedRights,
			packages: body.RequiredAccessPackages, unwantedPackages: body.UnwantedAccessPackages,
		},
	}
}

// refuseChange returns the code for a change that the system cannot request, or "".
func (s System) refuseChange(change *storedRequest) string {
	if refused := s.refuseAccess(change.Rights, change.AccessPackages); refused != "" {
		return refused
	}
	return s.refuseRedirect(change.RedirectURL)
}

// isChangedBy reports whether the change would make a difference.
func (u *SystemUser) isChangedBy(change *storedRequest) bool {
	return missing(change.Rights, u.Rights) != "" || missing(change.AccessPackages, u.AccessPackages) != "" ||
		overlap(change.UnwantedRights, u.Rights) || overlap(change.UnwantedAccessPackages, u.AccessPackages)
}

func overlap(some, others []string) bool {
	for _, one := range some {
		if missing([]string{one}, others) == "" {
			return true
		}
	}
	return false
}

func (c *call) changeByID() wire.Response {
	change, refused := c.findRequest(RequestChange)
	if change == nil {
		return refused
	}
	return respondWith(http.StatusOK, "OK", change.changeDocument())
}
