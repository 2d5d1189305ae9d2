package altinn

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// creationBody is the body of a request for a system user.
type creationBody struct {
	IntegrationTitle string          `json:"integrationTitle"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         string          `json:"systemId"`
	PartyOrgNo       string          `json:"partyOrgNo"`
	Rights           []right         `json:"rights"`
	AccessPackages   []accessPackage `json:"accessPackages"`
	RedirectURL      string          `json:"redirectUrl"`
}

// creationDocument is Altinn's RequestSystemResponse.
type creationDocument struct {
	ID               string          `json:"id"`
	IntegrationTitle string          `json:"integrationTitle"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         string          `json:"systemId"`
	PartyOrgNo       string          `json:"partyOrgNo"`
	Rights           []right         `json:"rights"`
	AccessPackages   []accessPackage `json:"accessPackages"`
	Status           RequestStatus   `json:"status"`
	RedirectURL      *string         `json:"redirectUrl"`
	ConfirmURL       *string         `json:"confirmUrl"`
	Escalated        bool            `json:"escalated"`
	Created          time.Time       `json:"created"`
	TimedOut         bool            `json:"timedOut"`
}

func (r storedRequest) creationDocument() creationDocument {
	return creationDocument{
		ID: r.ID, IntegrationTitle: r.Title, ExternalRef: r.ExternalRef, SystemID: r.SystemID,
		PartyOrgNo: r.OrganizationNumber,
		Rights:     listed(r.wire.rights), AccessPackages: listed(r.wire.packages), Status: r.Status,
		RedirectURL: optional(r.RedirectURL), ConfirmURL: optional(r.ConfirmURL),
		Created: r.Created, TimedOut: r.TimedOut,
	}
}

// partyOfBody returns the customer that the body of a request names.
func (c *call) partyOfBody() string {
	var body creationBody
	_ = json.Unmarshal(c.body, &body) // an unreadable body is refused later
	return body.PartyOrgNo
}

// createRequest takes the steps of the real one, in its order (RequestSystemUserController.cs,
// RequestSystemUserService.cs).
func (c *call) createRequest() wire.Response {
	var body creationBody
	if refused, read := c.decode(&body); !read {
		return refused
	}
	body.trim()
	switch {
	case body.SystemID == "":
		return required("SystemId")
	case body.PartyOrgNo == "":
		return required("PartyOrgNo")
	case c.vendor == "":
		return refuse("AUTH-00023")
	}
	a := c.altinn
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.route.agent {
		body.Rights = nil // unknown there
	}
	return c.createRequestLocked(body)
}

func (c *call) createRequestLocked(body creationBody) wire.Response {
	a := c.altinn
	reference := cmp.Or(body.ExternalRef, body.PartyOrgNo)
	if a.userLocked(body.SystemID, body.PartyOrgNo, reference) != nil {
		return refuse("AUTH-00004")
	}
	system, known := a.systems[body.SystemID]
	isOwn := known && system.OrganizationNumber == c.vendor && !c.faults.ForeignSystem
	latest := a.latestRequestLocked(body.SystemID, body.PartyOrgNo, reference, c.route.agent)
	if latest != nil && isOwn {
		return c.knownRequest(latest.at(c.now)) // whatever its status and age
	}
	if !isOwn {
		return refuse("AUTH-00011")
	}
	if refused := c.refuseCreation(system, body); refused != "" {
		return refuse(refused)
	}
	request := c.newCreation(system, body)
	a.addRequestLocked(request)
	created := respondWith(http.StatusCreated, "Created", request.at(c.now).creationDocument())
	// A vendor cannot read at the path of the real header either.
	created.Header = map[string]string{"Location": "https://platform." + linkHost + systemUserPath + "request/" +
		request.ID}
	return created
}

// refuseCreation returns the code for a request that is refused, or "".
func (c *call) refuseCreation(system System, body creationBody) string {
	switch {
	case identity.CheckOrganization(body.PartyOrgNo) != nil || c.altinn.unknown[body.PartyOrgNo]:
		return "AUTH-00000"
	case system.refuseRedirect(body.RedirectURL) != "":
		return system.refuseRedirect(body.RedirectURL)
	case c.route.agent && len(body.AccessPackages) == 0:
		return "AUTH-00058"
	case len(body.Rights) == 0 && len(body.AccessPackages) == 0:
		return "AUTH-00059"
	}
	return system.refuseAccess(resourcesOf(body.Rights), urnsOf(body.AccessPackages))
}

