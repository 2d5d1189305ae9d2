package brokerclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxBody bounds the body of a response, in bytes.
const maxBody = 64 << 10

// failure is why an attempt failed.
type failure struct {
	// reason is the reason for the run's report if no further attempt succeeds.
	reason runreport.Reason
	// final means that another attempt cannot succeed.
	final      bool
	retryAfter time.Duration
	err        error
}

// request makes one attempt, which ends before end.
func (c *Client) request(ctx context.Context, end time.Time, fresh bool) (Token, *failure) {
	// The kubelet replaces the file before its token expires.
	podToken, err := outbound.ReadBearer(c.config.TokenFile)
	if err != nil {
		return Token{}, &failure{reason: runreport.ConfigurationInvalid, final: true, err: err}
	}
	began := c.config.Calls.Now()
	calls := c.config.Calls
	calls.Timeout = min(calls.Timeout, end.Sub(began))
	where := c.config.URL
	if fresh {
		where += "?fresh=true"
	}
	got, err := calls.Do(ctx, outbound.Request{Method: http.MethodPost, URL: where, Bearer: podToken, Limit: maxBody})
	if err != nil {
		return Token{}, &failure{reason: runreport.BrokerUnavailable, err: err}
	}
	c.config.Log.InfoContext(ctx, "Broker responded",
		"status", got.Status, "durationMs", calls.Now().Sub(began).Milliseconds())
	return parseResponse(got, began)
}

// parseResponse returns the token or the failure of a response. Only the broker's own refusal is final. A 401 is not:
// the broker may not know the token of a new pod yet.
func parseResponse(got *outbound.Response, sent time.Time) (Token, *failure) {
	refusal := parseRefusal(got.Body)
	switch {
	case got.Status == http.StatusOK && got.BodyErr != nil:
		return Token{}, &failure{reason: runreport.BrokerUnavailable, err: got.BodyErr}
	case got.Status == http.StatusOK:
		token, err := parseToken(got.Body, sent)
		if err != nil {
			return Token{}, &failure{reason: runreport.BrokerUnavailable, err: err}
		}
		return token, nil
	case got.Status == http.StatusForbidden && refusal != nil:
		return Token{}, &failure{
			reason: runreport.AccessRefused, final: true,
			err: fmt.Errorf("the broker refused access: %s", refusal.shownReason()),
		}
	case got.Status == http.StatusUnauthorized:
		return Token{}, &failure{
			reason: runreport.AccessRefused, retryAfter: got.RetryAfter,
			err: errors.New("the broker does not accept the pod's token (status 401)"),
		}
	default:
		return Token{}, &failure{
			reason: runreport.BrokerUnavailable, retryAfter: got.RetryAfter, err: fmt.Errorf("status %d", got.Status),
		}
	}
}

// refusal is the body of the broker's 403.
type refusal struct {
	Error  string `json:"error"`
	Reason string `json:"reason"`
}

// reasonName matches the broker's reasons, such as "DelegationWithdrawn".
var reasonName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)

// parseRefusal parses the body of the broker's refusal. It returns nil for any other body.
func parseRefusal(body []byte) *refusal {
	var r refusal
	if json.Unmarshal(body, &r) != nil || r.Error != "access_denied" {
		return nil
	}
	return &r
}

// shownReason returns the reason if it is a name. It hides free text.
func (r *refusal) shownReason() string {
	if !reasonName.MatchString(r.Reason) {
		return "no reason"
	}
	return r.Reason
}

// parseToken parses the body of a 200. Its errors do not quote the body, which may contain a token.
func parseToken(body []byte, sent time.Time) (Token, error) {
	var response struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope"`
	}
	if json.Unmarshal(body, &response) != nil {
		return Token{}, errors.New("the body is no token response")
	}
	access, err := outbound.NewBearer(response.AccessToken)
	switch {
	case err != nil:
		return Token{}, fmt.Errorf("access_token: %w", err)
	case !strings.EqualFold(response.TokenType, "Bearer"):
		return Token{}, errors.New("token_type is not Bearer")
	case response.ExpiresIn <= 0:
		return Token{}, errors.New("expires_in is not positive")
	}
	seconds := min(response.ExpiresIn, int64(maxLifetime/time.Second))
	return Token{
		AccessToken: access, ExpiresAt: sent.Add(time.Duration(seconds) * time.Second),
		Scope: response.Scope,
	}, nil
}
