package documentimport

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// maxSteps bounds how many pages a pass asks for to get past documents that NAV hides.
const maxSteps = 1000

// beyond moves a pass on from an empty page if later documents exist, and reports whether there are some.
//
// NAV looks at PageRows rows of a unit, and then leaves out those that are not for employers. A page may be empty although
// later rows have documents, and asking for the same page again shows nothing else. An empty page proves only that the next
// PageRows numbers have no document. If a later number is known to exist, the pass asks from there, step by step. Nothing is
// skipped unseen. The cursor never gets past a number that NAV has shown, because later numbers are still to come.
func (p *pass) beyond(ctx context.Context) (bool, error) {
	if p.horizon <= p.after {
		if p.look == nil {
			return false, nil
		}
		found, err := p.look(ctx)
		if err != nil || found <= p.after {
			return false, err
		}
		p.horizon = found
		p.importer.Log.WarnContext(ctx, "NAV's list is empty although later documents exist",
			"unit", p.unit.String(), "kind", string(p.importer.Kind.Name), "afterLoepenr", p.after, "laterLoepenr", found)
	}
	if p.steps == maxSteps {
		return false, p.giveUp(ctx)
	}
	p.steps++
	p.importer.tally.HiddenPages++
	p.after = min(p.after+sickpay.PageRows, max(p.after+1, p.horizon-1))
	return true, nil
}

// giveUp ends a pass that has asked for too many pages, and moves the cursor to where it is, so that the next run goes on
// from there.
func (p *pass) giveUp(ctx context.Context) error {
	err := runreport.Errorf(runreport.DocumentsHidden, "fetching documents from NAV: %d empty lists, and number %d is still to come", p.steps, p.horizon)
	if p.stays {
		return err
	}
	page := p.page(min(p.after, p.horizon))
	if p.failed = p.importer.store(ctx, p.unit, page); p.failed != nil {
		return p.failed
	}
	p.moved(page)
	return err
}

// probes are how many pages ahead lookAhead looks. The first ones leave no gap; then the distance grows.
var probes = []int64{1, 2, 3, 4, 5, 6, 7, 8, 32, 128, 512, 1 << 11, 1 << 13, 1 << 15, 1 << 17}

// lookAhead looks for a document behind an empty page: by time, among those of the last days, and by number.
func (p *pass) lookAhead(ctx context.Context) (int64, error) {
	recent := sickpay.Today(p.importer.Now().Add(-overlapDays * 24 * time.Hour))
	found, err := p.first(ctx, sickpay.Filter{Unit: p.unit, From: max(recent, p.from), After: p.after})
	for _, pages := range probes {
		if err != nil || found > 0 || p.after > math.MaxInt64-pages*sickpay.PageRows {
			break
		}
		found, err = p.first(ctx, sickpay.Filter{Unit: p.unit, From: p.from, After: p.after + pages*sickpay.PageRows})
	}
	return found, err
}

// lookBehind looks, in a pass that leaves the cursor where it is, whether the document at the cursor can be seen. If it can,
// the pass has not come to its end. Then the pass goes on no more than maxSteps before it.
func (p *pass) lookBehind(ctx context.Context) (int64, error) {
	if p.cursor <= p.after {
		return 0, nil
	}
	found, err := p.first(ctx, sickpay.Filter{Unit: p.unit, From: p.from, After: p.cursor - 1})
	if found > 0 {
		found = min(found, p.cursor)
		p.after = max(p.after, found-maxSteps*sickpay.PageRows)
	}
	return found, err
}

var errSeen = errors.New("a document was seen")

// first returns the number of the first document of a list, 0 if it has none.
func (p *pass) first(ctx context.Context, f sickpay.Filter) (int64, error) {
	seen := int64(0)
	_, err := p.importer.list(ctx, f, func(d sickpay.Document) error {
		if d.SequenceNumber == 0 {
			return nil
		}
		seen = d.SequenceNumber
		return errSeen
	})
	if errors.Is(err, errSeen) {
		return seen, nil
	}
	return 0, err
}
