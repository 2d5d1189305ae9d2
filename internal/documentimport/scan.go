package documentimport

import (
	"context"
	"errors"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// chunk and chunkBytes bound the batch of documents that a run has in memory and sends to the HRM system at once.
const chunk, chunkBytes = 250, 4 << 20

// scan reads NAV's documents of a unit in ascending order, page by page, and stores them at the HRM system.
type scan struct {
	importer *Importer
	unit     orgnumber.Number
	asides   *asides
	// from is the first date of the documents, "" for no limit.
	from string
	// after is the number after which the next page begins.
	after    int64
	lastRead int64
	// cursor is the HRM system's cursor. The scan moves it, unless keepCursor is set.
	cursor     int64
	keepCursor bool
	done       bool
	// passRefused lets the cursor pass many refused documents, because the HRM system has stored a later one.
	passRefused bool
	// undecided is set if a scan that keeps the cursor has left out documents among many refused ones.
	undecided error

	// findHidden returns the number of a document behind an empty page, 0 if it finds none. If it is nil, an empty page is
	// the last one.
	findHidden func(ctx context.Context) (int64, error)
	// horizon is the greatest number that findHidden has returned, and steps counts the pages on the way to it.
	horizon int64
	steps   int
	// reread is the last horizon for which skipHidden did not move the scan, so that it reads the page again.
	reread int64

	// batch are the documents that are not stored yet, and bytes is their size.
	batch []hrmapi.Document
	bytes int
}

// run reads all pages. If a page breaks off, run continues after its last document. Each page moves the scan past a
// number, or is the last one.
func (s *scan) run(ctx context.Context) error {
	for {
		began := s.after
		broken, err := s.readPage(ctx)
		if err == nil {
			err = s.flush(ctx)
		}
		if err != nil {
			return err
		}
		if s.after > began {
			continue
		}
		if broken != nil {
			return broken
		}
		if more, err := s.skipHidden(ctx); err != nil || !more {
			s.done = err == nil
			return errors.Join(err, s.finish(ctx))
		}
	}
}

// readPage reads a page. broken is why NAV did not send all of it. err ends the scan.
func (s *scan) readPage(ctx context.Context) (broken, err error) {
	for d, broken := range s.importer.list(ctx, navapi.Filter{Unit: s.unit, From: s.from, After: s.after}) {
		if broken != nil {
			return broken, nil
		}
		if err := s.add(ctx, d); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// restart runs the scan again from the cursor, after the HRM system has ended it with a refusal.
func (s *scan) restart(ctx context.Context) error {
	s.batch, s.bytes, s.after = s.batch[:0], 0, s.cursor
	return s.run(ctx)
}

// runHidden runs a scan that is done again, if there are documents behind its last page.
func (s *scan) runHidden(ctx context.Context) error {
	more, err := s.skipHidden(ctx)
	if err != nil || !more {
		return err
	}
	return s.run(ctx)
}

// add adds a document to the batch, and stores the batch if it is full.
func (s *scan) add(ctx context.Context, d navapi.Document) error {
	s.after = max(s.after, d.SequenceNumber)
	if d.Problem != nil {
		return s.setAside(ctx, d)
	}
	s.lastRead, s.importer.hasRead = d.SequenceNumber, true
	if d.SentBefore(s.importer.StartDate) { // NAV sends none, by the filter
		return nil
	}
	s.batch = append(s.batch, documentOf(d))
	if s.bytes += len(d.Raw); len(s.batch) < chunk && s.bytes < chunkBytes {
		return nil
	}
	return s.flush(ctx)
}

// documentOf returns a document as the HRM system receives it.
func documentOf(d navapi.Document) hrmapi.Document {
	return hrmapi.Document{ID: d.ID, SequenceNumber: d.SequenceNumber, Times: d.Times, Document: d.Raw}
}

// setAside sets an unreadable document aside. If they are too many, it stores what the scan has read and returns the
// error that ends the scan.
func (s *scan) setAside(ctx context.Context, d navapi.Document) error {
	tooMany := s.asides.addUnreadable(ctx, d)
	if tooMany == nil {
		return nil
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	if err := s.finish(ctx); err != nil {
		return err
	}
	return tooMany
}

// flush stores the batch, and moves the cursor with it.
func (s *scan) flush(ctx context.Context) error {
	if len(s.batch) == 0 {
		return nil
	}
	page, stored := s.pageTo(s.lastRead), len(s.batch)
	page.Documents = s.batch
	err := s.importer.store(ctx, s.unit, page)
	if errors.Is(err, hrm.ErrRefused) {
		page, stored, err = s.divide(ctx, page)
	}
	if err != nil {
		return err
	}
	s.recordStored(page)
	if !s.keepCursor {
		s.importer.counts.Volumes.DocumentsStored += int64(stored)
	}
	s.batch, s.bytes = s.batch[:0], 0
	return nil
}

// finish moves the cursor past documents that were set aside at the end of the scan. If the run has read no document,
// NAV's format may have changed: the cursor stays.
func (s *scan) finish(ctx context.Context) error {
	page := s.pageTo(max(s.after, s.cursor))
	if page.SetAside == nil || !s.importer.hasRead {
		return nil
	}
	return s.moveCursor(ctx, page)
}

func (s *scan) moveCursor(ctx context.Context, page hrmapi.Page) error {
	err := s.importer.store(ctx, s.unit, page)
	if err == nil {
		s.recordStored(page)
	}
	return err
}

// pageTo returns a page without documents that moves the cursor and reports the documents set aside up to there.
func (s *scan) pageTo(cursor int64) hrmapi.Page {
	if s.keepCursor {
		cursor = s.cursor
	}
	page := hrmapi.Page{PreviousCursor: s.cursor, Cursor: cursor, Documents: []hrmapi.Document{}}
	if set := s.asides.pendingUpTo(cursor); len(set) > 0 {
		page.SetAside = &set
	}
	return page
}

func (s *scan) recordStored(page hrmapi.Page) {
	s.cursor = page.Cursor
	if page.SetAside != nil {
		s.asides.recordReported(*page.SetAside)
	}
}
