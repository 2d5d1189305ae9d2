package documentimport

import (
	"context"
	"time"

	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// overlapDays is how far back documents are fetched once more. NAV numbers a document when it is inserted and shows it
// when that is committed, so that a lower number can appear after a higher one was seen.
const overlapDays = 2

// overlap fetches once a day what became visible late. After the first import there is nothing to fetch again, but the
// day from which on there is.
func (i *Importer) overlap(ctx context.Context, unit orgnumber.Number, cursor int64, last *types.Date, today string) error {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "reading today's date: %w", err)
	}
	if last != nil && !last.Before(now) {
		return nil
	}
	if last != nil {
		from := max(last.AddDate(0, 0, -overlapDays).Format(time.DateOnly), i.StartDate)
		again := &pass{importer: i, unit: unit, from: from, cursor: cursor, stays: true}
		if err := again.run(ctx); err != nil {
			return err
		}
	}
	return i.store(ctx, unit, hrmapi.Page{
		PreviousCursor: cursor, Cursor: cursor, LastOverlap: &types.Date{Time: now}, Documents: []hrmapi.Document{},
	})
}
