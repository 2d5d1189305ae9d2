package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// The contract has no way to read a document. Only two things show that a document is stored: the list of wanted PDFs,
// and what a test tenant shows at Config.DocumentsURL.

const prepareReading = "Let the test tenant want the PDFs of all documents, or show what it has stored, at --documents-url; or verify by hand."

// expectStored verifies that some documents are stored and others are not. If no document is visible, it skips the
// check.
func (p *probe) expectStored(ctx context.Context, s shelf, there, not []hrmapi.Document) {
	if !p.expectStoredIfVisible(ctx, s, there, not) {
		for _, d := range there {
			p.lookAtf("the document %s of %s is stored", d.ID, s.path())
		}
		for _, d := range not {
			p.lookAtf("the document %s of %s is not stored", d.ID, s.path())
		}
		p.skip("the contract has no way to read a document, and no PDFs are wanted here", prepareReading)
	}
}

// expectStoredIfVisible is like expectStored. It reports whether stored documents are visible, and does not skip the
// check if they are not.
func (p *probe) expectStoredIfVisible(ctx context.Context, s shelf, there, not []hrmapi.Document) bool {
	has := func(d hrmapi.Document) bool { return p.number(ctx, s, d.ID) >= 0 }
	if p.suite.config.DocumentsURL == "" {
		wanted := p.storeWanted(ctx, pdfs, s, true)
		has = func(d hrmapi.Document) bool { return wanted[d.ID] }
		if !slices.ContainsFunc(there, has) && !slices.ContainsFunc(not, has) {
			return false
		}
	}
	for _, d := range there {
		if !has(d) {
			p.fail("a document that is not stored, although its page was taken", oneCommit)
		}
	}
	for _, d := range not {
		if has(d) {
			p.fail("a document that is stored, although its page was refused", oneCommit)
		}
	}
	return true
}

// number returns the sequence number with which the test tenant shows a document, or -1.
func (p *probe) number(ctx context.Context, s shelf, id uuid.UUID) int64 {
	path := fmt.Sprintf("/%s/%s/%s", s.unit, s.kind, id)
	resp, err := p.suite.document(ctx, path) //nolint:bodyclose // read closes it.
	got := p.read("GET …"+path+" at the URL of stored documents", resp, err)
	p.noteResponse(got)
	if got.status == http.StatusNotFound {
		return -1
	}
	var shown struct {
		ID             uuid.UUID `json:"id"`
		SequenceNumber *int64    `json:"sequenceNumber"`
	}
	if err := json.Unmarshal(got.body, &shown); got.status != http.StatusOK || err != nil || shown.ID != id ||
		shown.SequenceNumber == nil {
		p.skip("the URL of stored documents does not show a Document of the contract",
			"Respond with a Document of the contract, or with 404 if there is none.")
	}
	return *shown.SequenceNumber
}

// rounds bounds how often the wanted contents are listed.
const rounds = 40

// maxWanted is how many ids one response has at most.
const maxWanted = 100

// form is a form of documents' contents.
type form struct {
	name   string // in the path and in lines
	wanted func(context.Context, shelf) call
	put    func(ctx context.Context, s shelf, id uuid.UUID, content []byte) call
	small  []byte
}

var (
	pdfs = form{name: "pdf", wanted: getWantedPDFs, put: putPDF, small: smallPDF}
	csvs = form{name: "csv", wanted: getWantedCSVs, put: putCSV, small: smallCSV}
)

// storeWanted stores wanted contents until none is wanted, and returns their documents.
func (p *probe) storeWanted(ctx context.Context, f form, s shelf, quiet bool) map[uuid.UUID]bool {
	all := map[uuid.UUID]bool{}
	for range rounds {
		ids := p.listWanted(ctx, f, s)
		if len(ids) == 0 {
			return all
		}
		for _, id := range ids {
			if all[id] {
				p.fail("a "+f.name+" that is still wanted after it was stored", storeContents)
			}
			all[id] = true
			p.putContent(ctx, f, s, id, f.small, quiet)
		}
	}
	return all
}

func (p *probe) listWanted(ctx context.Context, f form, s shelf) []uuid.UUID {
	do := "Respond with the ids of at most 100 documents whose " + f.name + " is wanted; with none, or 404, if none is."
	got := p.send("GET "+s.path()+"/wanted-"+f.name+"s", f.wanted(ctx, s))
	if got.status == http.StatusNotFound {
		return nil
	}
	body := decode[struct {
		IDs *[]uuid.UUID `json:"ids"`
	}](p, got, do)
	if body.IDs == nil || len(*body.IDs) > maxWanted {
		p.fail("no list of ids, or more than 100", do)
	}
	return *body.IDs
}

func (p *probe) putContent(ctx context.Context, f form, s shelf, id uuid.UUID, content []byte, quiet bool) {
	line := fmt.Sprintf("PUT %s/%s/%s with %d bytes", s.path(), id, f.name, len(content))
	got := p.sendQuietly(line, f.put(ctx, s, id, content))
	if !quiet || got.status != http.StatusNoContent {
		p.noteResponse(got)
	}
	p.want(got, storeContents, http.StatusNoContent)
}

const storeContents = "Accept the content of a document whose content is wanted, and take the document off the list."

func pdfChecks() []check {
	const place, promise = "paths > /v1/units/{unit}/{kind}/wanted-pdfs > get > description",
		"List a document until its PDF is stored."
	return []check{
		documentCheck("wanted-pdfs", place, promise, checkWantedPDFs),
		documentCheck("pdf-of-no-document", "components > responses > UnknownUnit > description",
			"The HRM system does not have the unit, the document or the letter.", checkPDFOfNoDocument),
	}
}

// checkWantedPDFs passes also if no PDF is wanted, because an HRM system may want none.
func checkWantedPDFs(ctx context.Context, p *probe) {
	s := p.shelf(ctx)
	checkWanted(ctx, p, pdfs, s, func() {
		cursor, _ := p.cursor(ctx, s)
		p.storeNext(ctx, s, cursor, cursor+1, p.newDocument(s, cursor+1))
	})
}

// checkWanted stores a document, verifies that it stays on the list of wanted contents, if it is on it, and then stores
// its content.
func checkWanted(ctx context.Context, p *probe, f form, s shelf, store func()) {
	p.storeWanted(ctx, f, s, true)
	store()
	first := p.listWanted(ctx, f, s)
	if second := p.listWanted(ctx, f, s); len(second) < len(first) {
		p.fail("a document that is not on the list any more, although its "+f.name+" was not stored",
			"Keep a document on the list until its content has been stored.")
	}
	p.storeWanted(ctx, f, s, false)
}

func checkPDFOfNoDocument(ctx context.Context, p *probe) {
	checkContentOfNoDocument(ctx, p, pdfs, p.shelf(ctx))
}

func checkContentOfNoDocument(ctx context.Context, p *probe, f form, s shelf) {
	id := p.suite.newID()
	got := p.send(fmt.Sprintf("PUT %s/%s/%s", s.path(), id, f.name), f.put(ctx, s, id, f.small))
	p.want(got, "Respond with 404 for a document that is not stored.", http.StatusNotFound)
}
