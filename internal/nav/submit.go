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

// State is what is known of a plan after it was sent, or not. The set is closed.
type State string

// The states.
const (
	// Accepted means that NAV has the plan.
	Accepted State = "Accepted"
	// Rejected means that a check of NAV's refused this plan for good, with 400. NAV stored nothing.
	Rejected State = "Rejected"
	// Refused means that a check of NAV's refused this plan for now, with 403 or 404. NAV stored nothing. It answers
	// the same while one of its registers is down.
	Refused State = "Refused"
	// TokenRejected means that NAV did not accept the access token. It looked at nothing else.
	TokenRejected State = "TokenRejected"
	// NotSent means that NAV cannot have the plan.
	NotSent State = "NotSent"
	// TooLate means NotSent, because the plan's deadline had passed.
	TooLate State = "TooLate"
	// Ambiguous means that NAV may have the plan, or not.
	Ambiguous State = "Ambiguous"
)

// Plan is a plan that is to be sent.
type Plan struct {
	// AccessToken tells NAV which employer it is for.
	AccessToken outbound.Bearer
	// CallID is the Nav-Call-Id to send it with.
	CallID uuid.UUID
	// Body is the plan's JSON.
	Body string
	// NotAfter is the deadline: afterwards it is not sent.
	NotAfter time.Time
}

// Result is what has become of a plan.
type Result struct {
	State State
	// Receipt is NAV's, if it Accepted.
	Receipt Receipt
	// Refusal is NAV's, if it Rejected or Refused. If the plan is Ambiguous, it is NAV's own error, if there is one.
	Refusal Refusal
	// Status is that of HTTP, 0 if no answer came.
	Status int
	// Err is why the plan is none of both: a *runreport.Error, NAVUnreachable, NAVError or NAVTokenRejected.
	Err error
}

// Receipt is NAV's answer to a plan that it has taken
// (navikt/lps-oppfolgingsplan-mottak, FollowUpPlanResponse.kt).
type Receipt struct {
	// UUID is NAV's name for the plan.
	UUID uuid.UUID
	// SentToNAV says that it is in NAV's archive.
	SentToNAV bool
	// SentToGeneralPractitioner says that the general practitioner has it.
	SentToGeneralPractitioner bool
}

// Refusal is NAV's no. Its message may quote the plan: it is for the HRM solution alone.
type Refusal struct {
	Type, Message string
}

// outageTypes are the types of refusals that NAV answers for everybody while one of its registers is down
// (navikt/lps-oppfolgingsplan-mottak, ArbeidsforholdOversiktClient.kt, PdlClient.kt). NO_ACTIVE_SENT_SYKMELDING is not one
// of them: the store behind it lags, but does not lose all sick notes.
var outageTypes = []string{"NO_ACTIVE_EMPLOYMENT", "EMPLOYEE_NOT_FOUND"}

// MayBeOutage reports whether NAV refuses every plan with this type while one of its registers is down.
func (r Refusal) MayBeOutage() bool { return slices.Contains(outageTypes, r.Type) }

// Submit sends a plan, once.
//
// NAV has no idempotency key and no detection of duplicates, so what is not certain stays so: an error of NAV's own
// that is none of its checks', a broken connection and a time-out may all have come after the plan was stored
// (navikt/lps-oppfolgingsplan-mottak, FollowUpPlanSendingService.kt).
func (c *Client) Submit(ctx context.Context, p Plan) Result {
	began := c.calls.Now()
	got, err := c.calls.Do(ctx, outbound.Request{
		Method:   http.MethodPost,
		URL:      c.base.JoinPath("api/v1/followupplan").String(),
		Header:   http.Header{"Content-Type": {"application/json"}, callIDHeader: {p.CallID.String()}},
		Bearer:   p.AccessToken,
		Body:     p.Body,
		NotAfter: p.NotAfter,
		Limit:    maxAnswer,
	})
	log := c.log.With("navCallID", p.CallID.String(), "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not answer", "err", err)
		return unanswered(err)
	}
	refusal := parseAPIError(got.Status, got.Body)
	log.InfoContext(ctx, "NAV answered", "status", got.Status, "refusal", refusal.kind())
	result := resultOf(got, refusal)
	result.Status = got.Status
	return result
}

