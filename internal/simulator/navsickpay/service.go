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

// Row is a document at NAV. Its content follows from these fields.
type Row struct {
	// Number is NAV's loepenr: one count for all employers, and one for each kind.
	Number int64 `json:"number"`
	// ID is the document's id. An application may come again under the same.
	ID uuid.UUID `json:"id"`
	// Unit is the organization number of the sub-unit.
	Unit string `json:"unit"`
	// Sent is when a sick note was sent to the employer, or when the row of an application was made.
	Sent time.Time `json:"sent"`
	// Made is when the row was made that this one replaced; zero if it replaced none.
	Made time.Time `json:"made,omitzero"`
	// Visible is when it becomes visible: rows are numbered at the insert and visible after the commit.
	Visible time.Time `json:"visible"`
	// NotForEmployer leaves it out of a page, although it counts for the page's limit.
	NotForEmployer bool `json:"notForEmployer,omitempty"`
	// Unreadable writes its times in a form that is not documented.
	Unreadable bool `json:"unreadable,omitempty"`
	// Version counts how often it was replaced.
	Version int `json:"version"`
	// Person is the identity number of a synthetic person. Default: invented from the ID. It is not shown.
	Person string `json:"-"`
}

// kindRows are the rows of one kind.
type kindRows struct {
	last   int64
	byUnit map[string][]Row // by number, ascending
	places map[uuid.UUID]rowPlace
}

// rowPlace is the place of a row.
type rowPlace struct {
	unit   string
	number int64
}

// Options configure NAV's API for sick notes and applications.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Tokens verify access tokens. Required.
	Tokens accesstoken.Issuer
	// SystemUsers is Altinn's register of system users. Required.
	SystemUsers accesstoken.SystemUsers
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is NAV's API for sick notes and applications, with their documents. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	tokens   accesstoken.Issuer
	users    accesstoken.SystemUsers
	now      func() time.Time
	faults   atomic.Pointer[Faults]
	readings atomic.Pointer[Readings]

	mu    sync.RWMutex
	mains map[string]string // sub-unit → main unit
	rows  map[*documentKind]*kindRows
	// perCall decides the faults call by call; nil for those of every call.
	perCall CallFault
	// decisions has a decision for each system user, unit and resource.
	decisions accesstoken.Decisions
}

// New returns an API without documents.
func New(options Options) *Service {
	d := &Service{
		Endpoint: wire.NewEndpoint(endpointName, options.Now,
			options.Recorder), tokens: options.Tokens, users: options.SystemUsers,
		now: options.Now, mains: map[string]string{}, rows: map[*documentKind]*kindRows{},
	}
	d.faults.Store(&Faults{})
	d.SetReadings(Readings{})
	for _, kind := range documentKinds {
		d.rows[kind] = &kindRows{byUnit: map[string][]Row{}, places: map[uuid.UUID]rowPlace{}}
	}
	return d
}

// SetReadings replaces the readings.
func (d *Service) SetReadings(readings Readings) { d.readings.Store(&readings) }

// RegisterUnit registers a sub-unit of an employer. It fails on invalid organization numbers.
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

// MainUnit returns the employer of a sub-unit, "" for an unknown one.
func (d *Service) MainUnit(unit string) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.mains[unit]
}

// Add adds a document: a sick note, or an application. It sets Number, and ID, Sent and Visible if they are zero. A
// known ID replaces that document by one with a higher number. Add fails on an unknown kind, on an invalid unit, and on
// a person who may be real.
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

// AddMany adds count documents like the row and returns the last. Their ids follow from the seed; known ids are
// skipped. It fails as Add does.
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

// prepareRow checks the row and sets its defaults.
func (d *Service) prepareRow(kind string, row *Row) (*documentKind, error) {
	k := kindOf(kind)
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

// insert adds the row with the next number, in place of the one with its id.
func (r *kindRows) insert(row Row) Row {
	if old := r.find(row.ID); old != nil {
		row.Version, row.Made = old.Version+1, old.made()
		r.remove(*old)
	}
	return r.number(row)
}

func (r *kindRows) number(row Row) Row {
	r.last++
	row.Number = r.last
	r.byUnit[row.Unit] = append(r.byUnit[row.Unit], row)
	r.places[row.ID] = rowPlace{row.Unit, row.Number}
	return row
}

// find returns a pointer into the rows, valid until they change.
func (r *kindRows) find(id uuid.UUID) *Row {
	place, known := r.places[id]
	if !known {
		return nil
	}
	rows := r.byUnit[place.unit]
	at, _ := slices.BinarySearchFunc(rows, place.number, byNumber)
	return &rows[at]
}

func (r *kindRows) remove(row Row) {
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

// Show makes a row visible. It fails on an unknown row.
func (d *Service) Show(kind string, id uuid.UUID) (Row, error) {
	return d.changeRow(kind, id, func(_ *kindRows, row *Row) Row {
		row.Visible = d.now()
		return *row
	})
}

// Renumber moves a row to a new number. It fails on an unknown row.
func (d *Service) Renumber(kind string, id uuid.UUID) (Row, error) {
	return d.changeRow(kind, id, func(rows *kindRows, row *Row) Row {
		old := *row
		rows.remove(old)
		return rows.number(old)
	})
}

func (d *Service) changeRow(kind string, id uuid.UUID, change func(*kindRows, *Row) Row) (Row, error) {
	k := kindOf(kind)
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

// Rows lists the rows of a kind and a unit, by number, also those that are not visible yet.
func (d *Service) Rows(kind, unit string) []Row {
	k := kindOf(kind)
	if k == nil {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Clone(d.rows[k].byUnit[unit])
}

// Document returns the document of a row, as NAV sends it.
func (d *Service) Document(kind string, row Row) []byte {
	k := kindOf(kind)
	if k == nil {
		return nil
	}
	return k.render(row)
}
