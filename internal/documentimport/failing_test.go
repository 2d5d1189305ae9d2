package documentimport

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
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

func (f failing) PDF(ctx context.Context, token outbound.Bearer, kind sickpay.Kind, id uuid.UUID) ([]byte, error) {
	pdf, err := f.others.PDF(ctx, token, kind, id)
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
	today, yesterday := hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-09-01")}, hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-08-31")}
	a, b := uuid.New(), uuid.New()
	two := []orgnumber.Number{unit, other}
	cases := map[string]struct {
		reason string
		others others
		fails  map[string][]error
		units  []orgnumber.Number // nil: unit
		trace  string
		want   Tally
		err    runreport.Reason
	}{
		"units": {"the HRM system does not name the units", others{}, map[string][]error{"units": {down}}, []orgnumber.Number{}, "units", Tally{}, runreport.HRMUnreachable},
		"no units": {
			"a run without units succeeds", others{}, nil, []orgnumber.Number{}, "units", Tally{}, "",
		},
		"cursor": {"the HRM system does not name the cursor", others{}, map[string][]error{"cursor": {down}}, two, "cursor", Tally{}, runreport.HRMUnreachable},
		"unknown unit": {
			"the HRM system does not know the unit",
			others{},
			map[string][]error{"cursor": {unknown}},
			nil,
			"cursor",
			Tally{},
			runreport.HRMBadResponse,
		},
		"order": {
			"documents before the error are stored, and the error ends the run",
			others{cursor: today, pages: []page{{[]int64{8, 9}, order}, {nil, order}}},
			nil, nil,
			"cursor, list after 7, store 2, 7 to 9, list after 9",
			Tally{Documents: 2},
			runreport.NAVError,
		},
		"order at once": {
			"nothing is stored, and the other unit is fetched", others{cursor: today, pages: []page{{nil, order}}}, nil, two, "cursor, list after 7, cursor, list after 7, wanted", Tally{}, runreport.NAVError,
		},
		"failures between": {
			"only failures in a row count",
			others{cursor: today, pages: []page{{err: lost}, {err: lost}, {numbers: []int64{8}}, {err: lost}, {err: lost}}},
			nil, nil,
			"cursor, list after 7, pause 1s, list after 7, pause 2s, list after 7, store 1, 7 to 8, list after 8, pause 1s, list after 8, pause 2s, list after 8, cursor, wanted",
			Tally{Documents: 1},
			"",
		},
		"token, then lost": {
			"a rejected token is no transient failure",
			others{cursor: today, pages: []page{{err: rejected}, {err: lost}, {err: lost}}},
			nil, nil,
			"cursor, list after 7, fresh, list after 7, pause 1s, fresh, list after 7, pause 2s, fresh, list after 7, wanted",
			Tally{},
			"",
		},
		"tokens end": {
			"a token may expire between pages",
			others{cursor: today, pages: []page{{err: rejected}, {numbers: []int64{8}}, {err: rejected}, {numbers: []int64{9}}}},
			nil, nil,
			"cursor, list after 7, fresh, list after 7, store 1, 7 to 8, list after 8, fresh, list after 8, store 1, 8 to 9, list after 9, cursor, wanted",
			Tally{Documents: 2},
			"",
		},
		"overlap breaks off": {
			"the overlap continues, and keeps the cursor",
			others{cursor: yesterday, pages: []page{{}, {[]int64{3, 4}, lost}, {numbers: []int64{5}}}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-29, store 2, 7 to 7, list after 4 2026-08-29, store 1, 7 to 7, list after 5 2026-08-29, " +
				"list after 6 2026-08-29, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
			Tally{},
			"",
		},
		"overlap fails": {
			"a failed overlap is not recorded",
			others{cursor: yesterday, pages: []page{{}, {[]int64{3}, order}, {nil, order}}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-29, store 1, 7 to 7, list after 3 2026-08-29",
			Tally{},
			runreport.NAVError,
		},
		"overlap meets another run": {
			"another run moved the cursor",
			others{cursor: yesterday, pages: []page{{}, {numbers: []int64{3}}}, store: map[int]error{1: moved}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-29, store 1, 7 to 7",
			Tally{},
			runreport.CursorMoved,
		},
		"overlap is not taken": {
			"the overlap is not recorded",
			others{cursor: hrmapi.Cursor{Cursor: 7}, store: map[int]error{1: down}},
			nil, nil,
			"cursor, list after 7, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01",
			Tally{},
			runreport.HRMUnreachable,
		},
		"overlap after pages": {
			"the overlap keeps the new cursor",
			others{cursor: yesterday, pages: []page{{numbers: []int64{8}}, {}, {numbers: []int64{6, 8}}}},
			nil, nil,
			"cursor, list after 7, store 1, 7 to 8, list after 8, cursor, list after 0 2026-08-29, store 2, 8 to 8, list after 8 2026-08-29, list after 0, list after 7, look, store 0, 8 to 8 overlap 2026-09-01, wanted",
			Tally{Documents: 1},
			"",
		},
		"overlap of tomorrow": {
			"a clock that was set back causes no second overlap",
			others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-09-02")}},
			nil, nil,
			"cursor, list after 7, wanted",
			Tally{},
			"",
		},
		"overlap of next year": {
			"a wrong date of the last overlap is replaced",
			others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2027-09-02")}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-30, list after 6 2026-08-30, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
			Tally{},
			"",
		},
		"long ago": {
			"the overlap begins before the last one",
			others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-08-01")}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-07-30, list after 6 2026-07-30, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
			Tally{},
			"",
		},
		"right, first of two": {
			"the other unit and its PDFs are fetched",
			others{cursor: today, rights: map[string]error{unit.String(): missing}, wanted: [][]uuid.UUID{{a}}},
			nil, two,
			"cursor, list after 7, cursor, list after 7, wanted, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			runreport.RightMissing,
		},
		"right, then HRM down": {
			"an error that concerns all units wins",
			others{cursor: today, rights: map[string]error{unit.String(): missing}},
			map[string][]error{"cursor": {nil, down}},
			two,
			"cursor, list after 7, cursor",
			Tally{},
			runreport.HRMUnreachable,
		},
		"right to PDFs": {
			"the other unit's PDFs are fetched",
			others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			map[string][]error{"pdf": {missing}},
			two,
			"cursor, list after 7, wanted, pdf, cursor, list after 7, wanted, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			runreport.RightMissing,
		},
		"wanted": {"the HRM system does not name the PDFs", others{cursor: today}, map[string][]error{"wanted": {down}}, nil, "cursor, list after 7, wanted", Tally{}, runreport.HRMUnreachable},
		"PDF not taken": {
			"the HRM system no longer has the document",
			others{cursor: today, wanted: [][]uuid.UUID{{a, b}, {}}},
			map[string][]error{"store pdf": {unknown}},
			nil,
			"cursor, list after 7, wanted, pdf, store pdf, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			"",
		},
		"PDF not stored": {
			"the run ends if the HRM system is unreachable",
			others{cursor: today, wanted: [][]uuid.UUID{{a, b}}},
			map[string][]error{"store pdf": {down}},
			nil,
			"cursor, list after 7, wanted, pdf, store pdf",
			Tally{},
			runreport.HRMUnreachable,
		},
		"PDF, token": {
			"a rejected token is replaced once",
			others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			map[string][]error{"pdf": {rejected}},
			nil,
			"cursor, list after 7, wanted, pdf, fresh, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			"",
		},
		"PDF, token twice": {
			"a second rejected token ends the run",
			others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			map[string][]error{"pdf": {rejected, rejected}},
			nil,
			"cursor, list after 7, wanted, pdf, fresh, pdf",
			Tally{},
			runreport.NAVTokenRejected,
		},
		"wanted for ever": {
			"each PDF is stored once per run",
			others{cursor: today, wanted: [][]uuid.UUID{{a}, {a, b}, {b, a}}},
			nil, nil,
			"cursor, list after 7, wanted, pdf, store pdf, wanted, pdf, store pdf, wanted",
			Tally{PDFs: 2},
			"",
		},
		"wanted twice": {
			"each PDF is stored once per run", others{cursor: today, wanted: [][]uuid.UUID{{a, a}}}, nil, nil, "cursor, list after 7, wanted, pdf, store pdf, wanted", Tally{PDFs: 1}, "",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := tc.others
			f := failing{&o, tc.fails}
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
