package conformancetest

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// operation is an operation of the contract.
type operation string

const (
	opOrganization operation = "organization"
	opUnits        operation = "units"
	opClaim        operation = "claim"
	opSending      operation = "sending"
	opSettlement   operation = "settlement"
	opCursor       operation = "cursor"
	opPage         operation = "pages"
	opWanted       operation = "wanted-pdfs"
	opPDF          operation = "pdf"
	opWantedCSVs   operation = "wanted-csvs"
	opCSV          operation = "csv"
	opStored       operation = "stored" // not in the contract

	opLetters         operation = "letters"
	opLettersComplete operation = "complete-until"
	opLetter          operation = "letter"
	opLetterDeletion  operation = "letter deletion"
	opLetterContent   operation = "content"
)

// request is a request to the HRM system.
type request struct {
	context      context.Context //nolint:containedctx // A request has its context, as that of net/http.
	method, path string
	query        url.Values
	header       http.Header
	body         []byte
}

// part returns a part of the path: 1 is the first.
func (r *request) part(n int) string {
	if parts := strings.Split(r.path, "/"); n < len(parts) {
		return parts[n]
	}
	return ""
}

func (r *request) op() operation {
	parts := strings.Split(r.path, "/")
	switch {
	case parts[1] == string(opStored):
		return opStored
	case r.part(2) == "claims" && len(parts) == 4:
		return opClaim
	case r.part(2) == "letters" && len(parts) == 5:
		return opLetters
	case r.part(2) == "letters" && r.method == http.MethodDelete:
		return opLetterDeletion
	case r.part(2) == "letters" && len(parts) == 6 && r.part(5) != string(opLettersComplete):
		return opLetter
	}
	return operation(parts[len(parts)-1])
}

// claimID returns the id in the path of a claim, or "".
func (r *request) claimID() string {
	if r.part(2) != "claims" {
		return ""
	}
	return r.part(3)
}

// pathOf returns the path with another claim's id.
func (r *request) pathOf(claimID string) string {
	return strings.Replace(r.path, r.claimID(), claimID, 1)
}

// shelf returns unit and kind of the path.
func (r *request) shelf() (unit string, kind hrmapi.Kind) { return r.part(3), hrmapi.Kind(r.part(4)) }

// with returns a copy of the request with another body.
func (r *request) with(body any) *request {
	changed := *r
	text, err := json.Marshal(body)
	if err != nil {
		panic("conformancetest: " + err.Error()) // structs of texts and numbers
	}
	changed.body = text
	return &changed
}

// read reads the body. A body that is not JSON is the zero value.
func read[T any](body []byte) T {
	var document T
	_ = json.Unmarshal(body, &document)
	return document
}

func (r *request) settlement() hrmapi.Settlement { return read[hrmapi.Settlement](r.body) }

func (r *request) page() hrmapi.Page { return read[hrmapi.Page](r.body) }

// response is a response of the HRM system.
type response struct {
	status int
	header http.Header
	body   []byte
}

func (a *response) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// change changes the JSON of the response.
func (a *response) change(change func(document map[string]any)) *response {
	document := read[map[string]any](a.body)
	if document == nil {
		return a
	}
	change(document)
	changed := jsonOf(a.status, document)
	changed.header = a.header
	return changed
}
