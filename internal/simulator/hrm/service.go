package hrm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Options configure the HRM system.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Folder has the data, which is kept there. Default: a temporary one, until Close.
	Folder string
	// RefusalHour is the duration of an hour of the waits for plans that NAV refuses. Default: an hour.
	RefusalHour time.Duration
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is an HRM system with its tenants. Its data is on disk. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	options Options

	mu      sync.RWMutex
	tenants map[string]tenant
	refuses DocumentRefusal

	data openData
}

// New returns an HRM system without tenants. It fails if the folder cannot be used, as while another process has it
// open. Without a folder, the data is opened at its first use.
func New(options Options) (*Service, error) {
	h := &Service{
		Endpoint: wire.NewEndpoint(endpointName, options.Now,
			options.Recorder), options: options, tenants: map[string]tenant{},
	}
	if options.Folder == "" {
		return h, nil
	}
	_, err := h.store()
	return h, err
}

// openData is the open data. Its lock is apart: opening a file takes a while.
type openData struct {
	mu        sync.Mutex
	store     *hrmstore.Store
	temporary string
	closed    bool
}

// errClosed is the error of calls after Close.
var errClosed = errors.New("the HRM system's data is closed")

// store opens the data, once.
func (h *Service) store() (*hrmstore.Store, error) {
	d := &h.data
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errClosed
	}
	if d.store != nil {
		return d.store, nil
	}
	folder, err := h.place()
	if err != nil {
		return nil, fmt.Errorf("making a folder for the HRM system's data: %w", err)
	}
	store, err := hrmstore.Open(filepath.Join(folder, "hrm.db"), h.options.Now)
	if err != nil {
		return nil, err
	}
	store.RefusalHour = h.options.RefusalHour
	if h.options.Folder == "" {
		store.Temporary()
	}
	d.store = store
	return store, nil
}

// place returns the folder for the data, and makes it if it does not exist.
func (h *Service) place() (string, error) {
	if h.options.Folder != "" {
		return h.options.Folder, os.MkdirAll(h.options.Folder, 0o700)
	}
	var err error
	if h.data.temporary == "" {
		h.data.temporary, err = os.MkdirTemp("", "simulator-hrm-")
	}
	return h.data.temporary, err
}

// Tenant returns the data of a tenant, registered or not.
func (h *Service) Tenant(name string) (*hrmstore.Tenant, error) {
	if err := checkTenantName(name); err != nil {
		return nil, err
	}
	store, err := h.store()
	if err != nil {
		return nil, err
	}
	return store.Tenant(name), nil
}

// Close closes the data, and removes it if it is temporary. Every later request fails.
func (h *Service) Close() error {
	d := &h.data
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
