package altinn

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// SystemUser is a customer's user of our system.
type SystemUser struct {
	ID    string
	Owner orgnumber.Number
	// ExternalRef is our name for it.
	ExternalRef string
	// Created is when Altinn created it: the zero time if Altinn does not say.
	Created time.Time
	// Agent reports that it acts for the owner's clients, and not for the owner itself.
	Agent bool
}

// systemUserResponse is a SystemUser on the wire (altinn-authentication, SystemUserExternalDTO).
type systemUserResponse struct {
	ID            string `json:"id"`
	SystemID      string `json:"systemId"`
	ReporteeOrgNo string `json:"reporteeOrgNo"`
	ExternalRef   string `json:"externalRef"`
	IsDeleted     bool   `json:"isDeleted"`
	Created       string `json:"created"`
	UserType      any    `json:"userType"`
}

// isAgent reports whether the system user is of type agent (altinn-authentication, SystemUserType). Other and missing
// types are of the owner itself.
func (w systemUserResponse) isAgent() bool {
	name, _ := w.UserType.(string)
	return strings.EqualFold(name, "agent")
}

// createdAt returns when the system user was created. It returns the zero time if Altinn's time cannot be read. A time
// without a zone is in UTC.
func (w systemUserResponse) createdAt() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, w.Created); err == nil {
			return t
		}
	}
	return time.Time{}
}

// SystemUser looks a customer's system user up in Altinn's register. ClassSystemUserNotFound means that the register
// finds none. Altinn says so in one of three forms: the 404 of its framework, as its code does today
// (altinn-authentication, SystemUserController), its problem of code AUTH-00015, and a 404 with an empty body. It says
// the same of a system that it does not know as ours, and the last form may be a proxy's. So they count only if Altinn
// shows right after that it knows the system as ours. This alone withdraws no access: the list of system users must
// agree (SystemUsers).
func (c *Client) SystemUser(ctx context.Context, owner orgnumber.Number, ref string) (SystemUser, error) {
	r := call{
		doing: "looking up a system user", scope: ScopeWrite, limit: maxResponse, notFound: ClassSystemUserNotFound,
		path:  []string{"vendor", "byquery"},
		query: url.Values{"system-id": {c.systemID}, "orgno": {owner.String()}, "external-ref": {ref}},
	}
	var wire systemUserResponse
	err := c.do(ctx, r, &wire)
	if ClassOf(err) == ClassSystemUserNotFound || isEmpty404(err) {
		err = c.confirmNotFound(ctx, r, err)
	}
	if err != nil {
		return SystemUser{}, err
	}
	if problem := c.checkSystemUser(wire, owner, ref); problem != nil {
		return SystemUser{}, r.wrap(problem)
	}
	return SystemUser{
		ID: strings.ToLower(wire.ID), Owner: owner, ExternalRef: ref, Created: wire.createdAt(), Agent: wire.isAgent(),
	}, nil
}

func isEmpty404(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusNotFound && errors.Is(e, errEmpty)
}

// confirmNotFound returns what a 404 of the register means: ClassSystemUserNotFound if Altinn knows our system as ours.
// Otherwise it returns what is wrong with the system, or, after a 404 with an empty body, an outage.
func (c *Client) confirmNotFound(ctx context.Context, r call, no error) error {
	err := c.CheckSystem(ctx)
	switch {
	case err == nil && isEmpty404(no):
		return r.wrap(&Error{Class: ClassSystemUserNotFound, Status: http.StatusNotFound})
	case err == nil, isEmpty404(no) && ClassOf(err) != ClassSystemNotFound:
		return no
	default:
		return err
	}
}

func (c *Client) checkSystemUser(w systemUserResponse, owner orgnumber.Number, ref string) *Error {
	got, err := orgnumber.Parse(w.ReporteeOrgNo)
	switch {
	case err != nil || !isUUID(w.ID):
		return failure(ClassBadResponse, "a system user without an id, or an owner")
	case w.SystemID != c.systemID:
		return failure(ClassMismatch, "the system user is of another system")
	case got != owner:
		return failure(ClassMismatch, "the system user is another organization's")
	case refOf(w.ExternalRef, owner) != ref:
		return failure(ClassMismatch, "the system user has another reference")
	case w.IsDeleted: // it was found in our system, so the system is ours
		return &Error{Class: ClassSystemUserNotFound, Status: http.StatusOK, Err: errors.New("it is deleted")}
	}
	return nil
}
