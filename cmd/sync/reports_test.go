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
	reportID    = "00000000-0000-8000-8000-000000000007"
	bankAccount = "12345678903"
)

// reportShelf is a NAV with a settlement report of the main unit and an HRM system, which record what happens to it.
type reportShelf struct {
	cursor, overlap string
	hasPDF          bool
	trace           []string
}

func (s *reportShelf) nav(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := string(body)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/api/rapport/v1/7/innhold":
		s.trace = append(s.trace, "fetched")
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = io.WriteString(w, "%PDF-1.4 Tiger")
	case r.Method != http.MethodPost || r.URL.Path != "/api/rapport/v1":
		w.WriteHeader(http.StatusTeapot)
	case strings.Contains(text, `"orgnr":"`+customer+`"`) && !strings.Contains(text, `"etterId":7`):
		respond(w, fmt.Sprintf(`[{"id":7,"orgnr":%q,"orgNavn":"Tiger AS","type":"ref-arbg","datoValutert":"2026-08-20",`+
			`"bankkonto":%q,"opprettet":"2026-08-20T08:12:31Z","arkivert":false}]`, customer, bankAccount))
	case strings.Contains(text, `"orgnr":"`): // NAV cannot tell an agent's customer from the token
		respond(w, "[]")
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

func (s *reportShelf) hrm(w http.ResponseWriter, r *http.Request) {
	path, isOfMain := strings.CutPrefix(r.URL.Path, "/api/v1/units/"+customer+"/settlement-reports/")
	switch {
	case !isOfMain:
		offers(0).serve(w, r)
		return
	case path == "cursor":
		respond(w, `{"cursor":`+s.cursor+s.overlap+`}`)
		return
	case path == "wanted-pdfs" && (s.hasPDF || s.cursor == "0"):
		respond(w, `{"ids":[]}`)
		return
	case path == "wanted-pdfs":
		respond(w, `{"ids":["`+reportID+`"]}`)
		return
	case path == "pages":
		body, _ := io.ReadAll(r.Body)
		s.store(string(body))
	case path == reportID+"/pdf":
		s.trace, s.hasPDF = append(s.trace, "PDF"), true
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	respondDone(w)
}

func (s *reportShelf) store(page string) {
	if strings.Contains(page, `"id":"`+reportID+`"`) {
		s.cursor, s.trace = "7", append(s.trace, "stored")
	}
	if strings.Contains(page, bankAccount) {
		s.trace = append(s.trace, "with the bank account")
	}
	if strings.Contains(page, `"lastOverlap":"2026-09-01"`) {
		s.overlap = `,"lastOverlap":"2026-09-01"`
	}
}

// TestReports checks that a run stores a settlement report of the main unit, which the HRM system does not list as a
// unit, and its PDF, that the next run has nothing to do, and that no log has the bank account.
func TestReports(t *testing.T) {
	shelf := reportShelf{cursor: "0"}
	w := newWorld(t)
	w.environment.Service = serviceSettlementReports
	w.nav.set(shelf.nav)
	w.hrm.set(shelf.hrm)
	for _, want := range []struct {
		reason, trace string
		stored        int64
	}{
		{reason: "it is new", stored: 1, trace: "stored, fetched, PDF"},
		{reason: "it is known"},
	} {
		shelf.trace = nil
		code := w.run(t.Context(), time.Minute)
		report, volumes := w.report(), runreport.Volumes{DocumentsStored: want.stored, PDFsStored: want.stored}
		if got := strings.Join(shelf.trace, ", "); code != 0 || got != want.trace || report.Volumes != volumes {
			t.Errorf("%s: exit code %d, %+v, %q; want %q: %s", want.reason, code, report, got, want.trace, w.logged)
		}
	}
	if logged := w.logged.String(); strings.Contains(logged, bankAccount) {
		t.Errorf("the log has the bank account: %s", logged)
	}
}
