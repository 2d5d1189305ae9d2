package simulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// hrmData is where the HRM solution's data is. Without a folder of its own, it is opened when it is first wanted: most tests
// never do.
type hrmData struct {
	folder      string
	refusalHour time.Duration

	mu        sync.Mutex
	store     *hrmstore.Store
	temporary string
	closed    bool
}

// errClosed is for whoever still asks.
var errClosed = errors.New("the HRM solution's data is closed")

// hrmStore opens the HRM solution's data.
func (s *Simulator) hrmStore() (*hrmstore.Store, error) {
	d := &s.hrm
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errClosed
	}
	if d.store != nil {
		return d.store, nil
	}
	folder, err := d.place()
	if err != nil {
		return nil, fmt.Errorf("making a place for the HRM solution's data: %w", err)
	}
	store, err := hrmstore.Open(filepath.Join(folder, "hrm.db"), s.realNow)
	if err != nil {
		return nil, err
	}
	store.RefusalHour = d.refusalHour
	d.store = store
	return store, nil
}

// place gives the folder for the data, and makes it if it is not there.
func (d *hrmData) place() (string, error) {
	if d.folder != "" {
		return d.folder, os.MkdirAll(d.folder, 0o700)
	}
	var err error
	if d.temporary == "" {
		d.temporary, err = os.MkdirTemp("", "simulator-hrm-")
	}
	return d.temporary, err
}

// HRMTenant gives the data of a tenant of the HRM solution, which need not be registered.
func (s *Simulator) HRMTenant(name string) (*hrmstore.Tenant, error) {
	if err := checkTenantName(name); err != nil {
		return nil, err
	}
	store, err := s.hrmStore()
	if err != nil {
		return nil, err
	}
	return store.Tenant(name), nil
}

// Close closes the HRM solution's data, and removes it if it has no place of its own. The simulator answers no HRM
// question any more.
func (s *Simulator) Close() error {
	d := &s.hrm
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	var err error
	if d.store != nil {
		err = d.store.Close()
	}
	if d.temporary != "" {
		err = errors.Join(err, os.RemoveAll(d.temporary))
	}
	return err
}
