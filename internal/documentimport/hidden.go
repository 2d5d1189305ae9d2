package documentimport

import (
	"context"
	"math"
	"time"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxSteps bounds the pages that a scan requests to get past documents that NAV hides.
const maxSteps = 1000

// skipHidden moves a scan past an empty page if later documents exist, and reports whether there are any.
//
// NAV reads PageRows rows of a unit, and then leaves out those that are not for employers. A page may be empty although
// later rows have documents, and the same request returns the same page. An empty page proves only that the next
// PageRows numbers have no document. If a later number is known to exist, the scan continues from there, step by step,
// and skips nothing unseen. If the document has the next number, it arrived after the page was read, and the scan reads
// the page again. The cursor never passes a number that NAV has shown, because the scan has yet to read it.
func (s *scan) skipHidden(ctx context.Context) (bool, error) {
	if s.horizon <= s.after {
		if s.findHidden == nil {
			return false, nil
		}
		found, err := s.findHidden(ctx)
		if err != nil || found <= s.after {
			return false, err
		}
		s.horizon = found
		s.importer.Log.WarnContext(ctx, "NAV's page is empty although later documents exist",
			"unit", s.unit.String(), "kind", string(s.importer.Kind), "afterLoepenr", s.after, "laterLoepenr", found)
	}
	if s.steps == maxSteps {
		return false, s.giveUp(ctx)
	}
	s.steps++
	s.importer.counts.HiddenPages++
	next := min(s.after+s.importer.PageRows, s.horizon-1)
	if next == s.after && s.reread == s.horizon { // NAV does not show the document any longer
		next = s.horizon
	}
	if next == s.after {
		s.reread = s.horizon
	}
	s.after = next
	return true, nil
}

// hidden returns find, which finds documents behind an empty page, or nil if NAV hides none.
func (s *scan) hidden(find func(context.Context) (int64, error)) func(context.Context) (int64, error) {
	if s.importer.PageRows == 0 {
		return nil
	}
	return find
}

// giveUp moves the cursor to the scan's position, so that the next run continues there. It returns the error that ends
// the scan.
func (s *scan) giveUp(ctx context.Context) error {
	if !s.keepCursor {
		if err := s.moveCursor(ctx, s.pageTo(min(s.after, s.horizon))); err != nil {
			return err
		}
	}
	return runreport.Errorf(runreport.DocumentsHidden,
		"fetching documents from NAV: %d empty pages, and number %d is not reached", s.steps, s.horizon)
}

// probes are how many pages ahead lookAhead looks. The first ones leave no gap. Then the distance grows.
var probes = []int64{1, 2, 3, 4, 5, 6, 7, 8, 32, 128, 512, 1 << 11, 1 << 13, 1 << 15, 1 << 17}

// lookAhead returns the number of a document behind an empty page, 0 if it finds none. It looks for documents of the
// last days, and for later numbers.
func (s *scan) lookAhead(ctx context.Context) (int64, error) {
	recent := navapi.Today(s.importer.Now().Add(-overlapDays * 24 * time.Hour))
	found, err := s.first(ctx, navapi.Filter{Unit: s.unit, From: max(recent, s.from), After: s.after})
	for _, pages := range probes {
		if err != nil || found > 0 || s.after > math.MaxInt64-pages*s.importer.PageRows {
			break
		}
		found, err = s.first(ctx, navapi.Filter{Unit: s.unit, From: s.from, After: s.after + pages*s.importer.PageRows})
	}
	return found, err
}

// lookBehind returns the number of the document at the cursor, 0 if NAV does not show it. A scan that keeps the cursor
// is not done before it has read that document. lookBehind moves the scan to at most maxSteps pages before it.
func (s *scan) lookBehind(ctx context.Context) (int64, error) {
	if s.cursor <= s.after {
		return 0, nil
	}
	found, err := s.first(ctx, navapi.Filter{Unit: s.unit, From: s.from, After: s.cursor - 1})
	if found > 0 {
		found = min(found, s.cursor)
		s.after = max(s.after, found-maxSteps*s.importer.PageRows)
	}
	return found, err
}

// first returns the number of the first document of a page, 0 if the page has none.
func (s *scan) first(ctx context.Context, f navapi.Filter) (int64, error) {
	for d, err := range s.importer.list(ctx, f) {
		if err != nil || d.SequenceNumber > 0 {
			return d.SequenceNumber, err
		}
	}
	return 0, nil
}
