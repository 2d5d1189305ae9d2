package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	openapi_types "github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	placePages  = "paths > /v1/units/{unit}/{kind}/pages > post > description"
	takePage    = "Accept a page whose previousCursor is the cursor."
	oneCommit   = "Store the documents and move the cursor in one transaction, and compare the cursor in it, with the row locked."
	refuseOther = "Refuse a page with 409 if its previousCursor is not the cursor, before anything is stored."
)

// cursorResponse is the contract's Cursor. A missing field is nil.
type cursorResponse struct {
	Cursor      *int64              `json:"cursor"`
	LastOverlap *openapi_types.Date `json:"lastOverlap"`
}

func (p *probe) cursor(ctx context.Context, s shelf) (cursor int64, lastOverlap string) {
	const do = "Respond with the cursor, 0 at first, and with lastOverlap as it was last stored."
	got := p.send("GET "+s.path()+"/cursor", getCursor(ctx, s))
	body := decode[cursorResponse](p, got, do)
	if body.Cursor == nil || *body.Cursor < 0 {
		p.fail("no cursor, or less than 0", do)
	}
	if body.LastOverlap != nil {
		lastOverlap = body.LastOverlap.String()
	}
	return *body.Cursor, lastOverlap
}

// store sends a page and notes it.
func (p *probe) store(ctx context.Context, s shelf, page hrmapi.Page) response {
	return p.send(pageLine(s, page), postPage(ctx, s, page))
}

func pageLine(s shelf, page hrmapi.Page) string {
	return "POST " + s.path() + "/pages with " + describe(page)
}

// storeNext sends documents as the next page and verifies that it is accepted.
func (p *probe) storeNext(ctx context.Context, s shelf, cursor, next int64, documents ...hrmapi.Document) {
	p.want(p.store(ctx, s, hrmapi.Page{PreviousCursor: cursor, Cursor: next, Documents: documents}), takePage,
		http.StatusNoContent)
}

func (p *probe) expectCursor(ctx context.Context, s shelf, want int64, do string) {
	if got, _ := p.cursor(ctx, s); got != want {
		p.fail(fmt.Sprintf("the cursor %d instead of %d", got, want), do)
	}
}

func documentCheck(name, place, promise string, run func(context.Context, *probe)) check {
	return newCheck(groupDocuments, name, place, promise, run)
}

func pageChecks() []check {
	const all = "Must store all documents of the page and move the cursor to `cursor` in one transaction, or do neither."
	const elsewhere = "If the cursor is not `previousCursor`, another worker has moved it: store nothing and respond with 409."
	return []check{
		documentCheck("unknown-unit", "components > responses > UnknownUnit > description",
			"The HRM system does not have the unit, the document or the letter.", checkUnknownUnit),
		documentCheck("page", placePages, all, checkPageMovesTheCursor),
		documentCheck("page-stored", placePages, all, checkPageIsStored),
		documentCheck("page-whole-or-not", placePages, all, checkPageWholeOrNot),
		documentCheck("page-elsewhere", placePages, elsewhere, checkPageElsewhere),
		documentCheck("page-elsewhere-stored", placePages, elsewhere, checkPageElsewhereIsNotStored),
		documentCheck("pages-at-once", placePages, elsewhere, checkPagesAtOnce),
	}
}

func checkPageMovesTheCursor(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	p.storeNext(ctx, s, cursor, cursor+2, p.newDocument(s, cursor+1), p.newDocument(s, cursor+2))
	p.expectCursor(ctx, s, cursor+2, oneCommit)
	p.storeNext(ctx, s, cursor+2, cursor+3) // as if the worker had left all documents out
	p.expectCursor(ctx, s, cursor+3, oneCommit)
}

func checkPageIsStored(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	documents := []hrmapi.Document{p.newDocument(s, cursor+1), p.newDocument(s, cursor+2), p.newDocument(s, cursor+3)}
	p.storeNext(ctx, s, cursor, cursor+3, documents...)
	p.expectStored(ctx, s, documents, nil)
}

