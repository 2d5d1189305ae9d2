package hrmstore

import (
	"bytes"
	"errors"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// maxWanted bounds a list of wanted PDFs: the contract's limit.
const maxWanted = 100

var settingPDFs = []byte("wantPDFs")

// WantPDFs sets whether PDFs are wanted, of stored and of future documents.
func (t *Tenant) WantPDFs(want bool) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		err := put(b, bucketSettings, settingPDFs, want)
		if !want {
			for _, where := range keys(b, bucketWanted) {
				err = errors.Join(err, remove(b, bucketWanted, where))
			}
			return err
		}
		pdfs := b.Bucket(bucketPDFs)
		for _, where := range keys(b, bucketContents) {
			if pdfs == nil || pdfs.Get(where) == nil {
				err = errors.Join(err, put(b, bucketWanted, where, true))
			}
		}
		return err
	})
}

// WantedPDFs returns at most 100 documents whose PDF is wanted and not stored.
func (t *Tenant) WantedPDFs(unit string, kind hrmapi.Kind) ([]uuid.UUID, error) {
	wanted := []uuid.UUID{}
	err := t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketWanted)
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
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		where := documentKey(unit, kind, id)
		if inner := b.Bucket(bucketContents); inner == nil || inner.Get(where) == nil {
			return ErrNotFound
		}
		inner, err := b.CreateBucketIfNotExists(bucketPDFs)
		if err != nil {
			return err
		}
		return errors.Join(inner.Put(where, pdf), remove(b, bucketWanted, where))
	})
}

// PDF returns the PDF of a document, or ErrNotFound.
func (t *Tenant) PDF(unit string, kind hrmapi.Kind, id uuid.UUID) ([]byte, error) {
	var pdf []byte
	err := t.view(func(b *bolt.Bucket) error {
		if inner := b.Bucket(bucketPDFs); inner != nil {
			pdf = bytes.Clone(inner.Get(documentKey(unit, kind, id)))
		}
		return nil
	})
	if err == nil && pdf == nil {
		err = ErrNotFound
	}
	return pdf, err
}
