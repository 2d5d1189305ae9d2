package conformance

import (
	"bytes"
	"context"
	"math"
	"strings"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	// maxPage is the size of a page's body, and of a PDF, in bytes: the contract's.
	maxPage = 16 << 20
	// maxDocuments is how many documents a page has at most.
	maxDocuments = 1000
	// fillOfEach makes a page of so many documents almost as large as it may be.
	fillOfEach = maxPage/maxDocuments - 1200
)

func sizeChecks() []check {
	const promise = "A page has at most 1000 documents and 16 MiB. A PDF has at most 16 MiB."
	return []check{
		documentCheck("big-page", placeInfo, promise, checkBigPage),
		documentCheck("big-pdf", placeInfo, promise, checkBigPDF),
		documentCheck("wide-cursor", "components > schemas > SequenceNumber > description",
			"NAV's number of a document (loepenr). NAV numbers the documents of a kind over all employers.", checkWideCursor),
	}
}

func checkBigPage(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	s.kind = hrmapi.SickPayApplications
	cursor, _ := p.cursor(ctx, s)
	documents := make([]hrmapi.Document, maxDocuments)
	more := map[string]any{"feltMedMyeTekst": strings.Repeat("a", fillOfEach)}
	for i := range documents {
		documents[i] = document(s.unit, s.kind, p.suite.newID(), cursor+1+int64(i), more)
	}
	p.storeNext(ctx, s, cursor, cursor+maxDocuments, documents...)
	p.expectCursor(ctx, s, cursor+maxDocuments,
		"Accept a page of 1000 documents and 16 MiB; check the limits of your framework and proxy.")
	p.expectStoredIfVisible(ctx, s, documents, nil)
}

// checkBigPDF passes also if no PDF is wanted.
func checkBigPDF(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	p.storeWanted(ctx, pdfs, s, true)
	p.storeNext(ctx, s, cursor, cursor+1, p.newDocument(s, cursor+1))
	pdf := append(bytes.Clone(smallPDF), bytes.Repeat([]byte("%\n"), (maxPage-len(smallPDF))/len("%\n"))...)
	for _, id := range p.listWanted(ctx, pdfs, s) {
		p.putContent(ctx, pdfs, s, id, pdf, false)
		return
	}
}

// checkWideCursor moves a cursor beyond 32 bits and leaves it there.
func checkWideCursor(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	next := max(cursor, math.MaxUint32) + 1
	p.storeNext(ctx, s, cursor, next, p.newDocument(s, next))
	p.expectCursor(ctx, s, next, "Keep sequence numbers in 64 bits.")
}
