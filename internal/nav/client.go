// Package nav is the client of NAV's API for follow-up plans ("Oppfølgingsplan
// mottak"), which takes plans from suppliers on behalf of employers. Which employer
// is meant stands in the access token.
//
// Source: github.com/navikt/lps-oppfolgingsplan-mottak, README and OpenAPI document.
package nav

import (
	"context"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxAnswer bounds an answer's body, in bytes.
	maxAnswer = 64 << 10
	// callIDHeader names one call. NAV sends it back, keeps it, and asks for it when
	// somebody asks NAV about the call.
	callIDHeader = "Nav-Call-Id"
)

// Config is what a Client needs to know.
type Config struct {
	// BaseURL of the API, http or https, such as https://lps-oppfolgingsplan-mottak.nav.no.
	BaseURL string
	// Calls makes the calls.
	Calls outbound.Caller
	// Log is told of each call and its Nav-Call-Id.
	Log *slog.Logger
}

// Client asks NAV. It may be used by many at once.
type Client struct {
	base  *url.URL
	calls outbound.Caller
	newID func() string
	log   *slog.Logger
}

// New makes a Client. It makes no outside call.
func New(cfg Config) (*Client, error) {
	base, err := outbound.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("NAV's base URL cannot be used: %w", err)
	}
	return &Client{base: base, calls: cfg.Calls, newID: uuid.NewString, log: cfg.Log}, nil
}

// VerifyIntegration asks NAV whether it takes plans with this access token. Every
// error is a *runreport.Error: NAVUnreachable, NAVError or NAVTokenRejected.
func (c *Client) VerifyIntegration(ctx context.Context, accessToken outbound.Bearer) error {
	const doing = "verifying the integration with NAV"
	callID, began := c.newID(), c.calls.Now()
	got, err := c.calls.Do(ctx, outbound.Request{
		Method: http.MethodGet,
		URL:    c.base.JoinPath("api/v1/followupplan/verify-integration").String(),
		// The good answer is a plain sentence, the others are JSON.
		Header: http.Header{"Accept": {"application/json, text/plain"}, callIDHeader: {callID}},
		Bearer: accessToken,
		Limit:  maxAnswer,
	})
	log := c.log.With("navCallID", callID, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not answer", "err", err)
		return runreport.Errorf(runreport.NAVUnreachable, "%s: %w", doing, err)
	}
	refusal := parseAPIError(got.Status, got.Body)
	log.InfoContext(ctx, "NAV answered", "status", got.Status, "refusal", refusal.kind())
	if reason, problem := judge(got, callID, refusal); problem != nil {
		return runreport.Errorf(reason, "%s: %w", doing, problem)
	}
	return nil
}

// judge returns what is wrong with an answer to VerifyIntegration, nil for a whole 200 of NAV's own.
func judge(got *outbound.Answer, callID string, refusal *apiError) (runreport.Reason, error) {
	decidedByBody := got.Status == http.StatusOK || got.Status == http.StatusUnauthorized
	switch {
	case decidedByBody && outbound.KindOf(got.BodyErr) == outbound.Unreachable:
		return runreport.NAVUnreachable, fmt.Errorf("status %d: %w", got.Status, got.BodyErr)
	case decidedByBody && got.BodyErr != nil:
		return runreport.NAVError, fmt.Errorf("status %d: %w", got.Status, got.BodyErr)
	case got.Status == http.StatusOK && isVerification(got, callID):
		return "", nil
	case got.Status == http.StatusUnauthorized && refusal != nil:
		return runreport.NAVTokenRejected, fmt.Errorf("the access token is not accepted (%s)", refusal.kind())
	case refusal != nil:
		return runreport.NAVError, fmt.Errorf("status %d (%s)", got.Status, refusal.kind())
	case got.Status >= http.StatusMultipleChoices && got.Status < http.StatusBadRequest:
		return runreport.NAVError, fmt.Errorf("redirects are not followed (status %d)", got.Status)
	default:
		return runreport.NAVError, fmt.Errorf("status %d, not in NAV's form, perhaps a proxy's", got.Status)
	}
}

// verification is NAV's good answer to VerifyIntegration.
const verification = "Integration is up and running"

// isVerification reports whether a 200 is NAV's own answer to VerifyIntegration and not a page of a proxy or of a captive
// portal, which may have any status. It is plain text, and either NAV's sentence or an answer that has the call's id: NAV
// returns the Nav-Call-Id that it received (navikt/lps-oppfolgingsplan-mottak, FollowUpPlanApi.kt, ApiPlugins.kt).
func isVerification(got *outbound.Answer, callID string) bool {
	kind, _, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" {
		return false
	}
	return got.Header.Get(callIDHeader) == callID || strings.TrimSpace(string(got.Body)) == verification
}
