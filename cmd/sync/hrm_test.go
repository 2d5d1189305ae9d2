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

// unit is a sub-unit of the customer's.
const unit = "315587336"

// plan is one that the HRM solution offers, about a person.
const plan = `{"employeeIdentificationNumber":"` + person + `","typicalWorkday":"Tiger","tasksThatCanStillBeDone":"a",
"tasksThatCanNotBeDone":"b","previousFacilitation":"c","plannedFacilitation":"d","followUp":"e","evaluationDate":"2026-10-01",
"sendPlanToNav":true,"sendPlanToGeneralPractitioner":true,"contactPersonFullName":"Tiger Leder","contactPersonPhoneNumber":"1",
"contactPersonEmail":"tiger@example.com","employeeHasContributedToPlan":true}`

// offered is a HRM solution that offers plans and takes documents. It remembers what it was told.
type offered struct {
	mu        sync.Mutex
	left      int
	settled   []string // bodies
	documents int
	cursor    int64
	overlap   string // the last one, a date
}

// offers is a HRM solution that is well and offers n plans.
func offers(n int) *offered { return &offered{left: n} }

func (o *offered) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+hrmToken {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	path, _ := strings.CutPrefix(r.URL.Path, "/api/v1/")
	switch {
	case path == "organization":
		says(w, `{"organizationNumber":"`+customer+`","name":"Tiger AS"}`)
	case path == "units":
		says(w, `{"units":["`+unit+`"]}`)
	case strings.HasSuffix(path, "/sending"):
		done(w)
	case strings.HasSuffix(path, "/settlement"):
		o.settled = append(o.settled, string(body))
		done(w)
	case strings.HasPrefix(path, "claims/"):
		o.claim(w)
	case strings.HasSuffix(path, "/cursor"):
		overlap := ""
		if o.overlap != "" {
			overlap = `,"lastOverlap":"` + o.overlap + `"`
		}
		says(w, fmt.Sprintf(`{"cursor":%d%s}`, o.cursor, overlap))
	case strings.HasSuffix(path, "/pages"):
		o.take(w, body)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (o *offered) claim(w http.ResponseWriter) {
	if o.left == 0 {
		says(w, `{"openUnknown":2}`)
		return
	}
	o.left--
	says(w, `{"openUnknown":2,"claim":{"planID":"a","plan":`+plan+`}}`)
}

func (o *offered) take(w http.ResponseWriter, body []byte) {
	var page struct {
		Cursor      int64             `json:"cursor"`
		LastOverlap string            `json:"lastOverlap"`
		Documents   []json.RawMessage `json:"documents"`
	}
	if json.Unmarshal(body, &page) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o.documents, o.cursor = o.documents+len(page.Documents), page.Cursor
	o.overlap = cmp.Or(page.LastOverlap, o.overlap)
	done(w)
}

// done is a success without a body.
func done(w http.ResponseWriter) {
	w.Header().Set("Hrm-Contract", "1")
	w.WriteHeader(http.StatusNoContent)
}

// told gives the settlements that it was told.
func (o *offered) told() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.settled, " ")
}

func says(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}

// saysJSON answers always the same, as JSON.
func saysJSON(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { says(w, body) }
}

const sickNote = `{"loepenr":%d,"sykmeldingId":"b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d","mottattAvNav":"2026-08-14T23:00",` +
	`"sendtTilArbeidsgiver":"2026-08-15T23:00","kontaktMedPasient":"2026-08-14T23:00","sykmeldt":{"fnr":"` + person + `","navn":"Tiger"},` +
	`"arbeidsgiver":{"navn":null,"orgnr":"` + unit + `"}}`

const application = `{"loepenr":%d,"soeknadId":"9e088b5a-16c8-3dcc-91fb-acdd544b8607","fnr":"` + person + `",` +
	`"mottatTid":"2025-05-07T09:24:53.038533194","arbeidsgiver":{"navn":"Tiger","orgnr":"` + unit + `"}}`

// navIsWell is NAV with both its APIs, which takes plans and has one document of each kind.
func navIsWell(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+accessToken {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	body, _ := io.ReadAll(r.Body)
	switch r.Method + r.URL.Path {
	case "GET/api/v1/followupplan/verify-integration":
		_, _ = io.WriteString(w, "Integration is up and running")
	case "POST/api/v1/followupplan":
		says(w, `{"uuid":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","isSentToGeneralPractitionerStatus":false,"isSentToNavStatus":true}`)
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
		says(w, "["+fmt.Sprintf(document, 7)+"]")
		return
	}
	says(w, "[]")
}
