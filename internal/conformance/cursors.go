package conformance

import (
	"context"
	"net/http"
	"slices"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// unknownUnits are unassigned organization numbers, at least one of which is not the customer's.
var unknownUnits = []string{"310000000", "311111000", "312345005"}

// unknownUnitOf returns a unit that the HRM system does not name.
func (p *probe) unknownUnitOf(ctx context.Context) shelf {
	units := p.someUnits(ctx, 0)
	for _, unit := range unknownUnits {
		if !slices.Contains(units, unit) {
			return shelf{unit, hrmapi.SickNotes}
		}
	}
	return shelf{unknownUnits[0], hrmapi.SickNotes}
}

// unknownUnitCursor is a request that must be refused.
func (p *probe) unknownUnitCursor(ctx context.Context) (string, call) {
	s := p.unknownUnitOf(ctx)
	return "GET " + s.path() + "/cursor", getCursor(ctx, s)
}

func checkUnknownUnit(ctx context.Context, p *probe) {
	s := p.unknownUnitOf(ctx)
	const do = "Respond with 404 for a unit that is not the customer's, for every request."
	p.want(p.send(p.unknownUnitCursor(ctx)), do, http.StatusNotFound)
	page := hrmapi.Page{Cursor: 1, Documents: []hrmapi.Document{p.newDocument(s, 1)}}
	p.want(p.store(ctx, s, page), do, http.StatusNotFound)
	p.want(p.send("GET "+s.path()+"/wanted-pdfs", getWantedPDFs(ctx, s)), do, http.StatusNotFound)
}

func cursorChecks() []check {
	const overlap = "If the page has `lastOverlap`, store it with the page."
	return []check{
		documentCheck("last-overlap", placePages, overlap, checkLastOverlap),
		documentCheck("cursor-per-kind", "components > parameters > Kind > description",
			"The kind of documents. Each kind has its own cursor.", checkCursorPerKind),
		documentCheck("cursor-per-unit", "components > parameters > Unit > description",
			"Organization number of the sub-unit.", checkCursorPerUnit),
	}
}

func dateOf(t time.Time) *openapi_types.Date {
	return &openapi_types.Date{Time: t}
}

// checkLastOverlap stores an overlap, as the worker does once a day, and verifies that the cursor stays.
func checkLastOverlap(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, before := p.cursor(ctx, s)
	day := documentsAt
	if before == day.Format(time.DateOnly) {
		day = day.AddDate(0, 0, 1)
	}
	const do = "Store lastOverlap with the page that has one, and leave it as it is by a page that has none. Take a page whose cursor is previousCursor."
	page := hrmapi.Page{
		PreviousCursor: cursor, Cursor: cursor, LastOverlap: dateOf(day),
		Documents: []hrmapi.Document{p.newDocument(s, cursor)},
	}
	p.want(p.store(ctx, s, page), do, http.StatusNoContent)
	p.expectOverlap(ctx, s, cursor, day, do)
	p.storeNext(ctx, s, cursor, cursor+1)
	p.expectOverlap(ctx, s, cursor+1, day, do)
}

func (p *probe) expectOverlap(ctx context.Context, s shelf, cursor int64, day time.Time, do string) {
	if got, last := p.cursor(ctx, s); got != cursor || last != day.Format(time.DateOnly) {
		p.fail("another cursor or lastOverlap than was stored last", do)
	}
}

func checkCursorPerKind(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	checkSeparateCursors(ctx, p, s, shelf{s.unit, hrmapi.SickPayApplications}, "Keep a cursor for each kind of documents.")
}

func checkCursorPerUnit(ctx context.Context, p *probe) {
	units := p.someUnits(ctx, 2)
	checkSeparateCursors(ctx, p, shelf{units[0], hrmapi.SickNotes}, shelf{units[1], hrmapi.SickNotes},
		"Keep a cursor for each unit.")
}

// checkSeparateCursors moves each of two cursors and verifies that the other one stays.
func checkSeparateCursors(ctx context.Context, p *probe, one, other shelf, do string) {
	for _, pair := range [][2]shelf{{one, other}, {other, one}} {
		moved, stays := pair[0], pair[1]
		before, _ := p.cursor(ctx, stays)
		cursor, _ := p.cursor(ctx, moved)
		p.storeNext(ctx, moved, cursor, cursor+1, p.newDocument(moved, cursor+1))
		p.expectCursor(ctx, stays, before, do)
		p.expectCursor(ctx, moved, cursor+1, do)
	}
}
