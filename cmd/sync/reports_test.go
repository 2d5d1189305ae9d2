package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/runreport"
)

const (
	reportID    = "00000000-0000-8000-8000-000000000007"
	bankAccount = "12345678903"
)

// reportCSV is the report's CSV file, in ISO 8859-1.
const reportCSV = "8020;" + customer + ";" + customer + ";H;" + person + ";20260801;" + bankAccount +
	";Tiger \xd8degaard            ;20260815;0001234550 ;0000000000 ;00000000\r\n"

// reportShelf is a NAV with a settlement report of the main unit and an HRM system, which record what happens to it.
type reportShelf struct {
	cursor, overlap string
	hasPDF, hasCSV  bool
	trace           []string
	// lacks are forms of the content that NAV does not have. refuses is the HRM system's status for a page with the
	// report, 0 to store it. ofNoKind means that the HRM system does not know settlement reports.
	lacks    string
	refuses  int
	ofNoKind bool
}

func (s *reportShelf) nav(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := string(body)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/api/rapport/v1/7/innhold":
		s.content(w, r.Header.Get("Accept"))
	case r.Method != http.MethodPost || r.URL.Path != "/api/rapport/v1":
		w.WriteHeader(http.StatusTeapot)
	case strings.Contains(text, `"orgnr":"`+customer+`"`) && strings.Contains(text, `"etterId":0`):
		respond(w, fmt.Sprintf(`[{"id":7,"orgnr":%q,"orgNavn":"Tiger AS","type":"ref-arbg","datoValutert":"2026-08-20",`+
			`"bankkonto":%q,"opprettet":"2026-08-20T08:12:31Z","arkivert":false}]`, customer, bankAccount))
	// NAV cannot tell an agent's customer from the token.
	case strings.Contains(text, `"orgnr":"`) && strings.Contains(text, `"etterId":`):
		respond(w, "[]")
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

// content returns one form of the report's content. NAV's 404 has no body.
func (s *reportShelf) content(w http.ResponseWriter, form string) {
	if strings.Contains(s.lacks, form) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.trace = append(s.trace, "fetched "+form)
	w.Header().Set("Content-Type", form)
	_, _ = io.WriteString(w, map[string]string{"application/pdf": "%PDF-1.4 Tiger", "text/csv": reportCSV}[form])
}

func (s *reportShelf) hrm(w http.ResponseWriter, r *http.Request) {
	path, isOfMain := strings.CutPrefix(r.URL.Path, "/api/v1/units/"+customer+"/settlement-reports/")
	switch {
	case !isOfMain:
		offers(0).serve(w, r)
		return
	case s.ofNoKind:
		w.WriteHeader(http.StatusNotFound)
		return
	case path == "cursor":
		respond(w, `{"cursor":`+s.cursor+s.overlap+`}`)
		return
	case path == "wanted-pdfs":
		respondWanted(w, s.cursor != "0" && !s.hasPDF)
		return
	case path == "wanted-csvs":
		respondWanted(w, s.cursor != "0" && !s.hasCSV)
		return
	case path == "pages":
		body, _ := io.ReadAll(r.Body)
		if s.refuses != 0 && strings.Contains(string(body), reportID) {
			w.WriteHeader(s.refuses)
			return
		}
		s.store(string(body))
	case path == reportID+"/pdf":
		s.trace, s.hasPDF = append(s.trace, "PDF"), true
	case path == reportID+"/csv":
		body, _ := io.ReadAll(r.Body)
		s.hasCSV = string(body) == reportCSV && r.Header.Get("Content-Type") == "text/csv"
		s.trace = append(s.trace, fmt.Sprintf("CSV as NAV sent it: %t", s.hasCSV))
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	respondDone(w)
}

func respondWanted(w http.ResponseWriter, isWanted bool) {
	if isWanted {
		respond(w, `{"ids":["`+reportID+`"]}`)
		return
	}
	respond(w, `{"ids":[]}`)
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

// TestReports runs the service once or several times, and checks what happens to the settlement report of the main
// unit, which the HRM system does not list as a unit, and to its contents. No log has the bank account.
func TestReports(t *testing.T) {
	const all = "stored, fetched application/pdf, PDF, fetched text/csv, CSV as NAV sent it: true"
	type expected struct {
		trace        string
		stored, with int64 // reports, and their contents
		reason       runreport.Reason
	}
	cases := map[string]struct {
		reason string
		shelf  reportShelf
		token  int // NAV's status, 0 if it accepts the token
		want   []expected
	}{
		"new": {
			reason: "the next run reads all once more, because NAV may have left some out; then it is known",
			want:   []expected{{trace: all, stored: 1, with: 2}, {trace: "stored"}, {}},
		},
		"without contents": {
			reason: "NAV makes them later, so each run requests them", shelf: reportShelf{lacks: "application/pdf, text/csv"},
			want: []expected{{trace: "stored", stored: 1}, {trace: "stored"}, {}},
		},
		"without a PDF": {
			reason: "the CSV file is fetched all the same", shelf: reportShelf{lacks: "application/pdf"},
			want: []expected{{trace: "stored, fetched text/csv, CSV as NAV sent it: true", stored: 1, with: 1}, {trace: "stored"}, {}},
		},
		"refused by the HRM system": {
			reason: "it may refuse all reports", shelf: reportShelf{refuses: http.StatusUnprocessableEntity},
			want: []expected{{reason: runreport.HRMBadResponse}, {reason: runreport.HRMBadResponse}},
		},
		"an HRM system of version 1.2.0": {
			reason: "it does not know the kind", shelf: reportShelf{ofNoKind: true},
			want: []expected{{reason: runreport.HRMBadResponse}},
		},
		"token refused by NAV": {
			reason: "NAV's 401 has no body", token: http.StatusUnauthorized,
			want: []expected{{reason: runreport.NAVTokenRejected}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			shelf := tc.shelf
			shelf.cursor = "0"
			w := newWorld(t)
			w.environment.Service = serviceSettlementReports
			w.nav.set(shelf.nav)
			if tc.token != 0 {
				w.nav.set(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tc.token) })
			}
			w.hrm.set(shelf.hrm)
			for n, want := range tc.want {
				shelf.trace = nil
				w.run(t.Context(), time.Minute)
				report := w.report()
				got := expected{
					trace: strings.Join(shelf.trace, ", "), stored: report.Volumes.DocumentsStored,
					with: report.Volumes.PDFsStored, reason: report.Reason,
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(expected{})); diff != "" {
					t.Errorf("%s: run %d: -want, +got:\n%s%s", tc.reason, n+1, diff, w.logged)
				}
			}
			if logged := w.logged.String(); strings.Contains(logged, bankAccount) {
				t.Errorf("%s: the log has the bank account: %s", tc.reason, logged)
			}
		})
	}
}
