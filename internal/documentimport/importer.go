// Package documentimport carries sick notes, applications for sick pay, settlement reports and letters from NAV to an
// HRM system, which stores each of them once.
//
// Except for letters, the HRM system has a cursor, and stores it and documents in one request. A document may be
// fetched twice: a run ended in between, two runs worked at once, or NAV showed the document late. The HRM system then
// stores it under the same id.
package documentimport

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// HRM is the part of hrm.Client that an Importer uses.
type HRM interface {
	Units(ctx context.Context) ([]orgnumber.Number, error)
	Cursor(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) (hrmapi.Cursor, error)
	StorePage(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, page hrmapi.Page) error
	WantedPDFs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error)
	StorePDF(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, id uuid.UUID, pdf []byte) error
}

// NAV is the part of a client of NAV's API that an Importer uses, for documents of one kind.
type NAV interface {
	List(ctx context.Context, token outbound.Bearer, f navapi.Filter) iter.Seq2[navapi.Document,
		error]
	PDF(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error)
}

// Importer carries the documents of one kind for one customer.
type Importer struct {
	Customer

	HRM  HRM
	NAV  NAV
	Kind hrmapi.Kind
	// MainUnit is the customer, if the main unit has documents too. Zero means that only sub-units have some.
	MainUnit orgnumber.Number
	// More are forms of the documents' contents other than PDF.
	More []Form
	// PageRows is how many rows NAV reads for a page before it leaves some out. 0 means that it leaves out none.
	PageRows int64
	// LeavesOut reports that NAV leaves documents out of a list while it cannot verify the right to them. The run after a
	// first import then reads all documents once more.
	LeavesOut bool

	// counts is a report without an outcome.
	counts runreport.Report
	// hasRead reports that the run has read a document of NAV's, and hasStored that the HRM system has stored one.
	hasRead, hasStored bool
	// withoutContents counts the units in a row whose contents gave up.
	withoutContents int
}

// Run fetches the new documents of all units. The report has counts only, which are valid with an error too. The error
// is as eachUnit returns it.
func (i *Importer) Run(ctx context.Context) (runreport.Report, error) {
	i.counts, i.hasRead, i.hasStored, i.withoutContents = runreport.Report{}, false, false, 0
	err := eachUnit(ctx, i.HRM, i.Customer, i.MainUnit, i.unit)
	return i.counts, err
}

// unit fetches the documents of one unit: those after the cursor, once a day those that became visible late or that NAV
// hides, and the contents that the HRM system wants. A document that was set aside fails the unit at the end.
//
// Refused documents do not end the unit: the HRM system may accept those that became visible late, and contents. Nor do
// contents that fail end the run: the documents of later units do not depend on them.
func (i *Importer) unit(ctx context.Context, unit orgnumber.Number) error {
	today := navapi.Today(i.Now())
	at, err := i.HRM.Cursor(ctx, unit, i.Kind)
	if err != nil {
		return err
	}
	aside := &asides{importer: i, unit: unit, known: map[string]bool{}}
	s := &scan{importer: i, unit: unit, from: i.StartDate, after: at.Cursor, cursor: at.Cursor, asides: aside}
	refused := s.runNew(ctx)
	if refused != nil && !isRefusal(refused) {
		return refused
	}
	if err := i.checkMoved(ctx, unit, at.Cursor, s.cursor); err != nil {
		return err
	}
	late := i.overlap(ctx, s, at, today)
	if late != nil && !isRefusal(late) {
		return late
	}
	if errors.Is(refused, errNoneStored) && i.hasStored { // the HRM system has stored others meanwhile
		if refused = s.restart(ctx); refused != nil && !isRefusal(refused) {
			return refused
		}
	}
	failed, refusal := i.contents(ctx, unit), errors.Join(refused, late, aside.err)
	err = errors.Join(failed, refusal)
	if err == nil || concernsAll[runreport.ReasonOf(failed)] ||
		runreport.ReasonOf(refusal) == runreport.DocumentUnreadable {
		return err
	}
	return &partialError{err}
}

// checkMoved checks that the HRM system has moved its cursor. Otherwise each run would send it the same documents.
func (i *Importer) checkMoved(ctx context.Context, unit orgnumber.Number, before, after int64) error {
	if after == before {
		return nil
	}
	now, err := i.HRM.Cursor(ctx, unit, i.Kind)
	if err != nil {
		return err
	}
	if now.Cursor < after {
		return runreport.Errorf(runreport.HRMBadResponse,
			"storing documents: the HRM system accepted them and did not move its cursor")
	}
	return nil
}

// store stores a page at the HRM system. If the HRM system does not support documents set aside, store omits them.
func (i *Importer) store(ctx context.Context, unit orgnumber.Number, page hrmapi.Page) error {
	err := i.HRM.StorePage(ctx, unit, i.Kind, page)
	if page.SetAside != nil && errors.Is(err, hrm.ErrRefused) {
		page.SetAside = nil
		err = i.HRM.StorePage(ctx, unit, i.Kind, page)
	}
	if errors.Is(err, hrm.ErrConflict) {
		return runreport.Errorf(runreport.CursorMoved, "storing documents: %w", err)
	}
	if err != nil {
		return fmt.Errorf("storing %d documents: %w", len(page.Documents), err)
	}
	i.hasStored = i.hasStored || len(page.Documents) > 0
	return nil
}
