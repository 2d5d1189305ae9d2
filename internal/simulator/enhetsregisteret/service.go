// Package enhetsregisteret simulates the open API of Enhetsregisteret, the Norwegian register of organizations: main
// units at /enheter/{number}, sub-units at /underenheter/{number}. It has only the units that were registered with it.
package enhetsregisteret

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Options configure the register.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is the register. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	readings atomic.Pointer[Readings]

	mu    sync.Mutex
	units map[string]Unit
}

// New returns an empty register.
func New(options Options) *Service {
	s := &Service{
		Endpoint: wire.NewEndpoint("register", options.Now, options.Recorder), units: map[string]Unit{},
	}
	s.SetReadings(Readings{})
	return s
}

// Unit is a registered organization.
type Unit struct {
	// Number is the organization number.
	Number string `json:"number"`
	// Name is its name.
	Name string `json:"name"`
	// MainUnit is the number of the unit above, which makes it a sub-unit; "" for a main unit.
	MainUnit string `json:"mainUnit,omitempty"`
	// DeletedOn is the date of its deletion, as 2026-11-29; "" if it exists.
	DeletedOn string `json:"deletedOn,omitempty"`
	// Removed reports that a deleted unit was removed for legal reasons: the register withholds its name.
	Removed bool `json:"removed,omitempty"`
	// Bankrupt, Dissolving and CompulsoryDissolution are konkurs, underAvvikling and
	// underTvangsavviklingEllerTvangsopplosning.
	Bankrupt              bool `json:"bankrupt,omitempty"`
	Dissolving            bool `json:"dissolving,omitempty"`
	CompulsoryDissolution bool `json:"compulsoryDissolution,omitempty"`
}

// check reports what makes a unit one that the register could not have.
func (u Unit) check() error {
	if err := identity.CheckOrganization(u.Number); err != nil {
		return err
	}
	if u.MainUnit != "" {
		if err := identity.CheckOrganization(u.MainUnit); err != nil {
			return fmt.Errorf("mainUnit: %w", err)
		}
	}
	if u.DeletedOn != "" {
		if _, err := time.Parse(time.DateOnly, u.DeletedOn); err != nil {
			return fmt.Errorf("deletedOn %q is not a date, such as 2026-11-29", u.DeletedOn)
		}
	}
	if u.Name == "" && !u.Removed {
		return errors.New("an organization has a name")
	}
	if u.Removed && u.DeletedOn == "" {
		return errors.New("an organization that was removed has the date of its deletion")
	}
	return nil
}

// Register adds a unit, or replaces the one of the same number. It fails on one that the register could not have.
func (s *Service) Register(u Unit) error {
	if err := u.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.units[u.Number] = u
	return nil
}

// Forget removes a unit as if it had never been registered.
func (s *Service) Forget(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.units, number)
}

// Units lists the registered units by number.
func (s *Service) Units() []Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Unit, 0, len(s.units))
	for _, u := range s.units {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Unit) int { return strings.Compare(a.Number, b.Number) })
	return all
}

// Readings choose between two readings of what is known of the register. The zero value is the reading thought more
// likely.
type Readings struct {
	// NotFoundIsEmpty: the register's 404 has no body. By default it has one in JSON.
	NotFoundIsEmpty bool `json:"registerNotFoundIsEmpty,omitzero" help:"the register's 404 has no body"`
	// DeletedIsGone: the register responds 410 for every deleted unit. By default only for one that was removed for legal
	// reasons; the others are 200 with few fields.
	DeletedIsGone bool `json:"registerDeletedIsGone,omitzero" help:"the register responds 410 for all deleted units"`
}

// SetReadings replaces the readings.
func (s *Service) SetReadings(readings Readings) { s.readings.Store(&readings) }

// Handler serves the API.
func (s *Service) Handler() http.Handler {
	return s.Serve(func(r *http.Request) wire.Request {
		collection, number, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, basePath), "/")
		return &call{register: s, method: r.Method, path: r.URL.Path, collection: collection, number: number}
	})
}
