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
		documentCheck("any-order", placePages, replaced, anyOrder),
		documentCheck("higher-number", placePages, replaced,
			func(ctx context.Context, p *probe) { comesAgain(ctx, p, 1, 2, 2) }),
		documentCheck("lower-number", placePages, replaced,
			func(ctx context.Context, p *probe) { comesAgain(ctx, p, 2, 1, 2) }),
		documentCheck("newer-fields", "components > schemas > Document > properties > document > description",
			"The document as NAV wrote it, including fields newer than this description", newerFields),
	}
}

// anyOrder stores documents that come in falling order, and one that comes twice in a page, and then again.
func anyOrder(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	first, second := p.fresh(s, cursor+3), p.fresh(s, cursor+1)
	older := document(s.unit, s.kind, first.ID, cursor+2, nil)
	p.stored(ctx, s, cursor, cursor+3, first, second, older)
	p.stored(ctx, s, cursor+3, cursor+3, second, first)
	p.cursorIs(ctx, s, cursor+3, takeAnyPage)
	p.numberIs(ctx, s, first, cursor+3)
}

// comesAgain stores a document twice, in two pages, with numbers beyond the cursor, and verifies which version is
// stored.
func comesAgain(ctx context.Context, p *probe, first, second, stays int64) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	d := p.fresh(s, cursor+first)
	p.stored(ctx, s, cursor, cursor+2, d)
	p.stored(ctx, s, cursor+2, cursor+3, document(s.unit, s.kind, d.ID, cursor+second, nil))
	if !p.numberIs(ctx, s, d, cursor+stays) {
		p.unchecked("the contract has no way to read a document",
			"Let the test tenant show its stored documents, at --documents-url; or verify by hand.")
	}
}

// numberIs verifies the sequence number of a stored document, and reports whether it is visible.
func (p *probe) numberIs(ctx context.Context, s shelf, d hrmapi.Document, want int64) bool {
	if p.suite.config.DocumentsURL == "" {
		p.lookAtf("the document %s of %s is stored once, with sequenceNumber %d", d.ID, s.path(), want)
		return false
	}
	if got := p.number(ctx, s, d.ID); !p.over() && got != want {
		p.broken(fmt.Sprintf("the document with sequenceNumber %d instead of %d", got, want), storeOnce)
	}
	return true
}

func newerFields(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	newer := document(s.unit, s.kind, p.suite.newID(), cursor+1, map[string]any{
		"feltSomIkkeFinnesEnnaa": map[string]any{"verdi": []any{1, "to", nil}},
	})
	p.stored(ctx, s, cursor, cursor+1, newer)
	p.cursorIs(ctx, s, cursor+1, takePage)
}
