package altinn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// ScopeParties is the scope of a system user's token for the list of those that it acts for (altinn-authorization-tmp,
// AuthorizedPartiesController).
const ScopeParties = "altinn:accessmanagement/authorizedparties"

const (
	exchangePath = "authentication/api/v1/exchange/maskinporten"
	partiesPath  = "accessmanagement/api/v1/enduser/authorizedparties"
	// maxExchange bounds a token, in bytes.
	maxExchange = 16 << 10
	// maxParties bounds the list of parties, in bytes: some twenty thousand of them.
	maxParties = 16 << 20
)

// Clients returns the organizations for which an agent system user has the right to a resource, or has an access
// package if the right is one. The bearer is a token of that system user from Maskinporten, of ScopeParties. The list
// is of this system user alone, and complete. No error of it is an answer about a customer.
func (c *Client) Clients(ctx context.Context, bearer outbound.Bearer, right string) ([]orgnumber.Number, error) {
	exchanged, err := c.exchange(ctx, bearer)
	if err != nil {
		return nil, err
	}
	query, has := url.Values{"anyOfResourceIds": {right}}, func(party) bool { return true }
	if IsPackage(right) {
		query, has = url.Values{"includeAccessPackages": {"true"}}, hasPackage(right)
	}
	body, err := c.get(ctx, "listing the clients of an agent system user", outbound.Request{
		Method: http.MethodGet, URL: c.platform(partiesPath, query),
		Bearer: exchanged, Limit: maxParties,
	})
	if err != nil {
		return nil, err
	}
	clients, problem := parseParties(body, has)
	if problem != nil {
		return nil, call{doing: "listing the clients of an agent system user"}.wrap(problem)
	}
	return clients, nil
}

// exchange returns Altinn's token in exchange for Maskinporten's. Some versions of Altinn return it in quotes.
func (c *Client) exchange(ctx context.Context, bearer outbound.Bearer) (outbound.Bearer, error) {
	const doing = "exchanging a token"
	body, err := c.get(ctx, doing, outbound.Request{
		Method: http.MethodGet, URL: c.platform(exchangePath, nil), Bearer: bearer, Limit: maxExchange,
	})
	if err != nil {
		return outbound.Bearer{}, err
	}
	exchanged, err := outbound.NewBearer(string(bytes.Trim(body, "\" \r\n")))
	if err != nil {
		return outbound.Bearer{}, call{doing: doing}.wrap(failure(ClassBadResponse, "the body is not a token"))
	}
	return exchanged, nil
}

func (c *Client) platform(path string, query url.Values) string {
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	return u.String()
}

// get sends a request that needs no token of our own. Every refusal is an outage: these APIs refuse a good token, too,
// if a service behind them is down.
func (c *Client) get(ctx context.Context, doing string, r outbound.Request) ([]byte, error) {
	got, err := c.calls.Do(ctx, r)
	if err != nil {
		return nil, call{doing: doing}.wrap(&Error{Class: classOfOutbound(err), Err: err})
	}
	if got.Status == http.StatusOK && got.BodyErr == nil {
		return got.Body, nil
	}
	e := classify(got, "")
	if got.Status == http.StatusOK {
		e = &Error{Class: classOfOutbound(got.BodyErr), Status: got.Status, Err: got.BodyErr}
	} else if e.Class.Kind() != conclusion.Outage {
		e.Class, e.Err = ClassBlocked, errors.New("a refusal that says nothing about the agent's clients")
	}
	return nil, call{doing: doing}.wrap(e)
}

// partiesResponse is the list of parties on the wire. Its data is a list, or a list in a list as in Altinn's
// documentation.
type partiesResponse struct {
	Links *struct {
		Next *string `json:"next"`
	} `json:"links"`
	Data *json.RawMessage `json:"data"`
}

type party struct {
	OrganizationNumber string `json:"organizationNumber"`
	IsDeleted          bool   `json:"isDeleted"`
	OnlyHierarchy      bool   `json:"onlyHierarchyElementWithNoAccess"`
	// Packages are the names of access packages: the last parts of their URNs as Altinn's code writes them
	// (AuthorizedPartiesServiceEf), or the URNs as in its documentation.
	Packages []string `json:"authorizedAccessPackages"`
	Subunits []party  `json:"subunits"`
}

// hasPackage returns a function that reports whether a system user has an access package for a party.
func hasPackage(urn string) func(party) bool {
	name := strings.TrimPrefix(urn, packageURN)
	return func(p party) bool {
		return slices.ContainsFunc(p.Packages, func(listed string) bool {
			return strings.TrimPrefix(listed, packageURN) == name
		})
	}
}

// parseParties returns the organizations of a list of parties of which something is true. It is an error if the list is
// not whole.
func parseParties(body []byte, has func(party) bool) ([]orgnumber.Number, *Error) {
	var wire partiesResponse
	if json.Unmarshal(body, &wire) != nil || wire.Links == nil || wire.Data == nil {
		return nil, failure(ClassBadResponse, "the body is not a list of parties")
	}
	if wire.Links.Next != nil && *wire.Links.Next != "" {
		return nil, failure(ClassBadResponse, "the list of parties has another page")
	}
	var parties []party
	var nested [][]party
	switch {
	case json.Unmarshal(*wire.Data, &parties) == nil:
	case json.Unmarshal(*wire.Data, &nested) == nil && len(nested) == 1:
		parties = nested[0]
	default:
		return nil, failure(ClassBadResponse, "the list of parties cannot be read")
	}
	return organizationsOf(parties, has), nil
}

// organizationsOf returns the organizations that are acted for and of which something is true. A main unit may be
// listed only for its sub-units.
func organizationsOf(parties []party, has func(party) bool) []orgnumber.Number {
	var found []orgnumber.Number
	for _, p := range parties {
		number, err := orgnumber.Parse(p.OrganizationNumber)
		if err == nil && !p.IsDeleted && !p.OnlyHierarchy && has(p) {
			found = append(found, number)
		}
		found = append(found, organizationsOf(p.Subunits, has)...)
	}
	return found
}
