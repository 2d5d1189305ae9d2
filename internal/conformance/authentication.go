package conformance

import (
	"bytes"
	"context"
	"net/http"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

func authenticationChecks() []check {
	const promise = "Each request has the customer's bearer token (RFC 6750). Without it, respond with 401."
	return []check{
		newCheck(groupAuthentication, "without-token", placeInfo, promise, func(ctx context.Context, p *probe) {
			checkEverythingRefused(ctx, p, p.suite.anonymous, "without a token")
		}),
		newCheck(groupAuthentication, "another-token", placeInfo, promise, func(ctx context.Context, p *probe) {
			checkEverythingRefused(ctx, p, p.suite.stranger, "with a token that was never issued")
		}),
	}
}

// checkEverythingRefused sends every request of the contract. Even if an HRM system accepts them, they store no
// document and move no cursor, and they claim a plan only for a second.
func checkEverythingRefused(ctx context.Context, p *probe, as hrmapi.ClientInterface, how string) {
	unit, kind, id := unknownUnits[0], hrmapi.SickNotes, p.suite.newID()
	if of := p.suite.config.Units; len(of) > 0 {
		unit = of[0].String()
	}
	for _, operation := range operations(ctx, unit, kind, id) {
		got := p.askAs(as, operation.what+" "+how, operation.do)
		p.noteResponse(got)
		p.want(got, "Check the token first, on every path.", http.StatusUnauthorized)
	}
}

type operation struct {
	what string
	do   call
}

func operations(ctx context.Context, unit string, kind hrmapi.Kind, id uuid.UUID) []operation {
	settlement := hrmapi.Settlement{State: hrmapi.SettledStateNotSent}
	of := "/v1/units/" + unit + "/" + string(kind)
	return []operation{
		{"GET /v1/organization", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.GetOrganization(ctx)
		}},
		{"GET /v1/units", func(api hrmapi.ClientInterface) (*http.Response, error) { return api.ListUnits(ctx) }},
		{"PUT /v1/claims/" + id.String(), func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.PutClaim(ctx, id, hrmapi.ClaimRequest{LeaseSeconds: 1})
		}},
		{"PUT /v1/claims/" + id.String() + "/sending", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.PutSending(ctx, id, hrmapi.Sending{NAVCallID: id, DeadlineSeconds: 1})
		}},
		{"PUT /v1/claims/" + id.String() + "/settlement", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.PutSettlement(ctx, id, settlement)
		}},
		{"GET " + of + "/cursor", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.GetCursor(ctx, unit, kind)
		}},
		{"POST " + of + "/pages", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.StorePage(ctx, unit, kind, hrmapi.Page{Documents: []hrmapi.Document{}})
		}},
		{"GET " + of + "/wanted-pdfs", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.ListWantedPDFs(ctx, unit, kind)
		}},
		{"PUT " + of + "/" + id.String() + "/pdf", func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.PutPDFWithBody(ctx, unit, kind, id, "application/pdf", bytes.NewReader(smallPDF))
		}},
	}
}
