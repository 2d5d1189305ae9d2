package conformance

import (
	"context"
	"fmt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	storeOnce   = "Store a document under its id. Replace it if the new sequence number is higher, and else leave it; compare in the same transaction."
	takeAnyPage = "Accept documents in any order, with numbers below the cursor, and again."
)

func upsertChecks() []check {
	const replaced = "If the HRM system has a document with that id, replace it if the new sequence number is higher, otherwise keep it. The worker may send a document several times, in any order."
	return []check{
		documentCheck("any-order", placePages, replaced, checkAnyOrder),
		documentCheck("higher-number", placePages, replaced,
			func(ctx context.Context, p *probe) { checkRepeatedDocument(ctx, p, 1, 2, 2) }),
		documentCheck("lower-number", placePages, replaced,
			func(ctx context.Context, p *probe) { checkRepeatedDocument(ctx, p, 2, 1, 2) }),
		documentCheck("newer-fields", "components > schemas > Document > properties > document > description",
			"The document as NAV wrote it, including fields newer than this description", checkNewerFields),
	}
}

// checkAnyOrder stores documents in descending order, one of them in two versions, and then sends them again.
func checkAnyOrder(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	first, second := p.newDocument(s, cursor+3), p.newDocument(s, cursor+1)
	older := document(s.unit, s.kind, first.ID, cursor+2, nil)
	p.storeNext(ctx, s, cursor, cursor+3, first, second, older)
	p.storeNext(ctx, s, cursor+3, cursor+3, second, first)
	p.expectCursor(ctx, s, cursor+3, takeAnyPage)
	p.expectNumber(ctx, s, first, cursor+3)
}

// checkRepeatedDocument stores a document twice, in two pages, with numbers beyond the cursor, and verifies which
// version is stored.
func checkRepeatedDocument(ctx context.Context, p *probe, first, second, stays int64) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	d := p.newDocument(s, cursor+first)
	p.storeNext(ctx, s, cursor, cursor+2, d)
	p.storeNext(ctx, s, cursor+2, cursor+3, document(s.unit, s.kind, d.ID, cursor+second, nil))
	if !p.expectNumber(ctx, s, d, cursor+stays) {
		p.skip("the contract has no way to read a document",
			"Let the test tenant show its stored documents, at --documents-url; or verify by hand.")
	}
}

// expectNumber verifies the sequence number of a stored document, and reports whether it is visible.
func (p *probe) expectNumber(ctx context.Context, s shelf, d hrmapi.Document, want int64) bool {
	if p.suite.config.DocumentsURL == "" {
		p.lookAtf("the document %s of %s is stored once, with sequenceNumber %d", d.ID, s.path(), want)
		return false
	}
	if got := p.number(ctx, s, d.ID); got != want {
		p.fail(fmt.Sprintf("the document with sequenceNumber %d instead of %d", got, want), storeOnce)
	}
	return true
}

func checkNewerFields(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	newer := document(s.unit, s.kind, p.suite.newID(), cursor+1, map[string]any{
		"feltSomIkkeFinnesEnnaa": map[string]any{"verdi": []any{1, "to", nil}},
	})
	p.storeNext(ctx, s, cursor, cursor+1, newer)
	p.expectCursor(ctx, s, cursor+1, takePage)
}
