package documentimport

import (
	"context"
	"errors"
	"time"

	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/runreport"
)

// overlapDays and overlapNumbers are how far back the worker fetches documents once more. NAV numbers a document when
// it inserts it, and shows it after the commit. A lower number can therefore appear after a higher one. The date alone
// does not find such a document: if NAV stood still, the employer may have received it long ago. NAV numbers the
// documents of all employers together, so overlapNumbers cover some days.
const (
	overlapDays    = 2
	overlapNumbers = 100_000
)

// overlap fetches once a day the documents that became visible late, by date and by number, and those behind documents
// that NAV hides. newer is the scan of new documents, which began at a cursor. A first import has nothing to fetch
// again. If the HRM system refuses documents so that others were left out, the next run repeats the overlap.
func (i *Importer) overlap(ctx context.Context, newer *scan, began hrmapi.Cursor, today string) error {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "parsing today's date: %w", err)
	}
	if began.LastOverlap != nil && began.LastOverlap.After(now.AddDate(0, 0, 1)) {
		began.LastOverlap = &types.Date{Time: now} // set by a run with a wrong clock
	} else if began.LastOverlap != nil && !began.LastOverlap.Before(now) {
		return nil
	}
	again := i.scanAgain(ctx, newer, i.overlapFilters(began))
	if again != nil && !isRefusal(again) {
		return again
	}
	newer.findHidden = newer.hidden(newer.lookAhead) // also if it restarts after a refusal
	if newer.done {
		if err := newer.runHidden(ctx); err != nil {
			return err
		}
	}
	if again != nil || i.isIncomplete(began) {
		return again
	}
	return i.store(ctx, newer.unit, hrmapi.Page{
		PreviousCursor: newer.cursor, Cursor: newer.cursor, LastOverlap: &types.Date{Time: now},
		Documents: []hrmapi.Document{},
	})
}

// overlapFilters select the documents that an overlap fetches. If NAV leaves documents out, the first overlap fetches
// all.
func (i *Importer) overlapFilters(began hrmapi.Cursor) []navapi.Filter {
	last := began.LastOverlap
	if last == nil && i.LeavesOut && began.Cursor > 0 {
		return []navapi.Filter{{From: i.StartDate}}
	}
	var filters []navapi.Filter
	if last != nil {
		from := max(last.AddDate(0, 0, -overlapDays).Format(time.DateOnly), i.StartDate)
		filters = append(filters, navapi.Filter{From: from})
	}
	if began.Cursor > 0 {
		filters = append(filters, navapi.Filter{From: i.StartDate, After: max(0, began.Cursor-overlapNumbers)})
	}
	return filters
}

// isIncomplete reports whether a first import may lack documents that NAV left out. It is then no overlap, so that the
// next run has the first one.
func (i *Importer) isIncomplete(began hrmapi.Cursor) bool {
	return i.LeavesOut && began.LastOverlap == nil && began.Cursor == 0
}

// scanAgain scans documents that were fetched before. The cursor stays. If the HRM system refuses all documents of a
// scan, but stores one of a later scan, scanAgain repeats the refused scan.
func (i *Importer) scanAgain(ctx context.Context, newer *scan, filters []navapi.Filter) error {
	var refused []navapi.Filter
	var refusal, undecided error
	for _, f := range filters {
		s := &scan{
			importer: i, unit: newer.unit, asides: newer.asides, from: f.From, after: f.After, cursor: newer.cursor,
			keepCursor: true,
		}
		s.findHidden = s.hidden(s.lookBehind)
		err := s.run(ctx)
		switch {
		case errors.Is(err, errNoneStored):
			refused, refusal = append(refused, f), err
		case err != nil:
			return err
		case s.undecided != nil:
			undecided = s.undecided
		}
	}
	if refusal == nil || !i.hasStored {
		return errors.Join(refusal, undecided)
	}
	return errors.Join(i.scanAgain(ctx, newer, refused), undecided)
}
