package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// unit is a sub-unit of the customer.
const unit = "315587336"

// plan is a plan that the HRM system offers.
const plan = `{"employeeIdentificationNumber":"` + person + `","typicalWorkday":"Tiger","tasksThatCanStillBeDone":"a",
"tasksThatCanNotBeDone":"b","previousFacilitation":"c","plannedFacilitation":"d","followUp":"e",
"evaluationDate":"2026-10-01","sendPlanToNav":true,"sendPlanToGeneralPractitioner":true,
"contactPersonFullName":"Tiger Leder","contactPersonPhoneNumber":"1",
"contactPersonEmail":"tiger@example.com","employeeHasContributedToPlan":true}`

// fakeHRM is an HRM system that offers plans and stores documents. It records its requests.
type fakeHRM struct {
	mu        sync.Mutex
	left      int
	settled   []string // bodies
	documents int
	cursor    int64
	overlap   string // the last date
}

// offers returns an HRM system that offers n plans.
func offers(n int) *fakeHRM { return &fakeHRM{left: n} }

func (h *fakeHRM) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+hrmToken {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	path, _ := strings.CutPrefix(r.URL.Path, "/api/v1/")
	switch {
	case path == "organization":
		respond(w, `{"organizationNumber":"`+customer+`","name":"Tiger AS"}`)
	case path == "units":
		respond(w, `{"units":["`+unit+`"]}`)
	case strings.HasSuffix(path, "/sending"):
		respondDone(w)
	case strings.HasSuffix(path, "/settlement"):
		h.settled = append(h.settled, string(body))
		respondDone(w)
	case strings.HasPrefix(path, "claims/"):
		h.claim(w)
	case strings.HasSuffix(path, "/cursor"):
		overlap := ""
		if h.overlap != "" {
			overlap = `,"lastOverlap":"` + h.overlap + `"`
		}
		respond(w, fmt.Sprintf(`{"cursor":%d%s}`, h.cursor, overlap))
	case strings.HasSuffix(path, "/pages"):
		h.storePage(w, body)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *fakeHRM) claim(w http.ResponseWriter) {
	if h.left == 0 {
		respond(w, `{"openUnknown":2}`)
		return
	}
	h.left--
	respond(w, `{"openUnknown":2,"claim":{"planID":"a","plan":`+plan+`}}`)
}

func (h *fakeHRM) storePage(w http.ResponseWriter, body []byte) {
	var page struct {
		Cursor      int64             `json:"cursor"`
		LastOverlap string            `json:"lastOverlap"`
		Documents   []json.RawMessage `json:"documents"`
	}
	if json.Unmarshal(body, &page) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.documents, h.cursor = h.documents+len(page.Documents), page.Cursor
	h.overlap = cmp.Or(page.LastOverlap, h.overlap)
	respondDone(w)
}

// respondDone responds with a success without body.
func respondDone(w http.ResponseWriter) {
	w.Header().Set("Hrm-Contract", "1")
	w.WriteHeader(http.StatusNoContent)
}

// settlements returns the settlements that it has received.
func (h *fakeHRM) settlements() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.settled, " ")
}

func respond(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}

// respondJSON responds with JSON.
func respondJSON(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { respond(w, body) }
}

const sickNote = `{"loepenr":%d,"sykmeldingId":"b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d","mottattAvNav":"2026-08-14T23:00",` +
	`"sendtTilArbeidsgiver":"2026-08-15T23:00","kontaktMedPasient":"2026-08-14T23:00","sykmeldt":{"fnr":"` + person +
	`","navn":"Tiger"},` +
	`"arbeidsgiver":{"navn":null,"orgnr":"` + unit + `"}}`

const application = `{"loepenr":%d,"soeknadId":"9e088b5a-16c8-3dcc-91fb-acdd544b8607","fnr":"` + person + `",` +
	`"mottatTid":"2025-05-07T09:24:53.038533194","arbeidsgiver":{"navn":"Tiger","orgnr":"` + unit + `"}}`

// respondAsNAV responds as NAV's APIs, which accept plans and have one document of each kind.
func respondAsNAV(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+accessToken {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	body, _ := io.ReadAll(r.Body)
	switch r.Method + r.URL.Path {
	case "GET/api/v1/followupplan/verify-integration":
		_, _ = io.WriteString(w, "Integration is up and running")
	case "POST/api/v1/followupplan":
		respond(w, `{"uuid":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","isSentToGeneralPractitionerStatus":false,"isSentToNavStatus":true}`)
	case "POST/v1/sykmeldinger":
		list(w, body, sickNote)
	case "POST/v1/sykepengesoeknader":
		list(w, body, application)
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

func list(w http.ResponseWriter, filter []byte, document string) {
	if strings.Contains(string(filter), `"fraLoepenr":0`) {
		respond(w, "["+fmt.Sprintf(document, 7)+"]")
		return
	}
	respond(w, "[]")
}
