package conformance

import (
	"context"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// nameOrganization is the check that all others depend on.
const nameOrganization = "organization"

// maxUnits is how many units there may be.
const maxUnits = 1000

func customerChecks() []check {
	return []check{
		newCheck(groupCustomer, nameOrganization, placeInfo,
			"The worker first requests the organization, and stops if it is not the customer's.", checkOrganization),
		newCheck(groupCustomer, "units", "paths > /v1/units > get > description",
			"The sub-units (underenheter) of the customer whose documents the HRM system wants.",
			func(ctx context.Context, p *probe) { p.listUnits(ctx) }),
	}
}

func checkOrganization(ctx context.Context, p *probe) {
	got := p.send("GET /v1/organization", getOrganization(ctx))
	const do = "Respond with the organization number of the customer whom the token belongs to."
	body := decode[hrmapi.Organization](p, got, do)
	number, err := orgnumber.Parse(body.OrganizationNumber)
	if err != nil {
		p.fail("no organization number", do)
	}
	if number != p.suite.config.Customer {
		p.fail("the number of another organization than "+p.suite.config.Customer.String(),
			"Check whose URL and token these are. No further request is sent, so that no other organization's data change.")
	}
}

func (p *probe) listUnits(ctx context.Context) []string {
	got := p.send("GET /v1/units", getUnits(ctx))
	const do = "Respond with at most 1000 organization numbers of sub-units, or with none."
	body := decode[struct {
		Units *[]string `json:"units"`
	}](p, got, do)
	if body.Units == nil || len(*body.Units) > maxUnits {
		p.fail("no list of units, or more than 1000", do)
	}
	for _, unit := range *body.Units {
		if _, err := orgnumber.Parse(unit); err != nil {
			p.fail("a unit that is no organization number", do)
		}
	}
	return *body.Units
}
