package hrmstore

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// Place is where documents of a kind go for a unit.
type Place struct {
	Unit string      `json:"unit"`
	Kind hrmapi.Kind `json:"kind"`
	// Cursor is how far they have come, LastOverlap when they were last fetched again.
	Cursor      int64       `json:"cursor"`
	LastOverlap *types.Date `json:"lastOverlap,omitempty"`
	// Moves has each cursor that it had, in order.
	Moves []int64 `json:"moves"`
}

// Document is a document as it was given.
type Document struct {
	Unit           string               `json:"unit"`
	Kind           hrmapi.Kind          `json:"kind"`
	ID             uuid.UUID            `json:"id"`
	SequenceNumber int64                `json:"sequenceNumber"`
	Times          map[string]time.Time `json:"times"`
	Content        json.RawMessage      `json:"content"`
	// HasPDF says that its PDF is there.
	HasPDF bool `json:"-"`
}

func placeKey(unit string, kind hrmapi.Kind) []byte { return []byte(unit + "/" + string(kind)) }

func documentKey(unit string, kind hrmapi.Kind, id uuid.UUID) []byte {
	return append(append(placeKey(unit, kind), '/'), id[:]...)
}

// Place gives how far the documents of a kind have come for a unit.
func (t *Tenant) Place(unit string, kind hrmapi.Kind) (Place, error) {
	p := Place{Unit: unit, Kind: kind}
	err := t.view(func(b *bolt.Bucket) error {
		_, err := get(b, bucketPlaces, placeKey(unit, kind), &p)
		return err
	})
	return p, err
}

// StorePage stores the documents of a page and moves the cursor, or does neither. ErrConflict means that the cursor is
// elsewhere.
func (t *Tenant) StorePage(unit string, kind hrmapi.Kind, page hrmapi.Page) error {
	return t.update(func(b *bolt.Bucket) error {
		p := Place{Unit: unit, Kind: kind}
		if _, err := get(b, bucketPlaces, placeKey(unit, kind), &p); err != nil {
			return err
		}
		if p.Cursor != page.PreviousCursor {
			return ErrConflict
		}
		if p.Cursor = page.Cursor; len(p.Moves) == 0 || p.Cursor != page.PreviousCursor {
			p.Moves = append(p.Moves, p.Cursor)
		}
		if page.LastOverlap != nil {
			p.LastOverlap = page.LastOverlap
		}
		for i := range page.Documents {
			if err := keep(b, unit, kind, &page.Documents[i]); err != nil {
				return err
			}
		}
		return put(b, bucketPlaces, placeKey(unit, kind), p)
	})
}

// keep stores a document, unless a newer version of it is there.
func keep(b *bolt.Bucket, unit string, kind hrmapi.Kind, d *hrmapi.Document) error {
	where := documentKey(unit, kind, d.ID)
	var known Document
	found, err := get(b, bucketContents, where, &known)
	if err != nil || (found && known.SequenceNumber >= d.SequenceNumber) {
		return err
	}
	return put(b, bucketContents, where, Document{
		Unit: unit, Kind: kind, ID: d.ID, SequenceNumber: d.SequenceNumber, Times: d.Times, Content: d.Document,
	})
}

// Document gives a document. ErrNotFound means that there is none.
func (t *Tenant) Document(unit string, kind hrmapi.Kind, id uuid.UUID) (Document, error) {
	var d Document
	found := false
	err := t.view(func(b *bolt.Bucket) error {
		var err error
		found, err = get(b, bucketContents, documentKey(unit, kind, id), &d)
		return err
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return d, err
}

// Each gives each document.
func (t *Tenant) Each(look func(Document) error) error {
	return t.view(func(b *bolt.Bucket) error {
		inner, pdfs := b.Bucket(bucketContents), b.Bucket(bucketPDFs)
		if inner == nil {
			return nil
		}
		return inner.ForEach(func(where, text []byte) error {
			var d Document
			if err := json.Unmarshal(text, &d); err != nil {
				return err
			}
			d.HasPDF = pdfs != nil && pdfs.Get(where) != nil
			return look(d)
		})
	})
}

// Places gives where documents have come.
func (t *Tenant) Places() ([]Place, error) {
	all := []Place{}
	err := t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketPlaces)
		if inner == nil {
			return nil
		}
		return inner.ForEach(func(_, text []byte) error {
			var p Place
			err := json.Unmarshal(text, &p)
			all = append(all, p)
			return err
		})
	})
	return all, err
}

var settingPDFs = []byte("wantPDFs")

// WantPDFs says whether a PDF of each document is wanted.
func (t *Tenant) WantPDFs(want bool) error {
	return t.update(func(b *bolt.Bucket) error { return put(b, bucketSettings, settingPDFs, want) })
}

// maxWanted is how many are asked for at once: the contract's.
const maxWanted = 100

// errEnough ends a search.
var errEnough = errors.New("enough")

// WantedPDFs gives documents whose PDF is wanted and not there.
func (t *Tenant) WantedPDFs(unit string, kind hrmapi.Kind) ([]uuid.UUID, error) {
	wanted, want := []uuid.UUID{}, false
	err := t.view(func(b *bolt.Bucket) error {
		_, err := get(b, bucketSettings, settingPDFs, &want)
		return err
	})
	if err != nil || !want {
		return wanted, err
	}
	err = t.Each(func(d Document) error {
		if d.HasPDF || d.Unit != unit || d.Kind != kind {
			return nil
		}
		if wanted = append(wanted, d.ID); len(wanted) == maxWanted {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return wanted, err
}

// StorePDF stores the PDF of a document. ErrNotFound means that there is no such document.
func (t *Tenant) StorePDF(unit string, kind hrmapi.Kind, id uuid.UUID, pdf []byte) error {
	return t.update(func(b *bolt.Bucket) error {
		where := documentKey(unit, kind, id)
		if inner := b.Bucket(bucketContents); inner == nil || inner.Get(where) == nil {
			return ErrNotFound
		}
		inner, err := b.CreateBucketIfNotExists(bucketPDFs)
		if err != nil {
			return err
		}
		return inner.Put(where, pdf)
	})
}
