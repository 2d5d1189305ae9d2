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

// hindered is others of which some do not answer as they should: each call has its errors, one after the other.
type hindered struct {
	*others

	fails map[string][]error // by the call's name
}

func (h hindered) fail(call string) error {
	if len(h.fails[call]) == 0 {
		return nil
	}
	err := h.fails[call][0]
	h.fails[call] = h.fails[call][1:]
	return err
}

func (h hindered) Units(ctx context.Context) ([]orgnumber.Number, error) {
	units, err := h.others.Units(ctx)
	return units, errors.Join(h.fail("units"), err)
}

func (h hindered) Cursor(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) (hrmapi.Cursor, error) {
	h.notef("cursor")
	at, err := h.others.Cursor(ctx, unit, kind)
	return at, errors.Join(h.fail("cursor"), err)
}

func (h hindered) WantedPDFs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error) {
	h.notef("wanted")
	if err := h.fail("wanted"); err != nil {
		return nil, err
	}
	return h.others.WantedPDFs(ctx, unit, kind)
}

func (h hindered) StorePDF(context.Context, orgnumber.Number, hrmapi.Kind, uuid.UUID, []byte) error {
	h.notef("store pdf")
	return h.fail("store pdf")
}

func (h hindered) PDF(ctx context.Context, token outbound.Bearer, kind sickpay.Kind, id uuid.UUID) ([]byte, error) {
	pdf, err := h.others.PDF(ctx, token, kind, id)
	return pdf, errors.Join(h.fail("pdf"), err)
}

