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
	// apiPath is below the base URL.
	apiPath = "authentication/api/v1/systemuser"
	// maxAnswer bounds the body of an answer about one request or system user, in bytes.
	maxAnswer = 64 << 10
	// maxPage bounds the body of a page of fifty.
	maxPage = 2 << 20
)

// Config is what a Client needs to know.
type Config struct {
	// BaseURL of Altinn's platform, http or https, such as https://platform.altinn.no.
	BaseURL string
	// SystemID is our system's id in the system register, such as 897757222_4human_hrm.
	SystemID string
	// Calls makes the calls.
	Calls outbound.Caller
	// Tokens gives the tokens that open the API.
	Tokens TokenSource
}

// Client asks Altinn. It may be used by many at once. Every error of its methods is the TokenSource's, unchanged, or an
// *Error; ClassOf tells what it means.
type Client struct {
	base     *url.URL
	systemID string
	calls    outbound.Caller
	tokens   TokenSource
}

// systemIDs is how ids of the system register are written.
var systemIDs = regexp.MustCompile(`^[0-9]{9}_[A-Za-z0-9_.-]{1,118}$`)

// New makes a Client. It makes no outside call.
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

// call is one request to the API.
type call struct {
	doing    string   // what is asked, for errors
	scope    string   // of the token
	path     []string // below apiPath, not escaped
	query    url.Values
	method   string // "": POST if there is a body, GET otherwise
	body     any    // sent as JSON
	limit    int64  // of the answer's body
	notFound Class  // what a 404 means that says nothing else; see classify
}

// do sends one request and reads the good answer to it into doc, unless doc is nil.
func (c *Client) do(ctx context.Context, r call, doc any) error {
	req, err := c.request(r)
	if err != nil {
		return r.failed(failure(ClassRefused, "%w", err))
	}
	if req.Bearer, err = c.tokens.Bearer(ctx, r.scope); err != nil {
		return err
	}
	got, err := c.calls.Do(ctx, req)
	if err != nil {
		return r.failed(&Error{Class: classOfOutbound(err), Err: err})
	}
	if !good(req.Method, got.Status) {
		return r.failed(classify(got, r.notFound))
	}
	if got.BodyErr != nil {
		return r.failed(&Error{Class: classOfOutbound(got.BodyErr), Status: got.Status, Err: got.BodyErr})
	}
	if doc != nil && json.Unmarshal(got.Body, doc) != nil {
		return r.failed(&Error{Class: ClassBadResponse, Status: got.Status, Err: errors.New("the body is not what was asked for")})
	}
	return nil
}

// good reports whether a status is that of a good answer. A POST of what is there already answers with 200, a DELETE
// with 202 and nothing else: a page of status 200 has deleted nothing.
func good(method string, status int) bool {
	if method == http.MethodDelete {
		return status == http.StatusAccepted
	}
	return status == http.StatusOK || method == http.MethodPost && status == http.StatusCreated
}

// failed says in an error what was being done.
func (r call) failed(e *Error) error {
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

// address is that of the API with elements below it, each of which stays one whatever is in it.
func (c *Client) address(path []string, query url.Values) (string, error) {
	escaped := make([]string, 0, len(path))
	for _, element := range path {
		if slices.Contains([]string{"", ".", ".."}, element) {
			return "", errors.New("a part of the address is empty, or leads elsewhere")
		}
		escaped = append(escaped, url.PathEscape(element))
	}
	u := c.base.JoinPath(apiPath).JoinPath(escaped...)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
