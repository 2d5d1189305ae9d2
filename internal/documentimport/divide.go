package documentimport

import (
	"context"
	"errors"
	"fmt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
)

// maxRefused is how many documents the HRM system may refuse before a division ends. If it refuses more, the documents
// may not be the cause.
const maxRefused = 10

var (
	// errNoneStored means that refused documents are not set aside, because the HRM system refuses all documents.
	errNoneStored = errors.New("the HRM system has stored no document in this run")
	// errManyRefused means that a division has ended before its last document.
	errManyRefused = errors.New("the HRM system refuses many documents")
)

// isRefusal reports whether an error is about refused documents only: others can be carried.
func isRefusal(err error) bool {
	return errors.Is(err, errNoneStored) || errors.Is(err, errManyRefused)
}

// division finds the documents of a page that the HRM system refuses.
type division struct {
	*scan

	// limit is how many documents may be refused. The next one ends the division.
	limit int
	// newestFirst sends the second half of documents before the first one.
	newestFirst bool

	refused []hrmapi.Document
	refusal error
	// stored counts the documents that the HRM system has stored.
	stored int
	// last is the number of the last document that was stored or refused.
	last int64
}

// divide stores the documents of a refused page in smaller pages, and sets aside those that the HRM system refuses
// alone. It then moves the cursor. It returns the page that did so and the number of stored documents.
//
// The cursor stays if the HRM system may be the cause. That is so if it has stored no document in this run
// (errNoneStored), or if it refuses many documents and the scan has no passRefused (errManyRefused).
func (s *scan) divide(ctx context.Context, page hrmapi.Page) (moved hrmapi.Page, stored int, err error) {
	d := &division{scan: s, limit: maxRefused}
	documents := page.Documents
	switch {
	case s.keepCursor: // each run begins at another document
		documents = rotated(documents, s.importer.Now().UnixNano())
	case s.passRefused:
		d.limit = maxAside - len(s.asides.known)
	}
	many := d.store(ctx, documents)
	switch {
	case many != nil && !errors.Is(many, errManyRefused):
		return page, 0, many
	case !s.importer.hasStored:
		return page, 0, errors.Join(d.noneStored(ctx), many)
	case many != nil && !s.keepCursor && !s.passRefused:
		s.after = d.last
		return page, 0, many
	}
	for i := range d.refused {
		s.asides.addRefused(ctx, d.refused[i], d.refusal)
	}
	if many != nil {
		return d.leave(ctx)
	}
	moved = s.pageTo(s.lastRead)
	return moved, d.stored, s.importer.store(ctx, s.unit, moved)
}

// store stores documents without moving the cursor. It collects those that the HRM system refuses alone.
func (d *division) store(ctx context.Context, documents []hrmapi.Document) error {
	if len(documents) == 0 {
		return nil
	}
	last := documents[len(documents)-1].SequenceNumber
	err := d.importer.store(ctx, d.unit, hrmapi.Page{PreviousCursor: d.cursor, Cursor: d.cursor, Documents: documents})
	switch {
	case err == nil:
		d.stored, d.last = d.stored+len(documents), last
		return nil
	case !errors.Is(err, hrm.ErrRefused):
		return err
	case len(documents) > 1:
		first, second := documents[:len(documents)/2], documents[len(documents)/2:]
		if d.newestFirst {
			first, second = second, first
		}
		if err := d.store(ctx, first); err != nil {
			return err
		}
		return d.store(ctx, second)
	case len(d.refused) >= d.limit:
		return fmt.Errorf("%w: %w", err, errManyRefused)
	}
	d.refused, d.refusal, d.last = append(d.refused, documents[0]), err, last
	return nil
}

// noneStored logs the first refused document and returns the error.
func (d *division) noneStored(ctx context.Context) error {
	d.after = d.last
	d.importer.Log.WarnContext(ctx, "HRM system refused a document", "unit", d.unit.String(), "loepenr",
		d.refused[0].SequenceNumber, "documentID", d.refused[0].ID.String())
	return fmt.Errorf("%w: %w", d.refusal, errNoneStored)
}

// leave ends a division before its last document. The cursor moves to the last one that was stored or refused, and the
// scan ends, so that the next run goes on from there. A scan that keeps the cursor goes on with the next page.
func (d *division) leave(ctx context.Context) (moved hrmapi.Page, stored int, err error) {
	many := fmt.Errorf("%w: %w", d.asides.err, errManyRefused)
	moved = d.pageTo(max(d.last, d.cursor))
	if err := d.importer.store(ctx, d.unit, moved); err != nil {
		return moved, 0, err
	}
	if d.keepCursor {
		d.undecided = many
		return moved, d.stored, nil
	}
	d.recordStored(moved)
	d.importer.counts.Volumes.DocumentsStored += int64(d.stored)
	return moved, 0, many
}
