package altinn

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// SystemUser is a customer's user of our system.
type SystemUser struct {
	// ID is Altinn's, a UUID.
	ID string
	// Owner is the customer.
	Owner orgnumber.Number
	// ExternalRef is our name for it.
	ExternalRef string
}

// systemUserAnswer is a SystemUser on the wire (altinn-authentication, SystemUserExternalDTO).
type systemUserAnswer struct {
	ID            string `json:"id"`
	SystemID      string `json:"systemId"`
	ReporteeOrgNo string `json:"reporteeOrgNo"`
	ExternalRef   string `json:"externalRef"`
	IsDeleted     bool   `json:"isDeleted"`
}

// SystemUser looks a customer's system user up in Altinn's register. ClassSystemUserNotFound says that there is none,
// or not any more, and is what takes access away: it is given only for Altinn's own word, in one of three forms, for
// which of them it uses is not documented. These are its problem of code AUTH-00015, the 404 that its framework writes,
// and a 404 without a word. The last may be a proxy's, and both are also what Altinn says of a system that it does not
// know as ours (altinn-authentication, SystemUserController): so they count only if the same API answers right after for
// the same system.
func (c *Client) SystemUser(ctx context.Context, owner orgnumber.Number, ref string) (SystemUser, error) {
	r := call{
		doing: "looking a system user up", scope: ScopeWrite, limit: maxAnswer, notFound: ClassSystemUserNotFound,
		path:  []string{"vendor", "byquery"},
		query: url.Values{"system-id": {c.systemID}, "orgno": {owner.String()}, "external-ref": {ref}},
	}
	var wire systemUserAnswer
	err := c.do(ctx, r, &wire)
	if isBareNotFound(err) {
		err = c.confirmNotFound(ctx, r, err)
	}
	if err != nil {
		return SystemUser{}, err
	}
	if problem := c.checkSystemUser(wire, owner, ref); problem != nil {
		return SystemUser{}, r.failed(problem)
	}
	return SystemUser{ID: strings.ToLower(wire.ID), Owner: owner, ExternalRef: ref}, nil
}

// isBareNotFound reports whether an error is a 404 that says no more than that something was not found, if that.
func isBareNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusNotFound && e.Code == "" && (errors.Is(e, errEmpty) || e.Title == plainNotFound)
}

// confirmNotFound gives what a bare 404 means: that there is no such system user, if our system is there. Otherwise what is
// wrong with the system, or else, if nothing was learnt of that either, that nothing was learnt.
func (c *Client) confirmNotFound(ctx context.Context, r call, bare error) error {
	err := c.CheckSystem(ctx)
	switch {
	case err == nil:
		return r.failed(&Error{Class: ClassSystemUserNotFound, Status: http.StatusNotFound})
	case errors.Is(bare, errEmpty):
		return bare
	default:
		return err
	}
}

// checkSystemUser holds a system user against what was asked.
func (c *Client) checkSystemUser(w systemUserAnswer, owner orgnumber.Number, ref string) *Error {
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
	case w.IsDeleted:
		return &Error{Class: ClassSystemUserNotFound, Status: http.StatusOK, Err: errors.New("it is deleted")}
	}
	return nil
}

// page is a list on the wire. Its link to the next page is not read: it may name a host that is not ours to ask.
type page struct {
	Data *[]struct {
		SystemID string `json:"systemId"`
	} `json:"data"`
}

// CheckSystem checks that Altinn answers us, and knows our system as ours, by a look at its requests.
func (c *Client) CheckSystem(ctx context.Context) error {
	r := call{
		doing: "looking at our system", scope: ScopeRead, limit: maxPage,
		path: []string{"request", "vendor", "bysystem", c.systemID},
	}
	var wire page
	if err := c.do(ctx, r, &wire); err != nil {
		return err
	}
	if wire.Data == nil {
		return r.failed(failure(ClassBadResponse, "the body is not a list"))
	}
	for _, request := range *wire.Data {
		if request.SystemID != c.systemID {
			return r.failed(failure(ClassMismatch, "a request of the list is of another system"))
		}
	}
	return nil
}
