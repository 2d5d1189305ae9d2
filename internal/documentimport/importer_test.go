package documentimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

var (
	unit  = orgnumber.MustParse("315587336")
	other = orgnumber.MustParse("315339138")
	noon  = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
)

// page is a page of NAV's: documents by number, then an error, if any.
type page struct {
	numbers []int64
	err     error
}

// others are a fake HRM system, broker and NAV. trace records their requests.
type others struct {
	trace  []string
	cursor hrmapi.Cursor
	units  []orgnumber.Number
	pages  []page // followed by empty ones
	sent   time.Time
	size   int // of a document
	store  map[int]error
	rights map[string]error
	wanted [][]uuid.UUID
	pdf    error
	stored int
	pdfs   int
}

func (o *others) notef(format string, args ...any) {
	o.trace = append(o.trace, fmt.Sprintf(format, args...))
}

func (o *others) Units(context.Context) ([]orgnumber.Number, error) {
	o.notef("units")
	return o.units, nil
}

func (o *others) Cursor(context.Context, orgnumber.Number, hrmapi.Kind) (hrmapi.Cursor, error) {
	return o.cursor, nil
}

func (o *others) StorePage(_ context.Context, _ orgnumber.Number, _ hrmapi.Kind, p hrmapi.Page) error {
	overlap := ""
	if p.LastOverlap != nil {
		overlap = " overlap " + p.LastOverlap.Format(time.DateOnly)
	}
	aside := ""
	if p.SetAside != nil {
		aside = fmt.Sprintf(" aside %d", len(*p.SetAside))
	}
	o.notef("store %d, %d to %d%s%s", len(p.Documents), p.PreviousCursor, p.Cursor, overlap, aside)
	o.stored++
	if o.store[o.stored] == nil {
		o.cursor.Cursor = p.Cursor
	}
	return o.store[o.stored]
}

// shorten replaces the requests of lookAhead by one word.
func shorten(trace []string) string {
	var short []string
	for n := 0; n < len(trace); n++ {
		if looks(trace[n:]) {
			short = append(short, "look")
			n += len(probes)
			continue
		}
		short = append(short, trace[n])
	}
	return strings.Join(short, ", ")
}

// looks reports whether a trace begins with the requests of lookAhead.
func looks(trace []string) bool {
	var after int64
	if len(trace) <= len(probes) {
		return false
	}
	if _, err := fmt.Sscanf(trace[0], "list after %d ", &after); err != nil {
		return false
	}
	for n, pages := range probes {
		if !strings.HasPrefix(trace[n+1]+" ", fmt.Sprintf("list after %d ", after+pages*sickpay.PageRows)) {
			return false
		}
	}
	return true
}

func (o *others) WantedPDFs(context.Context, orgnumber.Number, hrmapi.Kind) ([]uuid.UUID, error) {
	if len(o.wanted) == 0 {
		return nil, runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrNotFound)
	}
	now := o.wanted[0]
	if len(o.wanted) > 1 {
		o.wanted = o.wanted[1:]
	}
	return now, nil
}

func (o *others) StorePDF(context.Context, orgnumber.Number, hrmapi.Kind, uuid.UUID, []byte) error {
	o.pdfs++
	return nil
}

func (o *others) Token(_ context.Context, fresh bool) (brokerclient.Token, error) {
	if fresh {
		o.notef("fresh")
	}
	return brokerclient.Token{}, nil
}

func (o *others) List(
	_ context.Context, _ outbound.Bearer, f navapi.Filter,
) iter.Seq2[navapi.Document, error] {
	return func(yield func(navapi.Document, error) bool) {
		o.notef("%s", strings.TrimSpace(fmt.Sprintf("list after %d %s", f.After, f.From)))
		var p page
		if err := o.rights[f.Unit.String()]; err != nil {
			p.err = err
		} else if len(o.pages) > 0 {
			p, o.pages = o.pages[0], o.pages[1:]
		}
		for _, number := range p.numbers {
			raw := json.RawMessage(`"` + strings.Repeat("x", o.size) + `"`)
			if !yield(navapi.Document{ID: uuid.New(), SequenceNumber: number, Unit: f.Unit, Sent: o.sent, Raw: raw}, nil) {
				return
			}
		}
		if p.err != nil {
			yield(navapi.Document{}, p.err)
		}
	}
}

