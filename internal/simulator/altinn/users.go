package altinn

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// userDocument is Altinn's SystemUserExternalDTO. It has no rights.
type userDocument struct {
	ID               string    `json:"id"`
	IntegrationTitle string    `json:"integrationTitle"`
	SystemID         string    `json:"systemId"`
	ProductName      string    `json:"productName"`
	ReporteeOrgNo    string    `json:"reporteeOrgNo"`
	Created          time.Time `json:"created"`
	IsDeleted        bool      `json:"isDeleted"`
	SupplierName     string    `json:"supplierName"`
	SupplierOrgNo    string    `json:"supplierOrgno"`
	ExternalRef      string    `json:"externalRef"`
	UserType         string    `json:"userType"`
}

func (s System) userDocument(user SystemUser) userDocument {
	userType := "standard"
	if user.Agent {
		userType = "agent"
	}
	return userDocument{
		ID: user.ID, IntegrationTitle: user.Title, SystemID: s.SystemID, ProductName: s.Name,
		ReporteeOrgNo: user.OrganizationNumber, Created: user.Created,
		SupplierName: "Organization " + s.OrganizationNumber, SupplierOrgNo: s.OrganizationNumber,
		ExternalRef: user.ExternalRef, UserType: userType,
	}
}

// userByQuery returns the same for a missing user and for another vendor's.
func (c *call) userByQuery() wire.Response {
	systemID, party := c.query.Get("system-id"), c.query.Get("orgno")
	switch {
	case systemID == "":
		return required("system-id")
	case party == "":
		return required("orgno")
	case c.vendor == "":
		return c.bare(http.StatusUnauthorized, "NoConsumer")
	}
	system, own := c.ownedSystem(systemID)
	user, found := c.altinn.user(systemID, party, cmp.Or(c.query.Get("external-ref"), party))
	found = found && (!user.Agent || !c.readings.QueryOmitsAgents)
	switch {
	case own && found && !c.faults.QueryFindsNobody:
	case c.readings.MissingUserHasCode:
		return refuse("AUTH-00015")
	default:
		return c.bare(http.StatusNotFound, "NoSystemUser")
	}
	return respondWith(http.StatusOK, "OK", system.userDocument(user))
}

func (a *Service) user(systemID, party, externalRef string) (SystemUser, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	user := a.userLocked(systemID, party, externalRef)
	if user == nil {
		return SystemUser{}, false
	}
	return user.clone(), true
}

// AccessOf returns the organizations that the system user of that id acts for, and the access that it has. The rights
// of an agent system user are those that its packages include.
func (a *Service) AccessOf(id string) (parties, rights, packages []string, found bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	user := a.usersByID[id]
	if user == nil {
		return nil, nil, nil, false
	}
	rights = slices.Clone(user.Rights)
	if system := a.systems[user.SystemID]; user.Agent {
		mayUse := user.mayUse(system)
		rights = slices.DeleteFunc(slices.Clone(system.Rights), func(right string) bool { return !mayUse(right) })
	}
	return user.parties(), rights, slices.Clone(user.AccessPackages), true
}

func (c *call) usersBySystem() wire.Response {
	if c.faults.EmptyUserList {
		return paged(c, nil, func(numberedUser, System) (string, userDocument, bool) { return "", userDocument{}, false })
	}
	return paged(c, c.altinn.numberedUsers(), func(user numberedUser, system System) (string, userDocument, bool) {
		document := system.userDocument(user.SystemUser)
		if c.readings.ListOmitsReferences {
			document.ExternalRef = ""
		}
		return fmt.Sprintf("%019d", user.sequence), document, user.SystemID == system.SystemID
	})
}

// numberedUser is a user with its number in the list.
type numberedUser struct {
	SystemUser
	sequence int64
}

func (a *Service) numberedUsers() []numberedUser {
	a.mu.RLock()
	defer a.mu.RUnlock()
	users := make([]numberedUser, 0, len(a.userOrder))
	for _, user := range a.userOrder {
		users = append(users, numberedUser{user.clone(), a.sequences[user.ID]})
	}
	return users
}

// requestsBySystem leaves confirmUrl out, which the real one sets only on a single request. Only the list has
// escalated. It is in the order of ids, so that a new request may come on a page that was read before.
func (c *call) requestsBySystem() wire.Response {
	all := c.altinn.allRequests(c.now)
	slices.SortFunc(all, func(a, b storedRequest) int { return strings.Compare(a.ID, b.ID) })
	return paged(c, all, func(request storedRequest, system System) (string, creationDocument, bool) {
		document := request.creationDocument()
		document.ConfirmURL, document.Escalated = nil, request.Escalated
		isListed := request.SystemID == system.SystemID && request.Kind == RequestCreation && !request.Deleted &&
			request.Agent == c.route.agent
		return request.ID, document, isListed
	})
}
