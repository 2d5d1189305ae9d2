package documentimport

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// failing are others whose calls return errors, one after the other.
type failing struct {
	*others

	fails map[string][]error // by call
}

func (f failing) fail(call string) error {
	if len(f.fails[call]) == 0 {
		return nil
	}
	err := f.fails[call][0]
	f.fails[call] = f.fails[call][1:]
	return err
}

func (f failing) Units(ctx context.Context) ([]orgnumber.Number, error) {
	units, err := f.others.Units(ctx)
	return units, errors.Join(f.fail("units"), err)
}

func (f failing) Cursor(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) (hrmapi.Cursor, error) {
	f.notef("cursor")
	at, err := f.others.Cursor(ctx, unit, kind)
	return at, errors.Join(f.fail("cursor"), err)
}

func (f failing) WantedPDFs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error) {
	f.notef("wanted")
	if err := f.fail("wanted"); err != nil {
		return nil, err
	}
	return f.others.WantedPDFs(ctx, unit, kind)
}

func (f failing) StorePDF(context.Context, orgnumber.Number, hrmapi.Kind, uuid.UUID, []byte) error {
	f.notef("store pdf")
	return f.fail("store pdf")
}

func (f failing) PDF(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error) {
	pdf, err := f.others.PDF(ctx, token, id)
	return pdf, errors.Join(f.fail("pdf"), err)
}

