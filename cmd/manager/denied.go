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
	// deniedPause is how often a refusal that lasts is logged.
	deniedPause = 10 * time.Minute
	// deniedLast is how long a refusal counts. An informer that is refused tries again at least once a minute.
	deniedLast = 2 * time.Minute
	// deniedGrace is how long a filled cache may be refused before the manager is not ready. An API server that starts
	// refuses everything for a moment.
	deniedGrace = time.Minute
)

// deniedReads collects what the API server does not let the manager read outside of the customers' namespaces.
// client-go logs such a refusal at each attempt, several times a second at first.
type deniedReads struct {
	log logr.Logger
	now func() time.Time

	mu   sync.Mutex
	seen map[string]refusedRead // by the API server's words
}

// refusedRead is a refusal that lasts: when it was met first and last, and when it was last logged.
type refusedRead struct{ first, last, logged time.Time }

// handle handles an error of an informer. It logs a refusal once, with what to do.
func (d *deniedReads) handle(ctx context.Context, r *toolscache.Reflector, err error) {
	if !apierrors.IsForbidden(err) {
		toolscache.DefaultWatchErrorHandler(ctx, r, err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = map[string]refusedRead{}
	}
	words, now := err.Error(), d.now()
	refused := d.seen[words]
	if now.Sub(refused.last) >= deniedLast {
		refused.first = now
	}
	refused.last = now
	if now.Sub(refused.logged) >= deniedPause {
		refused.logged = now
		d.log.Info("No rights to read: apply config/default, or upgrade the chart", "err", words)
	}
	d.seen[words] = refused
}

// forget drops the refusals, after everything has been read.
func (d *deniedReads) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.seen)
}

// lasting returns the refusals that have been met for at least a duration, with what to do, nil if there are none.
func (d *deniedReads) lasting(atLeast time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for words, refused := range d.seen {
		if d.now().Sub(refused.last) < deniedLast && refused.last.Sub(refused.first) >= atLeast {
			all = append(all, words)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return fmt.Errorf("no rights to read: apply config/default, or upgrade the chart: %s", strings.Join(all, "; "))
}
