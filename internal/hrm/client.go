// Package hrm is the client of a customer's HRM solution: the system that holds the
// follow-up plans and is given the sick notes. Each customer has its own, with its
// own address and token.
//
// What an HRM solution sends is not trusted: nothing of it is shown in an error or
// a log.
package hrm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxOrganization bounds the body of the answer to whose it is, in bytes.
const maxOrganization = 64 << 10

// Config is what a Client needs to know.
type Config struct {
	// Endpoint is the base URL of the HRM solution's API, http or https. Which hosts
	// are allowed is decided before it gets here.
	Endpoint string
	// Token is what the HRM solution knows us by.
	Token outbound.Bearer
	// Calls makes the calls.
	Calls outbound.Caller
	// Log is told of each call.
	Log *slog.Logger
}

// Client asks a HRM solution. It may be used by many at once.
type Client struct {
	endpoint *url.URL
	token    outbound.Bearer
	calls    outbound.Caller
	log      *slog.Logger
}

// New makes a Client. It makes no outside call.
func New(cfg Config) (*Client, error) {
	endpoint, err := outbound.ParseBase(cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("the HRM solution's endpoint cannot be used: %w", err)
	}
	if cfg.Token.IsZero() {
		return nil, errors.New("the token for the HRM solution is missing")
	}
	return &Client{endpoint: endpoint, token: cfg.Token, calls: cfg.Calls, log: cfg.Log}, nil
}

// Organization asks the HRM solution whose it is. Every error is a
// *runreport.Error: HRMUnreachable, HRMUnauthorized or HRMBadResponse.
func (c *Client) Organization(ctx context.Context) (orgnumber.Number, error) {
	const doing = "asking the HRM solution whose it is"
	body, err := c.get(ctx, doing, "organization", maxOrganization)
	if err != nil {
		return orgnumber.Number{}, err
	}
	n, err := parseOrganization(body)
	if err != nil {
		return orgnumber.Number{}, runreport.Errorf(runreport.HRMBadResponse, "%s: %w", doing, err)
	}
	return n, nil
}

// get gives the body of a 200.
func (c *Client) get(ctx context.Context, doing, path string, limit int64) ([]byte, error) {
	began := c.calls.Now()
	got, err := c.calls.Do(ctx, outbound.Request{
		Method: http.MethodGet,
		URL:    c.endpoint.JoinPath(path).String(),
		Bearer: c.token,
		Limit:  limit,
	})
	log := c.log.With("path", path, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "HRM solution did not answer", "err", err)
		return nil, runreport.Errorf(runreport.HRMUnreachable, "%s: %w", doing, err)
	}
	log.InfoContext(ctx, "HRM solution answered", "status", got.Status)
	if reason, problem := judge(got); problem != nil {
		return nil, runreport.Errorf(reason, "%s: %w", doing, problem)
	}
	return got.Body, nil
}
