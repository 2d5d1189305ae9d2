package documentimport

import (
	"context"
	"time"

	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/runreport"
)

// overlapDays is how far back documents are fetched once more. NAV numbers a document when it is inserted and shows it
// when that is committed, so that a lower number can appear after a higher one was seen.
const overlapDays = 2

// overlap fetches once a day what became visible late, after a pass over what is new. After the first import there is
// nothing to fetch again, but the day from which on there is. It also lets that pass look for documents behind those that
// NAV hides.
func (i *Importer) overlap(ctx context.Context, news *pass, last *types.Date, today string) error {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "reading today's date: %w", err)
	}
	if last != nil && !last.Before(now) {
		return nil
	}
	if last != nil {
		from := max(last.AddDate(0, 0, -overlapDays).Format(time.DateOnly), i.StartDate)
		again := &pass{importer: i, unit: news.unit, asides: news.asides, from: from, cursor: news.cursor, stays: true}
		again.look = again.lookBehind
		if err := again.run(ctx); err != nil {
			return err
		}
	}
	news.look = news.lookAhead
	more, err := news.beyond(ctx)
	if more {
		err = news.run(ctx)
	}
	if err != nil {
		return err
	}
	return i.store(ctx, news.unit, hrmapi.Page{
		PreviousCursor: news.cursor, Cursor: news.cursor, LastOverlap: &types.Date{Time: now}, Documents: []hrmapi.Document{},
	})
}
