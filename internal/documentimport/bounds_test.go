package documentimport

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// wishes is an HRM system that wants PDFs, and NAV, which has some of them.
type wishes struct {
	*others

	next     func(n int) []uuid.UUID
	requests int
	pdf      func(n int) error // of the nth PDF, from 1
	store    func(n int) error
}

func (w *wishes) WantedPDFs(context.Context, orgnumber.Number, hrmapi.Kind) ([]uuid.UUID, error) {
	w.requests++
	return w.next(w.requests), nil
}

func (w *wishes) PDF(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error) {
	w.pdfs++
	return []byte("%PDF-"), w.pdf(w.pdfs)
}

func (w *wishes) StorePDF(context.Context, orgnumber.Number, hrmapi.Kind, uuid.UUID, []byte) error {
	return w.store(w.pdfs)
}

// TestPDFBounds checks that a PDF that is missing or fails does not stop the others, and that the number of requests is
// bounded.
func TestPDFBounds(t *testing.T) {
	missing := runreport.Errorf(runreport.NAVError, "%w", navapi.ErrNotFound)
	failed := runreport.Errorf(runreport.NAVError, "status 500")
	refused := runreport.Errorf(runreport.HRMBadResponse, "%w (status 413)", hrm.ErrRefused)
	never := func(int) error { return nil }
	at := func(n int, err error) func(int) error {
		return func(requests int) error {
			if requests == n {
				return err
			}
			return nil
		}
	}
	five := func(int) []uuid.UUID { return []uuid.UUID{{1}, {2}, {3}, {4}, {5}} }
	cases := map[string]struct {
		reason     string
		next       func(int) []uuid.UUID
		pdf, store func(int) error
		stored     int64
		requests   int
		want       runreport.Reason
	}{
		"fails": {
			reason: "the other PDFs are fetched", next: five, pdf: at(2, failed), store: never, stored: 4,
			requests: 5, want: runreport.NAVError,
		},
		"refused": {
			reason: "the other PDFs are stored", next: five, pdf: never, store: at(2, refused), stored: 4,
			requests: 5, want: runreport.HRMBadResponse,
		},
		"missing": {
			reason: "a PDF that NAV does not have is no failure", next: five, pdf: at(2, missing), store: never,
			stored: 4, requests: 5,
		},
		"four refused": {
			reason: "the HRM system works, and the last PDF is stored", next: five, pdf: never, stored: 1, requests: 5,
			store: func(n int) error {
				if n < 5 {
					return refused
				}
				return nil
			}, want: runreport.HRMBadResponse,
		},
		"all fail": {
			reason: "NAV is the cause", next: five, pdf: func(int) error { return failed }, store: never,
			requests: maxFailed, want: runreport.NAVError,
		},
		"all wanted": {reason: "each PDF is fetched once", next: five, pdf: never, store: never, stored: 5, requests: 5},
		"inventive": {
			reason:   "the HRM system always wants other PDFs, which NAV does not have",
			next:     func(n int) []uuid.UUID { return []uuid.UUID{{1, byte(n)}, {2, byte(n)}} },
			pdf:      func(int) error { return missing },
			store:    never,
			requests: maxMissed,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := &wishes{
				others: &others{cursor: hrmapi.Cursor{LastOverlap: day("2026-09-01")}}, next: tc.next, pdf: tc.pdf,
				store: tc.store,
			}
			i := w.importer()
			i.HRM, i.NAV = w, w
			logged := &bytes.Buffer{}
			i.Log = slog.New(slog.NewJSONHandler(logged, nil))
			got, err := i.Run(t.Context())
			pdfs := got.Volumes.PDFsStored
			if reason := runreport.ReasonOf(err); reason != tc.want || pdfs != tc.stored || w.pdfs != tc.requests {
				t.Errorf("%s: %q, %d stored, %d requested; want %q, %d, %d", tc.reason, reason, pdfs, w.pdfs, tc.want,
					tc.stored, tc.requests)
			}
			if lines := strings.Count(logged.String(), "\n"); lines > maxMissed+1 {
				t.Errorf("%s: %d lines in the log", tc.reason, lines)
			}
		})
	}
}

// TestFailingUnits checks that other units are fetched after a failure, and that three failures in a row end the run.
func TestFailingUnits(t *testing.T) {
	notes := orgnumber.MustParse("310330701")
	broken := runreport.Errorf(runreport.NAVError, "the documents are not in ascending order")
	moved := runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrConflict)
	units := func(n int) []orgnumber.Number {
		all := []orgnumber.Number{unit, other, notes, orgnumber.MustParse("897757222"), orgnumber.MustParse("810007842")}
		return all[:n]
	}
	today := hrmapi.Cursor{LastOverlap: day("2026-09-01")}
	cases := map[string]struct {
		reason string
		others others
		units  []orgnumber.Number
		trace  string
		want   runreport.Reason
	}{
		"one": {
			reason: "other units are fetched",
			others: others{cursor: today, pages: []page{{err: broken}, {}, {err: broken}}},
			units:  units(4),
			trace:  "list after 0, list after 0, list after 0, list after 0",
			want:   runreport.NAVError,
		},
		"three": {
			reason: "the units are not the cause",
			others: others{cursor: today, pages: []page{{err: broken}, {err: broken}, {err: broken}}},
			units:  units(5),
			trace:  "list after 0, list after 0, list after 0",
			want:   runreport.NAVError,
		},
		"conflict": {
			reason: "another run moved the cursor of this unit",
			others: others{cursor: today, pages: []page{{numbers: []int64{1}}, {}}, store: map[int]error{1: moved}},
			units:  units(2),
			trace:  "list after 0, store 1, 0 to 1, list after 0",
			want:   runreport.CursorMoved,
		},
		"twice": {
			reason: "a unit that is named twice is fetched once", others: others{cursor: today},
			units: []orgnumber.Number{unit, other, unit}, trace: "list after 0, list after 0",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := tc.others
			i := o.importer()
			i.Units = tc.units
			_, err := i.Run(t.Context())
			if reason := runreport.ReasonOf(err); reason != tc.want {
				t.Errorf("%s: %v, want %q", tc.reason, err, tc.want)
			}
			if trace := shorten(o.trace); trace != tc.trace {
				t.Errorf("%s:\n got %s\nwant %s", tc.reason, trace, tc.trace)
			}
		})
	}
}
