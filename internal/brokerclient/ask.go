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

// maxAnswer bounds an answer's body, in bytes.
const maxAnswer = 64 << 10

// failure is why an attempt gave no token.
type failure struct {
	// reason is that of the run, if there is no further attempt.
	reason runreport.Reason
	// final means that another attempt would be told the same.
	final bool
	// retryAfter is how long the broker asks us to wait.
	retryAfter time.Duration
	err        error
}

// ask makes one attempt, which does not last beyond end.
func (c *Client) ask(ctx context.Context, end time.Time, fresh bool) (Token, *failure) {
	// The kubelet replaces the file before the token in it expires.
	own, err := outbound.ReadBearer(c.tokenFile)
	if err != nil {
		return Token{}, &failure{reason: runreport.ConfigurationInvalid, final: true, err: err}
	}
	began := c.calls.Now()
	calls := c.calls
	calls.Timeout = min(calls.Timeout, end.Sub(began))
	where := c.url
	if fresh {
		where += "?fresh=true"
	}
	got, err := calls.Do(ctx, outbound.Request{Method: http.MethodPost, URL: where, Bearer: own, Limit: maxAnswer})
	if err != nil {
		return Token{}, &failure{reason: runreport.BrokerUnavailable, err: err}
	}
	c.log.InfoContext(ctx, "Token broker answered", "status", got.Status, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	return judge(got, began)
}

// judge decides what an answer means. Only the broker's own no is one; an outage is
// not an answer. A 401 may come from a broker that is told of a new pod's token only
// later, so it is final when the wait is over, not before.
func judge(got *outbound.Answer, sent time.Time) (Token, *failure) {
	refused := parseRefusal(got.Body)
	switch {
	case got.Status == http.StatusOK && got.BodyErr != nil:
		return Token{}, &failure{reason: runreport.BrokerUnavailable, err: got.BodyErr}
	case got.Status == http.StatusOK:
		token, err := parseToken(got.Body, sent)
		if err != nil {
			return Token{}, &failure{reason: runreport.BrokerUnavailable, err: err}
		}
		return token, nil
	case got.Status == http.StatusForbidden && refused != nil:
		return Token{}, &failure{reason: runreport.AccessRefused, final: true, err: fmt.Errorf("access is refused: %s", refused.shown())}
	case got.Status == http.StatusUnauthorized:
		return Token{}, &failure{
			reason: runreport.AccessRefused, retryAfter: got.RetryAfter,
			err: errors.New("the broker does not take the pod's own token (status 401)"),
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

// reasonName is how the broker's reasons are written, "DelegationWithdrawn".
var reasonName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)

// parseRefusal reads a body as the broker's no, and gives nil for anything else.
func parseRefusal(body []byte) *refusal {
	var r refusal
	if json.Unmarshal(body, &r) != nil || r.Error != "access_denied" {
		return nil
	}
	return &r
}

// shown gives the reason if it is a name, and no text that might hold anything.
func (r *refusal) shown() string {
	if !reasonName.MatchString(r.Reason) {
		return "for a reason that is not shown"
	}
	return r.Reason
}

// parseToken reads a 200. Its errors do not quote the body, which may hold a token.
func parseToken(body []byte, sent time.Time) (Token, error) {
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return Token{}, errors.New("the body is not a token answer")
	}
	access, err := outbound.NewBearer(answer.AccessToken)
	switch {
	case err != nil:
		return Token{}, fmt.Errorf("access_token: %w", err)
	case !strings.EqualFold(answer.TokenType, "Bearer"):
		return Token{}, errors.New("the token_type is not Bearer")
	case answer.ExpiresIn <= 0:
		return Token{}, errors.New("the token has no time left, says expires_in")
	}
	seconds := min(answer.ExpiresIn, int64(maxLifetime/time.Second))
	return Token{AccessToken: access, ExpiresAt: sent.Add(time.Duration(seconds) * time.Second), Scope: answer.Scope}, nil
}
