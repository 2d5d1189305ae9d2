package hrmstore

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// Place is the cursor of a unit and kind.
type Place struct {
	Unit string      `json:"unit"`
	Kind hrmapi.Kind `json:"kind"`
	// Cursor is the cursor, LastOverlap the day of the last overlap.
	Cursor      int64       `json:"cursor"`
	LastOverlap *types.Date `json:"lastOverlap,omitempty"`
	// Moves has all its cursors, in order.
	Moves []int64 `json:"moves"`
	// SetAside has the documents that were set aside, each once.
	SetAside []SetAside `json:"setAside,omitempty"`
}

// SetAside is a document that was set aside. ID and SequenceNumber are zero if they are unknown.
type SetAside struct {
	ID             uuid.UUID            `json:"id"`
	SequenceNumber int64                `json:"sequenceNumber"`
	Cause          hrmapi.SetAsideCause `json:"cause"`
}

// setAside adds the documents that a page names to the place's.
func (p *Place) setAside(page hrmapi.Page) {
	if page.SetAside == nil {
		return
	}
	for _, named := range *page.SetAside {
		d := SetAside{Cause: named.Cause}
		if named.ID != nil {
			d.ID = *named.ID
		}
		if named.SequenceNumber != nil {
			d.SequenceNumber = *named.SequenceNumber
		}
		if !slices.Contains(p.SetAside, d) {
			p.SetAside = append(p.SetAside, d)
		}
	}
}

// Document is a stored document.
type Document struct {
	Unit           string               `json:"unit"`
	Kind           hrmapi.Kind          `json:"kind"`
	ID             uuid.UUID            `json:"id"`
	SequenceNumber int64                `json:"sequenceNumber"`
	Times          map[string]time.Time `json:"times"`
	// Content is the document, byte for byte.
	Content json.RawMessage `json:"-"`
	// HasPDF reports that its PDF is stored, and HasCSV that its CSV file is.
	HasPDF bool `json:"-"`
	HasCSV bool `json:"-"`
}

func placeKey(unit string, kind hrmapi.Kind) []byte { return []byte(unit + "/" + string(kind)) }

func documentKey(unit string, kind hrmapi.Kind, id uuid.UUID) []byte {
	return append(append(placeKey(unit, kind), '/'), id[:]...)
}

// Place returns the cursor of a unit and kind.
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
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
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
		p.setAside(page)
		for i := range page.Documents {
			if err := keep(b, unit, kind, &page.Documents[i]); err != nil {
				return err
			}
		}
		return put(b, bucketPlaces, placeKey(unit, kind), p)
	})
}

// documentRecord keeps the document's bytes, which JSON would rewrite.
type documentRecord struct {
	Document
	Content []byte `json:"content"`
}

// document returns the document under a key.
func (r documentRecord) document(b *bolt.Bucket, where []byte) Document {
	r.Document.Content, r.HasPDF, r.HasCSV = r.Content, pdfs.isStored(b, where), csvs.isStored(b, where)
	return r.Document
}

// keep stores a document, unless a newer version is stored.
func keep(b *bolt.Bucket, unit string, kind hrmapi.Kind, d *hrmapi.Document) error {
	where := documentKey(unit, kind, d.ID)
	var known documentRecord
	found, err := get(b, bucketContents, where, &known)
	if err != nil || (found && known.SequenceNumber >= d.SequenceNumber) {
		return err
	}
	if !found {
		err = errors.Join(pdfs.update(b, kind, where), csvs.update(b, kind, where))
	}
	return errors.Join(err, put(b, bucketContents, where, documentRecord{
		Document: Document{
			Unit: unit, Kind: kind, ID: d.ID, SequenceNumber: d.SequenceNumber,
			Times: d.Times,
		}, Content: d.Document,
	}))
}

// Document returns a document, or ErrNotFound.
func (t *Tenant) Document(unit string, kind hrmapi.Kind, id uuid.UUID) (Document, error) {
	var d Document
	where, found := documentKey(unit, kind, id), false
	err := t.view(func(b *bolt.Bucket) error {
		var r documentRecord
		var err error
		found, err = get(b, bucketContents, where, &r)
		d = r.document(b, where)
		return err
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return d, err
}

// Each calls look with each document.
func (t *Tenant) Each(look func(Document) error) error {
	return t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketContents)
		if inner == nil {
			return nil
		}
		return inner.ForEach(func(where, text []byte) error {
			var r documentRecord
			if err := json.Unmarshal(text, &r); err != nil {
				return err
			}
			return look(r.document(b, where))
		})
	})
}

// Places returns the cursors of all units and kinds.
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
