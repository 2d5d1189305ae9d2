package documentimport

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

var errBroken = errors.New("a document has an unreadable time")

func broken(n int) portion { return portion{count: n, row: row{day: nowDay, broken: errBroken}} }

// TestUnreadable checks that unreadable documents are set aside, and that all others are stored, also those of later
// units.
func TestUnreadable(t *testing.T) {
	cases := map[string]struct {
		reason string
		rows   []row
		others []row // of the unit after it
		aside  []int64
		cursor int64
		counts runreport.Report
		want   runreport.Reason
	}{
		"between": {
			reason: "the cursor passes the document", rows: build(1, shown(2, nowDay), broken(1), shown(2, nowDay)),
			aside: []int64{3}, cursor: 5, counts: runreport.Report{SetAside: 1, Volumes: stored(4)},
			want: runreport.DocumentUnreadable,
		},
		"first": {
			reason: "documents after it are stored", rows: build(1, broken(1), shown(2, nowDay)), aside: []int64{1},
			cursor: 3, counts: runreport.Report{SetAside: 1, Volumes: stored(2)}, want: runreport.DocumentUnreadable,
		},
		"last": {
			reason: "NAV's format is known",
			rows:   build(1, shown(2, nowDay), broken(2)),
			aside:  []int64{3, 4},
			cursor: 4,
			counts: runreport.Report{SetAside: 2, Volumes: stored(2)},
			want:   runreport.DocumentUnreadable,
		},
		"all": {
			reason: "NAV's format may have changed, so the cursor stays",
			rows:   build(1, broken(3)),
			counts: runreport.Report{SetAside: 3},
			want:   runreport.DocumentUnreadable,
		},
		"later unit": {
			reason: "the next unit is fetched",
			rows:   build(1, broken(1)),
			others: build(1, shown(2, nowDay)),
			counts: runreport.Report{SetAside: 1, Volumes: stored(2)},
			want:   runreport.DocumentUnreadable,
		},
		"too many": {
			reason: "the log is bounded",
			rows:   build(1, shown(1, nowDay), broken(150), shown(1, nowDay)),
			others: build(1, shown(1, nowDay)),
			aside:  []int64{2, 102},
			cursor: 102,
			counts: runreport.Report{SetAside: maxAside + 1, Volumes: stored(2)},
			want:   runreport.DocumentUnreadable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m := newModel(map[orgnumber.Number][]row{unit: tc.rows, other: tc.others})
			m.i.Units = []orgnumber.Number{unit, other}
			logged := &bytes.Buffer{}
			m.i.Log = slog.New(slog.NewJSONHandler(logged, nil))
			got := m.run(t, tc.reason, tc.want)
			if diff := cmp.Diff(tc.counts, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if missing := m.missing(other); len(missing) > 0 {
				t.Errorf("%s: %v of the other unit are not stored", tc.reason, missing)
			}
			if at := m.hrm.cursors[unit].Cursor; at != tc.cursor || len(m.hrm.aside) < len(tc.aside) {
				t.Errorf("%s: the cursor is at %d, want %d; set aside: %v", tc.reason, at, tc.cursor, m.hrm.aside)
			}
			for _, number := range tc.aside {
				if m.hrm.aside[number] != hrmapi.SetAsideUnreadable {
					t.Errorf("%s: %d is not reported as set aside: %v", tc.reason, number, m.hrm.aside)
				}
			}
			for _, want := range []string{`"unit":"315587336"`, `"loepenr":`, `"documentID":"`} {
				if !strings.Contains(logged.String(), want) {
					t.Errorf("%s: no %s in the log: %s", tc.reason, want, logged)
				}
			}
			if lines := strings.Count(logged.String(), "\n"); lines > maxAside+5 {
				t.Errorf("%s: %d lines in the log", tc.reason, lines)
			}
		})
	}
}

// TestUnreadableOnce checks that the cursor passes an unreadable document once a later document is readable.
func TestUnreadableOnce(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, broken(1))})
	m.run(t, "the only one", runreport.DocumentUnreadable)
	m.nav.rows[unit] = build(1, broken(1), shown(1, nowDay))
	m.run(t, "another one", runreport.DocumentUnreadable)
	if at := m.hrm.cursors[unit].Cursor; at != 2 || len(m.missing(unit)) > 0 || len(m.hrm.aside) != 1 {
		t.Errorf("the cursor is at %d, set aside: %v", at, m.hrm.aside)
	}
	m.run(t, "once more", "")
}

