package navsickpay

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// listFilter is the filter of a list.
type listFilter struct {
	unit, person string
	// from is when the first day begins, and before when the last one is over; zero for none.
	from, before time.Time
	after        int64
}

// lastYear is the greatest that NAV takes in tom.
const lastYear = 9999

// sentFilter is a filter as it was read, before its values are checked.
type sentFilter struct {
	unit     *string
	person   string
	from, to *javaDate
	after    int64
}

// readFilter reads a filter (navikt/sykepenger-im-lps-api, SykmeldingFilterRequest.kt and its like,
// SykmeldingRoutingTest.kt), and returns NAV's words for what is wrong with it.
func readFilter(body []byte) (listFilter, error) {
	sent, lexer := sentFilter{}, &kotlinLexer{source: string(body), path: "$"}
	if err := lexer.object(func(name string) error { return sent.read(lexer, name) }); err != nil {
		return listFilter{}, err
	}
	if err := lexer.end(); err != nil {
		return listFilter{}, err
	}
	if sent.unit == nil {
		return listFilter{}, errors.New("Field 'orgnr' is required, but it was missing at path: $") //nolint:staticcheck // NAV's words
	}
	return sent.filter()
}

// read reads one field. If a field comes twice, the second counts.
func (s *sentFilter) read(l *kotlinLexer, name string) (err error) {
	l.path = "$." + name
	defer func() { l.path = "$" }()
	switch name {
	case "orgnr":
		var unit string
		unit, err = l.text()
		s.unit = &unit
	case "fnr":
		s.person, err = orNull(l, l.text)
	case "fom":
		s.from, err = orNull(l, l.date)
	case "tom":
		s.to, err = orNull(l, l.date)
	case "fraLoepenr":
		s.after, err = orNull(l, l.number)
	default:
		l.path = "$"
		err = l.fail(strings.LastIndex(l.source[:l.at], name), fmt.Sprintf("Encountered an unknown key '%s'", name))
	}
	return err
}

// orNull reads a value that may be null.
func orNull[T any](l *kotlinLexer, read func() (T, error)) (value T, err error) {
	if l.isNull() {
		return value, nil
	}
	return read()
}

func (l *kotlinLexer) date() (*javaDate, error) {
	text, err := l.text()
	if err != nil {
		return nil, err
	}
	date, err := parseJavaDate(text)
	return &date, err
}

// filter checks the values, in NAV's words (SykmeldingFilter.kt).
func (s *sentFilter) filter() (listFilter, error) {
	read := listFilter{unit: *s.unit, person: s.person, after: s.after}
	switch {
	case identity.CheckOrganization(read.unit) != nil:
		return read, errors.New("ikke et gyldig orgnr")
	case s.from != nil && s.from.year < 0:
		return read, errors.New("fom kan ikke være mindre enn år 0")
	case s.to != nil && s.to.year > lastYear:
		return read, errors.New("tom kan ikke være etter år 9999")
	case read.after < 0:
		return read, errors.New("fraLoepenr kan ikke være mindre enn 0")
	}
	if s.from != nil {
		read.from = s.from.start(0)
	}
	if s.to != nil {
		read.before = s.to.start(1)
	}
	return read, nil
}

// takes reports whether the filter matches a row that was sent then.
func (f *listFilter) takes(r *Row, sent time.Time) bool {
	switch {
	case f.person != "" && f.person != r.Person,
		!f.from.IsZero() && sent.Before(f.from),
		!f.before.IsZero() && !sent.Before(f.before):
		return false
	}
	return true
}
