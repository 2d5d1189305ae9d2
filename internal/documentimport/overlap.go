package documentimport

import (
	"context"
	"errors"
	"time"

	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// overlapDays and overlapNumbers are how far back documents are fetched once more. NAV numbers a document when it is inserted
// and shows it when that is committed, so that a lower number can appear after a higher one was seen. The time alone does not
// find such a document: after NAV has stood still, the employer may have been given it long ago. NAV numbers the documents of
// all employers together, so overlapNumbers are those of some days.
const (
	overlapDays    = 2
	overlapNumbers = 100_000
)

// overlap fetches once a day what became visible late, by time and by number, after a pass over what is new that began at a
// cursor. After the first import there is nothing to fetch again, but the day from which on there is. It also lets that pass
// look for documents behind those that NAV hides.
func (i *Importer) overlap(ctx context.Context, news *pass, began int64, last *types.Date, today string) error {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "reading today's date: %w", err)
	}
	if last != nil && last.After(now.AddDate(0, 0, 1)) {
		last = &types.Date{Time: now} // a run whose clock was wrong set it
	} else if last != nil && !last.Before(now) {
		return nil
	}
	var again []sickpay.Filter
	if last != nil {
		from := max(last.AddDate(0, 0, -overlapDays).Format(time.DateOnly), i.StartDate)
		again = append(again, sickpay.Filter{From: from})
	}
	if began > 0 {
		again = append(again, sickpay.Filter{From: i.StartDate, After: max(0, began-overlapNumbers)})
	}
	if err := i.again(ctx, news, again); err != nil {
		return err
	}
	news.look = news.lookAhead // which it also does when it runs again after a refusal
	if news.failed == nil {
		err = news.runAhead(ctx)
	}
	if err != nil {
		return err
	}
	return i.store(ctx, news.unit, hrmapi.Page{
		PreviousCursor: news.cursor, Cursor: news.cursor, LastOverlap: &types.Date{Time: now}, Documents: []hrmapi.Document{},
	})
}

// again makes passes over what has been fetched before. The cursor stays. A pass whose documents are all refused is made once
// more after the others, if the HRM system has taken a document by then.
func (i *Importer) again(ctx context.Context, news *pass, filters []sickpay.Filter) error {
	var refused []sickpay.Filter
	var why error
	for _, f := range filters {
		p := &pass{importer: i, unit: news.unit, asides: news.asides, from: f.From, after: f.After, cursor: news.cursor, stays: true}
		p.look = p.lookBehind
		err := p.run(ctx)
		switch {
		case errors.Is(err, errNoneTaken):
			refused, why = append(refused, f), err
		case err != nil:
			return err
		}
	}
	if why == nil || !i.taken {
		return why
	}
	return i.again(ctx, news, refused)
}