// TestRefused checks that a refused document is set aside if the HRM system stores others, and that the cursor stays if
// it refuses all of them.
func TestRefused(t *testing.T) {
	ids := func(numbers ...int64) func(hrmapi.Document) bool {
		return func(d hrmapi.Document) bool {
			return slices.Contains(numbers, d.SequenceNumber)
		}
	}
	cases := map[string]struct {
		reason  string
		rows    []row
		refuses func(hrmapi.Document) bool
		breaks  int // documents after which each of NAV's pages breaks off
		counts  runreport.Report
		cursor  int64
		want    runreport.Reason
	}{
		"one": {
			reason: "the document is set aside", rows: build(1, shown(600, nowDay)), refuses: ids(77),
			counts: runreport.Report{SetAside: 1, Volumes: stored(599)}, cursor: 600, want: runreport.DocumentRefused,
		},
		"last": {
			reason: "others were stored before", rows: build(1, shown(300, nowDay)), refuses: ids(300),
			counts: runreport.Report{SetAside: 1, Volumes: stored(299)}, cursor: 300, want: runreport.DocumentRefused,
		},
		"few": {
			reason: "a few documents are set aside", rows: build(1, shown(100, nowDay)), refuses: ids(1, 50, 51, 100),
			counts: runreport.Report{SetAside: 4, Volumes: stored(96)}, cursor: 100, want: runreport.DocumentRefused,
		},
		"all": {
			reason: "the HRM system is the cause", rows: build(1, shown(600, nowDay)),
			refuses: func(hrmapi.Document) bool { return true }, want: runreport.HRMBadResponse,
		},
		"single": {
			reason: "the HRM system may refuse all documents", rows: build(1, shown(1, nowDay)), refuses: ids(1),
			want: runreport.HRMBadResponse,
		},
		"many": {
			reason: "the HRM system stores later ones", rows: build(1, shown(60, nowDay)),
			refuses: func(d hrmapi.Document) bool { return d.SequenceNumber > 1 && d.SequenceNumber <= 40 },
			counts:  runreport.Report{SetAside: 39, Volumes: stored(21)}, cursor: 60, want: runreport.DocumentRefused,
		},
		"many at first": {
			reason: "the HRM system stores later ones", rows: build(1, shown(60, nowDay)),
			refuses: func(d hrmapi.Document) bool { return d.SequenceNumber <= 40 },
			counts:  runreport.Report{SetAside: 40, Volumes: stored(20)}, cursor: 60, want: runreport.DocumentRefused,
		},
		"many in pages that break off": {
			reason: "the newest are behind them", rows: build(1, shown(60, nowDay)), breaks: 25,
			refuses: func(d hrmapi.Document) bool { return d.SequenceNumber <= 40 },
			counts:  runreport.Report{SetAside: 40, Volumes: stored(20)}, cursor: 60, want: runreport.DocumentRefused,
		},
		"most": {
			reason:  "the documents are not the cause",
			rows:    build(1, shown(100, nowDay)),
			refuses: func(d hrmapi.Document) bool { return d.SequenceNumber > 50 },
			want:    runreport.HRMBadResponse,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m := newModel(map[orgnumber.Number][]row{unit: tc.rows})
			m.hrm.refuses, m.nav.breaksAfter = tc.refuses, tc.breaks
			got := m.run(t, tc.reason, tc.want)
			if diff := cmp.Diff(tc.counts, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if at := m.hrm.cursors[unit].Cursor; at != tc.cursor {
				t.Errorf("%s: the cursor is at %d, want %d", tc.reason, at, tc.cursor)
			}
			if tc.want == runreport.DocumentRefused &&
				(len(m.hrm.aside) != int(tc.counts.SetAside) || len(m.missing(unit)) != int(tc.counts.SetAside)) {
				t.Errorf("%s: set aside %v, missing %v", tc.reason, m.hrm.aside, m.missing(unit))
			}
			if m.hrm.pages > 200 {
				t.Errorf("%s: %d requests to store a page", tc.reason, m.hrm.pages)
			}
		})
	}
}

