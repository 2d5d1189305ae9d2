package navplans

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// developmentPersons are not looked up in NAV's development environment (navikt/lps-oppfolgingsplan-mottak, README).
var developmentPersons = []string{"05908399546", "01898299631"}

// sixteenDays is how long after a sick note NAV accepts plans, in days.
const sixteenDays = 16

// Employment is an employment in NAV's registers.
type Employment struct {
	// Employee is the identity number, of a synthetic person.
	Employee string `json:"employee"`
	// MainUnit and Unit are the organization numbers of the employer and of the sub-unit.
	MainUnit string `json:"mainUnit"`
	Unit     string `json:"unit"`
	// SickFrom and SickTo are the days of a [SickNote] that was sent to the sub-unit; "" for none.
	SickFrom string `json:"sickFrom,omitempty"`
	SickTo   string `json:"sickTo,omitempty"`
	// Unknown makes the person unknown to NAV.
	Unknown bool `json:"unknown,omitempty"`
}

// SickNote is a sick note that was sent to an employer.
type SickNote struct {
	// Employee is the identity number, of a synthetic person.
	Employee string `json:"employee"`
	// Unit is the organization number of the receiver, a main unit or a sub-unit.
	Unit string `json:"unit"`
	// From and To are its first and its last day, as 2006-01-02.
	From string `json:"from"`
	To   string `json:"to"`
	// SentOn is the day on which the employee sent it to the employer; "" for its first day. NAV keeps only notes that
	// have not ended by then (SendtSykmeldingService.kt), so a late one never admits a plan.
	SentOn string `json:"sentOn,omitempty"`
}

// RegisterEmployment adds an employment to NAV's registers. It fails on a person who may be real, and on invalid
// organization numbers and days.
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
		if err := n.RegisterSickNote(SickNote{
			Employee: e.Employee, Unit: e.Unit, From: e.SickFrom,
			To: e.SickTo,
		}); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.employments = append(n.employments, e)
	return nil
}

// RegisterSickNote adds a sick note that was sent to an employer. It fails as [Service.RegisterEmployment] does.
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

// WithdrawSickNotes withdraws an employee's sick notes to an employer: NAV's API for plans forgets them
// (SendtSykmeldingAivenConsumer.kt), its API for sick notes still lists them. It fails on a person who may be real.
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

// SickNoteWithdrawal names the sick notes to withdraw.
type SickNoteWithdrawal struct {
	// Employee is the identity number, of a synthetic person, and Unit the organization number that the notes were sent
	// to.
	Employee string `json:"employee"`
	Unit     string `json:"unit"`
}

// NAV's refusals of a person.
var (
	noEmployment = refusal{403, "NO_ACTIVE_EMPLOYMENT", "No active employment relationship found for given orgnumber"}
	noSickNote   = refusal{403, "NO_ACTIVE_SENT_SYKMELDING", "No active sykmelding sent to employer"}
	noPerson     = refusal{404, "EMPLOYEE_NOT_FOUND", "Could not find requested person in our systems"}
)

// lookUp looks a person up in NAV's registers, in NAV's order, also while one of them is down.
func (n *Service) lookUp(employee, employer, today string, faults Faults) *refusal {
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

// refusalFor returns NAV's refusal of a person (FollowUpPlanValidator.kt): without an employment here, without an
// active sick note to an organization of that employment, or unknown to NAV.
func (n *Service) refusalFor(employee, employer, today string) *refusal {
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

// isActive reports whether the note admits plans today.
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
