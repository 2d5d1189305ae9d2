package documentimport

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxAside bounds the documents of a unit that a run sets aside, and thus its log.
const maxAside = 100

// asides are the documents of a unit that a run sets aside instead of storing them at the HRM system.
type asides struct {
	importer *Importer
	unit     orgnumber.Number
	// known contains their numbers or ids. The overlap reads them again.
	known map[string]bool
	// pending are those not yet reported to the HRM system.
	pending []hrmapi.SetAside
	err     error
}

// addUnreadable sets an unreadable document aside. It returns an error if they are more than maxAside.
func (a *asides) addUnreadable(ctx context.Context, d navapi.Document) error {
	if !a.add(ctx, d.ID, d.SequenceNumber, hrmapi.SetAsideUnreadable, d.Problem) {
		return nil
	}
	a.err = runreport.Errorf(runreport.DocumentUnreadable, "reading documents from NAV: %d are unreadable; the last: %w",
		len(a.known), d.Problem)
	if len(a.known) > maxAside {
		return a.err
	}
	return nil
}

func (a *asides) addRefused(ctx context.Context, d hrmapi.Document, refusal error) {
	if a.add(ctx, d.ID, d.SequenceNumber, hrmapi.SetAsideRefused, refusal) {
		a.err = runreport.Errorf(runreport.DocumentRefused, "storing documents: %w", refusal)
	}
}

// add adds and logs a document, and reports whether it is new. The log contains no personal data.
func (a *asides) add(ctx context.Context, id uuid.UUID, number int64, cause hrmapi.SetAsideCause, err error) bool {
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
	a.importer.counts.SetAside++
	a.importer.Log.WarnContext(ctx, "Set a document aside",
		"unit", a.unit.String(), "kind", string(a.importer.Kind), "loepenr", number, "documentID", id.String(), "cause",
		string(cause), "err", err)
	return true
}

// pendingUpTo returns the pending documents without a number, and those up to a number.
func (a *asides) pendingUpTo(number int64) []hrmapi.SetAside {
	return slices.DeleteFunc(slices.Clone(a.pending),
		func(s hrmapi.SetAside) bool { return s.SequenceNumber != nil && *s.SequenceNumber > number })
}

func (a *asides) recordReported(reported []hrmapi.SetAside) {
	a.pending = slices.DeleteFunc(a.pending, func(s hrmapi.SetAside) bool { return slices.Contains(reported, s) })
}