// TestHindered goes through what may stand in the way at each step, and what is done all the same.
func TestHindered(t *testing.T) {
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
		"units": {"nobody says for whom", others{}, map[string][]error{"units": {down}}, []orgnumber.Number{}, "units", Tally{}, runreport.HRMUnreachable},
		"no units": {
			"there is nothing to do, which is well", others{}, nil, []orgnumber.Number{}, "units", Tally{}, "",
		},
		"cursor": {"nobody says from where", others{}, map[string][]error{"cursor": {down}}, two, "cursor", Tally{}, runreport.HRMUnreachable},
		"unknown unit": {
			"the HRM solution does not know a unit that the operator was told of",
			others{},
			map[string][]error{"cursor": {unknown}},
			nil,
			"cursor",
			Tally{},
			runreport.HRMBadResponse,
		},
		"order": {
			"what came before is stored, and the same is not asked for without end",
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
			"what counts is three in a row",
			others{cursor: today, pages: []page{{err: lost}, {err: lost}, {numbers: []int64{8}}, {err: lost}, {err: lost}}},
			nil, nil,
			"cursor, list after 7, pause 1s, list after 7, pause 2s, list after 7, store 1, 7 to 8, list after 8, pause 1s, list after 8, pause 2s, list after 8, cursor, wanted",
			Tally{Documents: 1},
			"",
		},
		"token, then lost": {
			"each has its own count",
			others{cursor: today, pages: []page{{err: rejected}, {err: lost}, {err: lost}}},
			nil, nil,
			"cursor, list after 7, fresh, list after 7, pause 1s, fresh, list after 7, pause 2s, fresh, list after 7, wanted",
			Tally{},
			"",
		},
		"tokens end": {
			"one ends while pages come, and so does the next",
			others{cursor: today, pages: []page{{err: rejected}, {numbers: []int64{8}}, {err: rejected}, {numbers: []int64{9}}}},
			nil, nil,
			"cursor, list after 7, fresh, list after 7, store 1, 7 to 8, list after 8, fresh, list after 8, store 1, 8 to 9, list after 9, cursor, wanted",
			Tally{Documents: 2},
			"",
		},
		"overlap breaks off": {
			"it goes on from there, and the cursor stays",
			others{cursor: yesterday, pages: []page{{}, {[]int64{3, 4}, lost}, {numbers: []int64{5}}}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-29, store 2, 7 to 7, list after 4 2026-08-29, store 1, 7 to 7, list after 5 2026-08-29, " +
				"list after 6 2026-08-29, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
			Tally{},
			"",
		},
		"overlap fails": {
			"it is not called done",
			others{cursor: yesterday, pages: []page{{}, {[]int64{3}, order}, {nil, order}}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-29, store 1, 7 to 7, list after 3 2026-08-29",
			Tally{},
			runreport.NAVError,
		},
		"overlap meets another run": {
			"whose cursor is elsewhere",
			others{cursor: yesterday, pages: []page{{}, {numbers: []int64{3}}}, store: map[int]error{1: moved}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-29, store 1, 7 to 7",
			Tally{},
			runreport.CursorMoved,
		},
		"overlap is not taken": {
			"it is done again another time",
			others{cursor: hrmapi.Cursor{Cursor: 7}, store: map[int]error{1: down}},
			nil, nil,
			"cursor, list after 7, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01",
			Tally{},
			runreport.HRMUnreachable,
		},
		"overlap after pages": {
			"it leaves the cursor where the pages have moved it",
			others{cursor: yesterday, pages: []page{{numbers: []int64{8}}, {}, {numbers: []int64{6, 8}}}},
			nil, nil,
			"cursor, list after 7, store 1, 7 to 8, list after 8, cursor, list after 0 2026-08-29, store 2, 8 to 8, list after 8 2026-08-29, list after 0, list after 7, look, store 0, 8 to 8 overlap 2026-09-01, wanted",
			Tally{Documents: 1},
			"",
		},
		"overlap of tomorrow": {
			"a clock that was set back fetches nothing twice",
			others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-09-02")}},
			nil, nil,
			"cursor, list after 7, wanted",
			Tally{},
			"",
		},
		"overlap of next year": {
			"a clock that was wrong once keeps nothing from being fetched until then",
			others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2027-09-02")}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-08-30, list after 6 2026-08-30, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
			Tally{},
			"",
		},
		"long ago": {
			"no run for a month",
			others{cursor: hrmapi.Cursor{Cursor: 7, LastOverlap: day("2026-08-01")}},
			nil, nil,
			"cursor, list after 7, list after 0 2026-07-30, list after 6 2026-07-30, list after 0, list after 6, look, store 0, 7 to 7 overlap 2026-09-01, wanted",
			Tally{},
			"",
		},
		"right, first of two": {
			"the other's PDFs too",
			others{cursor: today, rights: map[string]error{unit.String(): missing}, wanted: [][]uuid.UUID{{a}}},
			nil, two,
			"cursor, list after 7, cursor, list after 7, wanted, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			runreport.RightMissing,
		},
		"right, then HRM down": {
			"what stands in the way of all is said",
			others{cursor: today, rights: map[string]error{unit.String(): missing}},
			map[string][]error{"cursor": {nil, down}},
			two,
			"cursor, list after 7, cursor",
			Tally{},
			runreport.HRMUnreachable,
		},
		"right to PDFs": {
			"another unit's are fetched all the same",
			others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			map[string][]error{"pdf": {missing}},
			two,
			"cursor, list after 7, wanted, pdf, cursor, list after 7, wanted, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			runreport.RightMissing,
		},
		"wanted": {"nobody says which", others{cursor: today}, map[string][]error{"wanted": {down}}, nil, "cursor, list after 7, wanted", Tally{}, runreport.HRMUnreachable},
		"PDF not taken": {
			"the HRM solution does not know the document any more",
			others{cursor: today, wanted: [][]uuid.UUID{{a, b}, {}}},
			map[string][]error{"store pdf": {unknown}},
			nil,
			"cursor, list after 7, wanted, pdf, store pdf, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			"",
		},
		"PDF not stored": {
			"the next run tries again",
			others{cursor: today, wanted: [][]uuid.UUID{{a, b}}},
			map[string][]error{"store pdf": {down}},
			nil,
			"cursor, list after 7, wanted, pdf, store pdf",
			Tally{},
			runreport.HRMUnreachable,
		},
		"PDF, token": {
			"one fresh token",
			others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			map[string][]error{"pdf": {rejected}},
			nil,
			"cursor, list after 7, wanted, pdf, fresh, pdf, store pdf, wanted",
			Tally{PDFs: 1},
			"",
		},
		"PDF, token twice": {
			"and no more",
			others{cursor: today, wanted: [][]uuid.UUID{{a}}},
			map[string][]error{"pdf": {rejected, rejected}},
			nil,
			"cursor, list after 7, wanted, pdf, fresh, pdf",
			Tally{},
			runreport.NAVTokenRejected,
		},
		"wanted for ever": {
			"a HRM solution that forgets is asked no more than once for each",
			others{cursor: today, wanted: [][]uuid.UUID{{a}, {a, b}, {b, a}}},
			nil, nil,
			"cursor, list after 7, wanted, pdf, store pdf, wanted, pdf, store pdf, wanted",
			Tally{PDFs: 2},
			"",
		},
		"wanted twice": {
			"in one answer", others{cursor: today, wanted: [][]uuid.UUID{{a, a}}}, nil, nil, "cursor, list after 7, wanted, pdf, store pdf, wanted", Tally{PDFs: 1}, "",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := tc.others
			h := hindered{&o, tc.fails}
			i := o.importer()
			i.HRM, i.NAV = h, h
			if tc.units != nil {
				i.Units = tc.units
			}
			got, err := i.Run(t.Context())
			if reason := runreport.ReasonOf(err); reason != tc.err {
				t.Errorf("%s: ended with %q, want %q: %v", tc.reason, reason, tc.err, err)
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