// TestFailures checks what an import does after a failure of each step.
func TestFailures(t *testing.T) {
	down := runreport.Errorf(runreport.HRMUnreachable, "down")
	lost := runreport.Errorf(runreport.NAVUnreachable, "reset")
	order := runreport.Errorf(runreport.NAVError, "not in ascending order")
	missing := runreport.Errorf(runreport.RightMissing, "401")
	rejected := runreport.Errorf(runreport.NAVTokenRejected, "401")
	unknown := runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrNotFound)
	moved := runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrConflict)
	today := hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-09-01")}
	yesterday := hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-08-31")}
	a, b := uuid.New(), uuid.New()
	two := []orgnumber.Number{unit, other}
	cases := map[string]struct {
		reason string
		others others
		fails  map[string][]error
		units  []orgnumber.Number // nil: unit
		trace  string
		want   runreport.Report
		err    runreport.Reason
	}{
		"units": {
			reason: "the HRM system does not name the units", fails: map[string][]error{"units": {down}},
			units: []orgnumber.Number{}, trace: "units", err: runreport.HRMUnreachable,
		},
		"no units": {
			reason: "a run without units succeeds",
			units:  []orgnumber.Number{},
			trace:  "units",
		},
		"cursor": {
			reason: "the HRM system does not name the cursor", fails: map[string][]error{"cursor": {down}}, units: two,
			trace: "cursor", err: runreport.HRMUnreachable,
		},
		"unknown unit": {
			reason: "the HRM system does not know the unit",
			fails:  map[string][]error{"cursor": {unknown}},
			trace:  "cursor",
			err:    runreport.HRMBadResponse,
		},
		"order": {
			reason: "documents before the error are stored, and the error ends the run",
			others: others{cursor: today, pages: []page{{numbers: []int64{8, 9}, err: order}, {err: order}}},
			trace:  "cursor, list after 7, store 2, 7 to 9, list after 9",
			want:   runreport.Report{Volumes: stored(2)},
			err:    runreport.NAVError,
		},
		"order at once": {
			reason: "nothing is stored, and the other unit is fetched",
			others: others{cursor: today, pages: []page{{err: order}}},
			units:  two,
			trace:  "cursor, list after 7, cursor, list after 7, wanted",
			err:    runreport.NAVError,
		},
		"failures between": {
			reason: "only failures in a row count",
			others: others{cursor: today, pages: []page{
				{err: lost},
				{err: lost},
				{numbers: []int64{8}},
				{err: lost},
				{err: lost},
			}},
			trace: "cursor, list after 7, pause 1s, list after 7, pause 2s, list after 7, store 1, 7 to 8, list after 8, " +
				"pause 1s, list after 8, pause 2s, list after 8, cursor, wanted",
			want: runreport.Report{Volumes: stored(1)},
		},
		"token, then lost": {
			reason: "a rejected token is no transient failure",
			others: others{cursor: today, pages: []page{{err: rejected}, {err: lost}, {err: lost}}},
			trace:  "cursor, list after 7, fresh, list after 7, pause 1s, list after 7, pause 2s, list after 7, wanted",
		},
		"tokens end": {
			reason: "a token may expire between pages",
			others: others{cursor: today, pages: []page{
				{err: rejected},
				{numbers: []int64{8}},
				{err: rejected},
				{numbers: []int64{9}},
			}},
			trace: "cursor, list after 7, fresh, list after 7, store 1, 7 to 8, list after 8, fresh, list after 8, store 1, " +
				"8 to 9, list after 9, cursor, wanted",
			want: runreport.Report{Volumes: stored(2)},
		},
		"overlap breaks off": {
			reason: "the overlap continues, and keeps the cursor",
			others: others{cursor: yesterday, pages: []page{{}, {numbers: []int64{3, 4}, err: lost}, {numbers: []int64{5}}}},
			trace: "cursor, list after 7, list after 0 2026-08-29, store 2, 7 to 7, list after 4 2026-08-29, store 1, 7 to 7, " +
				"list after 5 2026-08-29, " +
				"list after 6 2026-08-29, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
		},
		"overlap fails": {
			reason: "a failed overlap is not recorded",
			others: others{cursor: yesterday, pages: []page{{}, {numbers: []int64{3}, err: order}, {err: order}}},
			trace:  "cursor, list after 7, list after 0 2026-08-29, store 1, 7 to 7, list after 3 2026-08-29",
			err:    runreport.NAVError,
		},
		"overlap meets another run": {
			reason: "another run moved the cursor",
			others: others{cursor: yesterday, pages: []page{{}, {numbers: []int64{3}}}, store: map[int]error{1: moved}},
			trace:  "cursor, list after 7, list after 0 2026-08-29, store 1, 7 to 7",
			err:    runreport.CursorMoved,
		},
		"overlap is not recorded": {
			reason: "the overlap is not recorded",
			others: others{cursor: hrmapi.Cursor{Cursor: 7}, store: map[int]error{1: down}},
			trace:  "cursor, list after 7, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01",
			err:    runreport.HRMUnreachable,
		},
		"overlap after pages": {
			reason: "the overlap keeps the new cursor",
			others: others{cursor: yesterday, pages: []page{{numbers: []int64{8}}, {}, {numbers: []int64{6, 8}}}},
			trace: "cursor, list after 7, store 1, 7 to 8, list after 8, cursor, list after 0 2026-08-29, store 2, 8 to 8, " +
				"list after 8 2026-08-29, list after 0, list after 7, look, store 0, 8 to 8 overlap 2026-09-01, wanted",
			want: runreport.Report{Volumes: stored(1)},
		},
		"overlap of tomorrow": {
			reason: "a clock that was set back causes no second overlap",
			others: others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-09-02")}},
			trace:  "cursor, list after 7, wanted",
		},
		"overlap of next year": {
			reason: "a wrong date of the last overlap is replaced",
			others: others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2027-09-02")}},
			trace: "cursor, list after 7, list after 0 2026-08-30, list after 6 2026-08-30, list after 0, list after 6, " +
				"look, store 0, 7 to 7 overlap 2026-09-01, wanted",
		},
		"long ago": {
			reason: "the overlap begins before the last one",
			others: others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-08-01")}},
			trace: "cursor, list after 7, list after 0 2026-07-30, list after 6 2026-07-30, list after 0, list after 6, " +
				"look, store 0, 7 to 7 overlap 2026-09-01, wanted",
		},
		"right, first of two": {
			reason: "the other unit and its PDFs are fetched",
			others: others{cursor: today, rights: map[string]error{unit.String(): missing}, wanted: [][]uuid.UUID{{a}}},
			units:  two,
			trace:  "cursor, list after 7, fresh, list after 7, cursor, list after 7, wanted, pdf, store pdf, wanted",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 1}},
			err:    runreport.RightMissing,
		},
		"right, then HRM down": {
			reason: "an error that concerns all units wins",
			others: others{cursor: today, rights: map[string]error{unit.String(): missing}},
			fails:  map[string][]error{"cursor": {nil, down}},
			units:  two,
			trace:  "cursor, list after 7, fresh, list after 7, cursor",
			err:    runreport.HRMUnreachable,
		},
		"right to PDFs": {
			reason: "the other unit's PDFs are fetched",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			fails:  map[string][]error{"pdf": {missing, missing}},
			units:  two,
			trace: "cursor, list after 7, wanted, pdf, fresh, pdf, " +
				"cursor, list after 7, wanted, pdf, store pdf, wanted",
			want: runreport.Report{Volumes: runreport.Volumes{PDFsStored: 1}},
			err:  runreport.RightMissing,
		},
		"wanted": {
			reason: "the HRM system does not name the PDFs", others: others{cursor: today},
			fails: map[string][]error{"wanted": {down}}, trace: "cursor, list after 7, wanted", err: runreport.HRMUnreachable,
		},
		"PDF unknown": {
			reason: "the HRM system no longer has the document",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a, b}, {}}},
			fails:  map[string][]error{"store pdf": {unknown}},
			trace:  "cursor, list after 7, wanted, pdf, store pdf, pdf, store pdf, wanted",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 1}},
		},
		"PDF not stored": {
			reason: "the run ends if the HRM system is unreachable",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a, b}}},
			fails:  map[string][]error{"store pdf": {down}},
			trace:  "cursor, list after 7, wanted, pdf, store pdf",
			err:    runreport.HRMUnreachable,
		},
		"PDF, token": {
			reason: "a rejected token is replaced once",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			fails:  map[string][]error{"pdf": {rejected}},
			trace:  "cursor, list after 7, wanted, pdf, fresh, pdf, store pdf, wanted",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 1}},
		},
		"PDF, token of a deleted system user": {
			reason: "NAV reports a missing right for it",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			fails:  map[string][]error{"pdf": {missing}},
			trace:  "cursor, list after 7, wanted, pdf, fresh, pdf, store pdf, wanted",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 1}},
		},
		"PDF, token twice": {
			reason: "a second rejected token ends the run",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			fails:  map[string][]error{"pdf": {rejected, rejected}},
			trace:  "cursor, list after 7, wanted, pdf, fresh, pdf",
			err:    runreport.NAVTokenRejected,
		},
		"wanted again": {
			reason: "each PDF is stored once per run",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a}, {a, b}, {b, a}}},
			trace:  "cursor, list after 7, wanted, pdf, store pdf, wanted, pdf, store pdf, wanted",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 2}},
		},
		"wanted twice": {
			reason: "each PDF is stored once per run",
			others: others{cursor: today, wanted: [][]uuid.UUID{{a, a}}},
			trace:  "cursor, list after 7, wanted, pdf, store pdf, wanted",
			want:   runreport.Report{Volumes: runreport.Volumes{PDFsStored: 1}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := tc.others
			f := failing{others: &o, fails: tc.fails}
			i := o.importer()
			i.HRM, i.NAV = f, f
			if tc.units != nil {
				i.Units = tc.units
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

// contentless is an HRM system, and a NAV, of which each unit's contents fail.
type contentless struct {
	*modelHRM
	*modelNAV

	lists     int
	wanted    []uuid.UUID
	list, pdf error
	stored    error
}

func (c *contentless) WantedPDFs(context.Context, orgnumber.Number, hrmapi.Kind) ([]uuid.UUID, error) {
	c.lists++
	return c.wanted, c.list
}

func (c *contentless) PDF(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error) {
	return nil, c.pdf
}

func (c *contentless) StorePDF(context.Context, orgnumber.Number, hrmapi.Kind, uuid.UUID, []byte) error {
	return c.stored
}

func (c *contentless) List(
	ctx context.Context, token outbound.Bearer, f navapi.Filter,
) iter.Seq2[navapi.Document, error] {
	return c.modelNAV.List(ctx, token, f)
}

// TestContentsHoldUpNoDocuments checks that the documents of all units are stored although the contents of each fail,
// and how many units' contents are requested.
func TestContentsHoldUpNoDocuments(t *testing.T) {
	const units = 2 * maxFailing
	rows := map[orgnumber.Number][]row{}
	var all []orgnumber.Number
	for n := 310_000_000; len(all) < units; n++ {
		if u, err := orgnumber.Parse(strconv.Itoa(n)); err == nil {
			all = append(all, u)
			rows[u] = []row{{number: int64(len(all)), day: nowDay}}
		}
	}
	refused := runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrRefused)
	cases := map[string]struct {
		reason string
		fault  contentless
		lists  int
		want   runreport.Reason
	}{
		"refused": {
			reason: "the HRM system refuses one, and works", lists: 2 * units, want: runreport.HRMBadResponse,
			fault: contentless{wanted: []uuid.UUID{idOf(1)}, stored: refused},
		},
		"one at NAV": {
			reason: "NAV lists documents", lists: 2 * units, want: runreport.NAVError,
			fault: contentless{wanted: []uuid.UUID{idOf(1)}, pdf: runreport.Errorf(runreport.NAVError, "status 500")},
		},
		"all at NAV": {
			reason: "NAV cannot make PDFs", lists: maxFailing, want: runreport.NAVError,
			fault: contentless{
				wanted: []uuid.UUID{idOf(1), idOf(2), idOf(3)}, pdf: runreport.Errorf(runreport.NAVError, "status 500"),
			},
		},
		"list": {
			reason: "the HRM system does not name them", lists: maxFailing, want: runreport.HRMBadResponse,
			fault: contentless{list: runreport.Errorf(runreport.HRMBadResponse, "status 500")},
		},
		"HRM system down": {
			reason: "that concerns all units", lists: 1, want: runreport.HRMUnreachable,
			fault: contentless{list: runreport.Errorf(runreport.HRMUnreachable, "down")},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m := newModel(rows)
			f := tc.fault
			f.modelHRM, f.modelNAV = m.hrm, m.nav
			m.i.HRM, m.i.NAV, m.i.Units = &f, &f, all
			m.run(t, tc.reason, tc.want)
			for _, u := range all {
				if missing := m.missing(u); len(missing) > 0 && tc.want != runreport.HRMUnreachable {
					t.Errorf("%s: %v of %s are not stored", tc.reason, missing, u)
				}
			}
			if f.lists != tc.lists {
				t.Errorf("%s: %d lists of wanted PDFs, want %d", tc.reason, f.lists, tc.lists)
			}
		})
	}
}
