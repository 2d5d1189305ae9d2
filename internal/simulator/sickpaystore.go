package simulator

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// pageLimit is how many documents NAV gives at once.
const pageLimit = 1000

// SickPayRow is a document at NAV. What it says is made of these when it is asked for: the same of the same.
type SickPayRow struct {
	// Number is NAV's loepenr: one count for all employers, and one for each kind.
	Number int64 `json:"number"`
	// ID is the document's id. An application may come again under the same.
	ID uuid.UUID `json:"id"`
	// Unit is the organization number of the sub-unit.
	Unit string `json:"unit"`
	// Sent is when the employer was given it, or, of an application, when the row was made.
	Sent time.Time `json:"sent"`
	// Visible is when it can be seen: rows are numbered when they are inserted, and seen when that is committed.
	Visible time.Time `json:"visible"`
	// NotForEmployer says that it counts for a page's limit and is then left out.
	NotForEmployer bool `json:"notForEmployer,omitempty"`
	// Version counts how often it has come, from 0.
	Version int `json:"version"`
}

// sickPayRows is what NAV has of one kind.
type sickPayRows struct {
	next   int64
	byUnit map[string][]SickPayRow // by number, ascending
	byID   map[uuid.UUID]SickPayRow
}

// sickPayData is what NAV has.
type sickPayData struct {
	mu    sync.RWMutex
	mains map[string]string // sub-unit → main unit
	rows  map[*sickPayKind]*sickPayRows
}

func newSickPayData() *sickPayData {
	d := &sickPayData{mains: map[string]string{}, rows: map[*sickPayKind]*sickPayRows{}}
	for _, kind := range sickPayKinds {
		d.rows[kind] = &sickPayRows{next: 1, byUnit: map[string][]SickPayRow{}, byID: map[uuid.UUID]SickPayRow{}}
	}
	return d
}

// RegisterUnit says whose sub-unit a unit is. It fails on numbers that are none.
func (s *Simulator) RegisterUnit(unit, mainUnit string) error {
	for _, number := range []string{unit, mainUnit} {
		if err := checkOrganizationNumber(number); err != nil {
			return fmt.Errorf("unit: %w", err)
		}
	}
	s.sickPay.mu.Lock()
	defer s.sickPay.mu.Unlock()
	s.sickPay.mains[unit] = mainUnit
	return nil
}

func (d *sickPayData) mainUnit(unit string) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.mains[unit]
}

// AddSickPayRow has NAV receive a document: a sick note, or an application. Number is given to it; ID, Sent and Visible
// are made if they are not said. An ID that is there already replaces that document by one with a higher number. It fails on an
// unknown kind and on a unit that is none.
func (s *Simulator) AddSickPayRow(kind string, row SickPayRow) (SickPayRow, error) {
	k := sickPayKindOf(kind)
	if k == nil {
		return SickPayRow{}, fmt.Errorf("kind %q is unknown, use sick-notes or sick-pay-applications", kind)
	}
	if err := checkOrganizationNumber(row.Unit); err != nil {
		return SickPayRow{}, fmt.Errorf("unit: %w", err)
	}
	if row.Sent.IsZero() {
		row.Sent = s.realNow()
	}
	if row.Visible.IsZero() {
		row.Visible = row.Sent
	}
	if row.ID == uuid.Nil {
		row.ID = uuid.New()
	}
	s.sickPay.mu.Lock()
	defer s.sickPay.mu.Unlock()
	rows := s.sickPay.rows[k]
	if old, known := rows.byID[row.ID]; known {
		row.Version = old.Version + 1
		rows.byUnit[old.Unit] = slices.DeleteFunc(rows.byUnit[old.Unit], func(r SickPayRow) bool { return r.Number == old.Number })
	}
	row.Number = rows.next
	rows.next++
	rows.byUnit[row.Unit] = append(rows.byUnit[row.Unit], row)
	rows.byID[row.ID] = row
	return row, nil
}

// SickPayRows lists what NAV has of a kind for a unit, by number, also what cannot be seen yet.
func (s *Simulator) SickPayRows(kind, unit string) []SickPayRow {
	k := sickPayKindOf(kind)
	if k == nil {
		return nil
	}
	s.sickPay.mu.RLock()
	defer s.sickPay.mu.RUnlock()
	return slices.Clone(s.sickPay.rows[k].byUnit[unit])
}

// SickPayDocument is the document of a row, as NAV sends it.
func (s *Simulator) SickPayDocument(kind string, row SickPayRow) []byte {
	k := sickPayKindOf(kind)
	if k == nil {
		return nil
	}
	return k.render(row)
}

// pageLimit is how many documents a page has at most.
func (f SickPayFaults) pageLimit() int {
	if f.ShortPages {
		return 1
	}
	return pageLimit
}

// list gives a page, and whether NAV says that there is more. The limit is that of the database, before the rows that
// are not for employers are left out.
func (d *sickPayData) list(kind *sickPayKind, f *sickPayFilter, now time.Time, limit int) (page []byte, more bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	rows := d.rows[kind].byUnit[f.unit]
	first, _ := slices.BinarySearchFunc(rows, f.after+1, func(r SickPayRow, n int64) int { return int(r.Number - n) })
	page = append(page, '[')
	found, given := 0, 0
	for _, r := range rows[first:] {
		if r.Visible.After(now) || !f.takes(r) {
			continue
		}
		found++
		if found > limit {
			break
		}
		if r.NotForEmployer {
			continue
		}
		given++
		if given > 1 {
			page = append(page, ',')
		}
		page = append(page, kind.render(r)...)
	}
	return append(page, ']'), given == pageLimit && found > pageLimit
}

func (d *sickPayData) one(kind *sickPayKind, id uuid.UUID, now time.Time) (SickPayRow, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	row, known := d.rows[kind].byID[id]
	return row, known && !row.NotForEmployer && !row.Visible.After(now)
}
