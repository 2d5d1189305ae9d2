// Package hrm is the client of a customer's HRM system, which has the follow-up plans and receives NAV's documents.
// Each customer has its own HRM system, with its own address and token. The contract is api/hrm/openapi.yaml. The
// requests are generated from it.
//
// HRM systems are not trusted: errors and logs do not quote their responses.
package hrm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrmconnection"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// Config configures a Client.
type Config struct {
	// Endpoint is the base URL of the HRM system's API, http or https. The controller has checked its host.
	Endpoint string
	Token    outbound.Bearer
	Calls    outbound.Caller
	// Pause is the pause before the second attempt of a call. 0 means half a second.
	Pause time.Duration
	Log   *slog.Logger
}

// Client is a client of an HRM system. It is safe for concurrent use.
//
// Each error of its methods is a *runreport.Error: HRMUnreachable, HRMUnauthorized, HRMAddressNotAllowed,
// HRMBadResponse or InternalError. Some wrap ErrConflict, ErrNotFound, ErrRefused or ErrUnreadable.
type Client struct {
	api   *hrmapi.ClientWithResponses
	calls outbound.Caller
	pause time.Duration
	log   *slog.Logger
}

// New returns a Client. It sends no request.
func New(cfg Config) (*Client, error) {
	endpoint, err := outbound.ParseBase(cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("parsing the HRM system's endpoint: %w", err)
	}
	if cfg.Token.IsZero() {
		return nil, errors.New("the token for the HRM system is missing")
	}
	doer := outbound.NewDoer(cfg.Calls, cfg.Token, hrmconnection.MaxBody)
	api, err := hrmapi.NewClientWithResponses(endpoint.String(), hrmapi.WithHTTPClient(recognizer{doer}))
	if err != nil {
		return nil, errors.New("invalid endpoint of the HRM system")
	}
	if cfg.Pause == 0 {
		cfg.Pause = firstPause
	}
	return &Client{api: api, calls: cfg.Calls, pause: cfg.Pause, log: cfg.Log}, nil
}

// Organization returns the organization that the HRM system belongs to.
func (c *Client) Organization(ctx context.Context) (orgnumber.Number, error) {
	const doing = "requesting the organization of the HRM system"
	got, err := callOnce(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.GetOrganizationResponse, error) {
		return c.api.GetOrganizationWithResponse(ctx)
	})
	if err != nil {
		return orgnumber.Number{}, err
	}
	if got.JSON200 == nil {
		return orgnumber.Number{}, noJSON(doing)
	}
	return parseNumber(doing, got.JSON200.OrganizationNumber)
}

// maxUnits is the contract's bound of the units of a customer.
const maxUnits = 1000

// Units returns the sub-units whose documents the HRM system wants.
func (c *Client) Units(ctx context.Context) ([]orgnumber.Number, error) {
	const doing = "requesting the units of the HRM system"
	got, err := callOnce(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.ListUnitsResponse, error) {
		return c.api.ListUnitsWithResponse(ctx)
	})
	if err != nil {
		return nil, err
	}
	if got.JSON200 == nil || len(got.JSON200.Units) > maxUnits {
		return nil, noJSON(doing)
	}
	if err := checkMembers(doing, got.Body, "units"); err != nil {
		return nil, err
	}
	units := make([]orgnumber.Number, 0, len(got.JSON200.Units))
	for _, text := range got.JSON200.Units {
		unit, err := parseNumber(doing, text)
		if err != nil {
			return nil, err
		}
		units = append(units, unit)
	}
	return units, nil
}

// parseNumber parses an organization number. Its error omits that of orgnumber.Parse, which quotes the text.
func parseNumber(doing, text string) (orgnumber.Number, error) {
	n, err := orgnumber.Parse(text)
	if err != nil {
		return orgnumber.Number{}, runreport.Errorf(runreport.HRMBadResponse,
			"%s: an organization number is missing or invalid", doing)
	}
	return n, nil
}

func noJSON(doing string) error {
	return runreport.Errorf(runreport.HRMBadResponse, "%s: %w", doing, ErrUnreadable)
}

// response is a response of the generated client.
type response interface{ StatusCode() int }

const (
	// firstPause is the pause before the second attempt. Each further pause is longer.
	firstPause = 500 * time.Millisecond
	// attempts and maxElapsed bound the attempts of a call. maxElapsed is shorter than the time between Kubernetes'
	// SIGTERM and SIGKILL.
	attempts   = 6
	maxElapsed = 60 * time.Second
)

func callOnce[R response](
	ctx context.Context, c *Client, doing string, success int, call func(context.Context) (R, error),
) (R, error) {
	got, failed := do(ctx, c, doing, success, call)
	if failed != nil {
		return got, failed.error(doing)
	}
	return got, nil
}

// callRepeatedly makes a call and repeats it after transient failures.
func callRepeatedly[R response](
	ctx context.Context, c *Client, doing string, success int, call func(context.Context) (R, error),
) (R, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = c.pause
	got, err := backoff.Retry(ctx, func() (R, error) {
		got, failed := do(ctx, c, doing, success, call)
		switch {
		case failed == nil:
			return got, nil
		case failed.transient:
			return got, failed.error(doing)
		default:
			return got, backoff.Permanent(failed.error(doing))
		}
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(attempts), backoff.WithMaxElapsedTime(maxElapsed))
	if _, ok := errors.AsType[*runreport.Error](err); err != nil && !ok { // the context ended during a pause
		err = runreport.Errorf(runreport.HRMUnreachable, "%s: %w", doing, err)
	}
	return got, err
}

// do makes a call and logs it.
func do[R response](
	ctx context.Context, c *Client, doing string, success int, call func(context.Context) (R, error),
) (got R, failed *failure) {
	began := c.calls.Now()
	got, err := call(ctx)
	log := c.log.With("call", doing, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		failed = failureOfError(err)
		log.WarnContext(ctx, "HRM system did not respond", "err", failed.err)
		return got, failed
	}
	log.InfoContext(ctx, "HRM system responded", "status", got.StatusCode())
	return got, failureOfStatus(got.StatusCode(), success)
}
