package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	toolscache "k8s.io/client-go/tools/cache"
)

const (
	// deniedLogInterval is how often a denial that lasts is logged.
	deniedLogInterval = 10 * time.Minute
	// deniedMemory is how long a denial counts. An informer that is denied tries again at least once a minute.
	deniedMemory = 2 * time.Minute
	// deniedGrace is how long the API server may deny a filled cache before the manager is not ready. An API server that
	// starts denies everything for a moment.
	deniedGrace = time.Minute
)

// deniedReads collects the denials by the API server of reads outside of the customers' namespaces. client-go would log
// each attempt, several a second at first.
type deniedReads struct {
	log logr.Logger
	now func() time.Time

	mu   sync.Mutex
	seen map[string]deniedRead // by the API server's message
}

// deniedRead is when the API server first and last denied a read, and when that was last logged.
type deniedRead struct{ first, last, logged time.Time }

// handle handles an error of an informer. It logs a denial once per deniedLogInterval, with what to do.
func (d *deniedReads) handle(ctx context.Context, r *toolscache.Reflector, err error) {
	if !apierrors.IsForbidden(err) {
		toolscache.DefaultWatchErrorHandler(ctx, r, err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = map[string]deniedRead{}
	}
	message, now := err.Error(), d.now()
	read := d.seen[message]
	if now.Sub(read.last) >= deniedMemory {
		read.first = now
	}
	read.last = now
	if now.Sub(read.logged) >= deniedLogInterval {
		read.logged = now
		d.log.Info("No rights to read: apply config/default, or upgrade the chart", "err", message)
	}
	d.seen[message] = read
}

// forget drops all denials. The caller has read everything.
func (d *deniedReads) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.seen)
}

// errorAfter returns an error with the reads that have been denied for at least a duration, nil if there are none.
func (d *deniedReads) errorAfter(atLeast time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for message, read := range d.seen {
		if d.now().Sub(read.last) < deniedMemory && read.last.Sub(read.first) >= atLeast {
			all = append(all, message)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return fmt.Errorf("no rights to read: apply config/default, or upgrade the chart: %s", strings.Join(all, "; "))
}
