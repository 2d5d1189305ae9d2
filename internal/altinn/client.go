package altinn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/4human/integration-operator/internal/outbound"
)

const (
	apiPath = "authentication/api/v1/systemuser"
	// maxResponse bounds the body of a response about one request or system user, in bytes.
	maxResponse = 64 << 10
	// maxPage bounds the body of a page of fifty.
	maxPage = 2 << 20
)

// Config configures a Client.
type Config struct {
	// BaseURL of Altinn's platform, http or https, such as https://platform.altinn.no.
	BaseURL string
	// SystemID is our system's id in the system register, such as 897757222_4human_hrm.
	SystemID string
	Calls    outbound.Caller
	Tokens   TokenSource
}

// Client calls Altinn. It is safe for concurrent use. Every error of its methods is the TokenSource's, unchanged, or an
// *Error; see ClassOf.
type Client struct {
	base     *url.URL
	systemID string
	calls    outbound.Caller
	tokens   TokenSource
	agents   bool // requests are for agent system users
}

// systemIDs matches ids of the system register.
var systemIDs = regexp.MustCompile(`^[0-9]{9}_[A-Za-z0-9_.-]{1,118}$`)

// New returns a Client. It sends no request.
func New(cfg Config) (*Client, error) {
	base, err := outbound.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("altinn's base URL cannot be used: %w", err)
	}
	if !systemIDs.MatchString(cfg.SystemID) {
		return nil, errors.New("the system's id must be an organization number, an underscore and a name")
	}
	if cfg.Tokens == nil {
		return nil, errors.New("the source of tokens for Altinn is missing")
	}
	return &Client{base: base, systemID: cfg.SystemID, calls: cfg.Calls, tokens: cfg.Tokens}, nil
}

type call struct {
	doing    string   // for errors
	scope    string   // of the token
	path     []string // below apiPath, not escaped
	query    url.Values
	method   string // "": POST if there is a body, GET otherwise
	body     any    // sent as JSON
	limit    int64  // of the response's body
	notFound Class  // of a 404 without a code; see classify
}

// do sends one request and decodes the body of a success into doc, unless doc is nil.
func (c *Client) do(ctx context.Context, r call, doc any) error {
	req, err := c.request(r)
	if err != nil {
		return r.wrap(failure(ClassRefused, "%w", err))
	}
	if req.Bearer, err = c.tokens(ctx, r.scope); err != nil {
		return err
	}
	got, err := c.calls.Do(ctx, req)
	if err != nil {
		return r.wrap(&Error{Class: classOfOutbound(err), Err: err})
	}
	if !isSuccess(req.Method, got.Status) {
		return r.wrap(classify(got, r.notFound))
	}
	if got.BodyErr != nil {
		return r.wrap(&Error{Class: classOfOutbound(got.BodyErr), Status: got.Status, Err: got.BodyErr})
	}
	if doc != nil && json.Unmarshal(got.Body, doc) != nil {
		return r.wrap(&Error{
			Class: ClassBadResponse, Status: got.Status,
			Err: errors.New("the body is not the expected JSON"),
		})
	}
	return nil
}

// isSuccess reports whether a status is a success of a method. A POST of a request that exists returns 200. A DELETE
// returns 202 and nothing else: a page of status 200 has deleted nothing.
func isSuccess(method string, status int) bool {
	if method == http.MethodDelete {
		return status == http.StatusAccepted
	}
	return status == http.StatusOK || method == http.MethodPost && status == http.StatusCreated
}

func (r call) wrap(e *Error) error {
	e.doing = r.doing
	return e
}

func (c *Client) request(r call) (outbound.Request, error) {
	address, err := c.address(r.path, r.query)
	if err != nil || r.body == nil {
		return outbound.Request{Method: cmp.Or(r.method, http.MethodGet), URL: address, Limit: r.limit}, err
	}
	body, err := json.Marshal(r.body)
	if err != nil {
		return outbound.Request{}, err
	}
	return outbound.Request{
		Method: http.MethodPost,
		URL:    address,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   string(body),
		Limit:  r.limit,
	}, nil
}

// address returns the URL of an API path. Each element is escaped, so that it stays one element.
func (c *Client) address(path []string, query url.Values) (string, error) {
	escaped := make([]string, 0, len(path))
	for _, element := range path {
		if slices.Contains([]string{"", ".", ".."}, element) {
			return "", errors.New("a path element is empty or relative")
		}
		escaped = append(escaped, url.PathEscape(element))
	}
	u := c.base.JoinPath(apiPath).JoinPath(escaped...)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
