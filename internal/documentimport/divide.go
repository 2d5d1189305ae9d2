package documentimport

import (
	"context"
	"errors"
	"fmt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
)

// maxRefused is how many documents of a page the HRM system may refuse. If it refuses more, the documents are not the
// cause.
const maxRefused = 10

// errNoneStored means that refused documents are not set aside, because the HRM system refuses all documents.
var errNoneStored = errors.New("the HRM system has stored no document in this run")

// division finds the documents of a page that the HRM system refuses.
type division struct {
	*scan

	refused []hrmapi.Document
	refusal error
}

// divide stores the documents of a refused page in smaller pages, and sets aside those that the HRM system refuses
// alone. It then moves the cursor. It returns the page that did so and the number of stored documents. If the HRM
// system has stored no document in this run, it may refuse all of them for a fault of its own: the cursor stays, and
// divide returns errNoneStored.
func (s *scan) divide(ctx context.Context, page hrmapi.Page) (moved hrmapi.Page, stored int, err error) {
	d := &division{scan: s}
	if err := d.store(ctx, page.Documents); err != nil {
		return page, 0, err
	}
	if !s.importer.hasStored {
		first := d.refused[0]
		s.importer.Log.WarnContext(ctx, "HRM system refused a document", "unit", s.unit.String(), "loepenr",
			first.SequenceNumber, "documentID", first.ID.String())
		return page, 0, fmt.Errorf("%w: %w", d.refusal, errNoneStored)
	}
	for i := range d.refused {
		s.asides.addRefused(ctx, d.refused[i], d.refusal)
	}
	moved = s.pageTo(s.lastRead)
	return moved, len(page.Documents) - len(d.refused), s.importer.store(ctx, s.unit, moved)
}

// store stores documents without moving the cursor. It collects those that the HRM system refuses alone.
func (d *division) store(ctx context.Context, documents []hrmapi.Document) error {
	err := d.importer.store(ctx, d.unit, hrmapi.Page{PreviousCursor: d.cursor, Cursor: d.cursor, Documents: documents})
	switch {
	case !errors.Is(err, hrm.ErrRefused):
		return err
	case len(documents) > 1:
		half := len(documents) / 2
		if err := d.store(ctx, documents[:half]); err != nil {
			return err
		}
		return d.store(ctx, documents[half:])
	case len(d.refused) == maxRefused:
		return err
	}
	d.refused, d.refusal = append(d.refused, documents[0]), err
	return nil
}
