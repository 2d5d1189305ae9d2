package hrmstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// maxLetters bounds a list of letters: the contract's limit.
const maxLetters = 1000

// The buckets of letters.
var (
	bucketLetters        = []byte("letters")        // unit, kind and id → Letter
	bucketLetterContents = []byte("letterContents") // the same → content
	bucketLettersDone    = []byte("lettersDone")    // unit and kind → the time until which no letter is missing
	bucketLettersDeleted = []byte("lettersDeleted") // unit, kind and id of letters that were deleted
)

// Letter is a stored letter.
type Letter struct {
	Unit    string            `json:"unit"`
	Kind    hrmapi.LetterKind `json:"kind"`
	ID      uuid.UUID         `json:"id"`
	LinkID  uuid.UUID         `json:"linkID"`
	Created time.Time         `json:"created"`
	// Letter is what NAV's list has of it.
	Letter json.RawMessage `json:"letter"`
	// Content is its content, nil if it is not stored.
	Content []byte `json:"-"`
	// ContentStored counts how often its content was stored.
	ContentStored int `json:"contentStored"`
}

func letterShelf(unit string, kind hrmapi.LetterKind) []byte {
	return []byte(unit + "/" + string(kind) + "/")
}

func letterKey(unit string, kind hrmapi.LetterKind, id uuid.UUID) []byte {
	return append(letterShelf(unit, kind), id[:]...)
}

// Letters returns the letters that were created at a time or later and whose id is greater than after, by their ids. It
// returns at most 1000, and whether there are more.
func (t *Tenant) Letters(
	unit string, kind hrmapi.LetterKind, createdFrom time.Time, after uuid.UUID,
) (found []Letter, more bool, err error) {
	err = t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketLetters)
		if inner == nil {
			return nil
		}
		shelf, last := letterShelf(unit, kind), letterKey(unit, kind, after)
		c := inner.Cursor()
		for k, text := c.Seek(last); bytes.HasPrefix(k, shelf) && !more; k, text = c.Next() {
			var l Letter
			if err := json.Unmarshal(text, &l); err != nil {
				return err
			}
			switch {
			case bytes.Equal(k, last) || l.Created.Before(createdFrom):
			case len(found) == maxLetters:
				more = true
			default:
				l.Content = contentOf(b, k)
				found = append(found, l)
			}
		}
		return nil
	})
	return found, more, err
}

func contentOf(b *bolt.Bucket, where []byte) []byte {
	inner := b.Bucket(bucketLetterContents)
	if inner == nil {
		return nil
	}
	return bytes.Clone(inner.Get(where))
}

// EachLetter calls look with each letter.
func (t *Tenant) EachLetter(look func(Letter) error) error {
	return t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketLetters)
		if inner == nil {
			return nil
		}
		return inner.ForEach(func(where, text []byte) error {
			var l Letter
			if err := json.Unmarshal(text, &l); err != nil {
				return err
			}
			l.Content = contentOf(b, where)
			return look(l)
		})
	})
}

// StoreLetter stores a letter. A known one keeps its content.
func (t *Tenant) StoreLetter(unit string, kind hrmapi.LetterKind, id uuid.UUID, letter hrmapi.Letter) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		l := Letter{}
		if _, err := get(b, bucketLetters, letterKey(unit, kind, id), &l); err != nil {
			return err
		}
		l.Unit, l.Kind, l.ID, l.LinkID, l.Created, l.Letter = unit, kind, id, letter.LinkID, letter.Created, letter.Letter
		return put(b, bucketLetters, letterKey(unit, kind, id), l)
	})
}

// StoreLetterContent stores the content of a letter, in place of an older one. It returns ErrNotFound without the
// letter.
func (t *Tenant) StoreLetterContent(unit string, kind hrmapi.LetterKind, id uuid.UUID, content []byte) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		var l Letter
		found, err := get(b, bucketLetters, letterKey(unit, kind, id), &l)
		if err != nil {
			return err
		}
		if !found {
			return ErrNotFound
		}
		l.ContentStored++
		inner, err := b.CreateBucketIfNotExists(bucketLetterContents)
		if err != nil {
			return err
		}
		return errors.Join(inner.Put(letterKey(unit, kind, id), content),
			put(b, bucketLetters, letterKey(unit, kind, id), l))
	})
}

// DeleteLetter deletes a letter and its content, if it exists.
func (t *Tenant) DeleteLetter(unit string, kind hrmapi.LetterKind, id uuid.UUID) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		where := letterKey(unit, kind, id)
		found, err := get(b, bucketLetters, where, &Letter{})
		if err != nil || !found {
			return err
		}
		return errors.Join(remove(b, bucketLetters, where), remove(b, bucketLetterContents, where),
			put(b, bucketLettersDeleted, where, true))
	})
}

// DeletedLetters returns the ids of the letters of a unit and kind that were deleted, also if they came again.
func (t *Tenant) DeletedLetters(unit string, kind hrmapi.LetterKind) (ids []uuid.UUID, err error) {
	err = t.view(func(b *bolt.Bucket) error {
		for _, where := range keys(b, bucketLettersDeleted) {
			if rest, is := bytes.CutPrefix(where, letterShelf(unit, kind)); is {
				ids = append(ids, uuid.UUID(rest))
			}
		}
		return nil
	})
	return ids, err
}

// LettersComplete returns the time until which no letter is missing, zero if none was recorded.
func (t *Tenant) LettersComplete(unit string, kind hrmapi.LetterKind) (until time.Time, err error) {
	err = t.view(func(b *bolt.Bucket) error {
		_, err := get(b, bucketLettersDone, letterShelf(unit, kind), &until)
		return err
	})
	return until, err
}

// SetLettersComplete records the time until which no letter is missing.
func (t *Tenant) SetLettersComplete(unit string, kind hrmapi.LetterKind, until time.Time) error {
	return t.update(func(b *bolt.Bucket, _ time.Time) error {
		return put(b, bucketLettersDone, letterShelf(unit, kind), until)
	})
}