// TestMoreRefusedThanARunSetsAside refuses more documents than a run sets aside. New documents are stored in each run,
// the cursor passes the refused ones run by run, and no run sends without end.
func TestMoreRefusedThanARunSetsAside(t *testing.T) {
	const bad = 3*chunk + 10
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(bad, nowDay))})
	m.hrm.refuses = func(d hrmapi.Document) bool { return d.SequenceNumber <= bad }
	m.run(t, "nothing else is new", runreport.HRMBadResponse)
	if at := m.hrm.cursors[unit].Cursor; at != 0 || m.hrm.pages > 100 {
		t.Errorf("the HRM system may be the cause: the cursor is at %d after %d requests", at, m.hrm.pages)
	}
	for next := int64(1); next <= bad/maxAside+1; next++ {
		m.nav.rows[unit] = append(m.nav.rows[unit], row{number: bad + next, day: nowDay})
		m.hrm.pages = 0
		m.run(t, "a new document", runreport.DocumentRefused)
		at, want := m.hrm.cursors[unit].Cursor, min(next*maxAside, bad+next)
		if next*maxAside > bad {
			want = bad + next
		}
		if at != want || !m.hrm.stored[idOf(bad+next)] || m.hrm.pages > 400 {
			t.Errorf("run %d: the cursor is at %d, want %d; new document stored: %t; %d requests",
				next, at, want, m.hrm.stored[idOf(bad+next)], m.hrm.pages)
		}
	}
	if len(m.hrm.aside) != bad {
		t.Errorf("%d documents are set aside, want %d", len(m.hrm.aside), bad)
	}
}

// TestLateAmongManyRefused checks that a document that became visible late among many refused ones is stored in one of
// the next runs, and that new documents are stored meanwhile.
func TestLateAmongManyRefused(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(40, nowDay),
		portion{count: 1, row: row{day: nowDay, late: true}}, shown(1, nowDay))})
	m.run(t, "first import", "")
	m.nav.rows[unit][40].late = false
	m.hrm.refuses = func(d hrmapi.Document) bool { return d.SequenceNumber <= 40 }
	m.now = m.now.AddDate(0, 0, 1)
	for range 41 {
		m.now = m.now.Add(1)
		m.nav.rows[unit] = append(m.nav.rows[unit], row{number: int64(len(m.nav.rows[unit]) + 1), day: nowDay})
		m.run(t, "a new document", runreport.DocumentRefused)
	}
	if missing := m.missing(unit); len(missing) > 0 {
		t.Errorf("%v are missing", missing)
	}
}

// TestForgets checks that a run fails if the HRM system does not move its cursor.
func TestForgets(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(3, nowDay))})
	m.hrm.forgets = true
	m.run(t, "each run would send the same documents", runreport.HRMBadResponse)
}

// TestRefusedAlone checks that the only new document, if refused, is set aside once the HRM system stores a document
// that became visible late.
func TestRefusedAlone(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(3, nowDay),
		portion{count: 1, row: row{day: nowDay, late: true}}, shown(1, nowDay))})
	m.run(t, "first import", "")
	m.hrm.refuses = func(d hrmapi.Document) bool { return d.SequenceNumber == 6 }
	m.nav.rows[unit] = append(m.nav.rows[unit], row{number: 6, day: nowDay})
	m.run(t, "nothing else is new", runreport.HRMBadResponse)
	if at := m.hrm.cursors[unit].Cursor; at != 5 {
		t.Errorf("the cursor is at %d", at)
	}
	m.nav.rows[unit][3].late = false
	m.now = m.now.AddDate(0, 0, 1)
	m.run(t, "the next day", runreport.DocumentRefused)
	if at := m.hrm.cursors[unit].Cursor; at != 6 || !m.hrm.stored[idOf(4)] || m.hrm.aside[6] != hrmapi.SetAsideRefused {
		t.Errorf("the cursor is at %d, set aside: %v", at, m.hrm.aside)
	}
}
