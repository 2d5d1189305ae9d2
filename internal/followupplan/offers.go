package followupplan

import (
	"regexp"

	"github.com/4human/integration-operator/internal/hrm"
)

const (
	// maxPlans bounds how many plans a run claims. The next run continues.
	maxPlans = 1000
	// maxTries bounds how often a run tries a plan that it could not settle, such as one whose lease ended too early.
	maxTries = 2
)

// action is what to do with a plan that was claimed.
type action int

const (
	// carry means to send the plan.
	carry action = iota
	// leave means to leave the claim to its lease and to go on with other plans.
	leave
	// stop means to end the run: the HRM system would offer the plan without end.
	stop
)

// offers remembers what a run has done with each plan, so that it tries no plan without end and sends none twice, whatever
// the HRM system offers. The key is the HRM system's name for the plan.
type offers map[string]*offer

type offer struct {
	tries int
	// closed means that the plan must not be tried again in this run: it was settled, or NAV may have it.
	closed bool
	// left means that its claim was left to its lease.
	left bool
}

// next returns what to do with a plan that was just claimed, and counts the attempt.
func (o offers) next(planID string) action {
	if planID == "" { // not a name that the contract allows, so that the plan could not be recognized if it came again
		return leave
	}
	p := o[planID]
	if p == nil {
		p = &offer{}
		o[planID] = p
	}
	switch {
	case p.left:
		return stop
	case p.closed, p.tries == maxTries:
		p.left = true
		return leave
	}
	p.tries++
	return carry
}

// close records that a plan must not be tried again in this run.
func (o offers) close(planID string) { o[planID].closed = true }

var identityNumberForm = regexp.MustCompile(`[0-9]{11}`)

// loggable returns the name of a plan as it may be logged: not if it has the form of a person's identity number.
func loggable(c hrm.Claim) string {
	switch {
	case c.PlanID == "":
		return "(not allowed by the contract)"
	case identityNumberForm.MatchString(c.PlanID):
		return "(has eleven digits in a row)"
	}
	return c.PlanID
}
