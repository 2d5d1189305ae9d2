package navplans

import (
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	plansPath     = "/api/v1/followupplan"
	statusSuffix  = "/sendingstatus"
	maxBody       = 1 << 20
	wrongPlanBody = "Failed to convert request body"
	wrongPlanType = wrongPlanBody + " to class no.nav.syfo.oppfolgingsplanmottak.domain.FollowUpPlanDTO"
)

// javaUUIDPattern matches what Java accepts as a UUID, also without leading zeros.
var javaUUIDPattern = regexp.MustCompile(`^[0-9a-fA-F]{1,8}(-[0-9a-fA-F]{1,4}){3}-[0-9a-fA-F]{1,12}$`)

// internalError is NAV's own 500.
var internalError = refusal{http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error"}

// NAV's errors that leave open whether the plan is stored.
var (
	noPractitioner  = refusal{http.StatusNotFound, "GENERAL_PRACTITIONER_NOT_FOUND", "General practitioner was not found"}
	illegalArgument = refusal{http.StatusBadRequest, "ILLEGAL_ARGUMENT", "Illegal argument"}
)

// Faults change the behaviour of NAV's API for plans.
type Faults struct {
	// Development is NAV's development environment: no general practitioner gets a plan, and two persons are not looked
	// up.
	Development bool `json:"development,omitzero" help:"as in NAV's development environment: no plan goes to a general practitioner"`
	// OpenDoors treats every person as known, employed and on sick leave.
	OpenDoors bool `json:"openDoors,omitzero" help:"every person is known, employed and on sick leave"`
	// PractitionerNotReached returns 200 although the general practitioner did not receive the plan.
	PractitionerNotReached bool `json:"practitionerNotReached,omitzero" help:"200, although the general practitioner did not get the plan"`
	// FailBeforeStoring and FailAfterStoring are NAV's own 500.
	FailBeforeStoring bool `json:"failBeforeStoring,omitzero" help:"NAV's own 500, and the plan is not stored"`
	FailAfterStoring  bool `json:"failAfterStoring,omitzero" help:"NAV's own 500, and the plan is stored"`
	// NoPractitioner and IllegalArgument are NAV's catch-all for an error after the plan is stored (ApiPlugins.kt).
	NoPractitioner  bool `json:"noPractitioner,omitzero" help:"NAV's own 404 GENERAL_PRACTITIONER_NOT_FOUND, and the plan is stored"`
	IllegalArgument bool `json:"illegalArgument,omitzero" help:"NAV's own 400 ILLEGAL_ARGUMENT, and the plan is stored"`
	// PersonRegisterDown is an outage of PDL: NAV finds no person (PdlClient.kt maps every error to null).
	PersonRegisterDown bool `json:"personRegisterDown,omitzero" help:"NAV's register of persons (PDL) is down: 404 EMPLOYEE_NOT_FOUND for every person"`
	// EmploymentRegisterDown is an outage of Aareg with an error in JSON, which NAV reads as an empty list of employments
	// (ArbeidsforholdOversiktClient.kt). EmploymentRegisterDownHTML is one with a page, which NAV cannot read.
	EmploymentRegisterDown     bool `json:"employmentRegisterDown,omitzero" help:"NAV's register of employments (Aareg) is down: 403 NO_ACTIVE_EMPLOYMENT for every person"`
	EmploymentRegisterDownHTML bool `json:"employmentRegisterDownHTML,omitzero" help:"NAV's register of employments (Aareg) is down and returns HTML: NAV's own 500"`
	// PDFServiceDown is an outage of NAV's PDF service: the plan reaches neither the archive nor the general practitioner,
	// and NAV responds that it was sent (FollowUpPlanSendingService.kt).
	PDFServiceDown bool `json:"pdfServiceDown,omitzero" help:"NAV's PDF service is down: 200 and sent to NAV, but neither archived nor with the general practitioner"`
}

// spares reports whether NAV does not look the person up.
func (f Faults) spares(employee string) bool {
	return f.Development && slices.Contains(developmentPersons, employee)
}

// takePlan takes NAV's steps in NAV's order (FollowUpPlanApi.kt).
func (c *call) takePlan(now time.Time) wire.Response {
	faults, readings := *c.nav.faults.Load(), *c.nav.readings.Load()
	if kind, _, _ := mime.ParseMediaType(c.contentType); kind != wire.ContentTypeJSON {
		switch {
		case readings.ContentTypeIsUnsupported:
			return wire.Response{Status: http.StatusUnsupportedMediaType, Outcome: "UnsupportedMediaType"}
		case !readings.PlanIsReadAsText:
			return internalError.response()
		}
	}
	plan, ok := readPlan(c.body, readings)
	if !ok {
		message := wrongPlanType
		if readings.PlanIsReadAsText {
			message = wrongPlanBody
		}
		return refusal{http.StatusBadRequest, "BAD_REQUEST", message}.response()
	}
	employer := c.Organization()
	if employer == "" {
		return internalError.response() // NAV's response to an unreadable organization
	}
	if problem := plan.problem(); problem != "" {
		return refusal{http.StatusBadRequest, "VALIDATION_ERROR", problem}.response()
	}
	if refused := c.nav.lookUp(plan.employee, employer, now.In(wire.Oslo()).Format(time.DateOnly),
		faults); refused != nil {
		return refused.response()
	}
	return c.storePlan(plan, now, faults)
}

func (c *call) storePlan(plan followUpPlan, now time.Time, faults Faults) wire.Response {
	if faults.FailBeforeStoring {
		return internalError.response()
	}
	receipt := c.nav.store(c, plan, now, faults)
	if failed := faults.afterStoring(); failed != nil {
		return failed.response()
	}
	return wire.JSON(http.StatusOK, "OK", receipt)
}

// afterStoring returns how NAV fails after it has stored a plan, nil if it does not.
func (f Faults) afterStoring() *refusal {
	switch {
	case f.FailAfterStoring:
		return &internalError
	case f.NoPractitioner:
		return &noPractitioner
	case f.IllegalArgument:
		return &illegalArgument
	}
	return nil
}

// planStatus returns the status of a plan, to any caller, as NAV does.
func (c *call) planStatus(named string) wire.Response {
	if !javaUUIDPattern.MatchString(named) {
		return refusal{http.StatusBadRequest, "ILLEGAL_ARGUMENT", "Invalid UUID string: " + named}.response()
	}
	receipt, known := c.nav.receiptOf(named)
	if !known {
		return refusal{
			http.StatusNotFound, "FOLLOWUP_PLAN_NOT_FOUND",
			"The follow-up plan with a given uuid was not found",
		}.response()
	}
	return wire.JSON(http.StatusOK, "OK", receipt)
}

// statusOf returns the plan in the path of a status.
func statusOf(path string) (named string, ok bool) {
	rest, ok := strings.CutPrefix(path, plansPath+"/")
	if !ok {
		return "", false
	}
	named, ok = strings.CutSuffix(rest, statusSuffix)
	return named, ok && named != "" && !strings.Contains(named, "/")
}
