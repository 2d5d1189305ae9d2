package altinn

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Page is a page of a list. It has at most 50 elements.
type Page[T any] struct {
	Items []T
	// Next is the token of the next page, "" on the last page. A list is complete only with its last page.
	Next string
}

// ErrEndless is why a list cannot be read to its end: its pages refer to each other, or are too many.
var ErrEndless = errors.New("a list does not end")

// ReadPages reads a list to its end, but no more pages than most, and passes each element to take. It returns the
// number of pages that it has read. If the list does not end, the error is an *Error that wraps ErrEndless. Any other
// error is the one of read.
func ReadPages[T any](
	ctx context.Context, most int, read func(ctx context.Context, token string) (Page[T], error), take func(T),
) (pages int, err error) {
	token, seen := "", map[string]bool{}
	for range most {
		page, err := read(ctx, token)
		if err != nil {
			return pages, err
		}
		for _, item := range page.Items {
			take(item)
		}
		pages++
		if page.Next == "" {
			return pages, nil
		}
		if token = page.Next; seen[token] {
			break
		}
		seen[token] = true
	}
	return pages, &Error{Class: ClassBadResponse, Err: ErrEndless}
}

// page is a Page on the wire (altinn-authentication, ListObject).
type page[T any] struct {
	Links *struct {
		Next *string `json:"next"`
	} `json:"links"`
	Data *[]T `json:"data"`
}

// maxPageToken bounds the token of a page, in bytes.
const maxPageToken = 512

// next returns the token of the next page, or "" on the last one. It takes nothing but the token from Altinn's link,
// which may name a host within Altinn.
func (p page[T]) next() (string, *Error) {
	if p.Links == nil || p.Data == nil {
		return "", failure(ClassBadResponse, "the body is not a list")
	}
	if p.Links.Next == nil || *p.Links.Next == "" {
		return "", nil
	}
	link, err := url.Parse(*p.Links.Next)
	if err != nil {
		return "", failure(ClassBadResponse, "the link to the next page cannot be parsed")
	}
	token := link.Query().Get("token")
	if token == "" || len(token) > maxPageToken || len(*p.Data) == 0 {
		return "", failure(ClassBadResponse, "the link to the next page has no token")
	}
	return token, nil
}

func readPage[T any](ctx context.Context, c *Client, r call, token string) ([]T, string, error) {
	if token != "" {
		r.query = url.Values{"token": {token}}
	}
	var wire page[T]
	if err := c.do(ctx, r, &wire); err != nil {
		return nil, "", withoutCustomer(err)
	}
	next, problem := wire.next()
	if problem != nil {
		return nil, "", r.wrap(problem)
	}
	return *wire.Data, next, nil
}

// withoutCustomer turns an answer about a customer into ClassBadResponse, because the request for a list names no
// customer.
func withoutCustomer(err error) error {
	e, ok := errors.AsType[*Error](err)
	if ok && !e.Class.Kind().Inconclusive() {
		e.Class = ClassBadResponse
		e.Err = errors.New("the refusal of a list is about a customer")
	}
	return err
}

// SystemUsers returns one page of the list of our system's users; "" is the token of the first page. The list has the
// system users that exist, without their rights. If Altinn does not know our system as ours, the error is of
// ClassSystemNotFound.
func (c *Client) SystemUsers(ctx context.Context, token string) (Page[SystemUser], error) {
	r := call{
		doing: "listing the system users", scope: ScopeRegister, limit: maxPage,
		path: []string{"vendor", "bysystem", c.systemID},
	}
	wire, next, err := readPage[systemUserResponse](ctx, c, r, token)
	if err != nil {
		return Page[SystemUser]{}, err
	}
	list := Page[SystemUser]{Next: next}
	for _, w := range wire {
		user, problem := c.parseListedUser(w)
		if problem != nil {
			return Page[SystemUser]{}, r.wrap(problem)
		}
		if user != nil {
			list.Items = append(list.Items, *user)
		}
	}
	return list, nil
}

// parseListedUser returns an element of the list of system users. It returns nil if the system user is deleted, or if
// its owner is not an organization.
func (c *Client) parseListedUser(w systemUserResponse) (*SystemUser, *Error) {
	if w.SystemID != c.systemID {
		return nil, failure(ClassMismatch, "a system user of the list is of another system")
	}
	if w.IsDeleted || w.ReporteeOrgNo == "" {
		return nil, nil
	}
	owner, err := orgnumber.Parse(w.ReporteeOrgNo)
	if err != nil || !isUUID(w.ID) {
		return nil, failure(ClassBadResponse, "a system user of the list is without an id, or an owner")
	}
	return &SystemUser{
		ID: strings.ToLower(w.ID), Owner: owner, ExternalRef: refOf(w.ExternalRef, owner), Created: w.createdAt(),
		Agent: w.isAgent(),
	}, nil
}

// OpenRequests returns one page of the list of our system's requests: those that wait for a customer. The list has no
// ConfirmURL, and requests that cannot be read are left out. "" is the token of the first page.
func (c *Client) OpenRequests(ctx context.Context, token string) (Page[Request], error) {
	wire, next, err := c.requests(ctx, "listing requests", token)
	list := Page[Request]{Next: next}
	for _, w := range wire {
		if r, problem := c.parseRequest(w, subject{}); problem == nil && r.Status == StatusNew && !r.TimedOut {
			list.Items = append(list.Items, r)
		}
	}
	return list, err
}

// EscalatedRequests returns one page of the list of our system's requests: the ids of those that a user without the
// right to decide has forwarded to an access manager of the customer. Only this list shows it (altinn-authentication,
// RequestSystemUserController). "" is the token of the first page.
func (c *Client) EscalatedRequests(ctx context.Context, token string) (Page[string], error) {
	wire, next, err := c.requests(ctx, "listing escalated requests", token)
	list := Page[string]{Next: next}
	for _, w := range wire {
		if w.Escalated && isUUID(w.ID) {
			list.Items = append(list.Items, strings.ToLower(w.ID))
		}
	}
	return list, err
}

// CheckSystem checks that Altinn responds and knows our system as ours. It reads the first page of the system's
// requests.
func (c *Client) CheckSystem(ctx context.Context) error {
	_, _, err := c.requests(ctx, "checking our system", "")
	return err
}

// requests returns one page of our system's requests, and the token of the next page.
func (c *Client) requests(ctx context.Context, doing, token string) ([]requestResponse, string, error) {
	r := call{doing: doing, scope: ScopeRead, limit: maxPage, path: c.requestPath("bysystem", c.systemID)}
	wire, next, err := readPage[requestResponse](ctx, c, r, token)
	if err != nil {
		return nil, "", err
	}
	for _, w := range wire {
		if w.SystemID != c.systemID {
			return nil, "", r.wrap(failure(ClassMismatch, "a request of the list is of another system"))
		}
	}
	return wire, next, nil
}
