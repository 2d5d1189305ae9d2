package followupplan

import (
	"regexp"

	"github.com/4human/integration-operator/internal/hrm"
)

// maxTries bounds how often a run tries a plan that it cannot settle, such as one whose lease ends too early.
const maxTries = 2

// action is what to do with a claimed plan.
type action int

const (
	// sendPlan means to send the plan.
	sendPlan action = iota
	// leavePlan means to leave the claim to its lease and to continue with other plans.
	leavePlan
	// stopRun means to end the run: the HRM system offers the same plan without end.
	stopRun
)

// offers records what a run has done with each plan, by the HRM system's name of the plan. It prevents a run from
// trying a plan without end and from sending one twice, whatever the HRM system offers.
type offers map[string]*offer

type offer struct {
	tries int
	// closed means that the run must not try the plan again: it is settled, or NAV may have it.
	closed bool
	// left means that the run left the plan's claim to its lease.
	left bool
}

// decide returns what to do with a claimed plan, and counts the attempt. Without a valid name it could not recognize
// the plan if it were offered again.
func (o offers) decide(planID string) action {
	if planID == "" {
		return leavePlan
	}
	p := o[planID]
	if p == nil {
		p = &offer{}
		o[planID] = p
	}
	switch {
	case p.left:
		return stopRun
	case p.closed, p.tries == maxTries:
		p.left = true
		return leavePlan
	}
	p.tries++
	return sendPlan
}

// close records that the run must not try a plan again.
func (o offers) close(planID string) { o[planID].closed = true }

var identityNumberForm = regexp.MustCompile(`[0-9]{11}`)

// logName returns the name of a plan for logs. It hides a name that may contain an identity number.
func logName(c hrm.Claim) string {
	switch {
	case c.PlanID == "":
		return "(not allowed by the contract)"
	case identityNumberForm.MatchString(c.PlanID):
		return "(has eleven digits in a row)"
	}
	return c.PlanID
}