const submitting = "sending a plan to NAV"

// unanswered is the result of a call that no answer came to.
func unanswered(err error) Result {
	r := Result{State: Ambiguous, Err: runreport.Errorf(runreport.NAVUnreachable, "%s: %w", submitting, err)}
	if outbound.NothingSent(err) {
		r.State = NotSent
	}
	if outbound.KindOf(err) == outbound.TooLate {
		r.State = TooLate
	}
	return r
}

// refusals are the errors by which NAV's checks refuse a plan. They come before NAV stores anything. No other error proves
// that: NAV writes whatever goes wrong in the same form, also after it has stored the plan, with 400 ILLEGAL_ARGUMENT, 404
// NOT_FOUND or 404 GENERAL_PRACTITIONER_NOT_FOUND for example. 400 concerns the plan alone. 403 and 404 are also what NAV
// answers while its register of employments or of persons is down (navikt/lps-oppfolgingsplan-mottak, ApiPlugins.kt,
// FollowUpPlanValidator.kt, ArbeidsforholdOversiktClient.kt, PdlClient.kt).
var refusals = map[int]map[string]State{
	http.StatusBadRequest: {"BAD_REQUEST": Rejected, "VALIDATION_ERROR": Rejected},
	http.StatusForbidden:  {"NO_ACTIVE_EMPLOYMENT": Refused, "NO_ACTIVE_SENT_SYKMELDING": Refused},
	http.StatusNotFound:   {"EMPLOYEE_NOT_FOUND": Refused},
}

// resultOf decides what an answer means.
func resultOf(got *outbound.Answer, refusal *apiError) Result {
	switch {
	case got.Status == http.StatusOK:
		return accepted(got)
	case refusal == nil:
		return ambiguous(runreport.NAVError, fmt.Errorf("status %d, not in NAV's form", got.Status))
	case got.Status == http.StatusUnauthorized:
		err := runreport.Errorf(runreport.NAVTokenRejected, "%s: the access token is not accepted (%s)", submitting, refusal.kind())
		return Result{State: TokenRejected, Err: err}
	}
	said := Refusal{Type: refusal.Type, Message: refusal.Message}
	if state := refusals[got.Status][refusal.Type]; state != "" {
		return Result{State: state, Refusal: said}
	}
	result := ambiguous(runreport.NAVError, fmt.Errorf("status %d (%s)", got.Status, refusal.kind()))
	result.Refusal = said
	return result
}

// accepted reads a 200. Without NAV's receipt nobody could find the plan again, so it is not called taken.
func accepted(got *outbound.Answer) Result {
	switch outbound.KindOf(got.BodyErr) {
	case "":
	case outbound.TooLarge:
		return ambiguous(runreport.NAVError, fmt.Errorf("status 200: %w", got.BodyErr))
	default:
		return ambiguous(runreport.NAVUnreachable, fmt.Errorf("status 200: %w", got.BodyErr))
	}
	receipt, err := parseReceipt(got.Body)
	if err != nil {
		return ambiguous(runreport.NAVError, err)
	}
	return Result{State: Accepted, Receipt: receipt}
}

func ambiguous(reason runreport.Reason, err error) Result {
	return Result{State: Ambiguous, Err: runreport.Errorf(reason, "%s: %w", submitting, err)}
}

// parseReceipt reads the body of a 200. Its errors quote nothing of it.
func parseReceipt(body []byte) (Receipt, error) {
	var answer struct {
		UUID string `json:"uuid"`
		GP   *bool  `json:"isSentToGeneralPractitionerStatus"`
		NAV  *bool  `json:"isSentToNavStatus"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return Receipt{}, errors.New("status 200, and the body is no receipt")
	}
	id, err := uuid.Parse(answer.UUID)
	if err != nil || id == uuid.Nil || len(answer.UUID) != len(id.String()) {
		return Receipt{}, errors.New("status 200, and the receipt has no uuid")
	}
	// The API description lets both be null.
	return Receipt{UUID: id, SentToNAV: answer.NAV != nil && *answer.NAV, SentToGeneralPractitioner: answer.GP != nil && *answer.GP}, nil
}
