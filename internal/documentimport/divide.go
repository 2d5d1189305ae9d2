package documentimport

import (
	"context"
	"errors"
	"fmt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
)

// maxRefused is how many documents of one page the HRM system may refuse. If it refuses more, the documents are not what is
// wrong.
const maxRefused = 10

// errNoneTaken is why no document is set aside as refused.
var errNoneTaken = errors.New("the HRM system has taken no document in this run")

// division finds the documents of a page that the HRM system refuses.
type division struct {
	*pass

	refused []hrmapi.Document
	why     error
}

// divide stores the documents of a page that was refused, in ever smaller pages, and sets those aside that are refused alone.
// Until all others are stored the cursor stays. It then moves the cursor, and returns the page that did so and how many
// documents are stored. If the HRM system has taken no document in this run, it may refuse all of them for a fault of its
// own: the cursor stays, and divide returns the refusal.
func (p *pass) divide(ctx context.Context, page hrmapi.Page) (moved hrmapi.Page, stored int, err error) {
	d := &division{pass: p}
	if err := d.store(ctx, page.Documents); err != nil {
		return page, 0, err
	}
	if !p.importer.taken {
		first := d.refused[0]
		p.importer.Log.WarnContext(ctx, "HRM system refuses a document", "unit", p.unit.String(), "loepenr", first.SequenceNumber, "documentID", first.ID.String())
		return page, 0, fmt.Errorf("%w: %w", d.why, errNoneTaken)
	}
	for i := range d.refused {
		p.asides.refused(ctx, d.refused[i], d.why)
	}
	moved = p.page(p.sure)
	return moved, len(page.Documents) - len(d.refused), p.importer.store(ctx, p.unit, moved)
}

// store stores documents, without moving the cursor.
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
	d.refused, d.why = append(d.refused, documents[0]), err
	return nil
}
