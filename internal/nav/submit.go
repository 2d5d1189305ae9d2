package nav

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// State is the state of a plan after Submit. The set is closed.
type State string

// The states.
const (
	// Accepted means that NAV has the plan.
	Accepted State = "Accepted"
	// Rejected means that NAV refused the plan for good, with 400. NAV stored nothing.
	Rejected State = "Rejected"
	// Refused means that NAV refused the plan for now, with 403 or 404. NAV stored nothing. It responds the same while one
	// of its registers is down.
	Refused State = "Refused"
	// TokenRejected means that NAV did not accept the access token. NAV stored nothing.
	TokenRejected State = "TokenRejected"
	// NotSent means that NAV cannot have the plan.
	NotSent State = "NotSent"
	// TooLate means NotSent because the plan's deadline had passed.
	TooLate State = "TooLate"
	// Ambiguous means that NAV may or may not have the plan.
	Ambiguous State = "Ambiguous"
)

// Plan is a plan to send.
type Plan struct {
	// AccessToken names the employer.
	AccessToken outbound.Bearer
	CallID      uuid.UUID
	Body        string
	// NotAfter is the time after which Submit does not send the plan.
	NotAfter time.Time
}

// Result is the result of Submit.
type Result struct {
	State   State
	Receipt Receipt
	// Refusal is NAV's refusal of a Rejected or Refused plan. For an Ambiguous plan it is NAV's own error, if any.
	Refusal Refusal
	// Status is the HTTP status, 0 without a response.
	Status int
	// Err is nil if the plan is Accepted, Rejected or Refused. Otherwise it is a *runreport.Error: NAVUnreachable,
	// NAVError or NAVTokenRejected.
	Err error
}

// Receipt is NAV's response to a plan that it has accepted (navikt/lps-oppfolgingsplan-mottak,
// FollowUpPlanResponse.kt).
type Receipt struct {
	UUID uuid.UUID
	// SentToNAV repeats the plan's sendPlanToNav. It does not prove that the plan is in NAV's archive.
	SentToNAV bool
	// SentToGeneralPractitioner reports whether NAV has sent the plan to the general practitioner.
	SentToGeneralPractitioner bool
}

// Refusal is a refusal by NAV. Its message may quote the plan, so only the HRM system may receive it.
type Refusal struct {
	Type, Message string
}

// outageTypes are the types with which NAV refuses every plan while one of its registers is down
// (navikt/lps-oppfolgingsplan-mottak, ArbeidsforholdOversiktClient.kt, PdlClient.kt). NO_ACTIVE_SENT_SYKMELDING is not
// one of them: the store behind it lags, but does not lose all sick notes.
var outageTypes = []string{"NO_ACTIVE_EMPLOYMENT", "EMPLOYEE_NOT_FOUND"}

// MayBeOutage reports whether NAV refuses every plan with this type while one of its registers is down.
func (r Refusal) MayBeOutage() bool { return slices.Contains(outageTypes, r.Type) }

// Submit sends a plan once.
//
// NAV has no idempotency key and does not detect duplicates. A broken connection, a time-out and an error of NAV's that
// is no refusal may all follow after NAV has stored the plan, so they are Ambiguous (navikt/lps-oppfolgingsplan-mottak,
// FollowUpPlanSendingService.kt).
func (c *Client) Submit(ctx context.Context, p Plan) Result {
	got, refusal, err := c.do(ctx, "", p.CallID.String(), outbound.Request{
		Method:   http.MethodPost,
		Header:   http.Header{"Content-Type": {"application/json"}},
		Bearer:   p.AccessToken,
		Body:     p.Body,
		NotAfter: p.NotAfter,
	})
	if err != nil {
		return withoutResponse(err)
	}
	result := resultOf(got, refusal)
	result.Status = got.Status
	return result
}

const submitting = "sending a plan to NAV"

