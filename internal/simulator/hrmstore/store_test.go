package hrmstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

// commits returns how often the file has been written.
func commits(t *testing.T, s *Store) int {
	t.Helper()
	last := 0
	must(t, s.db.View(func(tx *bolt.Tx) error {
		last = tx.ID()
		return nil
	}))
	return last
}

// TestTenantsShareTheDisk has many tenants write at once, of which some are refused. Waiting changes are written
// together, and a refusal does not fail the others.
func TestTenantsShareTheDisk(t *testing.T) {
	tenant, _ := newTenant(t)
	store := tenant.store
	const tenants = 32
	store.db.MaxBatchSize, store.db.MaxBatchDelay = tenants, time.Hour // until all have come
	before := commits(t, store)
	var all sync.WaitGroup
	for n := range tenants {
		all.Go(func() {
			own := store.Tenant(fmt.Sprintf("tenant-%d", n))
			if n%2 == 0 {
				if err := own.Announce(uuid.New(), uuid.New(), time.Minute); !errors.Is(err, ErrConflict) {
					t.Errorf("got %v, want a refusal", err)
				}
				return
			}
			if err := own.Offer(map[string]json.RawMessage{"plan": json.RawMessage(`{}`)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	diff(t, "writes of the file", 1, commits(t, store)-before)
	for n := range tenants {
		plans, err := store.Tenant(fmt.Sprintf("tenant-%d", n)).Plans()
		must(t, err)
		diff(t, fmt.Sprintf("plans of tenant-%d", n), n%2, len(plans))
	}
}

// TestClosedStore verifies that every change of a closed store fails.
func TestClosedStore(t *testing.T) {
	tenant, c := newTenant(t)
	must(t, tenant.store.Close())
	for step, err := range map[string]error{
		"claim": take(t, tenant, c, "claimB"), "sending": take(t, tenant, c, "sending"), "sent": take(t, tenant, c, "sent"),
		"received": take(t, tenant, c, "received"), "PDFs": tenant.WantPDFs(true),
	} {
		if err == nil || errors.Is(err, ErrConflict) {
			t.Errorf("%s: got %v", step, err)
		}
	}
}
