package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
)

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
	// Made is when the row was made that this one has replaced; zero if there was none.
	Made time.Time `json:"made,omitzero"`
	// Visible is when it can be seen: rows are numbered when they are inserted, and seen when that is committed.
	Visible time.Time `json:"visible"`
	// NotForEmployer says that it counts for a page's limit and is then left out.
	NotForEmployer bool `json:"notForEmployer,omitempty"`
	// Unreadable says that its times are written in a form that no description of NAV's API knows.
	Unreadable bool `json:"unreadable,omitempty"`
	// Version counts how often it has come, from 0.
	Version int `json:"version"`
	// Person is the identity number of the one whom it is about, who must be synthetic. It is made up of the ID if it is not
	// said, and not shown.
	Person string `json:"-"`
}

// sickPayRows is what NAV has of one kind.
type sickPayRows struct {
	last   int64
	byUnit map[string][]SickPayRow // by number, ascending
	places map[uuid.UUID]rowPlace
}

// rowPlace is where to find a row.
type rowPlace struct {
	unit   string
	number int64
}

// sickPayData is what NAV has.
type sickPayData struct {
	mu    sync.RWMutex
	mains map[string]string // sub-unit → main unit
	rows  map[*sickPayKind]*sickPayRows
	// faults are decided call by call, if there is somebody who decides.
	faults SickPayCallFault
}

func newSickPayData() *sickPayData {
	d := &sickPayData{mains: map[string]string{}, rows: map[*sickPayKind]*sickPayRows{}}
	for _, kind := range sickPayKinds {
		d.rows[kind] = &sickPayRows{byUnit: map[string][]SickPayRow{}, places: map[uuid.UUID]rowPlace{}}
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
// unknown kind, on a unit that is none, and on a person who may be real.
func (s *Simulator) AddSickPayRow(kind string, row SickPayRow) (SickPayRow, error) {
	k, err := s.prepareRow(kind, &row)
	if err != nil {
		return SickPayRow{}, err
	}
	if row.ID == uuid.Nil {
		row.ID = uuid.New()
	}
	row.Person = row.person()
	s.sickPay.mu.Lock()
	defer s.sickPay.mu.Unlock()
	return s.sickPay.rows[k].insert(row), nil
}

// AddSickPayRows has NAV receive that many documents like the row, whose ids follow from the seed: the same of the same seed, and
// others if those are there already. It gives the last of them, and fails as AddSickPayRow does.
func (s *Simulator) AddSickPayRows(kind string, row SickPayRow, count int, seed uint64) (last SickPayRow, err error) {
	k, err := s.prepareRow(kind, &row)
	if err != nil {
		return SickPayRow{}, err
	}
	isFixed := row.Person != ""
	s.sickPay.mu.Lock()
	defer s.sickPay.mu.Unlock()
	rows := s.sickPay.rows[k]
	for n := 0; count > 0; n++ {
		row.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(kind+row.Unit+strconv.FormatUint(seed, 10)+"/"+strconv.Itoa(n)))
		if _, known := rows.places[row.ID]; known {
			continue
		}
		if !isFixed {
			row.Person = ""
			row.Person = row.person()
		}
		last, count = rows.insert(row), count-1
	}
	return last, nil
}

// prepareRow says what is not said.
func (s *Simulator) prepareRow(kind string, row *SickPayRow) (*sickPayKind, error) {
	k := sickPayKindOf(kind)
	if k == nil {
		return nil, fmt.Errorf("kind %q is unknown, use sick-notes or sick-pay-applications", kind)
	}
	if err := checkOrganizationNumber(row.Unit); err != nil {
		return nil, fmt.Errorf("unit: %w", err)
	}
	if row.Person != "" {
		if err := checkSynthetic(row.Person); err != nil {
			return nil, err
		}
	}
	if row.Sent.IsZero() {
		row.Sent = s.realNow()
	}
	if row.Visible.IsZero() {
		row.Visible = row.Sent
	}
	return k, nil
}

// insert gives the row the next number, in place of the one that has its id.
func (r *sickPayRows) insert(row SickPayRow) SickPayRow {
	if old := r.find(row.ID); old != nil {
		row.Version, row.Made = old.Version+1, old.made()
		r.remove(*old)
	}
	return r.number(row)
}

func (r *sickPayRows) number(row SickPayRow) SickPayRow {
	r.last++
	row.Number = r.last
	r.byUnit[row.Unit] = append(r.byUnit[row.Unit], row)
	r.places[row.ID] = rowPlace{row.Unit, row.Number}
	return row
}

// find gives a pointer into the rows, which is good until they change.
func (r *sickPayRows) find(id uuid.UUID) *SickPayRow {
	place, known := r.places[id]
	if !known {
		return nil
	}
	rows := r.byUnit[place.unit]
	at, _ := slices.BinarySearchFunc(rows, place.number, byNumber)
	return &rows[at]
}

func (r *sickPayRows) remove(row SickPayRow) {
	rows := r.byUnit[row.Unit]
	at, _ := slices.BinarySearchFunc(rows, row.Number, byNumber)
	r.byUnit[row.Unit] = slices.Delete(rows, at, at+1)
}

func byNumber(row SickPayRow, number int64) int { return cmp.Compare(row.Number, number) }

func (r *SickPayRow) made() time.Time {
	if r.Made.IsZero() {
		return r.Sent
	}
	return r.Made
}

// ShowSickPayRow makes a row visible that is not yet. It fails on a row that is not there.
func (s *Simulator) ShowSickPayRow(kind string, id uuid.UUID) (SickPayRow, error) {
	return s.changeRow(kind, id, func(_ *sickPayRows, row *SickPayRow) SickPayRow {
		row.Visible = s.realNow()
		return *row
	})
}

// RenumberSickPayRow gives a row a new number, under which it says what it has said. It fails on a row that is not there.
func (s *Simulator) RenumberSickPayRow(kind string, id uuid.UUID) (SickPayRow, error) {
	return s.changeRow(kind, id, func(rows *sickPayRows, row *SickPayRow) SickPayRow {
		old := *row
		rows.remove(old)
		return rows.number(old)
	})
}

func (s *Simulator) changeRow(kind string, id uuid.UUID, change func(*sickPayRows, *SickPayRow) SickPayRow) (SickPayRow, error) {
	k := sickPayKindOf(kind)
	if k == nil {
		return SickPayRow{}, fmt.Errorf("kind %q is unknown, use sick-notes or sick-pay-applications", kind)
	}
	s.sickPay.mu.Lock()
	defer s.sickPay.mu.Unlock()
	rows := s.sickPay.rows[k]
	row := rows.find(id)
	if row == nil {
		return SickPayRow{}, fmt.Errorf("NAV has no %s with id %s", kind, id)
	}
	return change(rows, row), nil
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
