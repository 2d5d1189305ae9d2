package navsickpay

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// pageLimit is how many documents NAV returns at once.
const pageLimit = 1000

// resultPage is a page, and whether NAV says that there is more.
type resultPage struct {
	rows []Row
	more bool
}

// page returns the first rows of a filter. NAV's query has one row more than the limit, and NAV leaves out what is not
// for employers afterwards: such a page is short and does not say that there is more (navikt/sykepenger-im-lps-api,
// SoeknadService.kt).
func (d *Service) page(kind *documentKind, f *listFilter, now time.Time, readings Readings) resultPage {
	d.mu.RLock()
	defer d.mu.RUnlock()
	rows := d.rows[kind].byUnit[f.unit]
	first, found := slices.BinarySearchFunc(rows, f.after, byNumber)
	if found {
		first++ // the number itself is not asked for
	}
	var page resultPage
	taken := 0
	for i := first; i < len(rows) && taken <= pageLimit; i++ {
		row := &rows[i]
		if row.Visible.After(now) || !f.takes(row, kind.comparedTime(row, readings)) {
			continue
		}
		taken++
		if !row.NotForEmployer {
			page.rows = append(page.rows, *row)
		}
	}
	if len(page.rows) > pageLimit {
		page.rows, page.more = page.rows[:pageLimit], true
	}
	return page
}

// comparedTime returns the time that days of a filter are compared with.
func (k *documentKind) comparedTime(row *Row, readings Readings) time.Time {
	if k.isReplaced && readings.ReplacedKeepsTime {
		return row.made()
	}
	return row.Sent
}

// one returns a row that is visible to employers.
func (d *Service) one(kind *documentKind, id uuid.UUID, now time.Time) (Row, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	row := d.rows[kind].find(id)
	if row == nil || row.NotForEmployer || row.Visible.After(now) {
		return Row{}, false
	}
	return *row, true
}
