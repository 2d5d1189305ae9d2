package documentimport

import (
	"context"
	"errors"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/sickpay"
)

const (
	// chunk is how many documents go to the HRM solution at once, and chunkBytes how many bytes of them: a run holds no
	// more than that.
	chunk, chunkBytes = 250, 4 << 20
	// attempts is how often in a row NAV may fail to give a page.
	attempts = 3
)

// pass is one way through NAV's documents of a unit, from a number on, until no page has more.
type pass struct {
	importer *Importer
	unit     orgnumber.Number
	asides   *asides
	// from is the date since which documents are asked for, "" for no limit.
	from string
	// after is the number after which is asked next.
	after int64
	// sure is the number of the last document that was read.
	sure int64
	// cursor is where the HRM solution's is, which the pass moves along, or leaves where it is.
	cursor int64
	stays  bool

	// look returns the number of a document behind an empty page, 0 if it finds none. nil: the pass does not look.
	look func(ctx context.Context) (int64, error)
	// horizon is the greatest number that look has found, and steps how many pages it took to get there.
	horizon int64
	steps   int

	held  []hrmapi.Document
	bytes int
	// failed is why the HRM solution did not store a page: then nothing follows.
	failed error
}

// run goes through all pages. A page that breaks off is asked for again from where it broke off: what has come of it is
// whole and in order. Each round gets past a number, or is the last one.
func (p *pass) run(ctx context.Context) error {
	for {
		n, err := p.importer.list(ctx, sickpay.Filter{Unit: p.unit, From: p.from, After: p.after},
			func(d sickpay.Document) error { return p.take(ctx, d) })
		if p.failed != nil || p.flush(ctx) != nil {
			return p.failed
		}
		if n > 0 {
			continue
		}
		if err != nil {
			return err
		}
		if more, err := p.beyond(ctx); err != nil || !more {
			return errors.Join(err, p.finish(ctx))
		}
	}
}

// runAgain begins anew at the cursor, after a pass that the HRM system ended by a refusal.
func (p *pass) runAgain(ctx context.Context) error {
	p.failed, p.held, p.bytes, p.after = nil, p.held[:0], 0, p.cursor
	return p.run(ctx)
}

// runAhead looks for documents behind those that NAV hides, after a pass has come to its end, and goes through them.
func (p *pass) runAhead(ctx context.Context) error {
	more, err := p.beyond(ctx)
	if err != nil || !more {
		return err
	}
	return p.run(ctx)
}

// take takes a document of a page.
func (p *pass) take(ctx context.Context, d sickpay.Document) error {
	if d.SequenceNumber > 0 {
		p.after = d.SequenceNumber
	}
	if d.Problem != nil {
		return p.setAside(ctx, d)
	}
	p.sure, p.importer.read = d.SequenceNumber, true
	if d.Before(p.importer.StartDate) { // NAV has been asked for none
		return nil
	}
	p.held = append(p.held, hrmapi.Document{ID: d.ID, SequenceNumber: d.SequenceNumber, Times: d.Times, Document: d.Raw})
	if p.bytes += len(d.Raw); len(p.held) < chunk && p.bytes < chunkBytes {
		return nil
	}
	return p.flush(ctx)
}

// setAside sets a document aside that cannot be read. After too many of them the pass ends, where it is.
func (p *pass) setAside(ctx context.Context, d sickpay.Document) error {
	tooMany := p.asides.unreadable(ctx, d)
	if tooMany != nil && p.flush(ctx) == nil && p.finish(ctx) == nil {
		p.failed = tooMany
	}
	return p.failed
}

// flush stores what is held, and the cursor with it.
func (p *pass) flush(ctx context.Context) error {
	if len(p.held) == 0 {
		return nil
	}
	page, stored := p.page(p.sure), len(p.held)
	page.Documents = p.held
	if p.failed = p.importer.store(ctx, p.unit, page); errors.Is(p.failed, hrm.ErrRefused) {
		page, stored, p.failed = p.divide(ctx, page)
	}
	if p.failed != nil {
		return p.failed
	}
	p.moved(page)
	if !p.stays {
		p.importer.tally.Documents += int64(stored)
	}
	p.held, p.bytes = p.held[:0], 0
	return nil
}

// finish moves the cursor past documents that were set aside at the end of the pass. It does so only if another document
// could be read in this run: if none could, NAV's format may have changed, and the cursor must not pass them.
func (p *pass) finish(ctx context.Context) error {
	page := p.page(max(p.after, p.cursor))
	if page.SetAside == nil || !p.importer.read {
		return nil
	}
	if p.failed = p.importer.store(ctx, p.unit, page); p.failed == nil {
		p.moved(page)
	}
	return p.failed
}

// page returns a page without documents that moves the cursor, and names those that were set aside up to there.
func (p *pass) page(cursor int64) hrmapi.Page {
	if p.stays {
		cursor = p.cursor
	}
	page := hrmapi.Page{PreviousCursor: p.cursor, Cursor: cursor, Documents: []hrmapi.Document{}}
	if set := p.asides.upTo(cursor); len(set) > 0 {
		page.SetAside = &set
	}
	return page
}

// moved notes that the HRM system has stored a page.
func (p *pass) moved(page hrmapi.Page) {
	p.cursor = page.Cursor
	if page.SetAside != nil {
		p.asides.named(*page.SetAside)
	}
}