// checkPageWholeOrNot sends a page whose last document is invalid. An HRM system may refuse it or accept it, but must
// not store a part of it.
func checkPageWholeOrNot(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	good := p.newDocument(s, cursor+1)
	body := brokenPage(cursor, good)
	got := p.send("POST "+s.path()+"/pages with one document and one that has no id",
		func(api hrmapi.ClientInterface) (*http.Response, error) {
			return api.StorePageWithBody(ctx, s.unit, s.kind, "application/json", bytes.NewReader(body))
		})
	if got.status == http.StatusNoContent {
		p.expectCursor(ctx, s, cursor+2, oneCommit)
		p.expectStored(ctx, s, []hrmapi.Document{good}, nil)
		return
	}
	p.expectCursor(ctx, s, cursor, oneCommit)
	control := p.newDocument(s, cursor+3)
	p.storeNext(ctx, s, cursor, cursor+3, control)
	p.expectStored(ctx, s, []hrmapi.Document{control}, []hrmapi.Document{good})
}

func brokenPage(cursor int64, good hrmapi.Document) []byte {
	body, err := json.Marshal(map[string]any{
		"previousCursor": cursor, "cursor": cursor + 2,
		"documents": []any{good, map[string]any{"id": "none", "sequenceNumber": cursor + 2}},
	})
	if err != nil {
		panic(err) // texts and numbers
	}
	return body
}

func checkPageElsewhere(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, overlap := p.cursor(ctx, s)
	p.storeNext(ctx, s, cursor, cursor+1)
	for _, previous := range []int64{cursor, cursor + 2} {
		page := hrmapi.Page{PreviousCursor: previous, Cursor: cursor + 5, LastOverlap: dateOf(documentsAt.AddDate(-1, 0, 0))}
		p.want(p.store(ctx, s, page), refuseOther, http.StatusConflict)
	}
	if now, after := p.cursor(ctx, s); now != cursor+1 || after != overlap {
		p.fail("another cursor or lastOverlap than before the page that was refused", refuseOther)
	}
}

func checkPageElsewhereIsNotStored(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	stray, control := p.newDocument(s, cursor+2), p.newDocument(s, cursor+1)
	page := hrmapi.Page{PreviousCursor: cursor + 1, Cursor: cursor + 2, Documents: []hrmapi.Document{stray}}
	p.want(p.store(ctx, s, page), refuseOther, http.StatusConflict)
	p.storeNext(ctx, s, cursor, cursor+1, control)
	p.expectStored(ctx, s, []hrmapi.Document{control}, []hrmapi.Document{stray})
}

func checkPagesAtOnce(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	pages := make([]hrmapi.Page, atOnce)
	for i := range pages {
		pages[i] = hrmapi.Page{
			PreviousCursor: cursor, Cursor: cursor + 1, Documents: []hrmapi.Document{p.newDocument(s, cursor+1)},
		}
	}
	line := fmt.Sprintf("POST %s/pages with previousCursor %d and another document each", s.path(), cursor)
	responses := p.sendAtOnce(line, func(i int) response {
		return p.sendQuietly(pageLine(s, pages[i]), postPage(ctx, s, pages[i]))
	})
	var taken []int
	for i, got := range responses {
		p.want(got, oneCommit, http.StatusNoContent, http.StatusConflict)
		if got.status == http.StatusNoContent {
			taken = append(taken, i)
		}
	}
	if len(taken) != 1 {
		p.fail(fmt.Sprintf("%d of them taken", len(taken)), oneCommit)
	}
	first := taken[0]
	p.expectCursor(ctx, s, cursor+1, oneCommit)
	var others []hrmapi.Document
	for _, page := range slices.Delete(slices.Clone(pages), first, first+1) {
		others = append(others, page.Documents...)
	}
	p.expectStoredIfVisible(ctx, s, pages[first].Documents, others)
}
