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

func hidden(n int, day string) portion { return portion{n, row{day: day, hidden: true}} }
func shown(n int, day string) portion  { return portion{n, row{day: day}} }

// TestHidden checks that documents behind more hidden rows than a page holds are stored, and that the cursor never passes a
// number that NAV has not shown.
func TestHidden(t *testing.T) {
	cases := map[string]struct {
		reason string
		rows   []row
		runs   []runreport.Reason
		pages  bool // whether hidden pages are reported
	}{
		"none":        {"nothing is hidden", build(1, shown(3, nowDay)), []runreport.Reason{""}, false},
		"few":         {"the page has a visible row", build(1, hidden(1000, nowDay), shown(3, nowDay)), []runreport.Reason{""}, false},
		"a page":      {"a document is behind an empty page", build(1, shown(2, nowDay), hidden(1001, nowDay), shown(1, nowDay)), []runreport.Reason{""}, true},
		"first":       {"a first import begins with hidden rows", build(1, hidden(1500, nowDay), shown(1, nowDay)), []runreport.Reason{""}, true},
		"pages":       {"several pages are empty", build(1, shown(1, nowDay), hidden(8999, nowDay), shown(1, nowDay)), []runreport.Reason{""}, true},
		"twice":       {"pages are empty at two places", build(1, hidden(1200, nowDay), shown(5, nowDay), hidden(3200, nowDay), shown(2000, nowDay)), []runreport.Reason{""}, true},
		"at the end":  {"nothing is behind the hidden rows", build(1, shown(1, nowDay), hidden(3000, nowDay)), []runreport.Reason{""}, false},
		"only":        {"all rows are hidden", build(1, hidden(3000, nowDay)), []runreport.Reason{""}, false},
		"of long ago": {"the document behind is found by date", build(7001, hidden(1500, longAgo), shown(1, nowDay)), []runreport.Reason{runreport.DocumentsHidden, runreport.DocumentsHidden, runreport.DocumentsHidden, ""}, true},
		"sparse":      {"numbers of other employers are between", build(97, hidden(4000, longAgo), shown(1, longAgo), hidden(2000, longAgo), shown(1200, longAgo)), []runreport.Reason{""}, true},
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

// TestHiddenLater checks that documents behind hidden rows, and documents that become visible late, are stored by the first run
// of the next day.
func TestHiddenLater(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(3, nowDay))})
	m.run(t, "first import", "")
	m.nav.rows[unit] = build(1, shown(3, nowDay), hidden(1500, nowDay), portion{2, row{day: nowDay, late: true}}, hidden(1300, nowDay), shown(4, nowDay))
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
