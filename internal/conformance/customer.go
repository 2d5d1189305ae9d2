package conformance

import (
	"context"
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// nameOrganization is the check that all others depend on.
const nameOrganization = "organization"

// maxUnits is how many units there may be.
const maxUnits = 1000

func customerChecks() []check {
	return []check{
		{
			Check: Check{
				Group: groupCustomer, Name: nameOrganization, Place: "info > description",
				Promise: "The worker first requests the organization, and stops if it is not the customer's.",
			},
			run: organization,
		},
		{
			Check: Check{
				Group: groupCustomer, Name: "units", Place: "paths > /v1/units > get > description",
				Promise: "The sub-units (underenheter) of the customer whose documents the HRM system wants.",
			},
			run: units,
		},
	}
}

func organization(ctx context.Context, p *probe) {
	got := p.ask("GET /v1/organization",
		func(api hrmapi.ClientInterface) (*http.Response, error) { return api.GetOrganization(ctx) })
	const do = "Answer with the organization number of the customer whom the token belongs to."
	told := decode[hrmapi.Organization](p, got, do)
	if p.over() {
		return
	}
	number, err := orgnumber.Parse(told.OrganizationNumber)
	if err != nil {
		p.broken("no organization number", do)
		return
	}
	if number != p.suite.config.Customer {
		p.broken("the number of another organization than "+p.suite.config.Customer.String(),
			"Check whose URL and token these are. No further request is sent, so that no other organization's data change.")
	}
}

func units(ctx context.Context, p *probe) {
	p.listUnits(ctx)
}

// listUnits returns the units.
func (p *probe) listUnits(ctx context.Context) []string {
	got := p.ask("GET /v1/units", func(api hrmapi.ClientInterface) (*http.Response, error) { return api.ListUnits(ctx) })
	const do = "Answer with at most 1000 organization numbers of sub-units, or with none."
	told := decode[struct {
		Units *[]string `json:"units"`
	}](p, got, do)
	if p.over() {
		return nil
	}
	if told.Units == nil || len(*told.Units) > maxUnits {
		p.broken("no list of units, or more than 1000", do)
		return nil
	}
	for _, unit := range *told.Units {
		if _, err := orgnumber.Parse(unit); err != nil {
			p.broken("a unit that is no organization number", do)
			return nil
		}
	}
	return *told.Units
}
