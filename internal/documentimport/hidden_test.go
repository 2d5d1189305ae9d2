package documentimport

import (
	"testing"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// build returns the rows of portions, in order, with numbers that are apart.
func build(apart int64, portions ...portion) []row {
	var rows []row
	number := int64(0)
	for _, p := range portions {
		for range p.count {
			number += apart
			r := p.row
			r.number = number
			rows = append(rows, r)
		}
	}
	return rows
}

type portion struct {
	count int
	row   row
}

const (
	longAgo = "2026-01-01"
	nowDay  = "2026-09-01"
)

func hidden(n int, day string) portion { return portion{count: n, row: row{day: day, hidden: true}} }
func shown(n int, day string) portion  { return portion{count: n, row: row{day: day}} }

// TestHidden checks that documents behind more hidden rows than a page holds are stored, and that the cursor never
// passes a number that NAV has not shown.
func TestHidden(t *testing.T) {
	cases := map[string]struct {
		reason string
		rows   []row
		runs   []runreport.Reason
		pages  bool // whether hidden pages are reported
	}{
		"none": {reason: "nothing is hidden", rows: build(1, shown(3, nowDay)), runs: []runreport.Reason{""}},
		"few": {
			reason: "the page has a visible row", rows: build(1, hidden(1000, nowDay), shown(3, nowDay)),
			runs: []runreport.Reason{""},
		},
		"a page": {
			reason: "a document is behind an empty page",
			rows:   build(1, shown(2, nowDay), hidden(1001, nowDay), shown(1, nowDay)), runs: []runreport.Reason{""}, pages: true,
		},
		"first": {
			reason: "a first import begins with hidden rows",
			rows:   build(1, hidden(1500, nowDay), shown(1, nowDay)), runs: []runreport.Reason{""}, pages: true,
		},
		"pages": {
			reason: "several pages are empty",
			rows:   build(1, shown(1, nowDay), hidden(8999, nowDay), shown(1, nowDay)), runs: []runreport.Reason{""}, pages: true,
		},
		"twice": {
			reason: "pages are empty at two places",
			rows: build(1, hidden(1200, nowDay), shown(5, nowDay), hidden(3200, nowDay),
				shown(2000, nowDay)), runs: []runreport.Reason{""}, pages: true,
		},
		"at the end": {
			reason: "nothing is behind the hidden rows", rows: build(1, shown(1, nowDay), hidden(3000, nowDay)),
			runs: []runreport.Reason{""},
		},
		"only": {reason: "all rows are hidden", rows: build(1, hidden(3000, nowDay)), runs: []runreport.Reason{""}},
		"of long ago": {
			reason: "the document behind is found by date",
			rows:   build(7001, hidden(1500, longAgo), shown(1, nowDay)), runs: []runreport.Reason{
				runreport.DocumentsHidden,
				runreport.DocumentsHidden, runreport.DocumentsHidden, "",
			}, pages: true,
		},
		"sparse": {
			reason: "numbers of other employers are between",
			rows: build(97, hidden(4000, longAgo), shown(1, longAgo), hidden(2000, longAgo),
				shown(1200, longAgo)), runs: []runreport.Reason{""}, pages: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m := newModel(map[orgnumber.Number][]row{unit: tc.rows})
			pages := int32(0)
			for _, want := range tc.runs {
				before := m.hrm.cursors[unit].Cursor
				pages += m.run(t, tc.reason, want).HiddenPages
				if want != "" && m.hrm.cursors[unit].Cursor <= before {
					t.Errorf("%s: the cursor stays at %d", tc.reason, before)
				}
			}
			if missing := m.missing(unit); len(missing) > 0 {
				t.Errorf("%s: %d documents are not stored, the first is %d", tc.reason, len(missing), missing[0])
			}
			if (pages > 0) != tc.pages {
				t.Errorf("%s: %d hidden pages", tc.reason, pages)
			}
			checkCursor(t, m)
			m.run(t, "once more", "")
		})
	}
}

// checkCursor checks that the cursor is no later than the last document that NAV shows.
func checkCursor(t *testing.T, m *model) {
	t.Helper()
	last := int64(0)
	for _, r := range m.nav.rows[unit] {
		if !r.hidden && !r.late {
			last = r.number
		}
	}
	if at := m.hrm.cursors[unit].Cursor; at != last {
		t.Errorf("the cursor is at %d, and the last document is %d", at, last)
	}
}

// TestHiddenLater checks that documents behind hidden rows, and documents that become visible late, are stored by the
// first run of the next day.
func TestHiddenLater(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(3, nowDay))})
	m.run(t, "first import", "")
	m.nav.rows[unit] = build(1, shown(3, nowDay), hidden(1500, nowDay),
		portion{count: 2, row: row{day: nowDay, late: true}}, hidden(1300, nowDay), shown(4, nowDay))
	m.now = m.now.AddDate(0, 0, 1)
	m.run(t, "behind a page of hidden rows", "")
	if missing := m.missing(unit); len(missing) > 0 {
		t.Fatalf("next day: %v are not stored", missing)
	}
	for n := range m.nav.rows[unit] {
		m.nav.rows[unit][n].late = false
	}
	m.now = m.now.AddDate(0, 0, 1)
	m.run(t, "what became visible late", "")
	if missing := m.missing(unit); len(missing) > 0 {
		t.Errorf("day after: %v are not stored", missing)
	}
	checkCursor(t, m)
}

// TestLooksOnceADay checks that only the first run of a day looks for hidden documents.
func TestLooksOnceADay(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(3, nowDay), hidden(5000, nowDay))})
	m.run(t, "first import", "")
	if m.nav.lists != 3+len(probes) {
		t.Errorf("a first import requested %d pages", m.nav.lists)
	}
	m.nav.lists = 0
	m.run(t, "the same day", "")
	if m.nav.lists != 1 {
		t.Errorf("a run of the same day requested %d pages", m.nav.lists)
	}
}
