package conformance

import (
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
// document and move no cursor, they claim a plan only for a second, and they delete the letter that they store.
func checkEverythingRefused(ctx context.Context, p *probe, as hrmapi.ClientInterface, how string) {
	s := shelf{unknownUnits[0], hrmapi.SickNotes}
	if of := p.suite.config.Units; len(of) > 0 {
		s.unit = of[0].String()
	}
	for _, operation := range operations(ctx, s, p.suite.newID()) {
		got := p.askAs(as, operation.what+" "+how, operation.do)
		p.noteResponse(got)
		p.want(got, "Check the token first, on every path.", http.StatusUnauthorized)
	}
}

type operation struct {
	what string
	do   call
}

func operations(ctx context.Context, s shelf, id uuid.UUID) []operation {
	claim := "PUT /v1/claims/" + id.String()
	reports, l := shelf{s.unit, hrmapi.SettlementReports}, letterShelf{s.unit, hrmapi.DialogueMeetingLetters}
	return []operation{
		{"GET /v1/organization", getOrganization(ctx)},
		{"GET /v1/units", getUnits(ctx)},
		{claim, putClaim(ctx, id, 1)},
		{claim + "/sending", putSending(ctx, id, id, 1)},
		{claim + "/settlement", putSettlement(ctx, id, notSentSettlement())},
		{"GET " + s.path() + "/cursor", getCursor(ctx, s)},
		{"POST " + s.path() + "/pages", postPage(ctx, s, hrmapi.Page{})},
		{"GET " + s.path() + "/wanted-pdfs", getWantedPDFs(ctx, s)},
		{"PUT " + s.path() + "/" + id.String() + "/pdf", putPDF(ctx, s, id, smallPDF)},
		{"GET " + reports.path() + "/wanted-csvs", getWantedCSVs(ctx, reports)},
		{"PUT " + reports.path() + "/" + id.String() + "/csv", putCSV(ctx, reports, id, smallCSV)},
		{"GET " + l.path(), getLetters(ctx, l, nil)},
		{"PUT " + l.path() + "/complete-until", putLettersComplete(ctx, l, documentsAt)},
		{"PUT " + l.path() + "/" + id.String(), putLetter(ctx, l, letterOf(l, id))},
		{"PUT " + l.path() + "/" + id.String() + "/content", putLetterContent(ctx, l, id, smallPDF)},
		{"DELETE " + l.path() + "/" + id.String(), deleteLetter(ctx, l, id)},
	}
}