func (o *others) PDF(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error) {
	o.notef("pdf")
	return []byte("%PDF-"), o.pdf
}

func (o *others) importer() *Importer {
	return &Importer{
		HRM: o, NAV: o, Kind: sickpay.SickNotes.Name, PageRows: sickpay.PageRows,
		Customer: Customer{
			Tokens: o, Units: []orgnumber.Number{unit},
			Now: func() time.Time { return noon },
			Pause: func(ctx context.Context, d time.Duration) error {
				o.notef("pause %s", d)
				return ctx.Err()
			},
			Log: slog.New(slog.DiscardHandler),
		},
	}
}

func day(text string) *types.Date {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return &types.Date{Time: at}
}

func upTo(n int) []int64 {
	all := make([]int64, 0, n)
	for i := range n {
		all = append(all, int64(i+1))
	}
	return all
}

// TestImporter checks the requests of an import, in order, and its result.
func TestImporter(t *testing.T) {
	down := runreport.Errorf(runreport.NAVUnreachable, "reset")
	final := runreport.Errorf(runreport.NAVError, "400")
	rejected := runreport.Errorf(runreport.NAVTokenRejected, "401")
	missing := runreport.Errorf(runreport.RightMissing, "401")
	today := day("2026-09-01")
	a, b := uuid.New(), uuid.New()
	cases := map[string]struct {
		reason string
		others others
		change func(*Importer)
		trace  string
		want   runreport.Report
		err    runreport.Reason
	}{
		"nothing new": {
			reason: "an empty page is the last one",
			others: others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: today}}, trace: "list after 7",
		},
		"pages": {
			reason: "a short page is not the last one",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today},
				pages:  []page{{numbers: []int64{3, 9}}, {numbers: []int64{11}}},
			},
			trace: "list after 0, store 2, 0 to 9, list after 9, store 1, 9 to 11, list after 11",
			want:  runreport.Report{Volumes: stored(3)},
		},
		"first": {
			reason: "a first import has no overlap",
			others: others{pages: []page{{numbers: []int64{3}}}},
			trace:  "list after 0, store 1, 0 to 3, list after 3, look, store 0, 3 to 3 overlap 2026-09-01",
			want:   runreport.Report{Volumes: stored(1)},
		},
		"next day": {
			reason: "the overlap begins two days earlier, and keeps the cursor",
			others: others{
				cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-08-31")}, pages: []page{{}, {numbers: []int64{5, 8}}},
			},
			trace: "list after 7, list after 0 2026-08-29, store 2, 7 to 7, list after 8 2026-08-29, list after 0, list after " +
				"6, look, store 0, 7 to 7 overlap 2026-09-01",
		},
		"start date": {
			reason: "the overlap respects the start date too",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: day("2026-08-31")}, pages: []page{{numbers: []int64{5}}},
				sent: noon.AddDate(0, 0, -5),
			},
			change: func(i *Importer) { i.StartDate = "2026-08-30" },
			trace: "list after 0 2026-08-30, list after 5 2026-08-30, list after 0 2026-08-30, look, store 0, 0 to 0 overlap " +
				"2026-09-01",
		},
		"broken off": {
			reason: "complete documents are stored, and the next page continues after them",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today},
				pages:  []page{{numbers: []int64{1, 2}, err: down}, {numbers: []int64{3}}},
			},
			trace: "list after 0, store 2, 0 to 2, list after 2, store 1, 2 to 3, list after 3",
			want:  runreport.Report{Volumes: stored(3)},
		},
		"three failures": {
			reason: "three failures in a row end the run",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{err: down}, {err: down}, {err: down}}},
			trace:  "list after 0, pause 1s, list after 0, pause 2s, list after 0",
			err:    runreport.NAVUnreachable,
		},
		"final": {
			reason: "a permanent error is not retried",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today},
				pages:  []page{{err: final}},
			}, trace: "list after 0", err: runreport.NAVError,
		},
		"token": {
			reason: "a rejected token is replaced once",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{err: rejected}, {numbers: []int64{1}}}},
			trace:  "list after 0, fresh, list after 0, store 1, 0 to 1, list after 1",
			want:   runreport.Report{Volumes: stored(1)},
		},
		"token twice": {
			reason: "a second rejected token ends the run",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{err: rejected}, {err: rejected}}},
			trace:  "list after 0, fresh, list after 0",
			err:    runreport.NAVTokenRejected,
		},
		"right": {
			reason: "other units are fetched",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today}, rights: map[string]error{unit.String(): missing},
				pages: []page{{numbers: []int64{1}}},
			},
			change: func(i *Importer) { i.Units = []orgnumber.Number{unit, other} },
			trace:  "list after 0, fresh, list after 0, list after 0, store 1, 0 to 1, list after 1",
			want:   runreport.Report{Volumes: stored(1)},
			err:    runreport.RightMissing,
		},
		"conflict": {
			reason: "another run moved the cursor",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{numbers: []int64{1}}},
				store: map[int]error{1: runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrConflict)},
			},
			trace: "list after 0, store 1, 0 to 1",
			err:   runreport.CursorMoved,
		},
		"not stored": {
			reason: "the run ends if a page is not stored",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{numbers: upTo(600)}},
				store: map[int]error{2: runreport.Errorf(runreport.HRMUnreachable, "down")},
			},
			trace: "list after 0, store 250, 0 to 250, store 250, 250 to 500",
			want:  runreport.Report{Volumes: stored(250)},
			err:   runreport.HRMUnreachable,
		},
		"portions": {
			reason: "a chunk is bounded by number",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{numbers: upTo(600)}}},
			trace:  "list after 0, store 250, 0 to 250, store 250, 250 to 500, store 100, 500 to 600, list after 600",
			want:   runreport.Report{Volumes: stored(600)},
		},
		"large": {
			reason: "a chunk is bounded by size",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, pages: []page{{numbers: upTo(5)}}, size: 2 << 20},
			trace:  "list after 0, store 2, 0 to 2, store 2, 2 to 4, store 1, 4 to 5, list after 5",
			want:   runreport.Report{Volumes: stored(5)},
		},
		"units": {
			reason: "the HRM system names the units",
			others: others{units: []orgnumber.Number{unit, other}, cursor: hrmapi.Cursor{LastOverlap: today}},
			change: func(i *Importer) { i.Units = nil },
			trace:  "units, list after 0, list after 0",
		},
		"PDFs": {
			reason: "each PDF is fetched once",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, wanted: [][]uuid.UUID{{a, b}, {b}}},
			trace:  "list after 0, pdf, pdf",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 2}},
		},
		"no PDF": {
			reason: "a PDF that NAV does not have is requested once",
			others: others{
				cursor: hrmapi.Cursor{LastOverlap: today}, wanted: [][]uuid.UUID{{a}}, pdf: runreport.Errorf(runreport.NAVError,
					"%w", navapi.ErrNotFound),
			},
			trace: "list after 0, pdf",
		},
		"PDF fails": {
			reason: "the run ends if NAV is unreachable",
			others: others{cursor: hrmapi.Cursor{LastOverlap: today}, wanted: [][]uuid.UUID{{a, b}}, pdf: down},
			trace:  "list after 0, pdf",
			err:    runreport.NAVUnreachable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := tc.others
			i := o.importer()
			if tc.change != nil {
				tc.change(i)
			}
			got, err := i.Run(t.Context())
			if reason := runreport.ReasonOf(err); reason != tc.err {
				t.Errorf("%s: got reason %q, want %q: %v", tc.reason, reason, tc.err, err)
			}
			if trace := shorten(o.trace); trace != tc.trace {
				t.Errorf("%s:\n got %s\nwant %s", tc.reason, trace, tc.trace)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestImporterIsCanceled cancels the run between attempts.
func TestImporterIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := &others{
		cursor: hrmapi.Cursor{LastOverlap: day("2026-09-01")},
		pages:  []page{{err: runreport.Errorf(runreport.NAVUnreachable, "down")}},
	}
	i := o.importer()
	i.Pause = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}
	if _, err := i.Run(ctx); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// stored returns the volumes of a run that stored documents.
func stored(documents int64) runreport.Volumes { return runreport.Volumes{DocumentsStored: documents} }
