// Package hrmstore stores the data of an HRM system: plans with their states, documents and cursors. A change is on
// disk when its method returns, and survives a kill of the process.
//
// It follows the contract, api/hrm/openapi.yaml. Leases and deadlines expire by the injected clock, at the next read.
package hrmstore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// refusedError is the result of a refused change. It does not undo expired leases and deadlines.
type refusedError string

func (e refusedError) Error() string { return string(e) }

// The reasons of a refused change.
const (
	// ErrConflict means that the claim does not allow the change, or that the cursor has moved.
	ErrConflict = refusedError("another request came first")
	// ErrNotFound means that the plan, document or letter does not exist.
	ErrNotFound = refusedError("no such plan, document or letter")
	// ErrExists means that a plan with that id exists.
	ErrExists = refusedError("exists already")
	// ErrUnusable means that the contract does not allow the plan or its id.
	ErrUnusable = refusedError("a plan is a JSON object of at most 128 KiB, under an id of 1 to 128 letters, digits and " +
		"characters of ._:-")
)

const (
	// openTimeout bounds the wait for a file that another process has open.
	openTimeout = 10 * time.Second
	// batchDelay is how long a write may wait to share a sync with others.
	batchDelay = time.Millisecond
)

// Store is a file with the data of many tenants. It is safe for concurrent use.
type Store struct {
	// RefusalHour is the duration of an hour of the waits for plans that NAV refuses; 0 is an hour. Set it before use.
	RefusalHour time.Duration

	db  *bolt.DB
	now func() time.Time
}

func (s *Store) refusalHour() time.Duration { return cmp.Or(s.RefusalHour, time.Hour) }

// Open opens a file, or creates it.
func Open(path string, now func() time.Time) (*Store, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: openTimeout})
	if err != nil {
		return nil, fmt.Errorf("opening the HRM system's file: %w", err)
	}
	db.MaxBatchDelay = batchDelay
	return &Store{db: db, now: now}, nil
}

// Temporary makes the store faster, for a file that need not survive a crash: the operating system decides when to
// write, and a plan keeps only its last transition. Call it before use.
func (s *Store) Temporary() { s.db.NoSync, s.db.NoFreelistSync, s.db.MaxBatchDelay = true, true, 0 }

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Tenant returns the data of a tenant, which may be new.
func (s *Store) Tenant(name string) *Tenant { return &Tenant{store: s, name: []byte(name)} }

// Tenant is the data of one tenant.
type Tenant struct {
	store *Store
	name  []byte
}

// The buckets of a tenant.
var (
	bucketPlans    = []byte("plans")   // number in the order of finishing → Plan
	bucketNumbers  = []byte("numbers") // id of a plan → its number
	bucketOffered  = []byte("offered") // numbers of offered plans that NAV has not refused
	bucketRunning  = []byte("running") // numbers of plans that expire: claimed, sending or refused
	bucketUnknown  = []byte("unknown") // numbers of unknown plans
	bucketClaims   = []byte("claims")  // claim id → claimRecord
	bucketPlaces   = []byte("places")  // unit and kind → Place
	bucketContents = []byte("documents")
	bucketPDFs     = []byte("pdfs")
	bucketWanted   = []byte("wanted") // documents whose PDF is wanted and missing
	bucketCSVs     = []byte("csvs")
	bucketSettings = []byte("settings")

	bucketWantedCSVs   = []byte("wantedCSVs")   // documents whose CSV file is wanted and missing
	bucketOfferedAgain = []byte("offeredAgain") // numbers of offered plans that NAV has refused
	bucketUndecided    = []byte("undecided")    // numbers of undecided plans
)

// update makes a change. The change is on disk when update returns nil. change may run more than once, each time with
// another now; all changes run in the order of these times. A refused change does not fail the others of its batch.
func (t *Tenant) update(change func(b *bolt.Bucket, now time.Time) error) error {
	var refused error
	err := t.store.db.Batch(func(tx *bolt.Tx) error {
		refused = nil
		b, err := tx.CreateBucketIfNotExists(t.name)
		if err != nil {
			return err
		}
		err = change(b, t.store.now().UTC())
		if _, is := errors.AsType[refusedError](err); is {
			refused = err
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the HRM system's file: %w", err)
	}
	return refused
}

// view calls look with a tenant's data, unless the tenant has none.
func (t *Tenant) view(look func(b *bolt.Bucket) error) error {
	return t.store.db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(t.name)
		if b == nil {
			return nil
		}
		return look(b)
	})
}

// put writes a value as JSON into a bucket of a bucket.
func put(b *bolt.Bucket, bucket, key []byte, value any) error {
	inner, err := b.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return inner.Put(key, text)
}

// get reads a value into into, and reports whether it exists.
func get(b *bolt.Bucket, bucket, key []byte, into any) (bool, error) {
	inner := b.Bucket(bucket)
	if inner == nil {
		return false, nil
	}
	text := inner.Get(key)
	if text == nil {
		return false, nil
	}
	return true, json.Unmarshal(text, into)
}

// remove removes a key, if it exists.
func remove(b *bolt.Bucket, bucket, key []byte) error {
	inner := b.Bucket(bucket)
	if inner == nil {
		return nil
	}
	return inner.Delete(key)
}

// first returns the first key of a bucket, or nil.
func first(b *bolt.Bucket, bucket []byte) []byte {
	inner := b.Bucket(bucket)
	if inner == nil {
		return nil
	}
	k, _ := inner.Cursor().First()
	return bytes.Clone(k)
}

// keys returns the keys of a bucket.
func keys(b *bolt.Bucket, bucket []byte) [][]byte {
	var all [][]byte
	eachKey(b, bucket, func(k []byte) { all = append(all, bytes.Clone(k)) })
	return all
}

// count returns the number of keys of a bucket.
func count(b *bolt.Bucket, bucket []byte) int {
	n := 0
	eachKey(b, bucket, func([]byte) { n++ })
	return n
}

func eachKey(b *bolt.Bucket, bucket []byte, look func(k []byte)) {
	inner := b.Bucket(bucket)
	if inner == nil {
		return
	}
	c := inner.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		look(k)
	}
}
