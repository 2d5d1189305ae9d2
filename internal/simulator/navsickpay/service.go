package navsickpay

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Row is a document at NAV. What it says is made of these when it is asked for: the same of the same.
type Row struct {
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
	byUnit map[string][]Row // by number, ascending
	places map[uuid.UUID]rowPlace
}

// rowPlace is where to find a row.
type rowPlace struct {
	unit   string
	number int64
}

// SystemUsers finds what a system user has access to, in Altinn.
type SystemUsers interface {
	// AccessOf returns the owner of the system user of that id, and the rights and packages that it has.
	AccessOf(id string) (owner string, rights, packages []string, found bool)
}

// Options configure NAV's API for sick notes and applications.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Tokens verify access tokens. Required.
	Tokens accesstoken.Issuer
	// SystemUsers is Altinn's register of system users. Required.
	SystemUsers SystemUsers
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is NAV's API for sick notes and applications, with their documents. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	tokens   accesstoken.Issuer
	users    SystemUsers
	now      func() time.Time
	faults   atomic.Pointer[Faults]
	readings atomic.Pointer[Readings]

	mu    sync.RWMutex
	mains map[string]string // sub-unit → main unit
	rows  map[*sickPayKind]*sickPayRows
	// perCall decides the faults call by call; nil for those of every call.
	perCall CallFault
	// decisions has a decision for each system user, unit and resource.
	decisions sync.Map
}

// New returns an API without documents.
func New(options Options) *Service {
	d := &Service{
		Endpoint: wire.NewEndpoint(endpointSickPay, options.Now, options.Recorder), tokens: options.Tokens, users: options.SystemUsers,
		now: options.Now, mains: map[string]string{}, rows: map[*sickPayKind]*sickPayRows{},
	}
	d.faults.Store(&Faults{})
	d.SetReadings(Readings{})
	for _, kind := range sickPayKinds {
		d.rows[kind] = &sickPayRows{byUnit: map[string][]Row{}, places: map[uuid.UUID]rowPlace{}}
	}
	return d
}

// SetReadings replaces the readings.
func (d *Service) SetReadings(readings Readings) { d.readings.Store(&readings) }

// RegisterUnit says whose sub-unit a unit is. It fails on numbers that are none.
func (d *Service) RegisterUnit(unit, mainUnit string) error {
	for _, number := range []string{unit, mainUnit} {
		if err := identity.CheckOrganization(number); err != nil {
			return fmt.Errorf("unit: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mains[unit] = mainUnit
	return nil
}

func (d *Service) mainUnit(unit string) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.mains[unit]
}

// AddSickPayRow has NAV receive a document: a sick note, or an application. Number is given to it; ID, Sent and Visible
// are made if they are not said. An ID that is there already replaces that document by one with a higher number. It fails on an
// unknown kind, on a unit that is none, and on a person who may be real.
func (d *Service) Add(kind string, row Row) (Row, error) {
	k, err := d.prepareRow(kind, &row)
	if err != nil {
		return Row{}, err
	}
	if row.ID == uuid.Nil {
		row.ID = uuid.New()
	}
	row.Person = row.person()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rows[k].insert(row), nil
}

// AddSickPayRows has NAV receive that many documents like the row, whose ids follow from the seed: the same of the same seed, and
// others if those are there already. It gives the last of them, and fails as AddSickPayRow does.
func (d *Service) AddMany(kind string, row Row, count int, seed uint64) (last Row, err error) {
	k, err := d.prepareRow(kind, &row)
	if err != nil {
		return Row{}, err
	}
	isFixed := row.Person != ""
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.rows[k]
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
func (d *Service) prepareRow(kind string, row *Row) (*sickPayKind, error) {
	k := sickPayKindOf(kind)
	if k == nil {
		return nil, fmt.Errorf("kind %q is unknown, use sick-notes or sick-pay-applications", kind)
	}
	if err := identity.CheckOrganization(row.Unit); err != nil {
		return nil, fmt.Errorf("unit: %w", err)
	}
	if row.Person != "" {
		if err := identity.CheckPerson(row.Person); err != nil {
			return nil, err
		}
	}
	if row.Sent.IsZero() {
		row.Sent = d.now()
	}
	if row.Visible.IsZero() {
		row.Visible = row.Sent
	}
	return k, nil
}

// insert gives the row the next number, in place of the one that has its id.
func (r *sickPayRows) insert(row Row) Row {
	if old := r.find(row.ID); old != nil {
		row.Version, row.Made = old.Version+1, old.made()
		r.remove(*old)
	}
	return r.number(row)
}

func (r *sickPayRows) number(row Row) Row {
	r.last++
	row.Number = r.last
	r.byUnit[row.Unit] = append(r.byUnit[row.Unit], row)
	r.places[row.ID] = rowPlace{row.Unit, row.Number}
	return row
}

// find gives a pointer into the rows, which is good until they change.
func (r *sickPayRows) find(id uuid.UUID) *Row {
	place, known := r.places[id]
	if !known {
		return nil
	}
	rows := r.byUnit[place.unit]
	at, _ := slices.BinarySearchFunc(rows, place.number, byNumber)
	return &rows[at]
}

func (r *sickPayRows) remove(row Row) {
	rows := r.byUnit[row.Unit]
	at, _ := slices.BinarySearchFunc(rows, row.Number, byNumber)
	r.byUnit[row.Unit] = slices.Delete(rows, at, at+1)
}

func byNumber(row Row, number int64) int { return cmp.Compare(row.Number, number) }

func (r *Row) made() time.Time {
	if r.Made.IsZero() {
		return r.Sent
	}
	return r.Made
}

// ShowSickPayRow makes a row visible that is not yet. It fails on a row that is not there.
func (d *Service) Show(kind string, id uuid.UUID) (Row, error) {
	return d.changeRow(kind, id, func(_ *sickPayRows, row *Row) Row {
		row.Visible = d.now()
		return *row
	})
}

// RenumberSickPayRow gives a row a new number, under which it says what it has said. It fails on a row that is not there.
func (d *Service) Renumber(kind string, id uuid.UUID) (Row, error) {
	return d.changeRow(kind, id, func(rows *sickPayRows, row *Row) Row {
		old := *row
		rows.remove(old)
		return rows.number(old)
	})
}

func (d *Service) changeRow(kind string, id uuid.UUID, change func(*sickPayRows, *Row) Row) (Row, error) {
	k := sickPayKindOf(kind)
	if k == nil {
		return Row{}, fmt.Errorf("kind %q is unknown, use sick-notes or sick-pay-applications", kind)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.rows[k]
	row := rows.find(id)
	if row == nil {
		return Row{}, fmt.Errorf("NAV has no %s with id %s", kind, id)
	}
	return change(rows, row), nil
}

// SickPayRows lists what NAV has of a kind for a unit, by number, also what cannot be seen yet.
func (d *Service) Rows(kind, unit string) []Row {
	k := sickPayKindOf(kind)
	if k == nil {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Clone(d.rows[k].byUnit[unit])
}

// SickPayDocument is the document of a row, as NAV sends it.
func (d *Service) Document(kind string, row Row) []byte {
	k := sickPayKindOf(kind)
	if k == nil {
		return nil
	}
	return k.render(row)
}
