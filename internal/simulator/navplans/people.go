package navplans

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// developmentPersons are whom NAV's development environment asks nothing about (navikt/lps-oppfolgingsplan-mottak, README).
var developmentPersons = []string{"05908399546", "01898299631"}

// sixteenDays is for how long after a sick note NAV takes plans.
const sixteenDays = 16

// Employment is where somebody works, as NAV's registers have it.
type Employment struct {
	// Employee is the identity number, of a synthetic person.
	Employee string `json:"employee"`
	// MainUnit and Unit are the organization numbers of the employer and of the sub-unit.
	MainUnit string `json:"mainUnit"`
	Unit     string `json:"unit"`
	// SickFrom and SickTo are the days of a [SickNote] that was sent to the sub-unit; "" for none.
	SickFrom string `json:"sickFrom,omitempty"`
	SickTo   string `json:"sickTo,omitempty"`
	// Unknown says that NAV does not find the person.
	Unknown bool `json:"unknown,omitempty"`
}

// SickNote is a sick note that was sent to an employer.
type SickNote struct {
	// Employee is the identity number, of a synthetic person.
	Employee string `json:"employee"`
	// Unit is the organization number that it was sent to, of a main unit or of a sub-unit.
	Unit string `json:"unit"`
	// From and To are its first and its last day, as 2006-01-02.
	From string `json:"from"`
	To   string `json:"to"`
	// SentOn is the day on which the employee sent it to the employer, and NAV read that; "" for its first day. NAV keeps only
	// notes that have not ended by then (SendtSykmeldingService.kt), so that one that is sent late never lets a plan in.
	SentOn string `json:"sentOn,omitempty"`
}

// RegisterEmployment writes an employment into NAV's registers. It fails on a person who may be real, and on organization
// numbers and days that are none.
func (n *Service) RegisterEmployment(e Employment) error {
	if err := identity.CheckPerson(e.Employee); err != nil {
		return err
	}
	for _, number := range []string{e.MainUnit, e.Unit} {
		if err := identity.CheckOrganization(number); err != nil {
			return fmt.Errorf("employer: %w", err)
		}
	}
	if e.SickFrom != "" || e.SickTo != "" {
		if err := n.RegisterSickNote(SickNote{Employee: e.Employee, Unit: e.Unit, From: e.SickFrom, To: e.SickTo}); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.employments = append(n.employments, e)
	return nil
}

// RegisterSickNote has a sick note sent to an employer. It fails as [Service.RegisterEmployment] does.
func (n *Service) RegisterSickNote(note SickNote) error {
	if err := identity.CheckPerson(note.Employee); err != nil {
		return err
	}
	if err := identity.CheckOrganization(note.Unit); err != nil {
		return fmt.Errorf("receiver of the sick note: %w", err)
	}
	note.SentOn = cmp.Or(note.SentOn, note.From)
	for _, day := range []string{note.From, note.To, note.SentOn} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fmt.Errorf("reading a day of the sick note: %w", err)
		}
	}
	if note.To < note.From {
		return errors.New("the sick note ends before it begins")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sickNotes = append(n.sickNotes, note)
	return nil
}

// WithdrawSickNotes has an employee's sick notes to an employer withdrawn: NAV's store for plans forgets them
// (SendtSykmeldingAivenConsumer.kt), while its API for sick notes goes on to list them. It fails on a person who may be real.
func (n *Service) WithdrawSickNotes(w SickNoteWithdrawal) error {
	if err := identity.CheckPerson(w.Employee); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sickNotes = slices.DeleteFunc(n.sickNotes, func(note SickNote) bool {
		return note.Employee == w.Employee && note.Unit == w.Unit
	})
	return nil
}

// SickNoteWithdrawal says whose sick notes are withdrawn.
type SickNoteWithdrawal struct {
	// Employee is the identity number, of a synthetic person, and Unit the organization number that the notes were sent to.
	Employee string `json:"employee"`
	Unit     string `json:"unit"`
}

// Names of NAV's refusals, and what it says.
var (
	noEmployment = navRefusal{403, "NO_ACTIVE_EMPLOYMENT", "No active employment relationship found for given orgnumber"}
	noSickNote   = navRefusal{403, "NO_ACTIVE_SENT_SYKMELDING", "No active sykmelding sent to employer"}
	noPerson     = navRefusal{404, "EMPLOYEE_NOT_FOUND", "Could not find requested person in our systems"}
)

// lookUp looks a person up in NAV's registers, in NAV's order, as they are: also while one of them is down.
func (n *Service) lookUp(employee, employer, today string, faults Faults) *navRefusal {
	switch {
	case faults.spares(employee):
		return nil
	case faults.EmploymentRegisterDownHTML:
		return &internalError
	case faults.EmploymentRegisterDown:
		return &noEmployment
	}
	if !faults.OpenDoors {
		if refused := n.refusalFor(employee, employer, today); refused != nil {
			return refused
		}
	}
	if faults.PersonRegisterDown {
		return &noPerson
	}
	return nil
}

// refusalFor looks a person up as NAV does (FollowUpPlanValidator.kt): is he employed here, was a sick note of his sent to one
// of the organizations of that employment, does NAV know him?
func (n *Service) refusalFor(employee, employer, today string) *navRefusal {
	n.mu.Lock()
	defer n.mu.Unlock()
	var units []string
	known := true
	for _, e := range n.employments {
		if e.Employee == employee && (e.MainUnit == employer || e.Unit == employer) {
			units = append(units, e.MainUnit, e.Unit)
			known = known && !e.Unknown
		}
	}
	isActive := func(note SickNote) bool {
		return note.Employee == employee && slices.Contains(units, note.Unit) && note.isActive(today)
	}
	switch {
	case len(units) == 0:
		return &noEmployment
	case !slices.ContainsFunc(n.sickNotes, isActive):
		return &noSickNote
	case !known:
		return &noPerson
	}
	return nil
}

// isActive compares days as they are written, which sorts as they follow each other.
func (note SickNote) isActive(today string) bool {
	return note.SentOn <= note.To && note.From <= today && today <= daysAfter(note.To, sixteenDays)
}

func daysAfter(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}
