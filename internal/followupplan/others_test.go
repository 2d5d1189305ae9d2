package followupplan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const person = "01447842099"

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// plan returns a valid plan with changes. A nil removes a field.
func plan(changes map[string]any) json.RawMessage {
	fields := map[string]any{
		"employeeIdentificationNumber": person, "typicalWorkday": "a", "tasksThatCanStillBeDone": "b",
		"tasksThatCanNotBeDone": "c",
		"previousFacilitation":  "d", "plannedFacilitation": "e", "followUp": "f", "evaluationDate": "2026-10-01",
		"sendPlanToNav":                 true,
		"sendPlanToGeneralPractitioner": true, "contactPersonFullName": "g", "contactPersonPhoneNumber": "h",
		"contactPersonEmail":           "i",
		"employeeHasContributedToPlan": true, "ofALaterVersion": 1,
	}
	for name, value := range changes {
		fields[name] = value
		if value == nil {
			delete(fields, name)
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return text
}

// others are a fake HRM system, broker and NAV. trace records their requests.
type others struct {
	trace   []string
	plans   []json.RawMessage // offered ones
	claims  int
	claim   error
	sending error
	settle  error
	token   error
	verify  error
	results []nav.Result // by submission; the last one is repeated
	submit  func()       // called during a submission

	settled []hrmapi.Settlement
	sent    []nav.Plan
	now     time.Time
}

func (o *others) notef(format string, args ...any) {
	o.trace = append(o.trace, fmt.Sprintf(format, args...))
}

func (o *others) Claim(context.Context, uuid.UUID, time.Duration) (hrm.Claim, error) {
	o.notef("claim")
	if o.claim != nil || len(o.plans) == 0 {
		return hrm.Claim{OpenUnknown: 3, OpenUndecided: 2}, o.claim
	}
	claimed := o.plans[0]
	o.plans = o.plans[1:]
	o.claims++
	return hrm.Claim{PlanID: fmt.Sprintf("plan-%d", o.claims), Plan: claimed, OpenUnknown: 3, OpenUndecided: 2}, nil
}

func (o *others) Announce(context.Context, uuid.UUID, uuid.UUID, time.Duration) error {
	o.notef("sending")
	return o.sending
}

func (o *others) Settle(ctx context.Context, _ uuid.UUID, s hrmapi.Settlement) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.notef("settle %s", s.State)
	if o.settle == nil {
		o.settled = append(o.settled, s)
	}
	return o.settle
}

func (o *others) Token(ctx context.Context, fresh bool) (brokerclient.Token, error) {
	if fresh {
		o.notef("fresh")
	}
	return brokerclient.Token{}, errors.Join(o.token, ctx.Err())
}

func (o *others) VerifyIntegration(context.Context, outbound.Bearer) error {
	o.notef("verify")
	return o.verify
}

func (o *others) Submit(_ context.Context, p nav.Plan) nav.Result {
	o.notef("POST")
	o.sent = append(o.sent, p)
	if o.submit != nil {
		o.submit()
	}
	result := o.results[0]
	if len(o.results) > 1 {
		o.results = o.results[1:]
	}
	return result
}

func (o *others) sender(log *bytes.Buffer) *Sender {
	o.now = noon
	return &Sender{
		HRM: o, NAV: o, Tokens: o, SystemName: "4HUMAN HRM AS",
		Limits: Limits{Lease: time.Minute, Deadline: time.Minute, InFlight: time.Minute},
		Now:    func() time.Time { return o.now },
		Pause: func(ctx context.Context, d time.Duration) error {
			o.notef("pause %s", d)
			return ctx.Err()
		},
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	}
}

var (
	receipt  = nav.Receipt{UUID: uuid.MustParse("c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10"), SentToNAV: true}
	accepted = nav.Result{State: nav.Accepted, Receipt: receipt}
	invalid  = nav.Result{
		State:   nav.Rejected,
		Refusal: nav.Refusal{Type: "VALIDATION_ERROR", Message: "about " + person},
	}
	unemployed = nav.Result{
		State:   nav.Refused,
		Refusal: nav.Refusal{Type: "NO_ACTIVE_EMPLOYMENT", Message: "about " + person},
	}
	unfound = nav.Result{
		State:   nav.Refused,
		Refusal: nav.Refusal{Type: "EMPLOYEE_NOT_FOUND", Message: "about " + person},
	}
	noNote = nav.Result{
		State:   nav.Refused,
		Refusal: nav.Refusal{Type: "NO_ACTIVE_SENT_SYKMELDING", Message: "about " + person},
	}
	notAccepted = nav.Result{
		State: nav.TokenRejected, Status: 401,
		Err: runreport.Errorf(runreport.NAVTokenRejected, "401"),
	}
	unconnected = nav.Result{State: nav.NotSent, Err: runreport.Errorf(runreport.NAVUnreachable, "refused")}
	tooLate     = nav.Result{State: nav.TooLate, Err: runreport.Errorf(runreport.NAVUnreachable, "late")}
	lost        = nav.Result{State: nav.Ambiguous, Err: runreport.Errorf(runreport.NAVUnreachable, "reset")}
	broken      = nav.Result{State: nav.Ambiguous, Status: 500, Err: runreport.Errorf(runreport.NAVError, "500")}
	failed      = nav.Result{
		State: nav.Ambiguous, Status: 404,
		Refusal: nav.Refusal{Type: "GENERAL_PRACTITIONER_NOT_FOUND"}, Err: runreport.Errorf(runreport.NAVError, "404"),
	}
	strange = nav.Result{State: nav.Ambiguous, Status: 200, Err: runreport.Errorf(runreport.NAVError, "HTML")}
)
