package hrmstore

import (
	"bytes"
	"errors"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// maxWanted bounds a list of wanted contents: the contract's limit.
const maxWanted = 100

// form is a form of documents' contents: the setting of whether it is wanted, its buckets of stored ones and of wanted
// ones, and which kinds have it.
type form struct {
	setting, stored, wanted []byte
	has                     func(hrmapi.Kind) bool
}

var (
	pdfs = form{
		setting: []byte("wantPDFs"), stored: bucketPDFs, wanted: bucketWanted,
		has: func(hrmapi.Kind) bool { return true },
	}
	csvs = form{
		setting: []byte("wantCSVs"), stored: bucketCSVs, wanted: bucketWantedCSVs,
		has: func(kind hrmapi.Kind) bool { return kind == hrmapi.SettlementReports },
	}
)

// isStored reports whether a document has its content.
func (f form) isStored(b *bolt.Bucket, where []byte) bool {
	inner := b.Bucket(f.stored)
	return inner != nil && inner.Get(where) != nil
}

// isWanted reports whether a document's content is wanted and not stored.
func (f form) isWanted(b *bolt.Bucket, kind hrmapi.Kind, where []byte) (bool, error) {
	want := false
	_, err := get(b, bucketSettings, f.setting, &want)
	return want && f.has(kind) && !f.isStored(b, where), err
}

// update puts a document on the list of wanted contents, or takes it off.
func (f form) update(b *bolt.Bucket, kind hrmapi.Kind, where []byte) error {
	isWanted, err := f.isWanted(b, kind, where)
	if err != nil || !isWanted {
		return errors.Join(err, remove(b, f.wanted, where))
	}
	return put(b, f.wanted, where, true)
}

// WantPDFs sets whether PDFs are wanted, of stored and of future documents.
func (t *Tenant) WantPDFs(want bool) error { return t.want(pdfs, want) }

// WantCSVs sets whether CSV files are wanted, of stored and of future settlement reports.
func (t *Tenant) WantCSVs(want bool) error { return t.want(csvs, want) }

func (t *Tenant) want(f form, want bool) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		err := put(b, bucketSettings, f.setting, want)
		for _, where := range keys(b, bucketContents) {
			var r documentRecord
			_, failed := get(b, bucketContents, where, &r)
			err = errors.Join(err, failed, f.update(b, r.Kind, where))
		}
		return err
	})
}

// WantedPDFs returns at most 100 documents whose PDF is wanted and not stored.
func (t *Tenant) WantedPDFs(unit string, kind hrmapi.Kind) ([]uuid.UUID, error) {
	return t.wanted(pdfs, unit, kind)
}

// WantedCSVs returns at most 100 settlement reports whose CSV file is wanted and not stored.
func (t *Tenant) WantedCSVs(unit string, kind hrmapi.Kind) ([]uuid.UUID, error) {
	return t.wanted(csvs, unit, kind)
}

func (t *Tenant) wanted(f form, unit string, kind hrmapi.Kind) ([]uuid.UUID, error) {
	wanted := []uuid.UUID{}
	err := t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(f.wanted)
		if inner == nil {
			return nil
		}
		prefix := append(placeKey(unit, kind), '/')
		c := inner.Cursor()
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix) && len(wanted) < maxWanted; k, _ = c.Next() {
			id, err := uuid.FromBytes(k[len(prefix):])
			if err != nil {
				return err
			}
			wanted = append(wanted, id)
		}
		return nil
	})
	return wanted, err
}

// StorePDF stores the PDF of a document, wanted or not, in place of an older one. It returns ErrNotFound without the
// document.
func (t *Tenant) StorePDF(unit string, kind hrmapi.Kind, id uuid.UUID, pdf []byte) error {
	return t.storeContent(pdfs, unit, kind, id, pdf)
}

// StoreCSV stores the CSV file of a settlement report as StorePDF does a PDF. It returns ErrNotFound for other kinds.
func (t *Tenant) StoreCSV(unit string, kind hrmapi.Kind, id uuid.UUID, csv []byte) error {
	return t.storeContent(csvs, unit, kind, id, csv)
}

func (t *Tenant) storeContent(f form, unit string, kind hrmapi.Kind, id uuid.UUID, content []byte) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		where := documentKey(unit, kind, id)
		if inner := b.Bucket(bucketContents); inner == nil || inner.Get(where) == nil || !f.has(kind) {
			return ErrNotFound
		}
		inner, err := b.CreateBucketIfNotExists(f.stored)
		if err != nil {
			return err
		}
		return errors.Join(inner.Put(where, content), remove(b, f.wanted, where))
	})
}

// PDF returns the PDF of a document, or ErrNotFound.
func (t *Tenant) PDF(unit string, kind hrmapi.Kind, id uuid.UUID) ([]byte, error) {
	return t.content(pdfs, unit, kind, id)
}

// CSV returns the CSV file of a settlement report, or ErrNotFound.
func (t *Tenant) CSV(unit string, kind hrmapi.Kind, id uuid.UUID) ([]byte, error) {
	return t.content(csvs, unit, kind, id)
}

func (t *Tenant) content(f form, unit string, kind hrmapi.Kind, id uuid.UUID) ([]byte, error) {
	var content []byte
	err := t.view(func(b *bolt.Bucket) error {
		if inner := b.Bucket(f.stored); inner != nil {
			content = bytes.Clone(inner.Get(documentKey(unit, kind, id)))
		}
		return nil
	})
	if err == nil && content == nil {
		err = ErrNotFound
	}
	return content, err
}
