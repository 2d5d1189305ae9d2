package documentimport

import (
	"context"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

const (
	// chunk is how many documents go to the HRM solution at once, and chunkBytes how many bytes of them: a run holds no
	// more than that.
	chunk, chunkBytes = 250, 4 << 20
	// attempts is how often in a row NAV may fail to give a page.
	attempts = 3
)

// pass is one way through NAV's documents of a unit, from a number on, until a page is empty.
type pass struct {
	importer *Importer
	unit     orgnumber.Number
	// from is the date since which documents are asked for, "" for no limit.
	from string
	// after is the number after which is asked next.
	after int64
	// cursor is where the HRM solution's is, which the pass moves along, or leaves where it is.
	cursor int64
	stays  bool

	held  []hrmapi.Document
	bytes int
	// failed is why the HRM solution did not store a page: then nothing follows.
	failed error
}

// run goes through all pages. A page that breaks off is asked for again from where it broke off: what has come of it is
// whole and in order.
func (p *pass) run(ctx context.Context) error {
	rejected, failures := false, 0
	for {
		token, err := p.importer.token(ctx, rejected)
		if err != nil {
			return err
		}
		before := p.after
		n, err := p.importer.NAV.List(ctx, token, p.importer.Kind, sickpay.Filter{Unit: p.unit, From: p.from, After: p.after},
			func(d sickpay.Document) error { return p.take(ctx, d) })
		if p.failed != nil || p.flush(ctx) != nil {
			return p.failed
		}
		switch {
		case err == nil && n == 0:
			return nil
		case err == nil || p.after > before: // there is progress
			rejected, failures = false, 0
		case runreport.ReasonOf(err) == runreport.NAVTokenRejected && !rejected:
			rejected = true
		case sickpay.Passes(err) && failures+1 < attempts:
			failures++
			if p.importer.Pause(ctx, time.Duration(failures)*time.Second) != nil {
				return err
			}
		default:
			return err
		}
	}
}

// take takes a document of a page.
func (p *pass) take(ctx context.Context, d sickpay.Document) error {
	p.after = d.SequenceNumber
	if d.Before(p.importer.StartDate) { // NAV has been asked for none
		return nil
	}
	p.held = append(p.held, hrmapi.Document{ID: d.ID, SequenceNumber: d.SequenceNumber, Times: d.Times, Document: d.Raw})
	if p.bytes += len(d.Raw); len(p.held) < chunk && p.bytes < chunkBytes {
		return nil
	}
	return p.flush(ctx)
}

// flush stores what is held, and the cursor with it.
func (p *pass) flush(ctx context.Context) error {
	if len(p.held) == 0 {
		return nil
	}
	page := hrmapi.Page{PreviousCursor: p.cursor, Cursor: p.cursor, Documents: p.held}
	if !p.stays {
		page.Cursor = p.after
	}
	if p.failed = p.importer.store(ctx, p.unit, page); p.failed != nil {
		return p.failed
	}
	if !p.stays {
		p.importer.tally.Documents += int64(len(p.held))
	}
	p.cursor, p.held, p.bytes = page.Cursor, p.held[:0], 0
	return nil
}
