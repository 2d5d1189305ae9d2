package navreports

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// filter is the body of a request for a list (navikt/sokos-oppgjorsrapporter, rapport-v1.yaml).
type filter struct {
	Organization string   `json:"orgnr"`
	Year         *int     `json:"aar"`
	From         *string  `json:"fraDato"`
	Until        *string  `json:"tilDato"`
	After        *int64   `json:"etterId"`
	Types        []string `json:"rapportTyper"`
	Archived     bool     `json:"inkluderArkiverte"`
}

// fault returns what is wrong with a filter, or "".
func (f *filter) fault() string {
	if conflict := f.conflict(); conflict != "" {
		return conflict
	}
	switch {
	case f.Organization != "" && !identity.NineDigits(f.Organization):
		return "orgnr må ha ni sifre"
	case f.After != nil && *f.After < 0:
		return "etterId kan ikke være negativ"
	case isNoDate(f.From) || isNoDate(f.Until):
		return "ugyldig dato"
	case slices.ContainsFunc(f.Types, func(t string) bool { return resources[t] == "" }):
		return "ukjent rapporttype"
	}
	return ""
}

// conflict returns which fields of a filter exclude each other, or "".
func (f *filter) conflict() string {
	switch {
	case f.After != nil && (f.Year != nil || f.From != nil || f.Until != nil):
		return "etterId kan ikke kombineres med aar, fraDato eller tilDato"
	case f.Year != nil && (f.From != nil || f.Until != nil):
		return "aar kan ikke kombineres med fraDato eller tilDato"
	case f.Until != nil && f.From == nil:
		return "tilDato krever fraDato"
	}
	return ""
}

// isNoDate reports whether a field has another text than a date.
func isNoDate(text *string) bool {
	if text == nil {
		return false
	}
	_, err := time.Parse(time.DateOnly, *text)
	return err != nil
}

// list takes NAV's steps in NAV's order: the filter, the rights, the reports. It leaves out types to which the system
// user lacks the right. Without an organization it is the system user's owner, who is not the customer if the system
// user is an agent's.
func (c *call) list(now time.Time) wire.Response {
	if !c.isJSON {
		return text(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "Content-Type må være application/json")
	}
	var f filter
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return text(http.StatusBadRequest, "BadRequest", "ugyldig søk")
	}
	if fault := f.fault(); fault != "" {
		return text(http.StatusBadRequest, "BadRequest", fault)
	}
	if f.Organization == "" {
		f.Organization = c.token.SystemUser().Owner
	}
	if len(f.Types) == 0 {
		f.Types = []string{TypeRefund, TypeDeduction, TypeSettlement}
	}
	readable := slices.DeleteFunc(slices.Clone(f.Types), func(t string) bool { return !c.mayRead(f.Organization, t) })
	readings := *c.nav.readings.Load()
	if len(readable) < len(f.Types) && readings.RightsRequired {
		return text(http.StatusForbidden, "NoRight", "Systembrukeren mangler rettighet")
	}
	f.Types = readable
	return wire.JSON(http.StatusOK, "OK", c.nav.elements(&f, readings, now))
}

// element is a report in a list (navikt/sokos-oppgjorsrapporter, rapport-v1.yaml).
type element struct {
	ID           int64  `json:"id"`
	Organization string `json:"orgnr"`
	Name         string `json:"orgNavn"`
	Type         string `json:"type"`
	ValueDate    string `json:"datoValutert"`
	Account      string `json:"bankkonto"`
	Created      string `json:"opprettet"`
	Archived     bool   `json:"arkivert"`
}

func elementOf(r Report) element {
	return element{
		ID: r.ID, Organization: r.Organization, Name: "SYNTETISK BEDRIFT AS", Type: r.Type, ValueDate: r.ValueDate,
		Account: Account, Created: r.Created.UTC().Format(time.RFC3339Nano), Archived: r.Archived,
	}
}

func (s *Service) elements(f *filter, readings Readings, now time.Time) []element {
	found := s.find(func(r *Report) bool {
		isOf := r.Organization == f.Organization ||
			readings.MainHasSubUnits && s.options.MainUnit(r.Organization) == f.Organization
		return isOf && slices.Contains(f.Types, r.Type) && (f.Archived || !r.Archived) && f.takes(r, readings, now)
	})
	list := make([]element, 0, len(found))
	for _, r := range found {
		list = append(list, elementOf(r))
	}
	if readings.NewestFirst {
		slices.Reverse(list)
	}
	return list
}

// takes reports whether a report is in the time of the filter. Without id, year and dates that is the current year
// until today. A first date without a last one is about its own year only (RapportApi.kt).
func (f *filter) takes(r *Report, readings Readings, now time.Time) bool {
	if f.After != nil {
		return r.ID > *f.After || readings.AfterIsInclusive && r.ID == *f.After
	}
	from, until := now.Format("2006")+"-01-01", now.Format(time.DateOnly)
	switch {
	case f.From != nil && f.Until != nil:
		from, until = *f.From, *f.Until
	case f.From != nil:
		from, until = *f.From, (*f.From)[:len("2006")]+"-12-31"
	case f.Year != nil:
		from, until = strconv.Itoa(*f.Year)+"-01-01", strconv.Itoa(*f.Year)+"-12-31"
	}
	return from <= r.ValueDate && r.ValueDate <= until
}
