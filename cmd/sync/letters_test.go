package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/runreport"
)

const (
	letterID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
	linkID   = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
)

// letterBox is a NAV with one letter and an HRM system, which record what happens to it.
type letterBox struct {
	documentType, path string // of the kind
	withdrawn          bool
	stored, content    bool
	trace              []string
}

func (b *letterBox) nav(w http.ResponseWriter, r *http.Request) {
	item := fmt.Sprintf(`{"documentId":%q,"linkId":%q,"type":%q,"orgNumber":%q,"status":"COMPLETED",`+
		`"employeeIdentificationNumber":%q,"created":"2026-08-20T08:12:31.123456Z"}`, letterID, linkID, b.documentType, unit,
		person)
	isList := r.URL.Path == "/api/v1/documents" && r.URL.Query().Get("documentType") == b.documentType
	switch {
	case isList && b.withdrawn:
		respond(w, `{"items":[],"meta":{"hasMore":false}}`)
	case isList:
		respond(w, `{"items":[`+item+`],"meta":{"hasMore":false}}`)
	case r.URL.Path == "/api/v1/documents/"+linkID:
		b.trace = append(b.trace, "fetched")
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = io.WriteString(w, "%PDF-1.4 Tiger")
	case r.URL.Path == "/api/v1/documents/"+linkID+"/details" && b.withdrawn:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w,
			`{"status":{"value":404},"type":"NOT_FOUND","message":"Document is no longer available","path":"`+person+`"}`)
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

func (b *letterBox) hrm(w http.ResponseWriter, r *http.Request) {
	path, isLetters := strings.CutPrefix(r.URL.Path, "/api/v1/letters/"+unit+"/"+b.path)
	switch {
	case !isLetters:
		offers(0).serve(w, r)
		return
	case path == "" && b.stored:
		respond(w, fmt.Sprintf(`{"letters":[{"id":%q,"linkID":%q,"contentWanted":%t}],"more":false}`, letterID, linkID,
			!b.content))
		return
	case path == "":
		respond(w, `{"letters":[],"more":false}`)
		return
	case r.Method == http.MethodDelete:
		b.stored, b.content = false, false
	case strings.HasSuffix(path, "/content"):
		b.content = true
	case path == "/"+letterID:
		b.stored = true
	}
	b.trace = append(b.trace, r.Method+" "+path)
	respondDone(w)
}

// TestLetters checks that a run stores a letter, that the next one has nothing to do, and that one after NAV has
// withdrawn the letter deletes it.
func TestLetters(t *testing.T) {
	cases := map[string]letterBox{
		serviceDialogueMeetingLetters: {documentType: "DIALOGMOTE", path: "dialogue-meeting-letters"},
		serviceNAVFollowUpPlans:       {documentType: "OPPFOLGINGSPLAN", path: "nav-follow-up-plans"},
	}
	for service, box := range cases {
		t.Run(service, func(t *testing.T) {
			w := newWorld(t)
			w.environment.Service = service
			w.nav.set(box.nav)
			w.hrm.set(box.hrm)
			for _, want := range []struct {
				reason, trace string
				stored        int64
			}{
				{
					reason: "it is new", stored: 1,
					trace: "PUT /" + letterID + ", PUT /complete-until, fetched, PUT /" + letterID + "/content",
				},
				{reason: "it is known", trace: "PUT /complete-until"},
				{reason: "NAV has withdrawn it", trace: "DELETE /" + letterID + ", PUT /complete-until"},
			} {
				box.withdrawn, box.trace = strings.HasPrefix(want.trace, "DELETE"), nil
				code := w.run(t.Context(), time.Minute)
				report, volumes := w.report(), runreport.Volumes{DocumentsStored: want.stored, PDFsStored: want.stored}
				if got := strings.Join(box.trace, ", "); code != 0 || got != want.trace || report.Volumes != volumes {
					t.Errorf("%s: exit code %d, %+v, %s; want %s: %s", want.reason, code, report, got, want.trace, w.logged)
				}
			}
		})
	}
}
