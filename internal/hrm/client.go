// Package hrm is the client of a customer's HRM solution: the system that holds the
// follow-up plans and is given the sick notes. Each customer has its own, with its
// own address and token. What is asked, and what must hold, stands in the contract,
// api/hrm/openapi.yaml, of which the calls are generated.
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
	"time"

	"github.com/cenkalti/backoff/v5"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxAnswer bounds an answer's body, in bytes: the contract's.
const maxAnswer = 1 << 20

// Config is what a Client needs to know.
type Config struct {
	// Endpoint is the base URL of the HRM solution's API, http or https. Which hosts
	// are allowed is decided before it gets here.
	Endpoint string
	// Token is what the HRM solution knows us by.
	Token outbound.Bearer
	// Calls makes the calls.
	Calls outbound.Caller
	// Pause is how long is waited before what can be asked again is asked again, the
	// first time; 0 means half a second.
	Pause time.Duration
	// Log is told of each call.
	Log *slog.Logger
}

// Client asks a HRM solution. It may be used by many at once.
//
// Every error of its methods is a *runreport.Error: HRMUnreachable, HRMUnauthorized, HRMAddressNotAllowed or
// HRMBadResponse; or one of the documented answers, wrapped.
type Client struct {
	api   *hrmapi.ClientWithResponses
	calls outbound.Caller
	pause time.Duration
	log   *slog.Logger
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
	doer := outbound.NewDoer(cfg.Calls, cfg.Token, maxAnswer)
	api, err := hrmapi.NewClientWithResponses(endpoint.String(), hrmapi.WithHTTPClient(recognizer{doer}))
	if err != nil {
		return nil, errors.New("the HRM solution's endpoint cannot be used")
	}
	if cfg.Pause == 0 {
		cfg.Pause = firstPause
	}
	return &Client{api: api, calls: cfg.Calls, pause: cfg.Pause, log: cfg.Log}, nil
}

// Organization asks the HRM solution whose it is.
func (c *Client) Organization(ctx context.Context) (orgnumber.Number, error) {
	const doing = "asking the HRM solution whose it is"
	got, err := once(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.GetOrganizationResponse, error) {
		return c.api.GetOrganizationWithResponse(ctx)
	})
	if err != nil {
		return orgnumber.Number{}, err
	}
	if got.JSON200 == nil {
		return orgnumber.Number{}, noJSON(doing)
	}
	return number(doing, got.JSON200.OrganizationNumber)
}

// maxUnits bounds the units of a customer: the contract's.
const maxUnits = 1000

// Units asks for which units documents are wanted.
func (c *Client) Units(ctx context.Context) ([]orgnumber.Number, error) {
	const doing = "asking the HRM solution for its units"
	got, err := once(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.ListUnitsResponse, error) {
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
	for _, said := range got.JSON200.Units {
		unit, err := number(doing, said)
		if err != nil {
			return nil, err
		}
		units = append(units, unit)
	}
	return units, nil
}

func number(doing, said string) (orgnumber.Number, error) {
	n, err := orgnumber.Parse(said)
	if err != nil { // its text would quote what the HRM solution sent
		return orgnumber.Number{}, runreport.Errorf(runreport.HRMBadResponse, "%s: an organization number is missing, or is none", doing)
	}
	return n, nil
}

func noJSON(doing string) error {
	return runreport.Errorf(runreport.HRMBadResponse, "%s: %w", doing, ErrUnreadable)
}

// response is what the generated calls give.
type response interface{ StatusCode() int }

const (
	// firstPause is before the second attempt; each further pause is longer.
	firstPause = 500 * time.Millisecond
	// attempts is how often is asked what can be asked again, and patience for how long: shorter than Kubernetes leaves
	// a run that shall end.
	attempts = 6
	patience = 60 * time.Second
)

// once makes a call.
func once[R response](ctx context.Context, c *Client, doing string, success int, call func(context.Context) (R, error)) (R, error) {
	got, failed := ask(ctx, c, doing, success, call)
	if failed != nil {
		return got, failed.error(doing)
	}
	return got, nil
}

// again makes a call that may be made again, until it succeeds or says something that will not pass.
func again[R response](ctx context.Context, c *Client, doing string, success int, call func(context.Context) (R, error)) (R, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = c.pause
	got, err := backoff.Retry(ctx, func() (R, error) {
		got, failed := ask(ctx, c, doing, success, call)
		switch {
		case failed == nil:
			return got, nil
		case failed.passing:
			return got, failed.error(doing)
		default:
			return got, backoff.Permanent(failed.error(doing))
		}
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(attempts), backoff.WithMaxElapsedTime(patience))
	if _, ok := errors.AsType[*runreport.Error](err); err != nil && !ok { // the context ended during a pause
		err = runreport.Errorf(runreport.HRMUnreachable, "%s: given up: %w", doing, err)
	}
	return got, err
}

// ask makes a call and logs how it went.
func ask[R response](
	ctx context.Context, c *Client, doing string, success int, call func(context.Context) (R, error),
) (got R, failed *failure) {
	began := c.calls.Now()
	got, err := call(ctx)
	log := c.log.With("call", doing, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		failed = broken(err)
		log.WarnContext(ctx, "HRM solution did not answer", "err", failed.err)
		return got, failed
	}
	log.InfoContext(ctx, "HRM solution answered", "status", got.StatusCode())
	return got, judge(got.StatusCode(), success)
}
