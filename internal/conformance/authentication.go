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
		got := p.sendAs(as, operation.what+" "+how, operation.do)
		p.noteResponse(got)
		if got.status == http.StatusNotFound && operation.list != nil && p.lacks(ctx, operation.list) {
			continue
		}
		p.want(got, "Check the token first, on every path.", http.StatusUnauthorized)
	}
}

// operation is a request. If some HRM systems do not support it, list returns the request for a unit's list, to which
// these respond with 404.
type operation struct {
	what string
	do   call
	list func(ctx context.Context, unit string) (what string, do call)
}

// lacks reports whether the HRM system responds to the request for a known unit's list with 404.
func (p *probe) lacks(ctx context.Context, list func(context.Context, string) (string, call)) bool {
	what, do := list(ctx, p.someUnits(ctx, 1)[0])
	return p.send(what, do).status == http.StatusNotFound
}

func listOfCSVs(ctx context.Context, unit string) (what string, do call) {
	s := shelf{unit, hrmapi.SettlementReports}
	return "GET " + s.path() + "/wanted-csvs", getWantedCSVs(ctx, s)
}

func listOfLetters(ctx context.Context, unit string) (what string, do call) {
	l := letterShelf{unit, hrmapi.DialogueMeetingLetters}
	return "GET " + l.path(), getLetters(ctx, l, nil)
}

func operations(ctx context.Context, s shelf, id uuid.UUID) []operation {
	claim := "PUT /v1/claims/" + id.String()
	reports, l := shelf{s.unit, hrmapi.SettlementReports}, letterShelf{s.unit, hrmapi.DialogueMeetingLetters}
	wantedCSVs, getCSVs := listOfCSVs(ctx, s.unit)
	letters, getThem := listOfLetters(ctx, s.unit)
	return []operation{
		{what: "GET /v1/organization", do: getOrganization(ctx)},
		{what: "GET /v1/units", do: getUnits(ctx)},
		{what: claim, do: putClaim(ctx, id, 1)},
		{what: claim + "/sending", do: putSending(ctx, id, id, 1)},
		{what: claim + "/settlement", do: putSettlement(ctx, id, notSentSettlement())},
		{what: "GET " + s.path() + "/cursor", do: getCursor(ctx, s)},
		{what: "POST " + s.path() + "/pages", do: postPage(ctx, s, hrmapi.Page{})},
		{what: "GET " + s.path() + "/wanted-pdfs", do: getWantedPDFs(ctx, s)},
		{what: "PUT " + s.path() + "/" + id.String() + "/pdf", do: putPDF(ctx, s, id, smallPDF)},
		{wantedCSVs, getCSVs, listOfCSVs},
		{"PUT " + reports.path() + "/" + id.String() + "/csv", putCSV(ctx, reports, id, smallCSV), listOfCSVs},
		{letters, getThem, listOfLetters},
		{"PUT " + l.path() + "/complete-until", putLettersComplete(ctx, l, documentsAt), listOfLetters},
		{"PUT " + l.path() + "/" + id.String(), putLetter(ctx, l, letterOf(l, id)), listOfLetters},
		{"PUT " + l.path() + "/" + id.String() + "/content", putLetterContent(ctx, l, id, smallPDF), listOfLetters},
		{"DELETE " + l.path() + "/" + id.String(), deleteLetter(ctx, l, id), listOfLetters},
	}
}
