package documentimport

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// maxAside bounds how many documents of a unit are set aside in one run, and so what is logged of them.
const maxAside = 100

// asides are the documents of a unit that a run cannot hand over.
type asides struct {
	importer *Importer
	unit     orgnumber.Number
	// known has each of them by its number or id: the overlap meets them again.
	known map[string]bool
	// pending are those that the HRM system has not been told of.
	pending []hrmapi.SetAside
	// err is the error of the unit, nil if there is none.
	err error
}

// unreadable sets a document aside that cannot be read. More than maxAside of them are an error.
func (a *asides) unreadable(ctx context.Context, d sickpay.Document) error {
	if !a.add(ctx, d.ID, d.SequenceNumber, hrmapi.SetAsideUnreadable, d.Problem) {
		return nil
	}
	a.err = runreport.Errorf(runreport.DocumentUnreadable, "reading documents from NAV: %d could not be read; the last: %w", len(a.known), d.Problem)
	if len(a.known) > maxAside {
		return a.err
	}
	return nil
}

// refused sets a document aside that the HRM system does not take.
func (a *asides) refused(ctx context.Context, d hrmapi.Document, why error) {
	if a.add(ctx, d.ID, d.SequenceNumber, hrmapi.SetAsideRefused, why) {
		a.err = runreport.Errorf(runreport.DocumentRefused, "storing documents: %w", why)
	}
}

// add notes and logs a document, and reports whether it was not known. What is logged names no person.
func (a *asides) add(ctx context.Context, id uuid.UUID, number int64, cause hrmapi.SetAsideCause, why error) bool {
	key := id.String()
	if number > 0 {
		key = strconv.FormatInt(number, 10)
	}
	if a.known[key] {
		return false
	}
	a.known[key] = true
	set := hrmapi.SetAside{Cause: cause}
	if number > 0 {
		set.SequenceNumber = &number
	}
	if id != uuid.Nil {
		set.ID = &id
	}
	a.pending = append(a.pending, set)
	a.importer.tally.SetAside++
	a.importer.Log.WarnContext(ctx, "Set a document aside",
		"unit", a.unit.String(), "kind", string(a.importer.Kind.Name), "loepenr", number, "documentID", id.String(), "cause", string(cause), "err", why)
	return true
}

// upTo returns those that the HRM system has not been told of, up to a number. Those without a number are among them.
func (a *asides) upTo(number int64) []hrmapi.SetAside {
	return slices.DeleteFunc(slices.Clone(a.pending), func(s hrmapi.SetAside) bool { return s.SequenceNumber != nil && *s.SequenceNumber > number })
}

// named notes that the HRM system has been told of some.
func (a *asides) named(told []hrmapi.SetAside) {
	a.pending = slices.DeleteFunc(a.pending, func(s hrmapi.SetAside) bool { return slices.Contains(told, s) })
}
