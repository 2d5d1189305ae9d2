package simulator

import (
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	plansPath     = "/api/v1/followupplan"
	statusSuffix  = "/sendingstatus"
	maxNAVBody    = 1 << 20
	wrongPlanBody = "Failed to convert request body to class no.nav.syfo.oppfolgingsplanmottak.domain.FollowUpPlanDTO"
)

// navPlans is what NAV knows of plans.
type navPlans struct {
	mu          sync.Mutex
	employments []Employment
	stored      []StoredPlan
	byUUID      map[uuid.UUID]int
}

// StoredPlan is a plan that NAV has taken, without the person whom it is about.
type StoredPlan struct {
	// UUID is NAV's name for it.
	UUID uuid.UUID `json:"uuid"`
	// CallID is the Nav-Call-Id that it came with.
	CallID string `json:"callID"`
	// Received is when it came.
	Received time.Time `json:"received"`
	// Employer and Supplier are the token's consumer and supplier.
	Employer string `json:"employer"`
	Supplier string `json:"supplier"`
	// SentToNAV and SentToPractitioner are what the answer said.
	SentToNAV          bool `json:"sentToNAV"`
	SentToPractitioner bool `json:"sentToGeneralPractitioner"`
	// AdditionalInformation is that field of the plan, for tests to find their plans by. It is not shown.
	AdditionalInformation string `json:"-"`
}

// Plans lists the plans that NAV has taken, oldest first.
func (s *Simulator) Plans() []StoredPlan {
	s.navPlans.mu.Lock()
	defer s.navPlans.mu.Unlock()
	return slices.Clone(s.navPlans.stored)
}

// NAVPlanFaults are how NAV's API for plans differs from its usual self.
type NAVPlanFaults struct {
	// Development is NAV's development environment: no general practitioner gets a plan, and of two persons nothing is asked.
	Development bool `json:"development,omitzero" help:"as in NAV's development environment: no plan goes to a general practitioner"`
	// OpenDoors takes everybody for employed, on sick leave and known.
	OpenDoors bool `json:"openDoors,omitzero" help:"everybody is employed, on sick leave and known"`
	// PractitionerNotReached is 200 although the general practitioner did not get the plan.
	PractitionerNotReached bool `json:"practitionerNotReached,omitzero" help:"200, although the general practitioner did not get the plan"`
	// FailBeforeStoring and FailAfterStoring are NAV's own 500.
	FailBeforeStoring bool `json:"failBeforeStoring,omitzero" help:"NAV's own 500, and the plan is not stored"`
	FailAfterStoring  bool `json:"failAfterStoring,omitzero" help:"NAV's own 500, and the plan is stored"`
}

// oslo is where NAV's days begin.
var oslo = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("simulator: no time zones: " + err.Error())
	}
	return zone
})

// takePlan takes NAV's steps in NAV's order (FollowUpPlanApi.kt).
func (c *navCall) takePlan(now time.Time) answer {
	faults := c.sim.currentFaults()
	if kind, _, _ := mime.ParseMediaType(c.contentType); kind != contentTypeJSON {
		if faults.Readings.NAVContentTypeIsInternalError {
			return navRefusal{http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error"}.answer()
		}
		return answer{status: http.StatusUnsupportedMediaType, outcome: "UnsupportedMediaType"}
	}
	plan, ok := readPlan(c.body)
	if !ok {
		return navRefusal{http.StatusBadRequest, "BAD_REQUEST", wrongPlanBody}.answer()
	}
	if problem := plan.problem(); problem != "" {
		return navRefusal{http.StatusBadRequest, "VALIDATION_ERROR", problem}.answer()
	}
	employer := actorNumber(c.token.claims["consumer"])
	spared := faults.NAVPlans.OpenDoors || (faults.NAVPlans.Development && slices.Contains(developmentPersons, plan.employee))
	if !spared {
		if refused := c.sim.navPlans.refusalFor(plan.employee, employer, now.In(oslo()).Format(time.DateOnly)); refused != nil {
			return refused.answer()
		}
	}
	if faults.NAVPlans.FailBeforeStoring {
		return navRefusal{http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error"}.answer()
	}
	stored := c.sim.navPlans.store(c, plan, now, faults.NAVPlans)
	if faults.NAVPlans.FailAfterStoring {
		return navRefusal{http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error"}.answer()
	}
	return jsonAnswer(http.StatusOK, "OK", planReceipt{stored.UUID.String(), stored.SentToPractitioner, stored.SentToNAV})
}

// planReceipt is FollowUpPlanResponse.kt.
type planReceipt struct {
	UUID               string `json:"uuid"`
	SentToPractitioner bool   `json:"isSentToGeneralPractitionerStatus"`
	SentToNAV          bool   `json:"isSentToNavStatus"`
}

// store stores a plan, under a new name however often it comes.
func (n *navPlans) store(c *navCall, plan followUpPlan, now time.Time, faults NAVPlanFaults) StoredPlan {
	employer := actorNumber(c.token.claims["consumer"])
	supplier := actorNumber(c.token.claims["supplier"])
	if supplier == "" {
		supplier = employer
	}
	p := StoredPlan{
		UUID: uuid.New(), CallID: c.callID, Received: now.UTC(), Employer: employer, Supplier: supplier, SentToNAV: plan.sendToNAV,
		SentToPractitioner:    plan.sendToPractitioner && !faults.Development && !faults.PractitionerNotReached,
		AdditionalInformation: plan.additionalInformation,
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.byUUID[p.UUID] = len(n.stored)
	n.stored = append(n.stored, p)
	return p
}

// planStatus answers what has become of a plan, to whoever asks: NAV does not look at whose plan it is.
func (c *navCall) planStatus(named string) answer {
	id, err := uuid.Parse(named)
	if err != nil {
		return navRefusal{http.StatusBadRequest, "ILLEGAL_ARGUMENT", "Invalid UUID string: " + named}.answer()
	}
	n := &c.sim.navPlans
	n.mu.Lock()
	defer n.mu.Unlock()
	at, known := n.byUUID[id]
	if !known {
		return navRefusal{http.StatusNotFound, "FOLLOWUP_PLAN_NOT_FOUND", "The follow-up plan with a given uuid was not found"}.answer()
	}
	p := n.stored[at]
	return jsonAnswer(http.StatusOK, "OK", planReceipt{p.UUID.String(), p.SentToPractitioner, p.SentToNAV})
}

// statusOf gives the plan that a path asks the status of.
func statusOf(path string) (named string, ok bool) {
	rest, ok := strings.CutPrefix(path, plansPath+"/")
	if !ok {
		return "", false
	}
	named, ok = strings.CutSuffix(rest, statusSuffix)
	return named, ok && !strings.Contains(named, "/")
}
