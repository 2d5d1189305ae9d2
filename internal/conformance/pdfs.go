package conformance

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const storePDFs = "Accept the PDF of a document whose PDF is wanted, and take the document off the list."

func pdfChecks() []check {
	const place, promise = "paths > /v1/units/{unit}/{kind}/wanted-pdfs > get > description",
		"List a document until its PDF is stored."
	return []check{
		documentCheck("wanted-pdfs", place, promise, checkWantedPDFs),
		documentCheck("pdf-of-no-document", "components > responses > UnknownUnit > description",
			"The HRM system does not have the unit or the document.", checkPDFOfNoDocument),
	}
}

// checkWantedPDFs holds also if no PDF is wanted, because an HRM system may want none.
func checkWantedPDFs(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	cursor, _ := p.cursor(ctx, s)
	d := p.newDocument(s, cursor+1)
	p.storeWanted(ctx, s, true)
	p.storeNext(ctx, s, cursor, cursor+1, d)
	first := p.listWanted(ctx, s)
	if second := p.listWanted(ctx, s); len(second) < len(first) {
		p.fail("a document that is not on the list any more, although its PDF was not stored",
			"Keep a document on the list until its PDF has been stored.")
	}
	p.storeWanted(ctx, s, false)
}

func checkPDFOfNoDocument(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	id := p.suite.newID()
	got := p.ask(fmt.Sprintf("PUT %s/%s/pdf", s.path(), id), func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutPDFWithBody(ctx, s.unit, s.kind, id, "application/pdf", bytes.NewReader(smallPDF))
	})
	p.want(got, "Answer with 404 for a document that is not stored.", http.StatusNotFound)
}