func (c *call) newCreation(system System, body creationBody) *storedRequest {
	id := uuid.NewString()
	return &storedRequest{
		SystemUserRequest: SystemUserRequest{
			ID: id, Kind: RequestCreation, Status: RequestNew, SystemID: system.SystemID, OrganizationNumber: body.PartyOrgNo,
			ExternalRef: cmp.Or(body.ExternalRef, body.PartyOrgNo), Title: cmp.Or(body.IntegrationTitle, system.Name),
			Rights: resourcesOf(body.Rights), AccessPackages: urnsOf(body.AccessPackages),
			RedirectURL: body.RedirectURL, ConfirmURL: confirmURL(c.confirmPage(), id), Created: c.now.UTC().
					Truncate(time.Microsecond),
			Agent: c.route.agent,
		},
		externalRefGiven: body.ExternalRef != "",
		wire:             requestWire{rights: body.Rights, packages: body.AccessPackages},
	}
}

// confirmPage returns the last part of the path of the page on which the customer decides.
func (c *call) confirmPage() string {
	if c.route.agent {
		return "agentrequest"
	}
	return "request"
}

// knownRequest returns the response to a repeated request.
func (c *call) knownRequest(existing storedRequest) wire.Response {
	if c.readings.RefusesKnownRequests {
		return refuse(map[RequestStatus]string{
			RequestAccepted: "AUTH-00006", RequestNew: "AUTH-00007", RequestDenied: "AUTH-00008", RequestRejected: "AUTH-00009",
		}[existing.Status])
	}
	return respondWith(http.StatusOK, "OK", existing.creationDocument())
}

// trim trims every text, as the real one does.
func (b *creationBody) trim() {
	for _, text := range []*string{&b.IntegrationTitle, &b.ExternalRef, &b.SystemID, &b.PartyOrgNo, &b.RedirectURL} {
		*text = strings.TrimSpace(*text)
	}
}

// confirmURL returns the page on which the customer decides.
func confirmURL(page, id string) string {
	return "https://am.ui." + linkHost + "/accessmanagement/ui/systemuser/" + page + "?id=" + id +
		"&DONTCHOOSEREPORTEE=true"
}

func (c *call) requestByID() wire.Response {
	request, refused := c.findRequest(RequestCreation)
	if request == nil {
		return refused
	}
	return c.show(*request)
}

// show returns the response with one request that was read.
func (c *call) show(request storedRequest) wire.Response {
	if c.readings.AgentReadsLinkToRequest {
		request.ConfirmURL = confirmURL("request", request.ID)
	}
	return respondWith(http.StatusOK, "OK", request.creationDocument())
}

func (c *call) requestByReference() wire.Response {
	if c.vendor == "" {
		return c.bare(http.StatusUnauthorized, "NoConsumer")
	}
	a := c.altinn
	a.mu.RLock()
	latest := a.latestRequestLocked(c.values["systemId"], c.values["orgNo"], c.values["externalRef"], c.route.agent)
	var found storedRequest
	if latest != nil {
		found = latest.at(c.now)
	}
	a.mu.RUnlock()
	if latest == nil {
		return c.noRequest()
	}
	if _, own := c.ownedSystem(found.SystemID); !own {
		return refuse("AUTH-00011")
	}
	return c.show(found)
}

// noRequest returns the response if there is no such request.
func (c *call) noRequest() wire.Response {
	if c.route.agent && !c.readings.MissingAgentRequestHasSameCode {
		return refuse("AUTH-00030")
	}
	return refuse("AUTH-00010")
}

// deleteRequest deletes a request, whatever its status, and keeps its system user. The real one does not check the
// vendor (RequestSystemUserController.cs); here another vendor's request does not exist.
func (c *call) deleteRequest() wire.Response {
	existing, refused := c.findRequest(RequestCreation)
	if existing == nil {
		return refused
	}
	c.altinn.deleteRequest(RequestCreation, existing.ID)
	return wire.Response{Status: http.StatusAccepted, Outcome: "Deleted"}
}

// findRequest returns the request that the path names, or the response that refuses it.
func (c *call) findRequest(kind RequestKind) (*storedRequest, wire.Response) {
	id, err := uuid.Parse(c.values["requestId"])
	if err != nil {
		return nil, invalid("requestId", "The value '"+wire.Bounded(c.values["requestId"], 64)+"' is not valid.")
	}
	if c.vendor == "" {
		return nil, c.bare(http.StatusUnauthorized, "NoConsumer")
	}
	request, found := c.altinn.request(kind, id.String(), c.now)
	isOther := request.Agent != c.route.agent && c.route.method != http.MethodDelete
	if !found || request.Deleted || isOther {
		return nil, c.noRequest()
	}
	if _, own := c.ownedSystem(request.SystemID); !own {
		return nil, refuse("AUTH-00011")
	}
	return &request, wire.Response{}
}

// request returns a request by kind and id, as it is at that time.
func (a *Service) request(kind RequestKind, id string, now time.Time) (storedRequest, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	request := a.requestByID[requestKey{kind, id}]
	if request == nil {
		return storedRequest{}, false
	}
	return request.at(now), true
}
