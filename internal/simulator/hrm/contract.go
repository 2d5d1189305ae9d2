package hrm

import (
	"context"
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// contract implements the contract for one tenant.
type contract struct {
	tenant tenant
	data   *hrmstore.Tenant
	// refuses decides which documents are refused; nil: none.
	refuses DocumentRefusal
}

var _ hrmapi.StrictServerInterface = &contract{}

func problemOf(status int, detail string) hrmapi.Problem {
	title := http.StatusText(status)
	return hrmapi.Problem{Status: &status, Title: &title, Detail: &detail}
}

func (t *contract) GetOrganization(
	context.Context, hrmapi.GetOrganizationRequestObject,
) (hrmapi.GetOrganizationResponseObject, error) {
	return hrmapi.GetOrganization200JSONResponse{OrganizationNumber: t.tenant.organizationNumber}, nil
}

func (t *contract) ListUnits(context.Context, hrmapi.ListUnitsRequestObject) (hrmapi.ListUnitsResponseObject, error) {
	return hrmapi.ListUnits200JSONResponse{Units: append([]string{}, t.tenant.units...)}, nil
}
