package simulator

import (
	"cmp"
	"net/http"
	"time"
)

// userDocument is Altinn's SystemUserExternalDTO. What the user has rights to is not in it.
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
	return userDocument{
		ID: user.ID, IntegrationTitle: user.Title, SystemID: s.SystemID, ProductName: s.Name,
		ReporteeOrgNo: user.OrganizationNumber, Created: user.Created,
		SupplierName: "Organization " + s.OrganizationNumber, SupplierOrgNo: s.OrganizationNumber,
		ExternalRef: user.ExternalRef, UserType: "standard",
	}
}

// userByQuery does not tell a user that does not exist from another vendor's.
func (c *altinnCall) userByQuery() answer {
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
	user, found := c.sim.altinn.user(systemID, party, cmp.Or(c.query.Get("external-ref"), party))
	if !own || !found {
		return c.bare(http.StatusNotFound, "NoSystemUser")
	}
	return altinnAnswer(http.StatusOK, "OK", system.userDocument(user))
}

func (a *altinnState) user(systemID, party, externalRef string) (SystemUser, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	user := a.userLocked(systemID, party, externalRef)
	if user == nil {
		return SystemUser{}, false
	}
	return user.clone(), true
}

func (c *altinnCall) usersBySystem() answer {
	return paged(c, c.sim.SystemUsers(), func(user SystemUser, system System) (string, userDocument, bool) {
		return user.ID, system.userDocument(user), user.SystemID == system.SystemID
	})
}

// requestsBySystem leaves confirmUrl out: the real one sets it where a single request is asked for.
func (c *altinnCall) requestsBySystem() answer {
	return paged(c, c.sim.altinn.allRequests(c.now), func(request storedRequest, system System) (string, creationDocument, bool) {
		document := request.creationDocument()
		document.ConfirmURL = nil
		return request.ID, document, request.SystemID == system.SystemID && request.Kind == RequestCreation
	})
}
