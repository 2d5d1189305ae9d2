package simulator

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// identityPattern is all that NAV checks of an identity number.
var identityPattern = regexp.MustCompile(`^\d{11}$`)

// developmentPersons are whom NAV's development environment asks nothing about (navikt/lps-oppfolgingsplan-mottak, README).
var developmentPersons = []string{"05908399546", "01898299631"}

// sixteenDays is for how long after a sick note NAV takes plans.
const sixteenDays = 16

// Employment is where somebody works, and his sick note there, as NAV's registers have it. Persons are synthetic.
type Employment struct {
	// Employee is the identity number.
	Employee string `json:"employee"`
	// MainUnit and Unit are the organization numbers of the employer and of the sub-unit.
	MainUnit string `json:"mainUnit"`
	Unit     string `json:"unit"`
	// SickFrom and SickTo are the days of a sick note that was sent to the employer; "" for none.
	SickFrom string `json:"sickFrom,omitempty"`
	SickTo   string `json:"sickTo,omitempty"`
	// Unknown says that NAV does not find the person.
	Unknown bool `json:"unknown,omitempty"`
}

// RegisterEmployment writes an employment into NAV's registers. It fails on numbers and days that are none.
func (s *Simulator) RegisterEmployment(e Employment) error {
	if !identityPattern.MatchString(e.Employee) {
		return errors.New("an employee is named by an identity number of eleven digits, a synthetic one")
	}
	for _, number := range []string{e.MainUnit, e.Unit} {
		if err := checkOrganizationNumber(number); err != nil {
			return fmt.Errorf("employer: %w", err)
		}
	}
	for _, day := range []string{e.SickFrom, e.SickTo} {
		if _, err := time.Parse(time.DateOnly, day); err != nil && day != "" {
			return fmt.Errorf("reading a day of the sick note: %w", err)
		}
	}
	s.navPlans.mu.Lock()
	defer s.navPlans.mu.Unlock()
	s.navPlans.employments = append(s.navPlans.employments, e)
	return nil
}

// Names of NAV's refusals, and what it says.
var (
	noEmployment = navRefusal{403, "NO_ACTIVE_EMPLOYMENT", "No active employment relationship found for given orgnumber"}
	noSickNote   = navRefusal{403, "NO_ACTIVE_SENT_SYKMELDING", "No active sykmelding sent to employer"}
	noPerson     = navRefusal{404, "EMPLOYEE_NOT_FOUND", "Could not find requested person in our systems"}
)

// refusalFor looks a person up as NAV does: is he employed here, is he on sick leave, does NAV know him?
func (n *navPlans) refusalFor(employee, employer, today string) *navRefusal {
	n.mu.Lock()
	defer n.mu.Unlock()
	employed, sick, known := false, false, true
	for _, e := range n.employments {
		if e.Employee != employee || !slices.Contains([]string{e.MainUnit, e.Unit}, employer) {
			continue
		}
		employed = true
		sick = sick || (e.SickFrom != "" && e.SickFrom <= today && today <= daysAfter(e.SickTo, sixteenDays))
		known = known && !e.Unknown
	}
	switch {
	case !employed:
		return &noEmployment
	case !sick:
		return &noSickNote
	case !known:
		return &noPerson
	}
	return nil
}

func daysAfter(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}
