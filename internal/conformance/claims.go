package conformance

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The places of the promises about plans.
const (
	placeClaim      = "paths > /v1/claims/{claimID} > put > description"
	placeSending    = "paths > /v1/claims/{claimID}/sending > put > description"
	placeSettlement = "paths > /v1/claims/{claimID}/settlement > put > description"
	placeStates     = "tags > FollowUpPlans > description"
)

// sameClaim is the promise about a repeated claim.
const sameClaim = "while the claim is valid, the same request returns the same claim with the same lease, and never a second plan."

func claimChecks() []check {
	return []check{
		planCheck("claim", "components > schemas > FollowUpPlan > description",
			"The plan, with the fields of NAV's API (navikt/lps-oppfolgingsplan-mottak).", checkPlanIsWhole),
		planCheck("plan-id", "components > schemas > Claim > properties > planID > description",
			"The worker logs it, so it must not contain personal data", checkPlanIDTellsNothing),
		planCheck("finished-first", placeClaim,
			"In each group, the plan that was finished first comes first.", checkFinishedFirst),
		planCheck("claim-repeated", placeClaim, sameClaim, checkClaimRepeated),
	}
}

// planCheck is a check that returns the plans that it claims.
func planCheck(name, place, promise string, run func(context.Context, *probe)) check {
	return newCheck(groupPlans, name, place, promise, run)
}

// finalCheck is a check that uses up a plan.
func finalCheck(name, place, promise string, run func(context.Context, *probe)) check {
	c := planCheck(name, place, promise, run)
	c.Plans = 1
	return c
}

// The fields that a plan must have, by their type in JSON.
var (
	textFields = []string{
		"employeeIdentificationNumber", "typicalWorkday", "tasksThatCanStillBeDone", "tasksThatCanNotBeDone",
		"previousFacilitation",
		"plannedFacilitation", "followUp", "evaluationDate", "contactPersonFullName", "contactPersonPhoneNumber",
		"contactPersonEmail",
	}
	truthFields = []string{"sendPlanToNav", "sendPlanToGeneralPractitioner", "employeeHasContributedToPlan"}
)

func checkPlanIsWhole(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	const do = "Return the plan with all required fields of FollowUpPlan, in their types."
	var fields map[string]any
	if err := json.Unmarshal(c.plan, &fields); err != nil {
		p.fail("a plan that is no JSON object", do)
	}
	for _, name := range textFields {
		if _, ok := fields[name].(string); !ok {
			p.fail("a plan whose "+name+" is no text, or missing", do)
		}
	}
	for _, name := range truthFields {
		if _, ok := fields[name].(bool); !ok {
			p.fail("a plan whose "+name+" is not true or false, or missing", do)
		}
	}
}

// maxPlanID bounds the id of a plan, in bytes.
const maxPlanID = 128

var planIDForm = regexp.MustCompile(`^[A-Za-z0-9._:-]+$`)

func checkPlanIDTellsNothing(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	var plan struct {
		EmployeeIdentificationNumber string `json:"employeeIdentificationNumber"`
	}
	_ = json.Unmarshal(c.plan, &plan) // another check reports what is wrong with it
	person := plan.EmployeeIdentificationNumber
	switch {
	case len(c.planID) > maxPlanID || !planIDForm.MatchString(c.planID):
		p.fail("a planID that is too long, or of other characters than are allowed",
			"Use at most 128 of the characters A-Z a-z 0-9 . _ : -")
	case hasElevenDigits([]byte(c.planID)), person != "" && strings.Contains(c.planID, person):
		p.fail("a planID with eleven digits, as an identity number has", "Use an id without meaning, such as a UUID.")
	}
}

func checkFinishedFirst(ctx context.Context, p *probe) {
	const enough = 2
	first := p.listOffered(ctx)
	p.countOffered(first)
	if len(first) < enough {
		p.skipForPlans("fewer than two plans were offered")
	}
	// They were given back in their order. Given back the other way round, they must come in the same order again.
	taken := make([]*claim, 0, enough)
	for range first[:enough] {
		taken = append(taken, p.take(ctx, minute))
	}
	for _, c := range slices.Backward(taken) {
		p.settle(ctx, c, notSentSettlement())
	}
	if second := p.listOffered(ctx); !slices.Equal(first, second) {
		p.fail("the plans in another order than the first time",
			"Order by when a plan was finished. A plan that was given back keeps that time.")
	}
}

func (p *probe) countOffered(plans []string) {
	p.suite.offered = len(plans)
	if len(slices.Compact(slices.Sorted(slices.Values(plans)))) < len(plans) {
		p.fail("one plan by two claims that are valid at once", "Claim a plan and record its claim in one transaction.")
	}
}

func checkClaimRepeated(ctx context.Context, p *probe) {
	c := p.take(ctx, minute)
	p.repeatClaim(ctx, c)
	p.repeatClaim(ctx, c)
	got := p.settle(ctx, c, notSentSettlement())
	p.want(got, "Accept NotSent for a plan that is claimed.", http.StatusNoContent)
}
