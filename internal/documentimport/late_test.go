package documentimport

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestLateAndOld checks that the first run of the next day stores an old document that became visible after a run had
// passed its number, as after NAV stood still.
func TestLateAndOld(t *testing.T) {
	const apart = 40_000 // other employers' documents
	m := newModel(map[orgnumber.Number][]row{unit: build(apart, shown(4, longAgo),
		portion{count: 1, row: row{day: longAgo, late: true}}, shown(1, nowDay))})
	m.run(t, "first import", "")
	m.nav.rows[unit][4].late = false
	m.now = m.now.AddDate(0, 0, 1)
	m.run(t, "next day", "")
	if missing := m.missing(unit); len(missing) > 0 {
		t.Errorf("%v are not stored", missing)
	}
	checkCursor(t, m)
}

// TestLateBehindMany checks that the overlap by number begins at the cursor before the run: so many documents may
// arrive in one day that the late one is too far behind the new cursor.
func TestLateBehindMany(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(2, longAgo),
		portion{count: 1, row: row{day: longAgo, late: true}}, shown(1, longAgo))})
	m.run(t, "first import", "")
	m.nav.rows[unit][2].late = false
	m.nav.rows[unit] = append(m.nav.rows[unit], row{number: 5 * overlapNumbers, day: nowDay})
	m.now = m.now.AddDate(0, 0, 1)
	m.run(t, "next day", "")
	if missing := m.missing(unit); len(missing) > 0 {
		t.Errorf("%v are not stored", missing)
	}
}

// TestLeftOutOfAFirstImport checks that an old document that NAV left out of its list during a first import, because it
// could not verify the right to it, is stored by the next run, and that later runs do not read all documents again.
func TestLeftOutOfAFirstImport(t *testing.T) {
	cases := map[string]struct {
		reason string
		before int // runs before the first import, in which NAV had no document
	}{
		"first run":        {reason: "the cursor is far behind it"},
		"nothing before":   {reason: "NAV may have left all documents out", before: 1},
		"nothing repeated": {reason: "for several runs", before: 3},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m := newModel(nil)
			m.i.LeavesOut, m.i.PageRows = true, 0
			for range tc.before {
				m.run(t, tc.reason, "")
			}
			m.nav.rows = map[orgnumber.Number][]row{unit: append(build(1, shown(2, longAgo),
				portion{count: 1, row: row{day: longAgo, late: true}}), row{number: 5 * overlapNumbers, day: longAgo})}
			m.run(t, tc.reason, "")
			m.nav.rows[unit][2].late = false
			m.run(t, tc.reason, "")
			if missing := m.missing(unit); len(missing) > 0 {
				t.Errorf("%s: %v are not stored", tc.reason, missing)
			}
			m.hrm.pages = 0
			m.run(t, tc.reason, "")
			if m.hrm.pages > 0 {
				t.Errorf("%s: sends %d pages of known documents again", tc.reason, m.hrm.pages)
			}
			checkCursor(t, m)
		})
	}
}

// TestArrivalsWhileLooking checks that documents are stored on the same day if they arrive after a run has read an
// empty page and before it looks behind it.
func TestArrivalsWhileLooking(t *testing.T) {
	for after := range 10 {
		m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(2, nowDay))})
		m.run(t, "first import", "")
		m.now = m.now.AddDate(0, 0, 1)
		m.nav.lists = 0
		m.nav.listed = func() {
			if m.nav.lists == after {
				m.nav.rows[unit] = build(1, shown(4, nowDay))
			}
		}
		m.run(t, "next day", "")
		m.run(t, "same day", "")
		if missing := m.missing(unit); len(missing) > 0 {
			t.Errorf("%v are not stored, which arrived after %d pages", missing, after)
		}
	}
}

// TestRefusedBeforeHidden checks that documents behind hidden rows are stored if the HRM system refuses the only new
// document before them.
func TestRefusedBeforeHidden(t *testing.T) {
	m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(3, nowDay))})
	m.run(t, "first import", "")
	m.hrm.refuses = func(d hrmapi.Document) bool { return d.SequenceNumber == 4 }
	m.nav.rows[unit] = build(1, shown(4, nowDay), hidden(1500, nowDay), shown(2, nowDay))
	m.now = m.now.AddDate(0, 0, 1)
	m.run(t, "next day", runreport.DocumentRefused)
	if missing := m.missing(unit); !slices.Equal(missing, []int64{4}) {
		t.Errorf("%v are not stored", missing)
	}
}

// TestNothingIsLost runs the importer on several days, sometimes twice at once, with random documents that are late,
// old, hidden, unreadable or refused. On the second day after all are visible, all that can be stored are stored.
func TestNothingIsLost(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			m := newModel(map[orgnumber.Number][]row{unit: build(1, shown(1, nowDay))}) // one that the HRM system stores
			m.hrm.refuses = func(d hrmapi.Document) bool { return d.SequenceNumber%19 == 0 }
			number := int64(1)
			one := func(of int) bool { return r.IntN(of) == 0 }
			busy := false
			m.nav.listed = func() { // another run at the same time
				if !busy && one(8) {
					busy = true
					another := *m.i
					_, _ = another.Run(t.Context())
					busy = false
				}
			}
			for range 6 + r.IntN(12) {
				for range r.IntN(4) {
					number += 1 + int64(r.IntN(5))
					added := row{number: number, day: nowDay, late: one(4), hidden: one(5)}
					if one(3) {
						added.day = longAgo
					}
					if one(12) {
						added.broken = errBroken
					}
					m.nav.rows[unit] = append(m.nav.rows[unit], added)
				}
				if one(6) { // more hidden rows in a row than a page holds
					for range 1100 {
						number++
						m.nav.rows[unit] = append(m.nav.rows[unit], row{number: number, day: nowDay, hidden: true})
					}
				}
				for n := range m.nav.rows[unit] {
					m.nav.rows[unit][n].late = m.nav.rows[unit][n].late && !one(6)
				}
				_, _ = m.i.Run(t.Context()) // some of these fail
				if one(3) {
					m.now = m.now.AddDate(0, 0, 1)
				}
			}
			for n := range m.nav.rows[unit] {
				m.nav.rows[unit][n].late = false
			}
			m.nav.listed = nil
			for range 2 {
				m.now = m.now.AddDate(0, 0, 1)
				if _, err := m.i.Run(t.Context()); err != nil {
					t.Log(err)
				}
			}
			missing := slices.DeleteFunc(m.missing(unit), func(n int64) bool { return n%19 == 0 })
			if len(missing) > 0 {
				t.Errorf("%v are not stored; the cursor is at %d", missing, m.hrm.cursors[unit].Cursor)
			}
		})
	}
}
