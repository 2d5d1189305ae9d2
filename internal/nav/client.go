// Package nav is the client of NAV's API for follow-up plans ("Oppfølgingsplan mottak"), which accepts plans from
// suppliers on behalf of employers. The access token names the employer.
//
// Source: github.com/navikt/lps-oppfolgingsplan-mottak, README and OpenAPI document.
package nav

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxBody bounds the body of a response, in bytes.
	maxBody = 64 << 10
	// callIDHeader identifies one call. NAV returns it and keeps it. NAV's support needs it to find the call.
	callIDHeader = "Nav-Call-Id"
)

// Client is a client of the API. It is safe for concurrent use. It logs each call with its Nav-Call-Id.
type Client struct {
	api navapi.API
}

// New returns a Client. It sends no request.
func New(cfg navapi.Config) (*Client, error) {
	api, err := navapi.New("follow-up plans", cfg, nil)
	return &Client{api: api}, err
}

// VerifyIntegration checks that NAV accepts plans with this access token. Each error is a *runreport.Error:
// NAVUnreachable, NAVError or NAVTokenRejected.
func (c *Client) VerifyIntegration(ctx context.Context, accessToken outbound.Bearer) error {
	const doing = "verifying the integration with NAV"
	callID := uuid.NewString()
	got, refusal, err := c.do(ctx, "verify-integration", callID, outbound.Request{
		Method: http.MethodGet,
		Header: http.Header{"Accept": {"application/json, text/plain"}}, // a refusal and a success
		Bearer: accessToken,
	})
	if err != nil {
		return runreport.Errorf(runreport.NAVUnreachable, "%s: %w", doing, err)
	}
	if reason, err := checkVerification(got, callID, refusal); err != nil {
		return runreport.Errorf(reason, "%s: %w", doing, err)
	}
	return nil
}

// do sends a request with a Nav-Call-Id, and logs the call. It returns the refusal that the response has, if any.
func (c *Client) do(ctx context.Context, path, callID string, r outbound.Request) (*outbound.Response, *apiError,
	error,
) {
	r.URL = c.api.Base.JoinPath("api/v1/followupplan", path).String()
	r.Header.Set(callIDHeader, callID)
	r.Limit = maxBody
	began := c.api.Calls.Now()
	got, err := c.api.Calls.Do(ctx, r)
	log := c.api.Log.With("navCallID", callID, "durationMs", c.api.Calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not respond", "err", err)
		return nil, nil, err
	}
	refusal := parseAPIError(got.Status, got.Body)
	log.InfoContext(ctx, "NAV responded", "status", got.Status, "refusal", refusal.kind())
	return got, refusal, nil
}

// checkVerification returns an error and its reason unless the response is NAV's own success.
func checkVerification(got *outbound.Response, callID string, refusal *apiError) (runreport.Reason, error) {
	decidedByBody := got.Status == http.StatusOK || got.Status == http.StatusUnauthorized
	switch {
	case decidedByBody && outbound.KindOf(got.BodyErr) == outbound.Unreachable:
		return runreport.NAVUnreachable, fmt.Errorf("status %d: %w", got.Status, got.BodyErr)
	case decidedByBody && got.BodyErr != nil:
		return runreport.NAVError, fmt.Errorf("status %d: %w", got.Status, got.BodyErr)
	case got.Status == http.StatusOK && isVerification(got, callID):
		return "", nil
	case got.Status == http.StatusUnauthorized && refusal != nil:
		return runreport.NAVTokenRejected, fmt.Errorf("NAV does not accept the access token (%s)", refusal.kind())
	case refusal != nil:
		return runreport.NAVError, fmt.Errorf("status %d (%s)", got.Status, refusal.kind())
	case outbound.IsRedirect(got.Status):
		return runreport.NAVError, fmt.Errorf("%w (status %d)", outbound.ErrRedirect, got.Status)
	default:
		return runreport.NAVError, fmt.Errorf("status %d, not from NAV, possibly from a proxy", got.Status)
	}
}

// verification is NAV's body of a success.
const verification = "Integration is up and running"

// isVerification reports whether a 200 is NAV's own and not the page of a proxy or of a captive portal. NAV's is plain
// text, and it has NAV's sentence or the Nav-Call-Id of the request (navikt/lps-oppfolgingsplan-mottak,
// FollowUpPlanApi.kt, ApiPlugins.kt).
func isVerification(got *outbound.Response, callID string) bool {
	kind, _, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" {
		return false
	}
	return got.Header.Get(callIDHeader) == callID || strings.TrimSpace(string(got.Body)) == verification
}