func withoutResponse(err error) Result {
	r := Result{State: Ambiguous, Err: runreport.Errorf(runreport.NAVUnreachable, "%s: %w", submitting, err)}
	if outbound.NothingSent(err) {
		r.State = NotSent
	}
	if outbound.KindOf(err) == outbound.TooLate {
		r.State = TooLate
	}
	return r
}

// refusals are the errors with which NAV refuses a plan before it stores anything, and the states they mean. No other
// error proves that: NAV also sends errors in the same form after it has stored the plan, such as 400 ILLEGAL_ARGUMENT,
// 404 NOT_FOUND or 404 GENERAL_PRACTITIONER_NOT_FOUND. 400 concerns the plan alone. NAV also responds with 403 and 404
// while its register of employments or of persons is down (navikt/lps-oppfolgingsplan-mottak, ApiPlugins.kt,
// FollowUpPlanValidator.kt, ArbeidsforholdOversiktClient.kt, PdlClient.kt).
var refusals = map[int]map[string]State{
	http.StatusBadRequest: {"BAD_REQUEST": Rejected, "VALIDATION_ERROR": Rejected},
	http.StatusForbidden:  {"NO_ACTIVE_EMPLOYMENT": Refused, "NO_ACTIVE_SENT_SYKMELDING": Refused},
	http.StatusNotFound:   {"EMPLOYEE_NOT_FOUND": Refused},
}

func resultOf(got *outbound.Response, refusal *apiError) Result {
	switch {
	case got.Status == http.StatusOK:
		return resultOf200(got)
	case refusal == nil:
		return ambiguousResult(runreport.NAVError, fmt.Errorf("status %d, not from NAV", got.Status))
	case got.Status == http.StatusUnauthorized:
		err := runreport.Errorf(runreport.NAVTokenRejected, "%s: NAV does not accept the access token (%s)", submitting,
			refusal.kind())
		return Result{State: TokenRejected, Err: err}
	}
	result := Result{State: refusals[got.Status][refusal.Type]}
	if result.State == "" {
		result = ambiguousResult(runreport.NAVError, fmt.Errorf("status %d (%s)", got.Status, refusal.kind()))
	}
	result.Refusal = Refusal{Type: refusal.Type, Message: refusal.Message}
	return result
}

// resultOf200 returns the result of a 200. Without NAV's receipt the plan could not be found at NAV, so it is
// Ambiguous.
func resultOf200(got *outbound.Response) Result {
	switch outbound.KindOf(got.BodyErr) {
	case "":
	case outbound.TooLarge:
		return ambiguousResult(runreport.NAVError, fmt.Errorf("status 200: %w", got.BodyErr))
	default:
		return ambiguousResult(runreport.NAVUnreachable, fmt.Errorf("status 200: %w", got.BodyErr))
	}
	receipt, err := parseReceipt(got.Body)
	if err != nil {
		return ambiguousResult(runreport.NAVError, err)
	}
	return Result{State: Accepted, Receipt: receipt}
}

func ambiguousResult(reason runreport.Reason, err error) Result {
	return Result{State: Ambiguous, Err: runreport.Errorf(reason, "%s: %w", submitting, err)}
}

// parseReceipt parses the body of a 200. Its errors do not quote it.
func parseReceipt(body []byte) (Receipt, error) {
	var receipt struct {
		UUID string `json:"uuid"`
		GP   bool   `json:"isSentToGeneralPractitionerStatus"` // or null, which means false
		NAV  bool   `json:"isSentToNavStatus"`                 // or null, which means false
	}
	if json.Unmarshal(body, &receipt) != nil {
		return Receipt{}, errors.New("status 200 without a receipt")
	}
	id, err := uuid.Parse(receipt.UUID)
	if err != nil || id == uuid.Nil || len(receipt.UUID) != len(id.String()) {
		return Receipt{}, errors.New("status 200 with a receipt without uuid")
	}
	return Receipt{UUID: id, SentToNAV: receipt.NAV, SentToGeneralPractitioner: receipt.GP}, nil
}
